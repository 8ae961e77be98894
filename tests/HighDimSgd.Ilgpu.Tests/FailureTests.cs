using HighDimSgd.Devices;
using HighDimSgd.Experiments;
using HighDimSgd.Kernels;
using HighDimSgd.Simulation;
using ILGPU.Runtime;
using Device = HighDimSgd.Devices.Device;
using IDevice = HighDimSgd.Devices.IDevice;

namespace HighDimSgd.Ilgpu.Tests;

/// <summary>Devices that are missing, fail or have little memory.</summary>
public sealed class FailureTests
{
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
    public void The_cut_into_units_cannot_be_seen()
    {
        const string Text = "family: proportional\nname: cut\nseed: 5\naspect: 2.0\nsizes: [20]\nreplicas: 6\nreplicas_per_design: 2\n"
            + "model: {loss: squared, label: {kind: linear, noise: 0.5}, ridge: 0.1}\n"
            + "algorithm: {kind: sgf, temperature: 0.8, step: 0.2, horizon: 1.0}\ntheory: {paths: 100, sweeps: 2}\n";
        Experiment experiment = Experiment.Parse(Text, "cut");
        IDevice small = IlgpuDevices.CpuAccelerator(1, unitWork: 1);
        Assert.Equal([(0, 2), (2, 2), (4, 2)], Simulator.Missing(experiment, small, 20, 0, 6, new Dictionary<int, ReplicaCurve>()));
        Assert.Equal([(0, 6)], Simulator.Missing(experiment, TestDevices.IlgpuCpu, 20, 0, 6, new Dictionary<int, ReplicaCurve>()));
        Assert.Equal(DeviceSuite.Simulate(TestDevices.IlgpuCpu, experiment, 20), DeviceSuite.Simulate(small, experiment, 20));
    }

    private sealed class Lost() : AcceleratorException("lost")
    {
        public override AcceleratorType AcceleratorType => AcceleratorType.CPU;
    }

    private sealed class Failing(Exception failure) : IDeviceProgram<bool>
    {
        public bool Run<TReal, TWord, TView>(ISkeletons<TReal, TWord, TView> skeletons)
            where TReal : unmanaged, IReal<TReal, TWord>
            where TWord : unmanaged, IWord<TReal, TWord>
            where TView : struct, IView<TReal, TWord> => throw failure;
    }
}
