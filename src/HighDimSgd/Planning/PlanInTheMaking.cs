using System.Diagnostics;
using System.Globalization;
using HighDimSgd.Devices;
using HighDimSgd.Experiments;
using HighDimSgd.Models;
using HighDimSgd.Results;
using HighDimSgd.Simulation;
using HighDimSgd.Statistics;
using HighDimSgd.Theory;

namespace HighDimSgd.Planning;

/// <summary>One plan in the making.</summary>
internal sealed class PlanInTheMaking(Experiment experiment, IDevice device, UnitStore store, PlanOptions options)
{
    private const double SimulationSeconds = 0.8, AdviceSeconds = 0.3, TheorySeconds = 0.9;

    private const int PilotDesigns = 300;

    private readonly List<PlanStage> stages = [];
    private readonly List<(long Bytes, long Block)> memory = [];
    private readonly List<string> notes = [];
    private readonly List<SizeCurves> finished = [];
    private readonly List<double> costs = [];
    private readonly List<int> workers = [];
    private IReadOnlyList<ReplicaCurve> pilot = [], sweeps = [];
    private readonly Crowding crowding = new();
    private SizeCurves? shared;
    private double pathShare = 1, costRatio = double.NaN, together = double.NaN;

    /// <summary>Measures, and puts it together.</summary>
    public Plan Plan()
    {
        var probe = new SimulationProbe(experiment, device, crowding);
        double compile = probe.Compile();
        var simulator = new Simulator(experiment, device, store);
        workers.AddRange(experiment.Sizes.Select(simulator.WorkersFor));
        double[] computing = [.. experiment.Sizes.Select((_, i) => Measure(probe, i))];
        SweepRun[] runs = [.. SweepRun.All(experiment)];
        SweepCost[] sweepCosts = [.. runs.Select(run => new TheoryProbe(run.Experiment, device, crowding).Measure(TheorySeconds / runs.Length))];
        costs.AddRange(computing.Select(c => c * crowding.Factor));

        for (int i = 0; i < experiment.Sizes.Count; i++)
            compile = Simulation(i, compile);
        double equations = experiment.IsOnline ? Equations() : 0;
        for (int c = 0; c < sweepCosts.Length; c++)
            Theory(runs[c], sweepCosts[c], main: c == (experiment.Algorithm.IsIterative ? StepExtrapolation.Levels - 1 : 0));
        // More threads than processors crowd themselves.
        double crowd = Math.Max(1, crowding.Factor * Math.Min(device.Workers, Environment.ProcessorCount) / device.Workers);
        if (crowd > 1.3)
            notes.Add(string.Create(CultureInfo.InvariantCulture, $"The processors are shared with other work; alone, a run would be about {crowd:f1} times as fast."));
        // About half of it waits for the system and the disk.
        double rest = (CostModel.RestSeconds * (1 + crowd) / 2) + equations;
        long report = CostModel.ReportBytes(experiment);
        stages.Add(new("report", 0, 1, rest, rest, CostModel.RestBytes, report));
        long resident = CostModel.Resident(experiment, Environment.WorkingSet + CostModel.RestBytes, memory);
        PrecisionPlan? precision = Precision();
        Advise();
        if (RidgeStability.Explain(experiment) is { } instability)
            notes.Add($"Beyond the stability edge: in the limit {instability}.");
        return new(stages, stages.Sum(s => s.Seconds), resident, stages.Sum(s => s.DiskBytes), precision, notes);
    }

    /// <summary>Adds the stage of a size; the first that has something left compiles.</summary>
    /// <returns>The compilation that is left to the next one.</returns>
    private double Simulation(int index, double compile)
    {
        (int size, int replicas) = (experiment.Sizes[index], experiment.Replicas[index]);
        SortedDictionary<int, ReplicaCurve> done = store.Read(Simulator.Kind, store.SimulationHash, size, experiment.RecordStepsAt(size));
        if (done.Count / experiment.ReplicasPerDesign >= Ladder.Least)
            finished.Add(Simulator.Collect(experiment, size, [.. done.Values]));
        IReadOnlyList<(int First, int Count)> units = Simulator.Missing(experiment, device, size, 0, replicas, done);
        double seconds = CostModel.Makespan(units.Select(u => u.Count), costs[index], workers[index]) + (units.Count > 0 ? compile : 0);
        long bytes = units.Count == 0 ? 0 : Simulator.Bytes(experiment, size, workers[index]);
        memory.Add((bytes, bytes / workers[index]));
        if (experiment.IsMatrixFree && units.Count > 0 && costs[index] > Checkpoint.Interval.TotalSeconds)
        {
            notes.Add(string.Create(
                CultureInfo.InvariantCulture,
                $"While it runs, a replica at d = {size} is kept in a checkpoint; they take up to {bytes / 1e9:f1} GB of disk beside the results, twice that as they are written."));
        }

        int all = Simulator.Missing(experiment, device, size, 0, replicas, new Dictionary<int, ReplicaCurve>()).Count;
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
        double needed = 1.2 * probe.Guess(size, (int)Ladder.Least, experiment.ReplicasPerDesign, workers[index]);
        if (index > 0 || needed > SimulationSeconds)
            return probe.Measure(size, workers[index], share, PilotDesigns).Seconds;
        ReplicaCost cost = probe.Measure(size, workers[0], Math.Max(SimulationSeconds / 2, needed), PilotDesigns);
        pilot = cost.Curves;
        if (experiment.Algorithm.Kind is not (ClockKind.Gd or ClockKind.Online) && !experiment.IsMatrixFree)
            Share(probe, size, cost.Seconds);
        return cost.Seconds;
    }

    /// <summary>Several runs on each of some designs, and what a design costs. Without noise there is nothing to tell apart.</summary>
    private void Share(SimulationProbe probe, int size, double seconds)
    {
        int runs = experiment.ReplicasPerDesign, other = runs > 1 ? 1 : DesignAdvice.Abreast;
        if (probe.Guess(size, (int)Ladder.Least, other, workers[0]) > AdviceSeconds)
            return;
        ReplicaCost own = new(seconds, pilot), others = probe.Shared(size, other, workers[0], AdviceSeconds, PilotDesigns);
        (ReplicaCost single, ReplicaCost several) = runs > 1 ? (others, own) : (own, others);
        runs = Math.Max(runs, other);
        if (several.Curves.Count < 2 * runs)
            return;
        shared = Simulator.Collect(experiment with { ReplicasPerDesign = runs }, size, several.Curves);
        costRatio = probe.CostRatio(size, workers[0], single.Seconds, AdviceSeconds / 3);
        together = DesignAdvice.TogetherOf(costRatio, runs, runs * several.Seconds / single.Seconds);
    }

    private void Advise()
    {
        SizeCurves? curves = experiment.ReplicasPerDesign > 1 && finished.Count > 0 ? finished.MaxBy(c => c.Replicas) : shared;
        string name = options.Chosen ?? Observables.Q;
        if (curves is null || !double.IsFinite(costRatio) || Moments.Summarise(curves).VarianceComponents?[name] is not { } components)
            return;
        int time = DesignAdvice.WidestTime(components);
        if (components.Noise[time] > 0)
            notes.Add(new DesignAdvice(components, time, costRatio, together).Words(name, curves, experiment.ReplicasPerDesign));
    }

    /// <summary>The differential equations of online, which have no sweeps; they are solved once more for every size's own times.</summary>
    /// <returns>Seconds of those further solutions.</returns>
    private double Equations()
    {
        var watch = Stopwatch.StartNew();
        TheoryResult result = new OnlineTheory(experiment).Solve();
        double first = watch.Elapsed.TotalSeconds;
        watch.Restart();
        new OnlineTheory(experiment).Solve();
        double each = watch.Elapsed.TotalSeconds;
        if (result.Status == TheoryResult.Refused)
            notes.Add($"The theory online will be refused: {result.Why}.");
        stages.Add(new("theory online", 0, 1, each, first, 0, 0));
        return each * experiment.Sizes.Count;
    }

    private void Theory(SweepRun run, SweepCost cost, bool main)
    {
        (Experiment variant, string name) = (run.Experiment, run.Title);
        SortedDictionary<int, ReplicaCurve> done = store.Read(run.Name, UnitStore.TheoryHash(variant, device.Key), 0, variant.RecordSteps);
        bool refused = done.Values.Any(s => !s.IsWhole);
        int total = experiment.Theory.Sweeps, left = refused ? 0 : total - done.Keys.Count(s => s < total);
        if (main)
            (sweeps, pathShare) = (AtRecordTimes(cost.Pilot, variant), (double)cost.PilotPaths / experiment.Theory.Paths);
        if (main && done.Count >= Ladder.Least && !refused)
            (sweeps, pathShare) = (AtRecordTimes([.. done.Values], variant), 1);
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
        stages.Add(new($"theory {name}", total - left, total, each, seconds, bytes, CostModel.UnitBytes(variant, total, total)));
    }

    /// <summary>The sweeps of a theory in continuous time, which are recorded at every step, at the steps nearest to the record times.</summary>
    private IReadOnlyList<ReplicaCurve> AtRecordTimes(IReadOnlyList<ReplicaCurve> curves, Experiment variant)
    {
        if (!experiment.Algorithm.IsIterative)
            return curves;
        double spacing = variant.Algorithm.Horizon / (variant.RecordSteps.Count - 1);
        int[] columns = [.. experiment.Times().Select(t => (int)Math.Round(t / spacing))];
        return [.. curves.Select(c => c with { Values = UnitStore.Pick(c.Values, columns) })];
    }

    private PrecisionPlan? Precision()
    {
        List<SizeCurves> curves = finished;
        string words = $"the finished replicas at d = {string.Join(", ", finished.Select(c => c.Size))}";
        if (curves.Count == 0 && pilot.Count / experiment.ReplicasPerDesign >= Ladder.Least)
        {
            curves = [Simulator.Collect(experiment, experiment.Sizes[0], pilot)];
            words = experiment.ReplicasPerDesign == 1
                ? $"a pilot of {pilot.Count} replicas at d = {experiment.Sizes[0]}"
                : $"a pilot of {pilot.Count / experiment.ReplicasPerDesign} designs with {experiment.ReplicasPerDesign} replicas each at d = {experiment.Sizes[0]}";
        }

        if (curves.Count == 0)
        {
            notes.Add($"{Ladder.Least * experiment.ReplicasPerDesign} replicas at d = {experiment.Sizes[0]}, from which the replicas for a wished error would be found, take too long for a plan; "
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
