using HighDimSgd.Experiments;
using HighDimSgd.Results;

namespace HighDimSgd.Tests.Simulation;

/// <summary>Whole runs through files: stopped and continued, cut in other ways, extended, refused.</summary>
public sealed class RunnerTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("hdsgd-").FullName;

    public void Dispose() => Directory.Delete(folder, true);

    [Fact]
    public void AStoppedRunContinuesToTheSameBytes()
    {
        Experiment experiment = Settings.Small(replicas: 200) with { Compare = [ClockKind.Gd] };
        Runner.Run(experiment, new(At("whole"), Threads: 1));
        int stops = 0;
        while (!Completes(experiment, stopAtReport: 2 + (stops % 3)))
            stops++;
        Assert.InRange(stops, 3, 100);
        AssertSame("whole", "cut");
    }

    [Fact]
    public void MoreReplicasAndSizesContinueInTheSameFolder()
    {
        Experiment small = Settings.Small(replicas: 20);
        Experiment large = small with { Sizes = [40, 60], Replicas = [50, 30], Theory = small.Theory with { Sweeps = 5 } };
        Runner.Run(small, new(At("grown")));
        Runner.Run(large, new(At("grown")));
        Runner.Run(large, new(At("fresh")));
        AssertSame("fresh", "grown");
    }

    [Fact]
    public void FewerRecordPointsAreTakenFromWhatIsThere()
    {
        Experiment all = Settings.Small();
        Experiment few = all with { RecordSteps = [0, 4, 10] };
        Runner.Run(all, new(At("all")));
        ExperimentResult picked = Runner.Run(few, new(At("all")));
        ExperimentResult fresh = Runner.Run(few, new(At("few")));
        Assert.Equal(fresh.Sizes[0].Observables["q"].Mean, picked.Sizes[0].Observables["q"].Mean);
        Assert.Throws<ExperimentException>(() => Runner.Run(all, new(At("few"))));
    }

    [Fact]
    public void WorkOfAnotherExperimentIsRefused()
    {
        Experiment experiment = Settings.Small();
        Runner.Run(experiment, new(At("one")));
        Experiment other = experiment with { Algorithm = experiment.Algorithm with { Temperature = 0.9 } };
        string message = Assert.Throws<ExperimentException>(() => Runner.Run(other, new(At("one")))).Message;
        Assert.Contains("different experiment", message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', message);
    }

    [Fact]
    public void ADamagedUnitIsNamed()
    {
        Experiment experiment = Settings.Small();
        Runner.Run(experiment, new(At("one")));
        string unit = Directory.GetFiles(Path.Combine(At("one"), "units")).Order(StringComparer.Ordinal).First();
        byte[] bytes = File.ReadAllBytes(unit);
        bytes[^100] ^= 1;
        File.WriteAllBytes(unit, bytes);
        Assert.Contains(unit, Assert.Throws<ExperimentException>(() => Runner.Run(experiment, new(At("one")))).Message, StringComparison.Ordinal);
        File.WriteAllBytes(unit, bytes[..10]);
        Assert.Contains(unit, Assert.Throws<ExperimentException>(() => Runner.Run(experiment, new(At("one")))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void WhatDoesNotFitIsRefusedBeforeAnythingIsWritten()
    {
        Experiment experiment = Settings.Small(size: 2_000_000);
        Assert.Contains("GB", Assert.Throws<MachineException>(() => Runner.Run(experiment, new(At("large")))).Message, StringComparison.Ordinal);
        Assert.False(Directory.Exists(At("large")));
    }

    [Fact]
    public void DivergedReplicasAreNamedAndTheTheoryRefusesWithAReason()
    {
        Experiment small = Settings.Small(ClockKind.Gd, model: 0, steps: 400);
        Experiment experiment = small with { Algorithm = small.Algorithm with { Step = 50 } };
        ExperimentResult result = Runner.Run(experiment, new(At("wild")));
        Assert.Equal(6, result.Sizes[0].Diverged.Count);
        Assert.Equal(TheoryResult.Refused, result.Theory.Status);
        Assert.NotEmpty(result.Theory.Why);
        Assert.Equal("unresolved", result.Verdict.Status);
        Assert.DoesNotContain("NaN", File.ReadAllText(Path.Combine(At("wild"), ResultsFile.Name)), StringComparison.Ordinal);
    }

    private bool Completes(Experiment experiment, int stopAtReport)
    {
        using var source = new CancellationTokenSource();
        int reports = 0;
        try
        {
            Runner.Run(experiment, new(At("cut"), Threads: 2), new Stop(() => ++reports == stopAtReport, source), source.Token);
            return true;
        }
        catch (OperationCanceledException)
        {
            Assert.False(File.Exists(Path.Combine(At("cut"), ResultsFile.Name)));
            return false;
        }
    }

    private string At(string name) => Path.Combine(folder, name);

    private void AssertSame(string expected, string actual)
    {
        foreach (string file in new[] { ResultsFile.Name, "curves.npz", "curves.csv" })
            Assert.True(File.ReadAllBytes(Path.Combine(At(expected), file)).SequenceEqual(File.ReadAllBytes(Path.Combine(At(actual), file))), file);
    }

    private sealed class Stop(Func<bool> now, CancellationTokenSource source) : IProgress<RunProgress>
    {
        public void Report(RunProgress value)
        {
            if (now())
                source.Cancel();
        }
    }
}
