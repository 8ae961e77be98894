using System.Globalization;
using System.Text;
using HighDimSgd.Cli;
using HighDimSgd.Devices;
using HighDimSgd.Devices.Cpu;
using HighDimSgd.Experiments;
using HighDimSgd.Results;
using HighDimSgd.Tests.Flows;

namespace HighDimSgd.Tests.Cli;

/// <summary>
/// Experiment files that are wrong in 2000 random ways: each is either taken, or refused with one line and exit code 2 (3 where the
/// machine is too small), and nothing is written. The run itself is left out; HDSGD_FUZZ sets another number of files.
/// </summary>
public sealed class HostileFileTests : IDisposable
{
    private static readonly string[] Pieces =
    [
        "1e999", "-1", "0", ".nan", "-.inf", "18446744073709551616", "1e-320", "0x10", "1_000", "~", "null", "true", "''", "\"\\u0000\"", "../../x", "/etc/passwd",
        "[", "]", "{", "}", ":", "- ", "*a", "&a [1, 2]", "<<: *a", "!!python/object:os.system", "!<tag:x>", "%YAML 9", "---\n", "...\n", "|\n", ">\n", "\t",
        "# ", "? ", "é", "\ud83d\ude00", "\u202e", "\0", "\r", "\u2028", "'", "\"", ",", "[[[[[[[[[[[[[[[[", "{a: {a: {a: {a: ", "seed: 7\n", "sizes: [1]\n", "kind", "gd", "poisson",
    ];

    private readonly string folder = Directory.CreateTempSubdirectory().FullName;

    private static int Files => int.TryParse(Environment.GetEnvironmentVariable("HDSGD_FUZZ"), CultureInfo.InvariantCulture, out int files) ? files : 2000;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public void AnyFileIsTakenOrRefusedInOneLine()
    {
        var random = new System.Random(20260206);
        string[] sound = [.. ReadyMade.Names.Select(ReadyMade.Text), .. FlowSamples.All];
        string file = Path.Combine(folder, "hostile.yaml");
        int refused = 0;
        for (int i = 0; i < Files; i++)
        {
            byte[] bytes = Mutate(sound[random.Next(sound.Length)], random);
            File.WriteAllBytes(file, bytes);
            (int code, string error) = Main(file);
            string shown = Encoding.UTF8.GetString(bytes);
            Assert.True(code is 0 or 2 or 3, $"exit code {code}: {error}\n{shown}");
            if (code != 0)
            {
                refused++;
                Assert.True(error.Count(c => c == '\n') == 1 && error.StartsWith("hdsgd: ", StringComparison.Ordinal), $"{error}\n{shown}");
                Assert.DoesNotContain(error.TrimEnd('\n'), char.IsControl);
            }

            Assert.Equal(bytes, File.ReadAllBytes(file));
            Assert.Equal([file], Directory.GetFileSystemEntries(folder));
        }

        Assert.InRange(refused, Files / 3, Files);
    }

    [Fact]
    public void AnchorsThatExplodeAreRefusedAtOnce()
    {
        var text = new StringBuilder("a: &a [1,1,1,1,1,1,1,1,1]\n");
        for (char c = 'b'; c <= 'z'; c++)
            text.Append(CultureInfo.InvariantCulture, $"{c}: &{c} [{string.Join(',', Enumerable.Repeat($"*{(char)(c - 1)}", 9))}]\n");
        AssertRefused(text.ToString());
        AssertRefused(string.Concat(Enumerable.Repeat("{a: ", 100_000)));
        AssertRefused("seed: " + new string('9', 500_000));
        AssertRefused("model: !!js/function 'function(){}'\n");

        void AssertRefused(string content)
        {
            string file = Path.Combine(folder, "hostile.yaml");
            File.WriteAllText(file, content);
            var watch = System.Diagnostics.Stopwatch.StartNew();
            (int code, string error) = Main(file);
            Assert.Equal(2, code);
            Assert.Equal(1, error.Count(c => c == '\n'));
            Assert.InRange(error.Length, 10, 1000);
            Assert.InRange(watch.Elapsed.TotalSeconds, 0, 5);
        }
    }

    private static byte[] Mutate(string sound, System.Random random)
    {
        var text = new StringBuilder(sound);
        for (int n = random.Next(1, 4); n > 0; n--)
        {
            int at = random.Next(text.Length), length = Math.Min(random.Next(1, 12), text.Length - at);
            switch (random.Next(5))
            {
                case 0:
                    text.Remove(at, length);
                    break;
                case 1:
                    text.Insert(at, Pieces[random.Next(Pieces.Length)]);
                    break;
                case 2:
                    text.Remove(at, length).Insert(at, Pieces[random.Next(Pieces.Length)]);
                    break;
                case 3:
                    text.Insert(random.Next(text.Length), text.ToString(at, length));
                    break;
                default:
                    ReplaceValue(text, Pieces[random.Next(Pieces.Length)], random);
                    break;
            }
        }

        byte[] bytes = Encoding.UTF8.GetBytes(text.ToString());
        if (random.Next(10) == 0)
            bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
        return bytes;
    }

    /// <summary>Puts a piece in the place of a value.</summary>
    private static void ReplaceValue(StringBuilder text, string piece, System.Random random)
    {
        string now = text.ToString();
        int[] colons = [.. Enumerable.Range(0, now.Length).Where(i => now[i] == ':')];
        if (colons.Length == 0)
            return;
        int start = colons[random.Next(colons.Length)] + 1, end = now.IndexOfAny([',', '}', '\n'], start);
        end = end < 0 ? now.Length : end;
        text.Remove(start, end - start).Insert(start, " " + piece);
    }

    private (int Code, string Error) Main(string file)
    {
        var error = new StringWriter { NewLine = "\n" };
        int code = new CommandLine(TextWriter.Null, error, Refuse, (e, _, _, _) => new(e, [], [], [], [], new("pass", "", []))).Main(["run", file, "--out", Path.Combine(folder, "out"), "--quiet"]);
        return (code, error.ToString());
    }

    /// <summary>What a run does before its work.</summary>
    private static ExperimentResult Refuse(
        Experiment experiment, RunOptions options, IProgress<RunProgress>? progress, CancellationToken cancellation)
    {
        MemoryCheck.Refuse(experiment, new CpuDevice(1));
        var theory = new TheoryResult(TheoryResult.Ok, "", "sgf", [], new Dictionary<string, Curve>());
        return new(experiment, theory, new Dictionary<string, TheoryResult>(), [], new Dictionary<string, FiniteSizeFit>(), new("pass", "", []));
    }
}
