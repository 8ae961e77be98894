using System.Collections.Concurrent;
using HighDimSgd.Devices.Cpu;
using HighDimSgd.Experiments;
using HighDimSgd.Models;
using HighDimSgd.Simulation;

namespace HighDimSgd.Tests.Simulation;

/// <summary>The dense engine against plain float64 arithmetic, and its promises of exactness.</summary>
public class DenseEngineTests
{
    private static readonly DesignSpec[] Designs =
    [
        new(), new(DesignLaw.Rademacher), new(DesignLaw.Gaussian, DesignStorage.Int8), new(DesignLaw.Gaussian, DesignStorage.BFloat16),
        new(DesignLaw.Rademacher, DesignStorage.Bit),
    ];

    public static TheoryData<ClockKind, int, int, double, int> Cases
    {
        get
        {
            var cases = new TheoryData<ClockKind, int, int, double, int>();
            foreach (ClockKind clock in Settings.FullPasses)
            {
                for (int model = 0; model < Settings.Models.Length; model++)
                    cases.Add(clock, model, 40, 1.5, 0);
            }

            for (int design = 1; design < Designs.Length; design++)
            {
                foreach (int size in new[] { 2, 16, 31, 33, 127 })
                    cases.Add(ClockKind.Sgf, 1, size, 1, design);
            }

            cases.Add(ClockKind.Sgf, 1, 700, 0.05, 0);
            cases.Add(ClockKind.Poisson, 0, 1100, 0.07, 0);
            cases.Add(ClockKind.Sgf, 1, 1300, 0.05, 0);
            cases.Add(ClockKind.Poisson, 0, 1300, 0.05, 2);
            cases.Add(ClockKind.Sgf, 0, 40, 30, 4);
            return cases;
        }
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void FollowsPlainArithmetic(ClockKind clock, int model, int size, double aspect, int design)
    {
        Experiment experiment = Settings.Small(clock, model, size, 2, aspect) with { Design = Designs[design] };
        double[,] curves = Run(new CpuDevice(1), experiment, size, replica: 1, wholeDevice: false);
        double[][] reference = new ReferenceReplica(experiment, size, 1).Run();
        IReadOnlyList<string> names = Observables.Of(experiment.Model);
        string[] recorded = [Observables.Q, Observables.M, Observables.TrainLoss, Observables.TrainError, Observables.Grad2];
        for (int o = 0; o < recorded.Length; o++)
        {
            int row = names.ToList().IndexOf(recorded[o]);
            if (row < 0)
                continue;
            for (int k = 0; k < reference.Length; k++)
            {
                // Ten steps of float32: 2e-5 relative to the size of the numbers involved.
                double expected = reference[k][o];
                Assert.InRange(curves[row, k], expected - (2e-5 * (1 + Math.Abs(expected))), expected + (2e-5 * (1 + Math.Abs(expected))));
            }
        }
    }

    [SkippableFact]
    public void BitsDoNotDependOnThreadsOrVectors()
    {
        foreach ((int size, double aspect) in new[] { (60, 10.0), (700, 1.0), (1200, 1.0) })
        {
            foreach (DesignSpec design in Designs)
                Compare(Settings.Small(size: size, aspect: aspect, steps: 6) with { Design = design }, size);
        }

        Skip.IfNot(System.Runtime.Intrinsics.Vector512.IsHardwareAccelerated, "no 512-bit vectors here; the rest was compared");

        static void Compare(Experiment experiment, int size)
        {
            double[,] one = Run(new CpuDevice(1, 256), experiment, size, 3, wholeDevice: false);
            Assert.Equal(one, Run(new CpuDevice(2, 256), experiment, size, 3, wholeDevice: true));
            Assert.Equal(one, Run(new CpuDevice(3, 256), experiment, size, 3, wholeDevice: true));
            if (System.Runtime.Intrinsics.Vector512.IsHardwareAccelerated)
            {
                Assert.Equal(one, Run(new CpuDevice(1, 512), experiment, size, 3, wholeDevice: false));
                Assert.Equal(one, Run(new CpuDevice(2, 512), experiment, size, 3, wholeDevice: true));
            }
        }
    }

    [Theory]
    [InlineData(2)]
    [InlineData(37)]
    [InlineData(500)]
    public void NormAndOverlapOfTheStartAreExact(int size)
    {
        Experiment experiment = Settings.Small(size: size, aspect: 1);
        double[,] curves = Run(new CpuDevice(1), experiment, size, 0, wholeDevice: false);
        Assert.Equal(0.8, curves[0, 0], 1e-6);
        Assert.Equal(0.3, curves[1, 0], 1e-6);
    }

    [Fact]
    public void StartAtZeroIsAllowed()
    {
        Experiment small = Settings.Small();
        Experiment experiment = small with { Model = small.Model with { StartNorm = 0, StartOverlap = 0 } };
        double[,] curves = Run(new CpuDevice(1), experiment, 40, 0, wholeDevice: false);
        Assert.Equal(0, curves[0, 0]);
        Assert.Equal(Math.Log(2), curves[2, 0], 1e-6);
        Assert.Equal(0.5, curves[3, 0], 1e-12);
        Assert.True(double.IsNaN(curves[5, 0]));
        Assert.True(curves[0, 10] > 0.01);
    }

    [Fact]
    public void ADivergedReplicaSaysSo()
    {
        Experiment small = Settings.Small(ClockKind.Gd, model: 0, steps: 200);
        Experiment experiment = small with { Algorithm = small.Algorithm with { Step = 50 } };
        var curves = new double[5, experiment.RecordSteps.Count];
        Assert.False(new CpuDevice(1).Run(new One(experiment, 40, 0, curves), false));
    }

    [Fact]
    public void ReplicasAndSizesDrawTheirOwnNumbers()
    {
        Experiment experiment = Settings.Small();
        double[,] first = Run(new CpuDevice(1), experiment, 40, 0, false), second = Run(new CpuDevice(1), experiment, 40, 1, false);
        Assert.NotEqual(first[0, 10], second[0, 10]);
        Assert.NotEqual(first[0, 10], Run(new CpuDevice(1), experiment, 42, 0, false)[0, 10]);
    }

    private static double[,] Run(CpuDevice device, Experiment experiment, int size, int replica, bool wholeDevice)
    {
        var curves = new double[Observables.Of(experiment.Model).Count, experiment.RecordSteps.Count];
        Assert.True(device.Run(new One(experiment, size, replica, curves), wholeDevice));
        return curves;
    }

    /// <summary>Runs one replica through the worker, which closes the engine's types.</summary>
    internal sealed class One(Experiment experiment, int size, int replica, double[,] curves) : HighDimSgd.Devices.IDeviceProgram<bool>
    {
        public bool Run<TReal, TWord, TView>(HighDimSgd.Devices.ISkeletons<TReal, TWord, TView> skeletons)
            where TReal : unmanaged, HighDimSgd.Kernels.IReal<TReal, TWord>
            where TWord : unmanaged, HighDimSgd.Kernels.IWord<TReal, TWord>
            where TView : struct, HighDimSgd.Kernels.IView<TReal, TWord>
        {
            bool whole = false;
            var units = new ConcurrentQueue<(int, int)>([(replica, 1)]);
            new ReplicaWorker(experiment, size, units, Keep, CancellationToken.None).Run(skeletons);
            return whole;

            void Keep(int first, IReadOnlyList<ReplicaCurve> done)
            {
                Array.Copy(done[0].Values, curves, curves.Length);
                whole = done[0].IsWhole;
            }
        }
    }
}
