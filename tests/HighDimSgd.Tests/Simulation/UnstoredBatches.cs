using System.Collections.Concurrent;
using HighDimSgd.Devices;
using HighDimSgd.Experiments;
using HighDimSgd.Simulation;

namespace HighDimSgd.Tests.Simulation;

/// <summary>Seven replicas in batches, above all on designs that are not stored, for tests on every device.</summary>
internal static class UnstoredBatches
{
    private const int Replicas = 7;

    /// <summary>Experiments with the dependent directions that there can be.</summary>
    public static TheoryData<ClockKind, int, int, double, int> Cases => new()
    {
        { ClockKind.Sgf, 1, 40, 1.5, 10 },
        { ClockKind.Gd, 0, 16, 0.5, 40 }, // forces depend on each other, in each replica from another step on
        { ClockKind.Sgf, 1, 12, 2, 20 }, // theta fills the space
        { ClockKind.Minibatch, 1, 40, 0.25, 20 }, // the forces do
    };

    /// <summary>A small experiment.</summary>
    public static Experiment Of(ClockKind clock, int model, int size, double aspect, int steps) =>
        Settings.Small(clock, model, size, Replicas, aspect, steps) with { Design = new(DesignLaw.Gaussian, DesignStorage.MatrixFree) };

    /// <summary>Steps so large that some of the replicas leave the finite numbers.</summary>
    public static Experiment Unstable()
    {
        Experiment small = Of(ClockKind.Gd, 0, 16, 1.5, 200);
        return small with { Algorithm = small.Algorithm with { Step = 0.75 }, RecordSteps = [0, 50, 100, 150, 200] };
    }

    /// <summary>The replicas in batches of 1, 3 and 7 have the same bits.</summary>
    /// <returns>Their curves.</returns>
    public static ReplicaCurve[] AssertAlike(IDevice device, Experiment experiment)
    {
        ReplicaCurve[] alone = Run(device, experiment, 1);
        Assert.Equal(Replicas, alone.Select(c => c.Values[0, 1]).Distinct().Count());
        foreach (int most in (int[])[3, Replicas])
        {
            ReplicaCurve[] together = Run(device, experiment, most);
            Assert.Equal(alone.Select(c => c.Note), together.Select(c => c.Note));
            Assert.Equal(alone.Select(c => c.Values), together.Select(c => c.Values));
        }

        return alone;
    }

    private static ReplicaCurve[] Run(IDevice device, Experiment experiment, int most)
    {
        var curves = new ReplicaCurve[Replicas];
        var units = new ConcurrentQueue<(int, int)>([(0, Replicas)]);
        device.Run(
            new ReplicaWorker(experiment, experiment.Sizes[0], units, (first, done) => done.ToArray().CopyTo(curves, first), CancellationToken.None, most),
            wholeDevice: true);
        return curves;
    }
}
