using HighDimSgd.Cli;
using HighDimSgd.Experiments;
using HighDimSgd.Simulation;

namespace HighDimSgd.Tests.Cli;

/// <summary>What may change in the experiment file of a folder that has results, and what is refused: the table of docs/how-to/run-on-a-cluster.md.</summary>
public sealed class FolderChangesTests : IDisposable
{
    private const string First = """
        family: proportional
        name: first
        seed: 1
        model: {loss: squared, label: {kind: linear, noise: 0.5}}
        aspect: 2
        algorithm: {kind: sgf, temperature: 0.5, step: 0.1, horizon: 0.4}
        sizes: [8, 16, 32]
        replicas: 10
        replicas_per_design: 1
        record: {times: [0, 0.2, 0.4]}
        theory: {paths: 200, sweeps: 3, responses: parts}
        compare: []
        verdict: {alpha: 0.01}
        """;

    private static readonly (string Old, string New)[] Allowed =
    [
        ("first", "second"), ("replicas: 10", "replicas: 6"), ("replicas: 10", "replicas: [12, 10, 20]"), (", 32]", "]"), ("[8", "[4, 8"),
        ("sweeps: 3", "sweeps: 5"), ("[]", "[gd]"), ("alpha: 0.01", "alpha: 0.05"), ("0.2, ", ""),
    ];

    private static readonly (string Old, string New)[] Refused =
    [
        ("0.2,", "0.2, 0.3,"), ("noise: 0.5", "noise: 0.6"), ("aspect: 2", "aspect: 3"), ("temperature: 0.5", "temperature: 0.6"), ("seed: 1", "seed: 2"),
        ("aspect", "design: {law: rademacher}\naspect"), ("replicas_per_design: 1", "replicas_per_design: 5"), ("paths: 200", "paths: 300"), ("parts", "tangent"),
    ];

    private readonly string folder = Directory.CreateTempSubdirectory("hdsgd-").FullName;
    private readonly StringWriter error = new();

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public void EveryAllowedChangeGivesTheResultsOfAFreshFolder()
    {
        Assert.True(Run(First, "there") is 0 or 1, $"{error}");
        for (int i = 0; i < Allowed.Length; i++)
        {
            string changed = Changed(Allowed[i].Old, Allowed[i].New), fresh = $"fresh{i}";
            Assert.True(Run(changed, "there") is 0 or 1, $"{Allowed[i]}: {error}");
            Assert.True(Run(changed, fresh) is 0 or 1);
            Assert.Equal(Results(fresh), Results("there"));
        }
    }

    [Fact]
    public void EveryOtherChangeIsOneLineAndLeavesTheResults()
    {
        Assert.True(Run(First, "there") is 0 or 1, $"{error}");
        byte[] before = Results("there");
        foreach ((string old, string by) in Refused)
        {
            error.GetStringBuilder().Clear();
            Assert.True(Run(Changed(old, by), "there") is 2, by);
            Assert.Single(error.ToString().Split('\n', StringSplitOptions.RemoveEmptyEntries));
            Assert.Equal(before, Results("there"));
        }
    }

    [Theory]
    [InlineData("auto", 0, DesignStorage.Float32)]
    [InlineData("float32", 0, DesignStorage.Float32)]
    [InlineData("matrix-free", 2, DesignStorage.MatrixFree)]
    public void AFolderKeepsItsStorageWhereTheFileLeavesItOpen(string storage, int refused, DesignStorage kept)
    {
        string text = First.Replace("horizon: 0.4", "horizon: 4", StringComparison.Ordinal), more = text.Replace("32]", "32, 64, 400]", StringComparison.Ordinal);
        Assert.Equal(DesignStorage.Float32, Experiment.Parse(text, "f").Design.Storage);
        Assert.Equal(DesignStorage.MatrixFree, Experiment.Parse(more, "f").Design.Storage);
        Assert.True(Run(text, "there") is 0 or 1, $"{error}");
        string changed = $"design: {{storage: {storage}}}\n{more}", there = Path.Combine(folder, "there");
        Assert.True(Run(changed, "there") is int code && (refused == 2 ? code == 2 : code is 0 or 1), $"{error}");
        Experiment open = Experiment.Parse(changed, "f");
        Assert.Equal(kept, UnitStore.Settled(there, open, "cpu").Design.Storage);
        Assert.Equal(kept, UnitStore.Settled(there, open.Validate(), "cpu").Design.Storage);
        Assert.Equal(open.Design.Storage, UnitStore.Settled(Path.Combine(folder, "empty"), open, "cpu").Design.Storage);
    }

    [Theory]
    [InlineData("paths: 200", "paths: 300")]
    [InlineData("parts", "tangent")]
    public void AChangedTheoryIsRefusedBeforeAnythingIsSimulated(string old, string by)
    {
        Assert.True(Run(First, "there") is 0 or 1, $"{error}");
        string units = Path.Combine(folder, "there", "units");
        string[] before = Directory.GetFiles(units);
        Assert.Equal(2, Run(Changed(old, by).Replace("replicas: 10", "replicas: 20", StringComparison.Ordinal), "there"));
        Assert.Equal(before.Order(), Directory.GetFiles(units).Order());
    }

    private static string Changed(string old, string by)
    {
        Assert.Contains(old, First, StringComparison.Ordinal);
        return First.Replace(old, by, StringComparison.Ordinal);
    }

    private byte[] Results(string name) => File.ReadAllBytes(Path.Combine(folder, name, "results.json"));

    private int Run(string experiment, string name)
    {
        string file = Path.Combine(folder, "changing.yaml");
        File.WriteAllText(file, experiment);
        return new CommandLine(TextWriter.Null, error, Runner.Run).Main(["run", file, "--out", Path.Combine(folder, name), "--quiet"]);
    }
}
