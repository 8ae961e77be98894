using System.Text.Json;
using HighDimSgd.Cli;
using HighDimSgd.Simulation;

namespace HighDimSgd.Tests.Simulation;

/// <summary>A simulation in parts: joined in any order it is the same bytes, and the audit names what is wrong.</summary>
public sealed class ShardTests : IDisposable
{
    private const string Experiment = """
        family: proportional
        name: parts
        seed: 3
        model: {loss: squared, label: {kind: linear, noise: 0.5}}
        aspect: 2
        algorithm: {kind: sgf, temperature: 0.5, step: 0.2, horizon: 1}
        sizes: [10, 20, 30]
        replicas: [14, 8, 6]
        replicas_per_design: 2
        theory: {paths: 5000, sweeps: 4}
        """;

    private readonly string folder = Directory.CreateTempSubdirectory().FullName;
    private readonly StringWriter error = new();

    public ShardTests() => File.WriteAllText(At("parts.yaml"), Experiment);

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Theory]
    [InlineData("1/1", 1, 1)]
    [InlineData("17/20", 17, 20)]
    [InlineData("0/3", 0, 0)]
    [InlineData("4/3", 0, 0)]
    [InlineData("-1/3", 0, 0)]
    [InlineData("1/3/4", 0, 0)]
    [InlineData("1", 0, 0)]
    [InlineData("a/b", 0, 0)]
    public void TextIsReadOrRefused(string text, int number, int of) => Assert.Equal(of == 0 ? null : new Shard(number, of), Shard.Parse(text));

    [Theory]
    [InlineData(14, 2, 3)]
    [InlineData(8, 1, 8)]
    [InlineData(5, 1, 9)]
    public void ShardsCoverEveryReplicaOnceInWholeDesigns(int replicas, int perDesign, int of)
    {
        int next = 0;
        foreach (int number in Enumerable.Range(1, of))
        {
            (int first, int end) = new Shard(number, of).Range(replicas, perDesign);
            Assert.Equal(next, first);
            Assert.Equal(0, first % perDesign);
            next = end;
        }

        Assert.Equal(replicas, next);
    }

    [Fact]
    public void MergedShardsGiveTheBytesOfOneRun()
    {
        Assert.Equal(0, Main("run PARTS --out WHOLE"));
        Assert.Equal(0, Main("simulate PARTS --out ALONE"));
        foreach (int number in new[] { 3, 1, 2 })
            Assert.Equal(0, Main($"simulate PARTS --out S{number} --shard {number}/3"));
        Assert.Equal(0, Main("merge S2 S3 S1 --out MERGED"));
        AssertSame("ALONE", "MERGED");
        Assert.Contains("\"left out\"", File.ReadAllText(At("MERGED/results.json")), StringComparison.Ordinal);
        Assert.Equal(0, Main("run PARTS --out MERGED"));
        AssertSame("WHOLE", "MERGED");
        Assert.Equal("", error.ToString());
    }

    [Fact]
    public void ProgressCountsThePartAlone()
    {
        var lines = new StringWriter();
        Assert.Equal(0, Main("simulate PARTS --out ALONE"));
        string[] words = ["simulate", At("parts.yaml"), "--out", At("ALONE"), "--shard", "2/3", "--progress", "json"];
        Assert.Equal(0, new CommandLine(TextWriter.Null, lines, Runner.Run).Main(words));
        List<(long Done, long Total)> counts = [.. lines.ToString().Split('\n').Where(l => l.Contains("\"total\"", StringComparison.Ordinal))
            .Select(l => JsonDocument.Parse(l).RootElement).Select(l => (l.GetProperty("done").GetInt64(), l.GetProperty("total").GetInt64()))];
        Assert.NotEmpty(counts);
        Assert.All(counts, c => Assert.Equal(c.Total, c.Done));
    }

    [Fact]
    public void TheAuditNamesWhatIsWrong()
    {
        foreach (int number in new[] { 1, 2 })
            Assert.Equal(0, Main($"simulate PARTS --out S{number} --shard {number}/2"));
        AssertRefused("merge S1 --out M", "of 2 shards these are missing: 2/2");
        AssertRefused("merge S1 S2 S1 --out M", "shard 1/2 is there twice");
        AssertRefused("merge S1 PARTS --out M", "shard.json: no such file");
        AssertRefused("simulate PARTS --out S1 --shard 2/2", "holds shard 1/2, not 2/2");
        AssertRefused("simulate PARTS --out S3 --shard 3/2", "allowed: I/N");

        File.WriteAllText(At("other.yaml"), Experiment.Replace("seed: 3", "seed: 4", StringComparison.Ordinal));
        Assert.Equal(0, Main("simulate OTHER --out F --shard 2/2"));
        AssertRefused("merge S1 F --out M", "is of a different experiment");

        string label = At("S2/shard.json"), text = File.ReadAllText(label);
        File.WriteAllText(label, text.Replace("\"version\": \"", "\"version\": \"9", StringComparison.Ordinal));
        AssertRefused("merge S1 S2 --out M", "was made by version 9");
        File.WriteAllText(label, text.Replace("\"cpu\"", "\"cuda\"", StringComparison.Ordinal));
        AssertRefused("merge S1 S2 --out M", "on the device cuda");
        File.WriteAllText(label, "{}");
        AssertRefused("merge S1 S2 --out M", "not a shard's label");
        File.WriteAllText(label, text);

        string unit = Directory.GetFiles(At("S2/units")).Order().First(), bytes = unit + ".kept";
        File.Move(unit, bytes);
        AssertRefused("merge S1 S2 --out M", "is not finished");
        File.Copy(Directory.GetFiles(At("S1/units")).Order().First(), unit);
        AssertRefused("merge S1 S2 --out M", "does not belong to shard 2/2");
        File.WriteAllBytes(unit, [.. File.ReadAllBytes(bytes).Select((b, i) => i == 90 ? (byte)(b ^ 1) : b)]);
        AssertRefused("merge S1 S2 --out M", "is damaged");
        File.Move(bytes, unit, overwrite: true);
        Assert.False(Directory.Exists(At("M")));
        Assert.Equal(0, Main("merge S1 S2 --out M"));
        AssertRefused("merge S1 S2 --out M", "holds work already");
    }

    private string At(string name) => Path.Combine(folder, name);

    private void AssertSame(string left, string right)
    {
        foreach (string name in new[] { "results.json", "curves.npz", "curves.csv" })
            Assert.Equal(File.ReadAllBytes(At($"{left}/{name}")), File.ReadAllBytes(At($"{right}/{name}")));
    }

    private void AssertRefused(string arguments, string expected)
    {
        error.GetStringBuilder().Clear();
        Assert.Equal(2, Main(arguments));
        Assert.Contains(expected, error.ToString(), StringComparison.Ordinal);
        Assert.Equal(1, error.ToString().Count(c => c == '\n'));
    }

    private int Main(string arguments)
    {
        string[] words = arguments.Split(' ');
        bool isFolder = false;
        for (int i = 1; i < words.Length; i++)
        {
            if (words[i] is "PARTS" or "OTHER")
                words[i] = At(words[i].ToLowerInvariant() + ".yaml");
            else if (isFolder || (words[0] == "merge" && !words[i].StartsWith('-')))
                words[i] = At(words[i]);
            isFolder = words[i] == "--out";
        }

        string[] quiet = words[0] == "merge" ? words : [.. words, "--quiet"];
        return new CommandLine(TextWriter.Null, error, Runner.Run).Main(quiet);
    }
}
