using HighDimSgd.Experiments;
using HighDimSgd.Planning;
using HighDimSgd.Tests.Simulation;

namespace HighDimSgd.Tests.Planning;

/// <summary>The arithmetic of times and bytes.</summary>
public sealed class CostModelTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("hdsgd-").FullName;

    public void Dispose() => Directory.Delete(folder, true);

    [Theory]
    [InlineData(1, 22, 8, 8, 6)]
    [InlineData(2, 14, 8, 8, 6)]
    [InlineData(3, 8, 8, 8, 6)]
    [InlineData(9, 8, 8, 8, 6)]
    [InlineData(2, 8, 4, 4, 4, 4)]
    [InlineData(4, 0)]
    public void WorkersTakeUnitsFromAQueue(int workers, double expected, params int[] units) =>
        Assert.Equal(expected, CostModel.Makespan(units, 1, workers), (units.Length * CostModel.WriteSeconds) + 1e-9);

    [Fact]
    public void EveryUnitIsWritten() =>
        Assert.Equal(100 * CostModel.WriteSeconds / 2, CostModel.Makespan(Enumerable.Repeat(1, 100), 0, 2), 1e-9);

    [Fact]
    public void SmallBlocksThatAreFreedStayWithTheProcess()
    {
        Experiment experiment = Settings.Small(replicas: 0);
        const long Small = 20 << 20, Large = 100 << 20;
        Assert.Equal(7 + Large + Small, CostModel.Resident(experiment, 7, [(Small, Small), (Large, Large), (Small, Small)]));
        Assert.Equal(7 + Large, CostModel.Resident(experiment, 7, [(Large, Large), (Small, Small)]));
        Assert.Equal(7, CostModel.Resident(experiment, 7, []));
    }

    [Fact]
    public void TheFilesOfARunHaveTheForetoldSize()
    {
        Experiment experiment = Settings.Small(replicas: 300) with { Sizes = [20, 40, 80], Replicas = [300, 200, 100] };
        Plan plan = Planner.Make(experiment, new(folder));
        Runner.Run(experiment, new(folder));
        long disk = Bytes("*"), units = Bytes("*.unit");
        Assert.InRange((double)plan.DiskBytes / disk, 0.8, 1.25);
        Assert.InRange((double)plan.Stages.Where(s => s.Name != "report").Sum(s => s.DiskBytes) / units, 0.9, 1.1);
    }

    private long Bytes(string pattern) =>
        Directory.EnumerateFiles(folder, pattern, SearchOption.AllDirectories).Sum(f => new FileInfo(f).Length);
}
