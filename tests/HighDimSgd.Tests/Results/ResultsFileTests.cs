using System.Diagnostics;
using System.IO.Compression;
using System.Text;
using System.Text.Json.Nodes;
using HighDimSgd.Results;

namespace HighDimSgd.Tests.Results;

public sealed class ResultsFileTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("hdsgd-results-").FullName;
    private readonly ExperimentResult result;
    private readonly SizeCurves[] curves;

    public ResultsFileTests()
    {
        (result, curves) = Synthetic.Complete();
        ResultsFolder.Write(folder, result, Synthetic.Json(), curves, Synthetic.Manifest);
    }

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public void FolderHoldsWhatItShould()
    {
        Assert.Superset(new HashSet<string> { "results.json", "report.html", "curves.csv", "curves.npz", "manifest.json", "q.svg" },
            new HashSet<string>(Directory.GetFiles(folder).Select(f => Path.GetFileName(f)!)));
        Assert.Empty(Directory.GetFiles(folder, "*" + AtomicFile.TemporaryEnding));
    }

    [Fact]
    public void SameResultGivesTheSameBytes()
    {
        string other = Path.Combine(folder, "again");
        ResultsFolder.Write(other, Synthetic.Complete().Result, Synthetic.Json(), curves, Synthetic.Manifest);
        Assert.All(Directory.GetFiles(other), f => Assert.Equal(File.ReadAllBytes(Path.Combine(folder, Path.GetFileName(f))), File.ReadAllBytes(f)));
    }

    [Fact]
    public void JsonHasTheFixedKeysInFullPrecision()
    {
        JsonNode json = JsonNode.Parse(File.ReadAllText(Path.Combine(folder, "results.json")))!;
        Assert.Equal(1, (int)json["format"]!);
        Assert.Equal("logistic-sgf", (string)json["name"]!);
        Assert.Equal("proportional", (string)json["family"]!);
        Assert.Equal(3.0, (double)json["experiment"]!["model"]!["label"]!["slope"]!);
        Assert.Equal(result.Experiment.Times(), json["times"]!.AsArray().Select(v => (double)v!));
        Assert.Equal("ok", (string)json["theory"]!["status"]!);
        Assert.Equal("sgf", (string)json["theory"]!["clock"]!);
        Assert.Equal(result.Theory.Observables["q"].Error, json["theory"]!["observables"]!["q"]!["error"]!.AsArray().Select(v => (double)v!));
        Assert.NotNull(json["theories"]!["poisson"]);
        JsonNode size = json["sizes"]![2]!;
        Assert.Equal((1000, 2000, 200), ((int)size["d"]!, (int)size["n"]!, (int)size["replicas"]!));
        Assert.Equal(result.Sizes[2].Observables["m"].Variance, size["observables"]!["m"]!["variance"]!.AsArray().Select(v => (double)v!));
        Assert.Null(size["observables"]!["test_error"]!["mean"]![0]); // undefined there
        Assert.Equal(result.FiniteSize["q"].CoefficientError, json["finite_size"]!["q"]!["coefficient_error"]!.AsArray().Select(v => (double)v!));
        JsonNode m = json["finite_size"]!["m"]!;
        Assert.Equal(result.FiniteSize["m"].LimitInterval.High, m["limit_interval"]!["high"]!.AsArray().Select(v => (double)v!));
        Assert.Equal((13, 13), (m["limit_covariance"]!.AsArray().Count, m["limit_covariance"]![12]!.AsArray().Count));
        Assert.Equal((0.42, null), ((double)m["exponent"]!["low"]![12]!, m["exponent"]!["high"]![12]));
        Assert.StartsWith("The exponent", (string)m["advice"]!, StringComparison.Ordinal);
        Assert.True(json["finite_size"]!["q"]!.AsObject().TryGetPropertyValue("advice", out JsonNode? none) && none is null);
        JsonArray checks = json["verdict"]!["checks"]!.AsArray();
        Assert.Equal(250, (int)checks[0]!["size"]!);
        Assert.Equal("limit", (string)checks[^1]!["size"]!);
        Assert.Null(checks[0]!["p"]);
    }

    [Fact]
    public void JsonReadsBackTheSame()
    {
        using FileStream stream = File.OpenRead(Path.Combine(folder, "results.json"));
        (ExperimentResult read, JsonObject experiment) = ResultsFile.Read(stream, _ => result.Experiment);
        Assert.Equivalent(result, read, strict: true);
        Assert.True(JsonNode.DeepEquals(Synthetic.Json(), experiment));
    }

    [Theory]
    [InlineData("")]
    [InlineData("[]")]
    [InlineData("{\"format\": 2}")]
    [InlineData("{\"format\": 1, \"name\": \"x\"}")]
    public void ForeignJsonIsRefused(string text)
    {
        using var stream = new MemoryStream(Encoding.UTF8.GetBytes(text));
        Assert.Throws<InvalidDataException>(() => ResultsFile.Read(stream, _ => result.Experiment));
    }

    [Fact]
    public void CsvHasOneRowPerValue()
    {
        string[] lines = File.ReadAllLines(Path.Combine(folder, "curves.csv"));
        Assert.Equal("source,size,observable,time,mean,error,variance", lines[0]);
        Assert.Equal(1 + (3 + 2) * 7 * 13, lines.Length);
        Assert.All(lines, l => Assert.Equal(6, l.Count(c => c == ',')));
        Assert.Contains("simulation,250,q,0,1,0,0", lines);
        Assert.Single(lines, l => l.StartsWith("simulation,1000,test_error,0,,,", StringComparison.Ordinal));
        string[] row = Assert.Single(lines, l => l.StartsWith("theory:poisson,,grad2,12,", StringComparison.Ordinal)).Split(',');
        Assert.Equal(result.Theories["poisson"].Observables["grad2"].Mean[12], double.Parse(row[4]));
    }

    [Fact]
    public void ArchiveHoldsEveryReplica()
    {
        using ZipArchive zip = ZipFile.OpenRead(Path.Combine(folder, "curves.npz"));
        Assert.Equal(1 + 2 * 7 + 3 * 7, zip.Entries.Count);
        Assert.All(zip.Entries, e => Assert.Equal(new DateTime(1980, 1, 1), e.LastWriteTime.DateTime));
        Assert.Equal(result.Experiment.Times(), Npy(zip, "times", "(13,)"));
        Assert.Equal(result.Theory.Observables["m"].Error, Npy(zip, "theory_m_error", "(13,)"));
        int i = Array.IndexOf(Synthetic.Names, "test_error");
        Assert.Equal(curves[1].Values[i].Cast<double>(), Npy(zip, "size500_test_error", "(200, 13,)"));
    }

    [SkippableFact]
    public void NumpyReadsTheArchive()
    {
        const string Script = """
            import sys, numpy
            z = numpy.load(sys.argv[1])
            a = z["size250_q"]
            print(len(z.files), a.shape, a.dtype, a.flags.c_contiguous, z["times"].shape)
            print(repr(float(a[7, 3])), repr(float(z["theory_test_loss"][-1])), int(numpy.isnan(z["size1000_test_error"]).sum()))
            """;
        string[] lines = Python(Script, Path.Combine(folder, "curves.npz")).Split('\n');
        Assert.Equal("36 (200, 13) float64 True (13,)", lines[0]);
        string[] numbers = lines[1].Split(' ');
        Assert.Equal(curves[0].Values[0][7, 3], double.Parse(numbers[0]));
        Assert.Equal(result.Theory.Observables["test_loss"].Mean[^1], double.Parse(numbers[1]));
        Assert.Equal("200", numbers[2]);
    }

    [Fact]
    public void ManifestSaysWhatMadeTheResults()
    {
        string path = Path.Combine(folder, "manifest.json");
        JsonNode json = JsonNode.Parse(File.ReadAllText(path))!;
        Assert.Matches(@"^\d+\.\d+\.\d+", (string)json["version"]!);
        Assert.DoesNotContain('+', (string)json["version"]!);
        Assert.True(json["commit"] is null || ((string)json["commit"]!).Length == 40);
        Assert.Equal(20260206UL, (ulong)json["seed"]!);
        Assert.Equal(3.4, (double)json["timing"]!["theory_s"]!);
        Assert.Equal(
            ["version", "commit", "device", "driver", "threads", "vector_width", "storage", "counter_layout", "input_hash", "seed", "start", "end", "timing"],
            json.AsObject().Select(p => p.Key)); // no host name
        using FileStream stream = File.OpenRead(path);
        Assert.Equivalent(Synthetic.Manifest, Manifest.Read(stream), strict: true);
    }

    [Fact]
    public void FailedWriteLeavesTheOldFile()
    {
        string path = Path.Combine(folder, "results.json");
        byte[] before = File.ReadAllBytes(path);
        Assert.Throws<InvalidOperationException>(() => AtomicFile.Write(path, s =>
        {
            s.WriteByte(1);
            throw new InvalidOperationException();
        }));
        Assert.Equal(before, File.ReadAllBytes(path));
        Assert.Empty(Directory.GetFiles(folder, "*" + AtomicFile.TemporaryEnding));
    }

    /// <summary>A reader of NumPy's format 1.0 after its documentation.</summary>
    private static double[] Npy(ZipArchive zip, string name, string shape)
    {
        using Stream stream = zip.GetEntry(name + ".npy")!.Open();
        using var memory = new MemoryStream();
        stream.CopyTo(memory);
        byte[] bytes = memory.ToArray();
        Assert.Equal([0x93, (byte)'N', (byte)'U', (byte)'M', (byte)'P', (byte)'Y', 1, 0], bytes[..8]);
        int data = 10 + BitConverter.ToUInt16(bytes, 8);
        Assert.Equal(0, data % 64);
        string header = Encoding.ASCII.GetString(bytes, 10, data - 10);
        Assert.Equal($"{{'descr': '<f8', 'fortran_order': False, 'shape': {shape}, }}", header.TrimEnd());
        Assert.EndsWith("\n", header, StringComparison.Ordinal);
        return [.. Enumerable.Range(0, (bytes.Length - data) / 8).Select(i => BitConverter.ToDouble(bytes, data + 8 * i))];
    }

    private static string Python(string script, string argument)
    {
        foreach (string python in new[] { "python3", "/usr/bin/python3" })
        {
            try
            {
                using Process process = Process.Start(new ProcessStartInfo(python, ["-c", "import numpy\n" + script, argument]) { RedirectStandardOutput = true, RedirectStandardError = true })!;
                Task<string> error = process.StandardError.ReadToEndAsync();
                string output = process.StandardOutput.ReadToEnd();
                process.WaitForExit();
                if (process.ExitCode == 0)
                {
                    return output;
                }

                if (!error.Result.Contains("No module named 'numpy'", StringComparison.Ordinal))
                {
                    throw new InvalidOperationException(error.Result);
                }
            }
            catch (System.ComponentModel.Win32Exception)
            {
                // No such interpreter.
            }
        }

        throw new SkipException("NumPy is not installed");
    }
}
