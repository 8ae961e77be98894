using HighDimSgd.Cli;
using HighDimSgd.Experiments;
using HighDimSgd.Flows;

namespace HighDimSgd.Tests.Flows;

/// <summary>Whole runs of flow experiments through files and the command: stopped and continued, extended, refused.</summary>
public sealed class FlowRunnerTests : IDisposable
{
    private const string Small = """
        family: flow
        name: small
        problem: multiplicative
        starts: [1, -1]
        algorithms: [sgd, smf2, svag]
        rates: [0.5, 0.25]
        amplifications: [1, 2]
        drive: samples
        replicas: 16000
        horizon: 1
        record: {points: 3}
        """;

    private readonly string folder = Directory.CreateTempSubdirectory("hdsgd-").FullName;
    private readonly StringWriter output = new(), error = new();

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public void AStoppedRunContinuesToTheSameBytes()
    {
        FlowExperiment experiment = FlowExperiment.Parse(Small, "f");
        FlowRunner.Run(experiment, new(At("whole"), Threads: 1));
        int stops = 0;
        while (stops < 100 && !Completes(experiment, stopAtReport: 1 + (stops % 2)))
            stops++;
        Assert.InRange(stops, 2, 99);
        foreach (string name in new[] { "results.json", "curves.npz", "curves.csv" })
            Assert.Equal(File.ReadAllBytes(Path.Combine(At("whole"), name)), File.ReadAllBytes(Path.Combine(At("cut"), name)));
    }

    [Fact]
    public void MoreReplicasRatesAndAlgorithmsContinueInTheSameFolder()
    {
        FlowExperiment large = FlowExperiment.Parse(Small, "f");
        FlowExperiment small = large with { Replicas = 2 * FlowExperiment.Block, Algorithms = [FlowAlgorithm.Sgd, FlowAlgorithm.Smf2], Rates = [0.25], Batches = [1] };
        FlowRunner.Run(small, new(At("grown")));
        string first = Directory.GetFiles(At("grown"), "*.unit", SearchOption.AllDirectories)[0];
        DateTime written = File.GetLastWriteTimeUtc(first);
        FlowRunner.Run(large, new(At("grown")));
        FlowRunner.Run(large, new(At("fresh")));
        Assert.Equal(written, File.GetLastWriteTimeUtc(first));
        Assert.Equal(File.ReadAllBytes(Path.Combine(At("fresh"), "results.json")), File.ReadAllBytes(Path.Combine(At("grown"), "results.json")));
        Assert.Contains("different experiment", Assert.Throws<ExperimentException>(() => FlowRunner.Run(large with { Seed = 3 }, new(At("grown")))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void MergedShardsGiveTheBytesOfOneRun()
    {
        string file = At("small.yaml");
        File.WriteAllText(file, Small);
        Assert.InRange(Main("run", file, "--out", At("whole"), "--quiet"), 0, 1);
        foreach (string part in new[] { "1", "2", "3" })
            Assert.Equal(0, Main("simulate", file, "--shard", $"{part}/3", "--out", At(part), "--quiet"));
        string lost = Directory.GetFiles(At("2"), "flow-smf2_rate0.25-*.unit", SearchOption.AllDirectories).Single();
        File.Move(lost, At("lost"));
        Assert.Equal(2, Main("merge", At("3"), At("1"), At("2"), "--out", At("merged")));
        Assert.Contains("shard 2/3 is not finished: 1 of 1 blocks of smf2_rate0.25 are missing, the first is 1; run its command again", error.ToString(), StringComparison.Ordinal);
        File.Move(At("lost"), lost);
        Assert.Equal(0, Main("merge", At("3"), At("1"), At("2"), "--out", At("merged")));
        Assert.Contains("merged 3 shards, 131072 replicas of small", output.ToString(), StringComparison.Ordinal);
        Assert.InRange(Main("run", file, "--out", At("merged"), "--quiet"), 0, 1);
        foreach (string name in new[] { "results.json", "curves.npz", "curves.csv" })
            Assert.Equal(File.ReadAllBytes(Path.Combine(At("whole"), name)), File.ReadAllBytes(Path.Combine(At("merged"), name)));
    }

    [Fact]
    public void TheCommandRunsReportsAndRefuses()
    {
        string file = At("small.yaml"), hot = At("hot.yaml");
        File.WriteAllText(file, Small);
        File.WriteAllText(hot, Small.Replace("problem: multiplicative", "problem: {kind: multiplicative, cubic: 1}", StringComparison.Ordinal));
        Assert.InRange(Main("run", file, "--out", At("out")), 0, 1);
        Assert.Contains("verdict: ", output.ToString(), StringComparison.Ordinal);
        Assert.Contains("svag, l = 2, η = 0.25 − sgd", File.ReadAllText(Path.Combine(At("out"), "report.html")), StringComparison.Ordinal);
        Assert.Contains("simulate svag_l2_rate0.25: 4/4", error.ToString(), StringComparison.Ordinal);
        Assert.Equal(0, Main("report", At("out")));
        Assert.Equal(0, Main("theory", file, "--out", At("theory")));
        Assert.Contains("sgd_rate0.25", output.ToString(), StringComparison.Ordinal);
        Assert.Equal(0, Main("report", At("theory")));
        Assert.Equal(0, Main("simulate", hot, "--out", At("hot"), "--quiet"));
        error.GetStringBuilder().Clear();
        Assert.Equal(2, Main("theory", hot, "--out", At("none")));
        Assert.Equal(2, Main("plan", file, "--observable", "q"));
        Assert.Equal(2, Main("run", hot, "--out", At("out"), "--quiet"));
        string[] lines = error.ToString().Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(3, lines.Length);
        Assert.Contains("has no closed moments here", lines[0], StringComparison.Ordinal);
        Assert.Contains("there is no statistic 'q'; there are: xx", lines[1], StringComparison.Ordinal);
        Assert.Contains("this folder holds work of a different experiment", lines[2], StringComparison.Ordinal);
        Assert.False(Directory.Exists(At("none")));
    }

    private bool Completes(FlowExperiment experiment, int stopAtReport)
    {
        using var stop = new CancellationTokenSource();
        try
        {
            FlowRunner.Run(experiment, new(At("cut"), Threads: 1), new StopAt(stopAtReport, stop), stop.Token);
            return true;
        }
        catch (OperationCanceledException)
        {
            return false;
        }
    }

    private int Main(params string[] arguments) => new CommandLine(output, error, (_, _, _, _) => throw new InvalidOperationException("another family")).Main(arguments);

    private string At(string name) => Path.Combine(folder, name);

    private sealed class StopAt(int report, CancellationTokenSource stop) : IProgress<RunProgress>
    {
        private readonly HashSet<string> begun = [];
        private int count;

        public void Report(RunProgress value)
        {
            // The first report of a stage tells what was there before.
            if (!begun.Add(value.Stage) && ++count == report)
                stop.Cancel();
        }
    }
}
