using HighDimSgd.Devices.Cpu;
using HighDimSgd.Experiments;
using HighDimSgd.Simulation;

namespace HighDimSgd.Tests.Simulation;

/// <summary>Replicas on designs that are not stored advance together: each has the bits that it has by itself, whatever becomes of the others.</summary>
public class UnstoredBatchTests
{
    public static TheoryData<ClockKind, int, int, double, int> Cases => UnstoredBatches.Cases;

    [Theory]
    [MemberData(nameof(Cases))]
    public void BatchesCannotBeSeen(ClockKind clock, int model, int size, double aspect, int steps) =>
        UnstoredBatches.AssertAlike(new CpuDevice(1), UnstoredBatches.Of(clock, model, size, aspect, steps));

    [Fact]
    public void ReplicasThatDivergeLeaveTheOthersAlone()
    {
        ReplicaCurve[] curves = UnstoredBatches.AssertAlike(new CpuDevice(1), UnstoredBatches.Unstable());
        Assert.InRange(curves.Count(c => c.IsWhole), 2, curves.Length - 2);
    }
}
