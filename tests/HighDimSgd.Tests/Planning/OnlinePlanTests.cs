using HighDimSgd.Experiments;
using HighDimSgd.Planning;
using HighDimSgd.Results;
using HighDimSgd.Tests.Theory;

namespace HighDimSgd.Tests.Planning;

/// <summary>Plans of one-pass SGD, whose theory has no error.</summary>
public sealed class OnlinePlanTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("hdsgd-").FullName;

    public void Dispose() => Directory.Delete(folder, true);

    [Fact]
    public void EveryStageIsForetoldAndNothingIsWritten()
    {
        string fresh = Path.Combine(folder, "fresh");
        Plan plan = Planner.Make(Ladder(), new(fresh));
        Assert.False(Path.Exists(fresh));
        Assert.Equal(["simulate d=20", "simulate d=40", "simulate d=80", "theory online", "report"], plan.Stages.Select(s => s.Name));
        Assert.All(plan.Stages, s => Assert.True(s.Seconds > 0, s.Name));
        Assert.All(plan.Precision!.Needs, n => Assert.Equal(0, n.Sweeps));
        Assert.Equal(["q", "m", "test_loss", "test_error"], plan.Precision.Needs.Select(n => n.Observable));
        Assert.DoesNotContain(plan.Notes, n => n.Contains("per design", StringComparison.Ordinal));
    }

    /// <summary>
    /// Finished replicas at all sizes, the same that the verdict has: only pooling over sizes by the 1/d law differs, and 3 % at most were
    /// seen; a share of the variance for the theory, as sweeps would need, would show as 12 % in all.
    /// </summary>
    [Fact]
    public void TheErrorsAndTheFilesAreThoseOfTheRun()
    {
        Experiment experiment = Ladder();
        Plan before = Planner.Make(experiment, new(folder));
        ExperimentResult result = Runner.Run(experiment, new(folder));
        long disk = Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories).Sum(f => new FileInfo(f).Length);
        Assert.InRange((double)before.DiskBytes / disk, 0.75, 1.3);
        Plan plan = Planner.Make(experiment, new(folder));
        Check[] limits = [.. result.Verdict.Checks.Where(c => c.Size is null)];
        double[] ratios = [.. plan.Precision!.Needs.Select(n => n.AsWritten / limits.Single(c => c.Observable == n.Observable).Detectable!.Value)];
        Assert.Equal(limits.Length, ratios.Length);
        Assert.All(ratios, r => Assert.InRange(r, 0.93, 1.07));
        Assert.Equal([400, 300, 200], plan.Stages.Take(3).Select(s => s.Done));
    }

    [Fact]
    public void ATheoryThatIsRefusedIsForetold() => Assert.Contains(
        Planner.Make(OnlineTheoryTests.Online(0, 1, 1000, 2000, [0, 2000]) with { Sizes = [20], Replicas = [2] }, new(folder)).Notes,
        n => n.StartsWith("The theory online will be refused: the moments leave the finite numbers", StringComparison.Ordinal));

    private static Experiment Ladder() =>
        OnlineTheoryTests.Online(2, 2, 1.6, 4, [0, 0.5, 1, 1.5, 2, 3, 4]) with { Sizes = [20, 40, 80], Replicas = [400, 300, 200] };
}
