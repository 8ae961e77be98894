using System.Globalization;
using HighDimSgd.Devices;
using HighDimSgd.Experiments;
using HighDimSgd.Models;
using HighDimSgd.Results;
using HighDimSgd.Simulation;
using HighDimSgd.Theory;

namespace HighDimSgd.Planning;

/// <summary>Foretells time, memory and disk of a run, and the replicas that a wished error needs, from a short measure on this machine.</summary>
public static class Planner
{
    private const double SimulationSeconds = 0.8, TheorySeconds = 0.9;

    private const int PilotReplicas = 100;

    /// <summary>
    /// Plans what is left of an experiment in a results folder. Takes about two seconds; writes nothing. Times are those of this machine
    /// under the load that it has now.
    /// </summary>
    /// <param name="experiment">The experiment.</param>
    /// <param name="options">The folder, the device and the wished error.</param>
    /// <exception cref="ExperimentException">The wish is none, the algorithm is online, or the folder holds work of another experiment.</exception>
    /// <exception cref="MachineException">The memory does not suffice, or there is no such device.</exception>
    public static Plan Make(Experiment experiment, PlanOptions options)
    {
        ArgumentNullException.ThrowIfNull(experiment);
        ArgumentNullException.ThrowIfNull(options);
        Refuse(experiment, options);
        IDevice device = Device.Open(options.Device, options.Threads);
        MemoryCheck.Refuse(experiment, device);
        var store = new UnitStore(Runner.OutputFolder(experiment, new(options.Output)), experiment, device.Key);
        return new Work(experiment, device, store, options).Plan();
    }

    private static void Refuse(Experiment experiment, PlanOptions options)
    {
        if (experiment.IsOnline)
            throw new ExperimentException("a plan is made for algorithms with a training set, not for 'online'; a run with few replicas shows its time");
        if (options.Error is { } error && !(error > 0 && double.IsFinite(error)))
            throw new ExperimentException(string.Create(CultureInfo.InvariantCulture, $"the wished error {error} is not allowed; allowed: a number above 0"));
        IReadOnlyList<string> names = Observables.Of(experiment.Model);
        if (options.Observable is { } name && !names.Contains(name))
        {
            string near = Nearest.To(name, names) is { } nearest ? $", did you mean '{nearest}'?" : string.Empty;
            throw new ExperimentException($"there is no observable {ExperimentException.Quote(name)}{near}; there are: {string.Join(", ", names)}");
        }
    }

    /// <summary>One plan in the making.</summary>
    private sealed class Work(Experiment experiment, IDevice device, UnitStore store, PlanOptions options)
    {
        private readonly List<PlanStage> stages = [];
        private readonly List<(long Bytes, long Block)> memory = [];
        private readonly List<string> notes = [];
        private readonly List<SizeCurves> finished = [];
        private readonly List<double> costs = [];
        private readonly List<int> workers = [];
        private IReadOnlyList<ReplicaCurve> pilot = [], sweeps = [];
        private readonly Crowding crowding = new();
        private double pathShare = 1;

        public Plan Plan()
        {
            var probe = new SimulationProbe(experiment, device, crowding);
            double compile = probe.Compile();
            var simulator = new Simulator(experiment, device, store);
            workers.AddRange(experiment.Sizes.Select(simulator.WorkersFor));
            double[] computing = [.. experiment.Sizes.Select((_, i) => Measure(probe, i))];
            ClockKind[] clocks = [experiment.Algorithm.Kind, .. experiment.Compare.Where(c => c != experiment.Algorithm.Kind)];
            Experiment[] variants = [.. clocks.Select(c => experiment with { Algorithm = experiment.Algorithm with { Kind = c } })];
            SweepCost[] sweepCosts = [.. variants.Select(v => new TheoryProbe(v, device, crowding).Measure(TheorySeconds / clocks.Length))];
            costs.AddRange(computing.Select(c => c * crowding.Factor));

            for (int i = 0; i < experiment.Sizes.Count; i++)
                compile = Simulation(i, compile);
            for (int c = 0; c < clocks.Length; c++)
                Theory(variants[c], sweepCosts[c], main: c == 0);
            // More threads than processors crowd themselves.
            double crowd = Math.Max(1, crowding.Factor * Math.Min(device.Workers, Environment.ProcessorCount) / device.Workers);
            if (crowd > 1.3)
                notes.Add(string.Create(CultureInfo.InvariantCulture, $"The processors are shared with other work; alone, a run would be about {crowd:f1} times as fast."));
            double rest = CostModel.RestSeconds * crowd;
            long report = CostModel.ReportBytes(experiment);
            stages.Add(new("report", 0, 1, rest, rest, CostModel.RestBytes, report));
            long resident = CostModel.Resident(experiment, Environment.WorkingSet + CostModel.RestBytes, memory);
            return new(stages, stages.Sum(s => s.Seconds), resident, stages.Sum(s => s.DiskBytes), Precision(), notes);
        }

        /// <summary>Adds the stage of a size; the first that has something left compiles.</summary>
        /// <returns>The compilation that is left to the next one.</returns>
        private double Simulation(int index, double compile)
        {
            (int size, int replicas) = (experiment.Sizes[index], experiment.Replicas[index]);
            SortedDictionary<int, ReplicaCurve> done = store.Read(Simulator.Kind, store.SimulationHash, size);
            if (done.Count >= Ladder.Least)
                finished.Add(Simulator.Collect(experiment, size, [.. done.Values]));
            IReadOnlyList<(int First, int Count)> units = Simulator.Missing(experiment, size, 0, replicas, done);
            double seconds = CostModel.Makespan(units.Select(u => u.Count), costs[index], workers[index]) + (units.Count > 0 ? compile : 0);
            long bytes = units.Count == 0 ? 0 : Simulator.Bytes(experiment, size, workers[index]);
            memory.Add((bytes, bytes / workers[index]));
            int all = Simulator.Missing(experiment, size, 0, replicas, new Dictionary<int, ReplicaCurve>()).Count;
            stages.Add(new(
                $"simulate d={size}", done.Keys.Count(r => r < replicas), replicas, costs[index], seconds, bytes,
                CostModel.UnitBytes(experiment, all, replicas)));
            return units.Count > 0 ? 0 : compile;
        }

        /// <summary>The smallest size also gives the pilot, where it can be had in the time for the simulation.</summary>
        private double Measure(SimulationProbe probe, int index)
        {
            int size = experiment.Sizes[index];
            double share = SimulationSeconds / 2 / experiment.Sizes.Count;
            if (index > 0 || probe.Guess(size, (int)Ladder.Least, workers[0]) > SimulationSeconds)
                return probe.Measure(size, workers[index], share, PilotReplicas).Seconds;
            ReplicaCost cost = probe.Measure(size, workers[0], SimulationSeconds / 2, PilotReplicas);
            pilot = cost.Curves;
            return cost.Seconds;
        }

        private void Theory(Experiment variant, SweepCost cost, bool main)
        {
            string name = Keys.Clock.Word(variant.Algorithm.Kind);
            SortedDictionary<int, ReplicaCurve> done = store.Read(name, UnitStore.TheoryHash(variant, device.Key), 0);
            bool refused = done.Values.Any(s => !s.IsWhole);
            int total = experiment.Theory.Sweeps, left = refused ? 0 : total - done.Keys.Count(s => s < total);
            if (main)
                (sweeps, pathShare) = (cost.Pilot, (double)cost.PilotPaths / experiment.Theory.Paths);
            if (main && done.Count >= Ladder.Least && !refused)
                (sweeps, pathShare) = ([.. done.Values], 1);
            if (cost.Refusal is { } why && left > 0)
            {
                notes.Add(cost.IsWhole
                    ? $"The theory {name} will be refused: it stops {why}."
                    : $"A measure of the theory {name} with fewer paths stopped {why}; its time is uncertain.");
                left = cost.IsWhole ? 1 : left;
            }

            double each = cost.Each * crowding.Factor;
            double seconds = left == 0 ? 0 : cost.Compile + (cost.First * crowding.Factor) + (left * (each + CostModel.WriteSeconds));
            long bytes = left == 0 ? 0 : DmftSweeps.Bytes(variant);
            memory.Add((bytes, bytes));
            stages.Add(new($"theory {name}", total - left, total, each, seconds, bytes, CostModel.UnitBytes(experiment, total, total)));
        }

        private PrecisionPlan? Precision()
        {
            List<SizeCurves> curves = finished;
            string words = $"the finished replicas at d = {string.Join(", ", finished.Select(c => c.Size))}";
            if (curves.Count == 0 && pilot.Count >= Ladder.Least)
            {
                curves = [Simulator.Collect(experiment, experiment.Sizes[0], pilot)];
                words = $"a pilot of {pilot.Count} replicas at d = {experiment.Sizes[0]}";
            }

            if (curves.Count == 0)
            {
                notes.Add($"{Ladder.Least} replicas at d = {experiment.Sizes[0]}, from which the replicas for a wished error would be found, take too long for a plan; "
                    + "run them, and they count.");
                return null;
            }

            IReadOnlyList<Spread> spreads = Pilot.Of(experiment, curves, sweeps, pathShare);
            if (spreads.Count == 0 || (options.Chosen is { } name && spreads.All(s => s.Observable != name)))
            {
                notes.Add("No test of this kind: the observable does not vary over replicas, or its windows are collinear.");
                return null;
            }

            return new Precision(experiment, costs, workers).Plan(options, spreads, words);
        }
    }
}
