using HighDimSgd.Devices;
using HighDimSgd.Experiments;
using HighDimSgd.Simulation;

namespace HighDimSgd.Ilgpu.Tests;

/// <summary>What runs in one launch has the bits of launches by themselves.</summary>
public sealed class LaunchTests
{
    private const string Text = "family: proportional\nname: cut\nseed: 5\naspect: 2.0\nsizes: [20]\nreplicas: 6\nreplicas_per_design: 2\n"
        + "model: {loss: squared, label: {kind: linear, noise: 0.5}, ridge: 0.1}\n"
        + "algorithm: {kind: sgf, temperature: 0.8, step: 0.2, horizon: 1.0}\ntheory: {paths: 100, sweeps: 3}\n";

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

    [Theory]
    [InlineData("starts: 2\n", "")]
    [InlineData("starts: 2\nsecond_start: {norm: 2.0, clock: independent}\n", "")]
    [InlineData("starts: 2\ndesign: {storage: int8}\n", "")]
    [InlineData("starts: 2\n", "{kind: sgd, batch: 2, rate: 1.0, momentum: 0.3, horizon: 1.0}")]
    [InlineData("starts: 2\nsecond_start: {clock: independent}\n", "{kind: sgd, batch: 2, rate: 1.0, momentum: 0.3, horizon: 1.0}")]
    public void Replicas_of_two_starts_together_are_those_by_themselves(string starts, string algorithm)
    {
        // A record in the middle of the steps whose increments are drawn together; designs of two replicas each.
        string text = Text + "record: {times: [0, 0.4, 1.0]}\n" + starts;
        if (algorithm.Length > 0)
            text = text.Replace("{kind: sgf, temperature: 0.8, step: 0.2, horizon: 1.0}", algorithm, StringComparison.Ordinal);
        Experiment experiment = Experiment.Parse(text, "cut");
        IDevice small = IlgpuDevices.CpuAccelerator(1, unitWork: 1);
        Assert.Equal([(0, 2), (2, 2), (4, 2)], Simulator.Missing(experiment, small, 20, 0, 6, new Dictionary<int, ReplicaCurve>()));
        Assert.Equal([(0, 6)], Simulator.Missing(experiment, TestDevices.IlgpuCpu, 20, 0, 6, new Dictionary<int, ReplicaCurve>()));
        Assert.Equal(DeviceSuite.Simulate(TestDevices.IlgpuCpu, experiment, 20), DeviceSuite.Simulate(small, experiment, 20));
    }
}
