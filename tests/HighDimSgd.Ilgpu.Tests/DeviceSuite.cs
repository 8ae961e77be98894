using HighDimSgd.Devices;
using HighDimSgd.Devices.Cpu;
using HighDimSgd.Experiments;
using HighDimSgd.Simulation;
using HighDimSgd.Theory;

namespace HighDimSgd.Ilgpu.Tests;

/// <summary>What every device must do; skipped where it is not there.</summary>
/// <param name="key">The device's key.</param>
/// <param name="largest">Largest size of the tests on plain data.</param>
public abstract class DeviceSuite(string key, int largest)
{
    // Rounding of float32 sums in any order, in units of the terms' absolute sum.
    private const double SumBound = 2e-6;

    // Trajectories of ten steps, in units of the curve's largest value or of 1/100: rounding grows with the steps.
    private const double CurveBound = 2e-5, LeastScale = 0.01;

    public static TheoryData<int> Sizes => [1, 31, 33, 127, 1027];

    public static TheoryData<string> Experiments =>
    [
        "model: {loss: logistic, label: {kind: logistic, slope: 3.0}, ridge: 0.1}\nalgorithm: {kind: sgf, temperature: 2.0, step: 0.2, horizon: 2.0}",
        "model: {loss: squared, label: {kind: linear, noise: 0.5}, ridge: 0.1}\nalgorithm: {kind: poisson, temperature: 0.8, step: 0.2, horizon: 2.0}",
        "model: {loss: logistic, label: {kind: sign}, ridge: 0.1}\nalgorithm: {kind: minibatch, fraction: 0.3, step: 0.2, horizon: 2.0}\ndesign: {law: rademacher}",
        "model: {loss: squared, label: {kind: linear, noise: 0.5}, ridge: 0.1}\nalgorithm: {kind: poisson, temperature: 0.8, step: 0.2, horizon: 2.0}\nreplicas_per_design: 2",
        "model: {loss: logistic, label: {kind: sign}, ridge: 0.1}\nstarts: 2\nsecond_start: {norm: 2.0, overlap: 0.3}\nalgorithm: {kind: sgf, temperature: 2.0, step: 0.2, horizon: 2.0}",
        "model: {loss: squared, label: {kind: linear, noise: 0.5}, ridge: 0.1}\nstarts: 2\nsecond_start: {clock: independent}\nreplicas_per_design: 2\nalgorithm: {kind: poisson, temperature: 0.8, momentum: 0.5, step: 0.2, horizon: 2.0}",
        "model: {loss: squared, label: {kind: linear, noise: 0.5}, ridge: 0.1}\nalgorithm: {kind: gd, step: 0.2, horizon: 2.0}",
        "model: {loss: logistic, label: {kind: sign}, ridge: 0.1}\nalgorithm: {kind: sgf, temperature: 2.0, step: 0.2, horizon: 2.0}\ndesign: {storage: bfloat16}",
        "model: {loss: logistic, label: {kind: sign}, ridge: 0.1}\nalgorithm: {kind: sgf, temperature: 2.0, step: 0.2, horizon: 2.0}\ndesign: {storage: int8}\nreplicas_per_design: 2",
        "model: {loss: logistic, label: {kind: sign}, ridge: 0.1}\nalgorithm: {kind: sgf, temperature: 2.0, step: 0.2, horizon: 2.0}\ndesign: {law: rademacher, storage: bit}",
        "model: {loss: logistic, label: {kind: sign}, ridge: 0.1}\nalgorithm: {kind: sgd, batch: 1, rate: 0.8, horizon: 2.0}",
        "model: {loss: squared, label: {kind: linear, noise: 0.5}, ridge: 0.1}\nalgorithm: {kind: sgd, batch: 7, rate: 3.0, sampling: reshuffle, momentum: 0.5, horizon: 2.0}\nreplicas_per_design: 2",
        "model: {loss: logistic, label: {kind: sign}, ridge: 0.1}\nstarts: 2\nalgorithm: {kind: sgd, batch: 2, rate: 1.6, horizon: 2.0}",
        "model: {loss: squared, label: {kind: linear, noise: 0.5}, ridge: 0.1}\nstarts: 2\nsecond_start: {clock: independent}\nalgorithm: {kind: sgd, batch: 2, rate: 1.6, momentum: 0.5, horizon: 2.0}",
        "model: {loss: squared, label: {kind: linear, noise: 0.5}, ridge: 0.1}\nalgorithm: {kind: svag, batch: 3, rate: 1.0, amplification: 4, horizon: 2.0}",
        "model: {loss: squared, label: {kind: linear, noise: 0.5}, ridge: 0.1}\nalgorithm: {kind: online, batch: 3, rate: 0.6, horizon: 2.0}",
    ];

    /// <summary>The device; the test is skipped where there is none.</summary>
    private protected IDevice Device
    {
        get
        {
            IDevice? device = TestDevices.Find(key);
            Skip.If(device is null, $"no device {key} here");
            return device!;
        }
    }

    [SkippableTheory]
    [MemberData(nameof(Sizes))]
    public void Skeletons_agree_with_the_definitions(int size)
    {
        Skip.If(size > largest, $"too slow on {key}");
        SkeletonNumbers got = Device.Run(new SkeletonRun(size), true);
        (SkeletonNumbers want, SkeletonNumbers terms) = new SkeletonRun(size).Reference();
        foreach (((double[] g, double[] w), double[] t) in got.Reals.Zip(want.Reals).Zip(terms.Reals))
        {
            Assert.Equal(w.Length, g.Length);
            for (int i = 0; i < w.Length; i++)
                Assert.InRange(g[i], w[i] - (SumBound * t[i]), w[i] + (SumBound * t[i]));
        }
    }

    [SkippableTheory]
    [MemberData(nameof(Sizes))]
    public void Random_integers_are_those_of_the_CPU_in_every_bit(int size)
    {
        Skip.If(size > largest, $"too slow on {key}");
        uint[] words = Device.Run(new SkeletonRun(size), true).Words;
        Assert.Equal(new CpuDevice(1).Run(new SkeletonRun(size), true).Words, words);
    }

    [SkippableTheory]
    [InlineData(1)]
    [InlineData(31)]
    [InlineData(33)]
    [InlineData(127)]
    [InlineData(300)]
    public void Small_entries_and_iterations_agree_with_the_definitions(int size)
    {
        (float[] packed, float[] iterated) = Device.Run(new DesignRun(size), true);
        (float[] want, _) = new CpuDevice(1).Run(new DesignRun(size), true);
        double[] reference = new DesignRun(size).ReferenceIterated();
        Assert.Equal((want.Length, reference.Length), (packed.Length, iterated.Length));
        // Sums of size terms of order 1, in the order of the CPU or another; gradients are of order size.
        for (int i = 0; i < packed.Length; i++)
            Assert.InRange(packed[i] - want[i], -SumBound * 5 * size, SumBound * 5 * size);
        for (int i = 0; i < iterated.Length; i++)
            Assert.InRange(iterated[i] - reference[i], -SumBound, SumBound);
    }

    [SkippableTheory]
    [MemberData(nameof(Experiments))]
    public void Small_experiments_agree_with_the_CPU(string text)
    {
        Experiment experiment = Experiment.Parse(
            $"family: proportional\nname: small\nseed: 3\nsizes: [24, 33]\nreplicas: 6\nrecord: {{points: 6}}\n{text}\n"
            + (text.Contains("online", StringComparison.Ordinal) ? string.Empty : "aspect: 2.0\ntheory: {paths: 150, sweeps: 3}\n"),
            "small");
        foreach (int size in experiment.Sizes)
        {
            foreach ((double[,] want, double[,] got) in Simulate(new CpuDevice(1), experiment, size).Zip(Simulate(Device, experiment, size)))
                AssertClose(want, got, 0);
        }

        if (experiment.Algorithm.IsIterative)
            return;
        SweepResult theory = new CpuDevice(1).Run(new DmftSweep(experiment, 1), true), sweep = Device.Run(new DmftSweep(experiment, 1), true);
        AssertClose(theory.Curves, sweep.Curves, 1);
    }

    /// <summary>All curves of a size, as tables by observable.</summary>
    internal static IReadOnlyList<double[,]> Simulate(IDevice device, Experiment experiment, int size)
    {
        string folder = Directory.CreateTempSubdirectory("hdsgd-device-").FullName;
        try
        {
            var simulator = new Simulator(experiment, device, new UnitStore(folder, experiment, device.Key));
            return simulator.Run(size, experiment.Replicas[0], _ => { }, CancellationToken.None).Values;
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static void AssertClose(double[,] want, double[,] got, int timeAxis)
    {
        Assert.Equal(want.Length, got.Length);
        for (int i = 0; i < want.GetLength(0); i++)
        {
            double scale = Enumerable.Range(0, want.GetLength(1)).Select(t => Math.Abs(want[i, t])).Where(double.IsFinite).Append(LeastScale).Max();
            for (int t = 0; t < want.GetLength(1); t++)
                Assert.True(Math.Abs(got[i, t] - want[i, t]) <= CurveBound * scale || want[i, t].Equals(got[i, t]), $"{i} {t}: {want[i, t]:r} {got[i, t]:r}");
        }
    }
}

/// <summary>The project's own device.</summary>
public sealed class CpuSuite() : DeviceSuite("cpu", 1027);

/// <summary>ILGPU's CPU accelerator, on what it can do in a short time.</summary>
public sealed class IlgpuCpuSuite() : DeviceSuite("ilgpu-cpu", 127)
{
    [Theory]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(8)]
    public void The_number_of_threads_cannot_be_seen(int threads)
    {
        const int Size = 33;
        SkeletonNumbers one = TestDevices.IlgpuCpu.Run(new SkeletonRun(Size), true);
        SkeletonNumbers several = IlgpuDevices.CpuAccelerator(threads).Run(new SkeletonRun(Size), true);
        Assert.Equal(one.Words, several.Words);
        Assert.Equal(one.Reals, several.Reals);
        Assert.Equal(TestDevices.IlgpuCpu.Run(new DesignRun(Size), true), IlgpuDevices.CpuAccelerator(threads).Run(new DesignRun(Size), true), Same);

        static bool Same((float[] Packed, float[] Iterated) a, (float[] Packed, float[] Iterated) b) =>
            a.Packed.SequenceEqual(b.Packed) && a.Iterated.SequenceEqual(b.Iterated);
    }
}

/// <summary>A GPU, whose compiler may join a product and a sum into one rounding.</summary>
public abstract class GpuSuite(string key) : DeviceSuite(key, 1027)
{
    private const float BodyBound = 1e-5f;

    public static TheoryData<string> Runs => [.. BodyRun.Names];

    [SkippableTheory]
    [MemberData(nameof(Runs))]
    public void A_body_gives_the_same_numbers(string scenario)
    {
        foreach (int count in (int[])[1, 31, 33, 127, 1027])
        {
            float[] want = new BodyRun(scenario, count).Reference(), got = Device.Run(new BodyRun(scenario, count), true);
            Assert.Equal(want.Length, got.Length);
            for (int i = 0; i < want.Length; i++)
                Assert.True(want[i].Equals(got[i]) || Math.Abs(got[i] - want[i]) <= BodyBound * (1 + Math.Abs(want[i])), $"{i}: {want[i]:r} {got[i]:r}");
        }
    }
}

/// <summary>CUDA.</summary>
public sealed class CudaSuite() : GpuSuite("cuda");

/// <summary>OpenCL.</summary>
public sealed class OpenClSuite() : GpuSuite("opencl");
