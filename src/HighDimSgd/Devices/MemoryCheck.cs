using System.Globalization;
using HighDimSgd.Experiments;
using HighDimSgd.Simulation;
using HighDimSgd.Theory;

namespace HighDimSgd.Devices;

/// <summary>Says before any work starts that an experiment does not fit into memory.</summary>
internal static class MemoryCheck
{
    /// <summary>Refuses an experiment whose largest replica, sweep or table of curves is too large.</summary>
    /// <exception cref="MachineException">It does not fit.</exception>
    public static void Refuse(Experiment experiment, IDevice device, Stages stages = Stages.All)
    {
        if (stages != Stages.Theory)
        {
            int largest = experiment.Sizes[^1];
            Refuse($"one replica at d = {largest}", Simulator.Bytes(experiment, largest, 1), device, "choose smaller sizes");
            long curves = experiment.Replicas.Sum(r => (long)r) * experiment.Times().Length * 8 * 7;
            Refuse("the curves of all replicas", 2 * curves, device, "choose fewer replicas or record points");
        }

        if (stages != Stages.Simulation)
            Refuse("one sweep of the theory", SweepRun.All(experiment).Select(run => DmftSweeps.Bytes(run.Experiment)).DefaultIfEmpty(0).Max(), device, "choose fewer paths or steps");
    }

    private static void Refuse(string what, long bytes, IDevice device, string advice)
    {
        if (bytes > device.MemoryBytes * 0.9)
        {
            throw new MachineException(string.Create(
                CultureInfo.InvariantCulture,
                $"{what} needs {bytes / 1e9:f1} GB, more than the {device.MemoryBytes / 1e9:f1} GB of the device {device.Key}; {advice}"));
        }
    }
}
