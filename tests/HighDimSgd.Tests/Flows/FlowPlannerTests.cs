using HighDimSgd.Experiments;
using HighDimSgd.Flows;
using HighDimSgd.Planning;

namespace HighDimSgd.Tests.Flows;

/// <summary>What is foretold of a flow experiment, against the experiment.</summary>
public sealed class FlowPlannerTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("hdsgd-").FullName;
    private readonly FlowExperiment experiment = FlowExperiment.Parse(FlowSamples.TwoPoints, "f") with { Replicas = 60 * FlowExperiment.Block };

    public void Dispose() => Directory.Delete(folder, recursive: true);

    /// <summary>
    /// The seed is fixed, but how many blocks the pilots have is a matter of speed: with eight, the fewest, the largest error of twelve runs is out by a
    /// factor 2 for one seed in 300 (chi-squared of 7 degrees of freedom, upwards for any run, downwards for all three rates).
    /// </summary>
    [Fact]
    public void FilesAndErrorsAreThoseOfTheRun()
    {
        Plan before = FlowPlanner.Make(experiment, new(folder, Error: 1e-4, Observable: "xy"));
        Assert.Equal(13, before.Stages.Count);
        Assert.All(before.Stages, s => Assert.True(s.Seconds > 0 && s.Done == 0));
        Assert.Equal(2, before.Notes.Count);
        FlowResult result = FlowRunner.Run(experiment, new(folder));
        long bytes = Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories).Sum(p => new FileInfo(p).Length);
        Assert.InRange(before.DiskBytes / (double)bytes, 0.7, 1.4);
        double error = result.Runs.Max(r => r.Observables["xy"].Error[^1]);
        string[] words = before.Notes[0].Split(' ');
        Assert.StartsWith("standard error of xy at t = 1: ", before.Notes[0], StringComparison.Ordinal);
        double foretold = double.Parse(words[8], System.Globalization.CultureInfo.InvariantCulture);
        Assert.InRange(foretold / error, 0.5, 2);
        double replicas = double.Parse(words[^2], System.Globalization.CultureInfo.InvariantCulture);
        Assert.InRange(replicas / (experiment.Replicas * Math.Pow(foretold / 1e-4, 2)), 0.97, 1.03);
        Assert.Contains(" less sgd_rate", before.Notes[1], StringComparison.Ordinal);

        Plan after = FlowPlanner.Make(experiment, new(folder));
        Assert.All(after.Stages.SkipLast(1), s => Assert.True(s.Seconds == 0 && s.Done == 60));
        Assert.Equal(6, after.Notes.Count);
        Plan more = FlowPlanner.Make(experiment with { Replicas = 2 * experiment.Replicas }, new(folder));
        Assert.All(more.Stages.SkipLast(1), s => Assert.True(s.Seconds > 0 && s.Done == 60 && s.Total == 120));
    }

    [Fact]
    public void AForeignFolderAndAnUnknownStatisticAreRefused()
    {
        FlowRunner.Run(experiment with { Replicas = 2 * FlowExperiment.Block }, new(folder));
        Assert.Contains("different experiment", Assert.Throws<ExperimentException>(() => FlowPlanner.Make(experiment with { Seed = 9 }, new(folder))).Message, StringComparison.Ordinal);
        Assert.Contains("there are: xx, xy, sin_xy", Assert.Throws<ExperimentException>(() => FlowPlanner.Make(experiment, new(folder, Observable: "q"))).Message, StringComparison.Ordinal);
    }
}
