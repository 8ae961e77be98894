using HighDimSgd.Cli;
using HighDimSgd.Experiments;
using HighDimSgd.Results;
using HighDimSgd.Tests.Experiments;

namespace HighDimSgd.Tests.Cli;

/// <summary>The command from its arguments to exit code and text, with a stand-in for the run itself.</summary>
public sealed class CommandLineTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory().FullName;
    private readonly string _file;
    private readonly StringWriter _output = new();
    private readonly StringWriter _error = new();
    private RunOptions? _options;

    public CommandLineTests()
    {
        _file = Path.Combine(_folder, "short.yaml");
        File.WriteAllText(_file, Samples.Shortest);
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData("")]
    [InlineData("rnu FILE", "unknown command or option 'rnu'")]
    [InlineData("run")]
    [InlineData("run FILE --foo", "unknown command or option '--foo'")]
    [InlineData("run FILE FILE")]
    [InlineData("run FILE --threads 0", "allowed: a whole number from 1 to 4096")]
    [InlineData("run FILE --threads two", "allowed: a whole number from 1 to 4096")]
    [InlineData("run FILE --threads 1 --threads 2")]
    [InlineData("run FILE --device gpu", "allowed: auto, cpu, cuda, opencl, ilgpu-cpu")]
    [InlineData("run FILE --out FILE", "is a file")]
    [InlineData("run FILEx", "no such file")]
    [InlineData("run @FILE", "no such file")]
    [InlineData("theory FILE --device cpu", "unknown command or option '--device'")]
    [InlineData("devices --quiet")]
    [InlineData("run FILE --progress bars", "--progress: 'bars' is not known; allowed: auto, plain, json")]
    [InlineData("run FILE --progress Json", "allowed: auto, plain, json")]
    [InlineData("run FILE --time-limit 10", "--time-limit: '10' is not allowed; allowed: 90s, 30m, 2h or H:MM:SS, from 1 second to 1000 hours")]
    [InlineData("simulate FILE --shard 1/2 --time-limit 0s", "--time-limit: '0s' is not allowed")]
    [InlineData("theory FILE --time-limit 1h", "unknown command or option '--time-limit'")]
    public void AWrongRequestIsOneLineAndExitCode2(string arguments, string expected = "hdsgd: ")
    {
        Assert.Equal(2, Main(arguments, (_, _) => throw new InvalidOperationException("must not run")));
        AssertOneErrorLine(expected);
        Assert.Equal([_file], Directory.GetFileSystemEntries(_folder));
    }

    [Fact]
    public void AWrongExperimentIsOneLineAndExitCode2()
    {
        File.WriteAllText(_file, Samples.With("ridge", "rigde"));
        Assert.Equal(2, Main("run FILE", (_, _) => throw new InvalidOperationException("must not run")));
        AssertOneErrorLine($"{_file}:7: model: unknown key 'rigde', did you mean 'ridge'?");
    }

    [Theory]
    [InlineData("pass", 0)]
    [InlineData("unresolved", 0)]
    [InlineData("fail", 1)]
    public void TheVerdictDecidesTheExitCodeAndEndsTheOutput(string status, int code)
    {
        string folder = Path.Combine(_folder, "results");
        Assert.Equal(code, Main($"run FILE --out {folder} --device cpu --threads 3", (e, _) => Result(e, status)));
        Assert.Equal(new RunOptions(folder, "cpu", 3), _options);
        string[] lines = Lines(_output);
        Assert.Contains(lines, l => Words(l).SequenceEqual(["250", "q", "1.25", "0.26", "1.23", "%", "pass"]));
        Assert.Contains(lines, l => Words(l).SequenceEqual(["limit", "m", "-", "-", "-", "unresolved"]));
        Assert.Equal($"verdict: {status}: because", lines[^2]);
        Assert.Equal($"report: {Path.Combine(folder, "report.html")}", lines[^1]);
        Assert.Equal("", _error.ToString());
    }

    [Fact]
    public void TheoryAloneShowsItsLastTime()
    {
        Assert.Equal(0, Main("theory FILE", (e, _) => Result(e, "unresolved")));
        Assert.Equal(new RunOptions(Stages: Stages.Theory), _options);
        string[] lines = Lines(_output);
        Assert.Contains(lines, l => Words(l).SequenceEqual(["q", "2.88300", "0.00100"]));
        Assert.Equal($"report: {Path.Combine("out", "short", "report.html")}", lines[^1]);
    }

    [Fact]
    public void QuietPrintsNothingAndReportsNoProgress()
    {
        Assert.Equal(1, Main("run FILE --quiet --progress json", (e, progress) =>
        {
            Assert.Null(progress);
            return Result(e, "fail");
        }));
        Assert.Equal("", _output.ToString() + _error);
    }

    [Fact]
    public void FailuresOfARunHaveTheirExitCodes()
    {
        (Exception Thrown, int Code, string Line)[] cases =
        [
            (new ExperimentException("out/short: holds another experiment"), 2, "hdsgd: out/short: holds another experiment"),
            (new MachineException("needs 80 GiB memory, there are 23 GiB"), 3, "hdsgd: needs 80 GiB memory, there are 23 GiB"),
            (new InsufficientMemoryException("no memory"), 3, "hdsgd: no memory"),
            (new IOException("No space left on device"), 3, "hdsgd: No space left on device"),
            (new OperationCanceledException(), 70, "OperationCanceledException"),
            (new InvalidOperationException("first\nsecond"), 70, "InvalidOperationException: first\\u{a}second"),
        ];
        foreach ((Exception thrown, int code, string line) in cases)
        {
            _error.GetStringBuilder().Clear();
            Assert.Equal(code, Main("run FILE", (_, _) => throw thrown));
            AssertOneErrorLine(line);
        }
    }

    [Fact]
    public void AnInterruptedRunSaysThatItCanBeContinued()
    {
        using var stop = new CancellationTokenSource();
        stop.Cancel();
        Assert.Equal(4, Main("run FILE", (_, _) => throw new OperationCanceledException(stop.Token), stop.Token));
        AssertOneErrorLine("the same command continues");
    }

    [Fact]
    public void ProgressIsPlainLinesWhereThereIsNoTerminal()
    {
        Assert.Equal(0, Main("run FILE", (e, progress) =>
        {
            for (int i = 0; i <= 1000; i++)
                progress!.Report(new RunProgress("simulate d=10", i, 1000, "q(1) 2 +- 0.1"));
            return Result(e, "pass");
        }));
        string[] lines = Lines(_error);
        Assert.InRange(lines.Length, 2, 10);
        Assert.Equal("simulate d=10: 0/1000, q(1) 2 +- 0.1", lines[0]);
        Assert.StartsWith("simulate d=10: 1000/1000, ", lines[^1], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--progress json", true)]
    [InlineData("--progress plain", false)]
    public void ProgressHasTheAskedForm(string option, bool isJson)
    {
        Assert.Equal(0, Main($"theory FILE {option}", (e, progress) =>
        {
            progress!.Report(new RunProgress("theory gd", 1, 2, ""));
            return Result(e, "pass");
        }));
        Assert.Equal(isJson, Assert.Single(Lines(_error)).StartsWith("{\"stage\":\"theory gd\",", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("--version", ".")]
    [InlineData("--help", "devices")]
    [InlineData("run --help", "--threads")]
    [InlineData("devices", "ilgpu-cpu")]
    public void HelpVersionAndDevicesGoToStandardOutput(string arguments, string expected)
    {
        Assert.Equal(0, Main(arguments, (_, _) => throw new InvalidOperationException("must not run")));
        Assert.Contains(expected, _output.ToString(), StringComparison.Ordinal);
        Assert.Equal("", _error.ToString());
    }

    private int Main(string arguments, Func<Experiment, IProgress<RunProgress>?, ExperimentResult> run, CancellationToken stop = default)
    {
        string[] args = [.. arguments.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(a => a.Replace("FILE", _file, StringComparison.Ordinal))];
        return new CommandLine(_output, _error, (experiment, options, progress, _) =>
        {
            _options = options;
            return run(experiment, progress);
        }).Main(args, stop);
    }

    private void AssertOneErrorLine(string expected)
    {
        Assert.Contains(expected, Assert.Single(Lines(_error)), StringComparison.Ordinal);
        Assert.Equal("", _output.ToString());
    }

    private static string[] Lines(StringWriter text) => text.ToString().Split('\n', StringSplitOptions.RemoveEmptyEntries);

    private static string[] Words(string line) => line.Split(' ', StringSplitOptions.RemoveEmptyEntries);

    private static ExperimentResult Result(Experiment experiment, string status)
    {
        var curves = new Dictionary<string, Curve> { ["q"] = new([1, 2.883], [0, 0.001], [0, 0.01]) };
        var theory = new TheoryResult(TheoryResult.Ok, "", "gd", [0, 0.3], curves);
        Check[] checks =
        [
            new(250, "q", 1.25, 0.26, "pass", 0.0123, [0, 1.25]),
            new(null, "m", double.NaN, null, "unresolved", null, [0, double.NaN]),
        ];
        return new ExperimentResult(
            experiment, theory, new Dictionary<string, TheoryResult>(), [], new Dictionary<string, FiniteSizeFit>(), new Verdict(status, "because", checks));
    }
}
