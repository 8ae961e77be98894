using HighDimSgd.Cli;
using HighDimSgd.Experiments;
using HighDimSgd.Results;

namespace HighDimSgd.Tests.Cli;

/// <summary>--time-limit: its forms, the moment at which it stops, and that a stopped run continues to the same bytes.</summary>
public sealed class TimeLimitTests : IDisposable
{
    private const string Limited = """
        family: proportional
        name: limited
        seed: 5
        model: {loss: squared, label: {kind: linear, noise: 0.5}}
        aspect: 2
        algorithm: {kind: sgf, temperature: 0.5, step: 0.1, horizon: 1}
        sizes: [20, 40]
        replicas: 200
        theory: {paths: 1000, sweeps: 4}
        """;

    private readonly string folder = Directory.CreateTempSubdirectory("hdsgd-").FullName;
    private readonly StringWriter output = new(), error = new();

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Theory]
    [InlineData("1s", 1)]
    [InlineData("90s", 90)]
    [InlineData("30m", 1800)]
    [InlineData("2h", 7200)]
    [InlineData("0:00:09", 9)]
    [InlineData("12:34:56", 45296)]
    [InlineData("1000:00:00", 3_600_000)]
    [InlineData("", null)]
    [InlineData("s", null)]
    [InlineData("0s", null)]
    [InlineData("30", null)]
    [InlineData("-5m", null)]
    [InlineData("1.5h", null)]
    [InlineData("1h30m", null)]
    [InlineData("5 m", null)]
    [InlineData("5m\n", null)]
    [InlineData("5M", null)]
    [InlineData("1:60:00", null)]
    [InlineData("1:5:00", null)]
    [InlineData("10:00", null)]
    [InlineData("1-00:00:00", null)]
    [InlineData("1000:00:01", null)]
    [InlineData("999999999h", null)]
    [InlineData("99999999999999999999s", null)]
    [InlineData("\u0661m", null)]
    public void TheFormsOfALimit(string text, int? seconds) =>
        Assert.Equal(seconds is { } s ? TimeSpan.FromSeconds(s) : null, TimeLimit.Parse(text));

    [Fact]
    public void ItStopsWhenTheLongestUnitNoLongerFits()
    {
        var time = new Clock();
        using var limit = new TimeLimit(TimeSpan.FromSeconds(10), time, null, CancellationToken.None);
        double[] reports = [0, 3, 4, 6, 6.4]; // the longest pause is 3 s, the reserve half a second, so no unit begins after 6.5 s
        foreach (double now in reports)
        {
            time.Advance(now);
            limit.Report(new("theory sgf", 1, 9, ""));
            Assert.False(limit.Token.IsCancellationRequested);
        }

        time.Advance(6.49);
        Assert.False(limit.IsOver);
        time.Advance(6.51);
        Assert.True(limit.IsOver && limit.Token.IsCancellationRequested);
    }

    [Fact]
    public void AReportThatComesTooLateStopsAtOnce()
    {
        var time = new Clock();
        using var limit = new TimeLimit(TimeSpan.FromSeconds(10), time, null, CancellationToken.None);
        limit.Report(new("theory sgf", 0, 9, ""));
        time.Advance(6);
        limit.Report(new("theory sgf", 1, 9, ""));
        Assert.True(limit.IsOver);
    }

    [Theory]
    [InlineData("run FILE --out DIR/stopped --threads 2")]
    [InlineData("simulate FILE --out DIR/stopped --threads 1 --quiet")]
    public void AStoppedRunContinuesToTheSameBytes(string command)
    {
        File.WriteAllText(Path.Combine(folder, "limited.yaml"), Limited);
        Assert.Equal(0, Main(command.Replace("stopped", "whole", StringComparison.Ordinal), null));
        error.GetStringBuilder().Clear();

        // The run holds still after a few units, until it is told to stop: it cannot finish before.
        int units = 0;
        Assert.Equal(4, Main(command + " --time-limit 3s", (progress, end) => new Relay(value =>
        {
            progress?.Report(value);
            if (value.Done > 0 && Interlocked.Increment(ref units) >= 2)
                Assert.True(end.WaitHandle.WaitOne(TimeSpan.FromSeconds(60)));
        })));
        string[] lines = error.ToString().Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal("hdsgd: stopped at the time limit; the same command continues where it stopped", lines[^1]);
        string stopped = Path.Combine(folder, "stopped");
        Assert.False(File.Exists(Path.Combine(stopped, ResultsFile.Name)));
        Assert.NotEmpty(Directory.GetFiles(Path.Combine(stopped, "units")));

        Assert.Equal(0, Main(command + " --time-limit 1:00:00", null));
        Assert.Equal(File.ReadAllBytes(Path.Combine(folder, "whole", ResultsFile.Name)), File.ReadAllBytes(Path.Combine(stopped, ResultsFile.Name)));
    }

    private int Main(string command, Func<IProgress<RunProgress>?, CancellationToken, IProgress<RunProgress>>? watch)
    {
        string[] args = [.. command.Split(' ').Select(a => a.Replace("FILE", Path.Combine(folder, "limited.yaml"), StringComparison.Ordinal)
            .Replace("DIR", folder, StringComparison.Ordinal))];
        return new CommandLine(output, error, Run).Main(args);

        ExperimentResult Run(Experiment experiment, RunOptions options, IProgress<RunProgress>? progress, CancellationToken end) =>
            Runner.Run(experiment, options, watch is null ? progress : watch(progress, end), end);
    }

    private sealed class Relay(Action<RunProgress> report) : IProgress<RunProgress>
    {
        public void Report(RunProgress value) => report(value);
    }

    /// <summary>A clock that is set by hand, with at most one timer.</summary>
    private sealed class Clock : TimeProvider, ITimer
    {
        private double now;
        private double due = double.PositiveInfinity;
        private Action? callback;

        public override long TimestampFrequency => 1_000_000;

        public override long GetTimestamp() => (long)(now * 1_000_000);

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
        {
            this.callback = () => callback(state);
            return this;
        }

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            due = now + dueTime.TotalSeconds;
            return true;
        }

        public void Advance(double to)
        {
            now = to;
            if (now >= due)
                callback!();
        }

        public void Dispose()
        {
        }

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }
}
