using HighDimSgd.Experiments;
using HighDimSgd.Planning;
using HighDimSgd.Results;
using HighDimSgd.Tests.Simulation;

namespace HighDimSgd.Tests.Planning;

/// <summary>Plans of replicas that share designs: only designs count as independent.</summary>
public sealed class SharedDesignPlanTests : IDisposable
{
    private const int Shared = 4;

    private readonly string folder = Directory.CreateTempSubdirectory("hdsgd-").FullName;

    public void Dispose() => Directory.Delete(folder, true);

    [Fact]
    public void ReplicasOfOneDesignThatAreEqualCountOnce()
    {
        // Gradient descent has no noise: four replicas on a design say what one says. Were they counted as four, nothing would change.
        // Pilots of at least 20 designs each: 1 +- 0.3 of the ratio is three standard errors.
        PrecisionNeed Need(int shared) => Assert.Single(Planner.Make(
            Ladder(ClockKind.Gd) with { ReplicasPerDesign = shared }, new(Path.Combine(folder, "none"), Threads: 1, Error: 0.01)).Precision!.Needs);
        PrecisionNeed one = Need(1), four = Need(Shared);
        Assert.InRange(four.AsWritten / one.AsWritten, 2 * 0.7, 2 * 1.3);
        Assert.InRange((double)four.Equal.Replicas[0] / one.Equal.Replicas[0], Shared * 0.5, Shared * 1.7);
        Assert.All(four.Equal.Replicas.Concat(four.Cheapest.Replicas), r => Assert.Equal(0, r % Shared));
    }

    /// <summary>As for independent replicas: the spread of a covariance from 100 designs is about 15 %.</summary>
    [Fact]
    public void TheErrorsAreThoseOfTheRun()
    {
        Experiment experiment = Ladder(ClockKind.Sgf) with { ReplicasPerDesign = Shared, Theory = new(20_000, 12) };
        ExperimentResult result = Runner.Run(experiment, new(folder));
        Plan plan = Planner.Make(experiment, new(folder));
        Check[] limits = [.. result.Verdict.Checks.Where(c => c.Size is null)];
        foreach (PrecisionNeed need in plan.Precision!.Needs)
            Assert.InRange(need.AsWritten / limits.Single(c => c.Observable == need.Observable).Detectable!.Value, 0.7, 1.35);
        PrecisionNeed m = Assert.Single(Planner.Make(experiment, new(folder, Error: 0.01, Observable: "m")).Precision!.Needs);
        Assert.InRange(m.AsWritten / result.FiniteSize["m"].LimitError.Where(double.IsFinite).Max(), 0.85, 1.15);
        Assert.Equal([400, 320, 240, 12], plan.Stages.SkipLast(1).Select(s => s.Done));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(Shared)]
    public void OneLineSaysWhichOfTheTwoToBuy(int shared)
    {
        Experiment experiment = Ladder(ClockKind.Sgf) with { ReplicasPerDesign = shared };
        // The advice rests on timings, and is left out where other work has disturbed them: several plans, of which one must have it.
        string line = Assert.Single(
            Enumerable.Range(0, 5).Select(_ => Planner.Make(experiment, new(folder)).Notes.Where(n => n.Contains("per design", StringComparison.Ordinal)))
                .First(lines => lines.Any()));
        Assert.Matches(@"^At d = 20 and t = [\d.]+, noise is \d+ ± \d+ % of the variance of q, a new design costs [\d.]+ runs and one of several runs on it [\d.]+: .*\.$", line);
        Assert.DoesNotContain(
            Planner.Make(experiment with { Algorithm = experiment.Algorithm with { Kind = ClockKind.Gd } }, new(folder)).Notes,
            n => n.Contains("per design", StringComparison.Ordinal));
    }

    private static Experiment Ladder(ClockKind clock) => Settings.Small(clock) with { Sizes = [20, 40, 80], Replicas = [400, 320, 240] };
}
