using HighDimSgd.Devices;
using HighDimSgd.Experiments;
using HighDimSgd.Kernels;
using HighDimSgd.Simulation;
using HighDimSgd.Tests.Simulation;
using HighDimSgd.Theory;
using ILGPU.Runtime;
using Device = HighDimSgd.Devices.Device;
using IDevice = HighDimSgd.Devices.IDevice;

namespace HighDimSgd.Ilgpu.Tests;

/// <summary>Devices that are missing, fail or have little memory.</summary>
public sealed class FailureTests : IDisposable
{
    private const string Text = "family: proportional\nname: cut\nseed: 5\naspect: 2.0\nsizes: [20]\nreplicas: 6\nreplicas_per_design: 2\n"
        + "model: {loss: squared, label: {kind: linear, noise: 0.5}, ridge: 0.1}\n"
        + "algorithm: {kind: sgf, temperature: 0.8, step: 0.2, horizon: 1.0}\ntheory: {paths: 100, sweeps: 3}\n";

    private readonly string folder = Directory.CreateTempSubdirectory("hdsgd-failure-").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [SkippableTheory]
    [InlineData("cuda")]
    [InlineData("opencl")]
    public void A_missing_device_is_refused_with_a_reason(string key)
    {
        Skip.If(TestDevices.Find(key) is not null, $"{key} is here");
        string message = Assert.Throws<MachineException>(() => Device.Open(key)).Message;
        Assert.StartsWith($"--device {key} is not available: ", message, StringComparison.Ordinal);
        Assert.EndsWith("; use --device cpu", message, StringComparison.Ordinal);
        Assert.Contains(Device.Describe(), d => d.Key == key && !d.Available && message.Contains(d.Detail, StringComparison.Ordinal));
    }

    [Fact]
    public void A_device_that_fails_ends_the_run_and_can_be_used_again()
    {
        string message = Assert.Throws<MachineException>(() => TestDevices.IlgpuCpu.Run(new Failing(new Lost()), true)).Message;
        Assert.Equal("the device ilgpu-cpu (CPUAccelerator) failed: lost; finished units are kept, and the same command continues", message);
        message = Assert.Throws<MachineException>(() => TestDevices.IlgpuCpu.Run(new Failing(new InsufficientMemoryException()), true)).Message;
        Assert.Contains("is used up", message, StringComparison.Ordinal);
        Assert.NotEmpty(TestDevices.IlgpuCpu.Run(new SkeletonRun(1), true).Words);
    }

    [Fact]
    public void A_run_whose_device_is_lost_is_continued()
    {
        Experiment experiment = Experiment.Parse(Text, "cut");
        IDevice two = IlgpuDevices.CpuAccelerator(1, unitWork: 1, count: 2);
        // Lost in the first of two units of one of the two devices, while the other goes on; then in a sweep of the theory; then no more.
        string message = Assert.Throws<MachineException>(() => Run(two, "lost", "simulate", 2)).Message;
        Assert.EndsWith("failed: lost; finished units are kept, and the same command continues", message, StringComparison.Ordinal);
        int kept = Directory.GetFiles(Path.Combine(folder, "lost", "units")).Length;
        Assert.InRange(kept, 2, 3);
        Assert.Throws<MachineException>(() => Run(two, "lost", "theory", 1));
        Assert.True(Directory.GetFiles(Path.Combine(folder, "lost", "units")).Length > kept);
        Run(two, "lost", string.Empty, 0);
        Run(TestDevices.IlgpuCpu, "whole", string.Empty, 0);
        foreach (string file in (string[])["results.json", "curves.csv", "curves.npz"])
            Assert.Equal(File.ReadAllBytes(Path.Combine(folder, "whole", file)), File.ReadAllBytes(Path.Combine(folder, "lost", file)));

        void Run(IDevice device, string name, string stage, int done) =>
            experiment.RunAsync(device, Path.Combine(folder, name), new Fault(stage, done)).GetAwaiter().GetResult();
    }

    [Fact]
    public void Several_devices_share_the_sweeps_of_the_theory()
    {
        Experiment experiment = Experiment.Parse(Text.Replace("sweeps: 3", "sweeps: 5", StringComparison.Ordinal), "cut");
        var two = new Watched(IlgpuDevices.CpuAccelerator(1, count: 2), long.MaxValue);
        SortedDictionary<int, double[,]> shared = Sweeps(two), one = Sweeps(TestDevices.IlgpuCpu);
        Assert.Equal(2, two.Runs);
        Assert.Equal([0, 1, 2, 3, 4], shared.Keys);
        Assert.Equal(one, shared);

        SortedDictionary<int, double[,]> Sweeps(IDevice device)
        {
            var all = new SortedDictionary<int, double[,]>();
            DmftSweeps.RunAll(device, experiment, [0, 1, 2, 3, 4], (sweep, result) => all.TryAdd(sweep, result.Curves), 1);
            return all;
        }
    }

    [Fact]
    public void Units_are_cut_to_the_memory_and_what_does_not_fit_is_refused()
    {
        Experiment experiment = Experiment.Parse(
            Text.Replace("sizes: [20]", "sizes: [1000]", StringComparison.Ordinal).Replace("replicas: 6", "replicas: 40", StringComparison.Ordinal), "cut");
        // 8 MB a design and 64 MiB of memory for batches.
        var simulator = new Simulator(experiment, IlgpuDevices.CpuAccelerator(1, unitWork: 1e12), new(folder, experiment, "ilgpu-cpu"));
        Assert.Matches(@"^units of 1[0-6] replicas in 0\.0[5-7] GB$", simulator.Cut(1000, 40));
        var small = new Watched(TestDevices.IlgpuCpu, 1 << 20);
        string message = Assert.Throws<MachineException>(() => experiment.RunAsync(small, folder).GetAwaiter().GetResult()).Message;
        Assert.Contains("one replica at d = 1000 needs 0.0 GB", message, StringComparison.Ordinal);
        Assert.Equal(0, small.Runs);
    }

    [Theory]
    [InlineData(2, DesignStorage.Float32)]
    [InlineData(1, DesignStorage.MatrixFree)]
    public void The_cut_into_units_cannot_be_seen(int shared, DesignStorage storage)
    {
        Experiment experiment = Experiment.Parse(Text, "cut") with { Replicas = [6], ReplicasPerDesign = shared, Design = new(DesignLaw.Gaussian, storage) };
        IDevice small = IlgpuDevices.CpuAccelerator(1, unitWork: 1);
        Assert.Equal(
            Enumerable.Range(0, 6 / shared).Select(design => (shared * design, shared)),
            Simulator.Missing(experiment, small, 20, 0, 6, new Dictionary<int, ReplicaCurve>()));
        Assert.Equal([(0, 6)], Simulator.Missing(experiment, TestDevices.IlgpuCpu, 20, 0, 6, new Dictionary<int, ReplicaCurve>()));
        Assert.Equal(DeviceSuite.Simulate(TestDevices.IlgpuCpu, experiment, 20), DeviceSuite.Simulate(small, experiment, 20));
    }

    [Fact]
    public void A_folder_keeps_the_storage_that_it_began_with()
    {
        Experiment open = Experiment.Parse(Text.Replace("replicas_per_design: 2\n", string.Empty, StringComparison.Ordinal), "cut");
        Assert.Equal(DesignStorage.MatrixFree, open.Design.Storage);
        Experiment stored = open with { Design = open.Design with { Storage = DesignStorage.Float32 } };
        new Simulator(stored, TestDevices.IlgpuCpu, new(folder, stored, "ilgpu-cpu")).Run(20, 3, _ => { }, CancellationToken.None);
        Assert.Equal(DesignStorage.Float32, UnitStore.Settled(folder, open, "ilgpu-cpu").Design.Storage);
    }

    public static TheoryData<ClockKind, int, int, double, int> Unstored => UnstoredBatches.Cases;

    [Theory]
    [MemberData(nameof(Unstored))]
    public void Batches_of_unstored_designs_cannot_be_seen(ClockKind clock, int model, int size, double aspect, int steps) =>
        UnstoredBatches.AssertAlike(TestDevices.IlgpuCpu, UnstoredBatches.Of(clock, model, size, aspect, steps));

    [Fact]
    public void Replicas_that_diverge_leave_the_others_of_their_batch_alone() => UnstoredBatches.AssertAlike(TestDevices.IlgpuCpu, UnstoredBatches.Unstable());

    private sealed class Lost() : AcceleratorException("lost")
    {
        public override AcceleratorType AcceleratorType => AcceleratorType.CPU;
    }

    /// <summary>Loses the device in the middle of a stage, when so many replicas or sweeps are done.</summary>
    private sealed class Fault(string stage, int done) : IProgress<RunProgress>
    {
        public void Report(RunProgress value)
        {
            if (stage.Length > 0 && value.Stage.StartsWith(stage, StringComparison.Ordinal) && value.Done == done)
                throw new Lost();
        }
    }

    /// <summary>A device with less memory, whose runs are counted.</summary>
    private sealed class Watched(IDevice device, long bytes) : IDevice
    {
        private int runs;

        public int Runs => runs;

        public string Key => device.Key;

        public string Name => device.Name;

        public int Workers => device.Workers;

        public int VectorBits => device.VectorBits;

        public long MemoryBytes => bytes;

        public WorkShare Share => device.Share;

        public TResult Run<TResult>(IDeviceProgram<TResult> program, bool wholeDevice)
        {
            Interlocked.Increment(ref runs);
            return device.Run(program, wholeDevice);
        }
    }

    private sealed class Failing(Exception failure) : IDeviceProgram<bool>
    {
        public bool Run<TReal, TWord, TView>(ISkeletons<TReal, TWord, TView> skeletons)
            where TReal : unmanaged, IReal<TReal, TWord>
            where TWord : unmanaged, IWord<TReal, TWord>
            where TView : struct, IView<TReal, TWord> => throw failure;
    }
}
