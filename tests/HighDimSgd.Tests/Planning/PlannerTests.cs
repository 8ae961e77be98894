using HighDimSgd.Experiments;
using HighDimSgd.Planning;
using HighDimSgd.Results;
using HighDimSgd.Tests.Simulation;

namespace HighDimSgd.Tests.Planning;

/// <summary>Plans of small experiments: what is done, what is refused, and the errors that they foretell against those of the run.</summary>
public sealed class PlannerTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("hdsgd-").FullName;

    public void Dispose() => Directory.Delete(folder, true);

    [Fact]
    public void NothingIsWrittenAndAllIsLeft()
    {
        string fresh = Path.Combine(folder, "fresh");
        Experiment experiment = Ladder() with { Compare = [ClockKind.Gd, ClockKind.Sgf] };
        Plan plan = Planner.Make(experiment, new(fresh));
        Assert.False(Path.Exists(fresh));
        Assert.Equal(
            ["simulate d=20", "simulate d=40", "simulate d=80", "theory sgf", "theory gd", "report"], plan.Stages.Select(s => s.Name));
        Assert.All(plan.Stages, s => Assert.Equal(0, s.Done));
        Assert.All(plan.Stages, s => Assert.True(s.Seconds > 0 && s.MemoryBytes > 0 && s.DiskBytes > 0, s.Name));
        Assert.Equal(plan.Seconds, plan.Stages.Sum(s => s.Seconds), 1e-9);
    }

    [Fact]
    public void FinishedWorkIsCountedAsDone()
    {
        Experiment small = Ladder() with { Sizes = [20, 40], Replicas = [30, 10] };
        Runner.Run(small, new(folder));
        Plan plan = Planner.Make(Ladder(), new(folder));
        Assert.Equal([30, 10, 0, 3, 0], plan.Stages.Select(s => s.Done));
        Assert.Equal([120, 80, 60, 3, 1], plan.Stages.Select(s => s.Total));
        Assert.Equal((0.0, 0L), (plan.Stages[3].Seconds, plan.Stages[3].MemoryBytes));
        Assert.Contains("finished replicas at d = 20", plan.Precision!.Pilot, StringComparison.Ordinal);

        Plan finished = Planner.Make(small, new(folder));
        Assert.All(finished.Stages.SkipLast(1), s => Assert.Equal((s.Total, 0.0), (s.Done, s.Seconds)));
        Assert.Equal(finished.Stages[^1].Seconds, finished.Seconds);
    }

    [Fact]
    public void WhatARunRefusesIsRefused()
    {
        Runner.Run(Settings.Small(), new(folder));
        Assert.Contains("different experiment", Assert.Throws<ExperimentException>(() =>
            Planner.Make(Settings.Small() with { Seed = 18 }, new(folder))).Message, StringComparison.Ordinal);
        Assert.Contains("did you mean 'train_loss'", Assert.Throws<ExperimentException>(() =>
            Planner.Make(Settings.Small(), new(folder, Observable: "trian_loss"))).Message, StringComparison.Ordinal);
        Assert.Throws<ExperimentException>(() => Planner.Make(Settings.Small(), new(folder, Error: 0)));
        Assert.Throws<MachineException>(() => Planner.Make(Settings.Small(size: 2_000_000), new(folder)));
        Assert.Throws<MachineException>(() => Planner.Make(Settings.Small(), new(folder, Device: "cuda")));
    }

    [Fact]
    public void ATheoryThatIsRefusedIsForetold()
    {
        Experiment small = Settings.Small(ClockKind.Gd, model: 0, steps: 60);
        Plan plan = Planner.Make(small with { Algorithm = small.Algorithm with { Step = 50 } }, new(folder));
        Assert.Contains(plan.Notes, n => n.StartsWith("The theory gd will be refused: it stops at t = ", StringComparison.Ordinal));
    }

    /// <summary>
    /// Foretold from a pilot of another size with the 1/d law, against the run's own: the spread of a covariance from 100 replicas and
    /// of the law itself at d = 20 is about 15 %; leaving out the theory's share or the degrees of freedom shows.
    /// </summary>
    [Fact]
    public void TheDetectableDeviationIsThatOfTheVerdict()
    {
        Experiment experiment = Ladder() with { Theory = new(20_000, 12) };
        ExperimentResult result = Runner.Run(experiment, new(folder));
        Plan plan = Planner.Make(experiment, new(folder));
        Check[] limits = [.. result.Verdict.Checks.Where(c => c.Size is null)];
        Assert.Equal(limits.Length, plan.Precision!.Needs.Count);
        foreach (PrecisionNeed need in plan.Precision.Needs)
        {
            double detectable = limits.Single(c => c.Observable == need.Observable).Detectable!.Value;
            Assert.InRange(need.AsWritten / detectable, 0.75, 1.3);
        }
    }

    [Fact]
    public void TheStandardErrorIsThatOfTheFitAndItsReplicasFollowTheSquareLaw()
    {
        Experiment experiment = Ladder();
        ExperimentResult result = Runner.Run(experiment, new(folder));
        PrecisionNeed Need(double error) => Assert.Single(Planner.Make(experiment, new(folder, Error: error, Observable: "m")).Precision!.Needs);
        double limit = result.FiniteSize["m"].LimitError.Where(double.IsFinite).Max();
        PrecisionNeed need = Need(0.001), half = Need(0.0005);
        Assert.InRange(need.AsWritten / limit, 0.85, 1.15);
        Assert.Equal(4, (double)half.Equal.Replicas[0] / need.Equal.Replicas[0], 0.01);
        Assert.InRange((double)half.Sweeps / need.Sweeps, 3.9, 4.1);
        // At the replicas as written, R for the error as written.
        double mean = need.Equal.Replicas[0] * Math.Pow(0.001 / need.AsWritten, 2);
        Assert.InRange(mean, 60, 120);
    }

    private static Experiment Ladder() => Settings.Small() with { Sizes = [20, 40, 80], Replicas = [120, 80, 60] };
}
