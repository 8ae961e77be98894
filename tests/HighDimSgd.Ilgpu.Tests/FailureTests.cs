using HighDimSgd.Devices;
using HighDimSgd.Experiments;
using HighDimSgd.Kernels;
using HighDimSgd.Simulation;
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

    [Fact]
    public void Small_designs_are_stored_where_replicas_advance_together()
    {
        string open = Text.Replace("replicas_per_design: 2\n", string.Empty, StringComparison.Ordinal);
        Assert.Equal(DesignStorage.Float32, On(TestDevices.IlgpuCpu, open));
        Assert.Equal(DesignStorage.MatrixFree, On(Device.Open("cpu"), open));
        Assert.Equal(DesignStorage.MatrixFree, On(TestDevices.IlgpuCpu, open.Replace("sizes: [20]", "sizes: [20, 4000]", StringComparison.Ordinal)));
        Assert.Equal(DesignStorage.MatrixFree, On(TestDevices.IlgpuCpu, open + "design: {storage: matrix-free}\n"));

        static DesignStorage On(IDevice device, string text) => Simulator.OnDevice(Experiment.Parse(text, "cut"), device).Design.Storage;
    }

    [Theory]
    [InlineData("")]
    [InlineData("starts: 2\n")]
    [InlineData("starts: 2\nsecond_start: {norm: 2.0, clock: independent}\n")]
    [InlineData("starts: 2\ndesign: {storage: int8}\n")]
    [InlineData("starts: 2\nsgd")]
    [InlineData("starts: 2\nsecond_start: {clock: independent}\nsgd")]
    public void The_cut_into_units_cannot_be_seen(string starts)
    {
        // A record in the middle of the steps whose increments are drawn together.
        string text = Text + "record: {times: [0, 0.4, 1.0]}\n" + starts.Replace("sgd", string.Empty, StringComparison.Ordinal);
        if (starts.EndsWith("sgd", StringComparison.Ordinal))
            text = text.Replace("{kind: sgf, temperature: 0.8, step: 0.2, horizon: 1.0}", "{kind: sgd, batch: 2, rate: 1.0, momentum: 0.3, horizon: 1.0}", StringComparison.Ordinal);
        Experiment experiment = Experiment.Parse(text, "cut");
        IDevice small = IlgpuDevices.CpuAccelerator(1, unitWork: 1);
        Assert.Equal([(0, 2), (2, 2), (4, 2)], Simulator.Missing(experiment, small, 20, 0, 6, new Dictionary<int, ReplicaCurve>()));
        Assert.Equal([(0, 6)], Simulator.Missing(experiment, TestDevices.IlgpuCpu, 20, 0, 6, new Dictionary<int, ReplicaCurve>()));
        Assert.Equal(DeviceSuite.Simulate(TestDevices.IlgpuCpu, experiment, 20), DeviceSuite.Simulate(small, experiment, 20));
    }

    [Theory]
    [InlineData("", "float32")]
    [InlineData(", momentum: 0.5", "float32")]
    [InlineData(", schedule: {rate: {kind: cosine}}", "float32")]
    [InlineData(", momentum: 0.5, schedule: {rate: {kind: cosine}, ridge: {kind: step, times: [4.0], factor: 0.5}}", "int8")]
    [InlineData(", schedule: {ridge: {kind: cosine}}", "bfloat16")]
    [InlineData(", momentum: 0.5, schedule: {rate: {kind: cosine}}", "bit, law: rademacher")]
    [InlineData("", "bit, law: rademacher")]
    public void Steps_in_one_launch_are_those_of_a_launch_each(string algorithm, string design)
    {
        // Records that fall between and upon the groups of steps whose increments are drawn together; four panels of rows.
        Experiment experiment = Steps("[0, 0.2, 2.8, 3.2, 3.4, 7.0, 8.0]", algorithm, design);
        IlgpuDevice apart = IlgpuDevices.CpuAccelerator(1, unitWork: 1e12, keptBytes: 0), together = IlgpuDevices.CpuAccelerator(1, unitWork: 1e12, keptBytes: 1 << 20);
        Assert.Equal(DeviceSuite.Simulate(apart, experiment, 50), DeviceSuite.Simulate(together, experiment, 50));
        Assert.Equal(DeviceSuite.Simulate(apart, experiment, 50), DeviceSuite.Simulate(IlgpuDevices.CpuAccelerator(3, unitWork: 1e12), experiment, 50));
    }

    [Theory]
    [InlineData("float32")]
    [InlineData("int8")]
    [InlineData("bit, law: rademacher")]
    public void All_steps_between_two_records_are_one_launch(string design)
    {
        Assert.Equal(Launches(1 << 20, 2), Launches(1 << 20, 8));
        Assert.True(Launches(0, 2) + 60 <= Launches(0, 8));

        int Launches(long keptBytes, int horizon)
        {
            IlgpuDevice device = IlgpuDevices.CpuAccelerator(1, unitWork: 1e12, keptBytes: keptBytes);
            DeviceSuite.Simulate(device, Steps($"[0, {horizon}]", ", schedule: {rate: {kind: cosine}}", design, horizon, 2), 50);
            return device.Launches;
        }
    }

    /// <summary>Four replicas of dimension 50, five steps a unit of time.</summary>
    private static Experiment Steps(string records, string algorithm, string design, int horizon = 8, int aspect = 8) => Experiment.Parse(
        Text.Replace("sizes: [20]", "sizes: [50]", StringComparison.Ordinal).Replace("aspect: 2.0", $"aspect: {aspect}.0", StringComparison.Ordinal)
            .Replace("replicas: 6\nreplicas_per_design: 2\n", $"replicas: 4\nrecord: {{times: {records}}}\ndesign: {{storage: {design}}}\n", StringComparison.Ordinal)
            .Replace("horizon: 1.0", $"horizon: {horizon}{algorithm}", StringComparison.Ordinal),
        "cut");

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
