using System.Collections.Concurrent;
using System.Runtime.Intrinsics;
using HighDimSgd.Devices.Cpu;
using HighDimSgd.Experiments;
using HighDimSgd.Models;
using HighDimSgd.Simulation;

namespace HighDimSgd.Tests.Simulation;

/// <summary>Replicas of one design that advance side by side are, bit by bit, those that run alone, and follow plain arithmetic.</summary>
public class SharedPassTests
{
    // Rows up to more than one panel of 512, columns below and beyond a tile and a block, replicas that fill tiles and groups of sixteen or do not.
    public static TheoryData<int, double, int> Shapes => new()
    {
        { 2, 1.5, 2 }, { 16, 4, 3 }, { 31, 1, 5 }, { 33, 17, 4 }, { 65, 9, 17 }, { 127, 2, 16 }, { 280, 2, 20 }, { 700, 1, 33 },
    };

    [Theory]
    [MemberData(nameof(Shapes))]
    public void SideBySideOrAloneTheBitsAreTheSame(int size, double aspect, int shared)
    {
        Experiment experiment = Settings.Small(size: size, aspect: aspect, steps: 5) with { ReplicasPerDesign = shared };
        IReadOnlyList<ReplicaCurve> together = Run(new(1), experiment, shared, shared, false);
        for (int p = 0; p < shared; p++)
            Assert.Equal(Run(new(1), experiment, shared + p, 1, false)[0].Values, together[p].Values);
        foreach (CpuDevice device in new CpuDevice[] { new(1, 256), new(3, 256), new(3, Vector512.IsHardwareAccelerated ? 512 : 256) })
        {
            foreach ((ReplicaCurve one, ReplicaCurve other) in together.Zip(Run(device, experiment, shared, shared, device.Workers > 1)))
                Assert.Equal(one.Values, other.Values);
        }

        // A replica's numbers do hang on the last bit of its products: of another clock nothing is left.
        Assert.NotEqual(together[0].Values[0, 5], together[1].Values[0, 5]);
    }

    [Theory]
    [InlineData(DesignLaw.Gaussian, DesignStorage.Int8)]
    [InlineData(DesignLaw.Gaussian, DesignStorage.BFloat16)]
    [InlineData(DesignLaw.Rademacher, DesignStorage.Bit)]
    public void DesignsOfSmallEntriesAreSharedLikewise(DesignLaw law, DesignStorage storage)
    {
        foreach ((int size, double aspect, int shared) in new[] { (31, 1.0, 5), (65, 9, 17), (280, 2, 4) })
        {
            Experiment experiment = Settings.Small(size: size, aspect: aspect, steps: 5) with { ReplicasPerDesign = shared, Design = new(law, storage) };
            IReadOnlyList<ReplicaCurve> together = Run(new(1), experiment, shared, shared, false), threads = Run(new(3), experiment, shared, shared, true);
            for (int p = 0; p < shared; p++)
            {
                double[,] alone = Run(new(1), experiment, shared + p, 1, false)[0].Values;
                Assert.Equal(alone, together[p].Values);
                Assert.Equal(alone, threads[p].Values);
            }
        }
    }

    public static TheoryData<ClockKind, double, DesignLaw> Kinds
    {
        get
        {
            var kinds = new TheoryData<ClockKind, double, DesignLaw>();
            foreach (ClockKind clock in Settings.FullPasses)
                kinds.Add(clock, clock == ClockKind.Sgf ? 0.7 : 0, clock == ClockKind.Poisson ? DesignLaw.Rademacher : DesignLaw.Gaussian);
            return kinds;
        }
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void EveryReplicaFollowsPlainArithmetic(ClockKind clock, double momentum, DesignLaw law)
    {
        const int Shared = 6;
        Experiment small = Settings.Small(clock, law: law) with { ReplicasPerDesign = Shared };
        Experiment experiment = small with { Algorithm = small.Algorithm with { Momentum = momentum } };
        IReadOnlyList<ReplicaCurve> together = Run(new(1), experiment, Shared, Shared, false);
        int[] rows = [.. new[] { Observables.Q, Observables.M, Observables.TrainLoss, Observables.TrainError, Observables.Grad2 }
            .Select(name => Observables.Of(experiment.Model).ToList().IndexOf(name))];
        for (int p = 0; p < Shared; p++)
        {
            double[][] reference = new ReferenceReplica(experiment, 40, Shared + p).Run();
            for (int k = 0; k < reference.Length; k++)
            {
                for (int o = 0; o < rows.Length; o++)
                    Assert.Equal(reference[k][o], together[p].Values[rows[o], k], 2e-5 * (1 + Math.Abs(reference[k][o])));
            }
        }
    }

    private static IReadOnlyList<ReplicaCurve> Run(CpuDevice device, Experiment experiment, int first, int count, bool wholeDevice)
    {
        IReadOnlyList<ReplicaCurve> curves = [];
        var unit = new ConcurrentQueue<(int, int)>([(first, count)]);
        device.Run(new ReplicaWorker(experiment, experiment.Sizes[0], unit, (_, done) => curves = done, CancellationToken.None), wholeDevice);
        return curves;
    }
}
