using System.Globalization;
using HighDimSgd.Devices;
using HighDimSgd.Experiments;
using HighDimSgd.Models;
using HighDimSgd.Simulation;

namespace HighDimSgd.Planning;

/// <summary>Foretells time, memory and disk of a run, and the replicas that a wished error needs, from a short measure on this machine.</summary>
public static class Planner
{
    /// <summary>
    /// Plans what is left of an experiment in a results folder. Takes two or three seconds; writes nothing. Times are those of this machine
    /// under the load that it has now.
    /// </summary>
    /// <param name="experiment">The experiment.</param>
    /// <param name="options">The folder, the device and the wished error.</param>
    /// <exception cref="ExperimentException">The wish is none, or the folder holds work of another experiment.</exception>
    /// <exception cref="MachineException">The memory does not suffice, or there is no such device.</exception>
    public static Plan Make(Experiment experiment, PlanOptions options)
    {
        ArgumentNullException.ThrowIfNull(experiment);
        ArgumentNullException.ThrowIfNull(options);
        Refuse(experiment, options);
        IDevice device = Device.Open(options.Device, options.Threads);
        string folder = Runner.OutputFolder(experiment, new(options.Output));
        experiment = UnitStore.Settled(folder, experiment, device.Key);
        MemoryCheck.Refuse(experiment, device);
        var store = new UnitStore(folder, experiment, device.Key);
        return new PlanInTheMaking(experiment, device, store, options).Plan();
    }

    private static void Refuse(Experiment experiment, PlanOptions options)
    {
        if (options.Error is { } error && !(error > 0 && double.IsFinite(error)))
            throw new ExperimentException(string.Create(CultureInfo.InvariantCulture, $"the wished error {error} is not allowed; allowed: a number above 0"));
        IReadOnlyList<string> names = Observables.Of(experiment);
        if (options.Observable is { } name && !names.Contains(name))
        {
            string near = Nearest.To(name, names) is { } nearest ? $", did you mean '{nearest}'?" : string.Empty;
            throw new ExperimentException($"there is no observable {ExperimentException.Quote(name)}{near}; there are: {string.Join(", ", names)}");
        }
    }
}
