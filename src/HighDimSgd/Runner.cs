using System.Diagnostics;
using System.Globalization;
using HighDimSgd.Devices;
using HighDimSgd.Experiments;
using HighDimSgd.Kernels.Random;
using HighDimSgd.Results;
using HighDimSgd.Simulation;
using HighDimSgd.Statistics;
using HighDimSgd.Theory;

namespace HighDimSgd;

/// <summary>How an experiment is run; nothing here can be seen in its results.</summary>
/// <param name="Output">Results folder; out/NAME where null.</param>
/// <param name="Device">Device key: auto, cpu, cuda, opencl, ilgpu-cpu.</param>
/// <param name="Threads">CPU threads; 0 takes one per processor.</param>
/// <param name="Stages">Which stages run.</param>
public sealed record RunOptions(string? Output = null, string Device = "auto", int Threads = 0, Stages Stages = Stages.All);

/// <summary>Stages of a run.</summary>
public enum Stages
{
    /// <summary>Simulation, theory and their comparison.</summary>
    All,

    /// <summary>The simulation alone.</summary>
    Simulation,

    /// <summary>The theory alone.</summary>
    Theory,
}

/// <summary>How far a stage has come.</summary>
/// <param name="Stage">The stage, such as "simulate d=250" or "theory sgf".</param>
/// <param name="Done">Replicas or sweeps that are done.</param>
/// <param name="Total">Replicas or sweeps in all.</param>
/// <param name="Detail">The number as it stands, such as "q(12) 2.8831 +- 0.0021".</param>
public sealed record RunProgress(string Stage, long Done, long Total, string Detail);

/// <summary>Runs an experiment from file to folder: simulate, solve the theory, compare, write.</summary>
public static class Runner
{
    /// <summary>The folder that results go to.</summary>
    public static string OutputFolder(IExperiment experiment, RunOptions options)
    {
        ArgumentNullException.ThrowIfNull(experiment);
        ArgumentNullException.ThrowIfNull(options);
        return options.Output ?? Path.Combine("out", experiment.Name);
    }

    /// <summary>Runs an experiment, or what is left of it in the results folder.</summary>
    /// <param name="experiment">The experiment.</param>
    /// <param name="options">How to run it.</param>
    /// <param name="progress">Told after every unit of work; may be null.</param>
    /// <param name="cancellation">Stops the run; finished units stay, and the same call continues.</param>
    /// <returns>What was written to results.json.</returns>
    /// <exception cref="ExperimentException">The folder holds work of another experiment.</exception>
    /// <exception cref="MachineException">The machine cannot do it; nothing has been started.</exception>
    /// <exception cref="OperationCanceledException">The run was stopped.</exception>
    public static ExperimentResult Run(
        Experiment experiment, RunOptions options, IProgress<RunProgress>? progress = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(experiment);
        ArgumentNullException.ThrowIfNull(options);
        return Run(experiment, Device.Open(options.Device, options.Threads), options, progress, cancellation);
    }

    /// <inheritdoc cref="RunAsync(Experiment, IDevice, string, IProgress{RunProgress}, CancellationToken)"/>
    public static Task<ExperimentResult> RunAsync(
        this Experiment experiment, IDevice device, IProgress<RunProgress>? progress = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(experiment);
        return RunAsync(experiment, device, OutputFolder(experiment, new()), progress, cancellation);
    }

    /// <summary>Runs an experiment from C#, as <c>hdsgd run</c> does, off the calling thread.</summary>
    /// <param name="experiment">The experiment.</param>
    /// <param name="device">Where it runs.</param>
    /// <param name="output">Results folder; out/NAME where not given.</param>
    /// <param name="progress">Told after every unit of work; may be null.</param>
    /// <param name="cancellation">Stops the run; finished units stay, and the same call continues.</param>
    /// <returns>What was written to results.json.</returns>
    /// <exception cref="ExperimentException">A value is not allowed, or the folder holds work of another experiment.</exception>
    /// <exception cref="MachineException">The machine cannot do it; nothing has been started.</exception>
    /// <exception cref="OperationCanceledException">The run was stopped.</exception>
    public static Task<ExperimentResult> RunAsync(
        this Experiment experiment, IDevice device, string output, IProgress<RunProgress>? progress = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(experiment);
        Experiment valid = experiment.Validate();
        return Task.Run(() => Run(valid, device, new(output), progress, cancellation), cancellation);
    }

    private static ExperimentResult Run(
        Experiment experiment, IDevice device, RunOptions options, IProgress<RunProgress>? progress, CancellationToken cancellation)
    {
        string folder = OutputFolder(experiment, options);
        experiment = UnitStore.Settled(folder, experiment, device.Key);
        MemoryCheck.Refuse(experiment, device, options.Stages);
        AtomicFile.Clean(folder);
        var store = new UnitStore(folder, experiment, device.Key);
        store.Check(options.Stages);
        DateTimeOffset start = DateTimeOffset.UtcNow;
        var timing = new Dictionary<string, double>();
        var watch = Stopwatch.StartNew();

        List<SizeCurves> curves = options.Stages == Stages.Theory ? [] : Simulate(experiment, device, store, progress, cancellation);
        timing["simulate_s"] = watch.Elapsed.TotalSeconds;
        watch.Restart();
        var solver = new TheorySolver(experiment, device, store, Report, cancellation);
        bool isSolved = options.Stages != Stages.Simulation;
        string? instability = RidgeStability.Explain(experiment);
        SolvedTheory theory = isSolved ? Explained(solver.Limit(), instability) : solver.Without(TheoryResult.LeftOut);
        SolvedTheory[] further = isSolved ? [.. solver.Further()] : [];
        timing["theory_s"] = watch.Elapsed.TotalSeconds;

        List<SizeSummary> sizes = [.. curves.Select(c => Moments.Summarise(c) with { Theory = theory.At(c.Times) })];
        // Without a limit of their own, sizes are brought to common times by the first further theory there is.
        SolvedTheory guide = theory.Result.Status == TheoryResult.Ok ? theory : further.FirstOrDefault(f => f.Result.Status == TheoryResult.Ok) ?? theory;
        List<SizeCurves> common = [.. curves.Select((c, i) => guide.Moved(c, guide == theory ? sizes[i].Theory : guide.At(c.Times)))];
        var result = new ExperimentResult(
            experiment, theory.Result, further.ToDictionary(f => f.Result.Clock, f => f.Result), sizes, FiniteSize.Fit(common, experiment.Seed),
            Comparison.Compare(experiment, theory.Result, common))
        {
            ClosedForms = ClosedForms.Check([theory.Closed, .. further.Select(f => f.Closed)]),
            Comparisons = further.Length == 0 || curves.Count == 0 ? null : further.ToDictionary(
                f => f.Result.Clock, f => Comparison.Compare(experiment, f.Result, [.. curves.Select(c => f.Moved(c, f.At(c.Times)))])),
            Instability = instability,
        };
        ResultsFolder.Write(folder, result, experiment.ToJson(), curves, new Manifest
        {
            Device = device.Name,
            Threads = device.Workers,
            VectorWidth = device.VectorBits,
            Storage = Keys.Storage.Word(experiment.Design.Storage == DesignStorage.Auto ? DesignStorage.Float32 : experiment.Design.Storage),
            CounterLayout = RandomField.LayoutVersion,
            InputHash = store.SimulationHash,
            Seed = experiment.Seed,
            Start = start,
            End = DateTimeOffset.UtcNow,
            Timing = timing,
        });
        return result;

        void Report(SweepRun run, IReadOnlyDictionary<int, ReplicaCurve> sweeps) =>
            progress?.Report(new($"theory {run.Title}", sweeps.Count, experiment.Theory.Sweeps, LastQ(experiment, sweeps)));
    }

    /// <summary>Simulates one of several parts of an experiment, for <see cref="Merger"/> to join.</summary>
    /// <param name="experiment">The experiment.</param>
    /// <param name="shard">The part.</param>
    /// <param name="options">How to run it; the folder takes no other part.</param>
    /// <param name="progress">Told after every unit of work; may be null.</param>
    /// <param name="cancellation">Stops the run; finished units stay, and the same call continues.</param>
    /// <exception cref="ExperimentException">The folder holds work of another experiment or part.</exception>
    /// <exception cref="MachineException">The machine cannot do it; nothing has been started.</exception>
    /// <exception cref="OperationCanceledException">The run was stopped.</exception>
    public static void Simulate(
        Experiment experiment, Shard shard, RunOptions options, IProgress<RunProgress>? progress = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(shard);
        string folder = OutputFolder(experiment, options);
        IDevice device = Device.Open(options.Device, options.Threads);
        experiment = UnitStore.Settled(folder, experiment, device.Key);
        MemoryCheck.Refuse(experiment, device, Stages.Simulation);
        ShardLabel.Label(shard, experiment, device.Key).Write(folder);
        AtomicFile.Clean(folder);
        var store = new UnitStore(folder, experiment, device.Key);
        store.Check(Stages.Simulation);
        var simulator = new Simulator(experiment, device, store);
        foreach ((int size, int replicas) in experiment.Sizes.Zip(experiment.Replicas))
        {
            (int first, int end) = shard.Range(replicas, experiment.ReplicasPerDesign);
            simulator.Finish(size, first, end, Report, cancellation);

            void Report(IReadOnlyDictionary<int, ReplicaCurve> done) => progress?.Report(
                new($"simulate d={size} shard {shard}", done.Keys.Count(r => first <= r && r < end), end - first, LastQ(experiment, done, experiment.ReplicasPerDesign)));
        }
    }

    /// <summary>A refusal with the reason why the theory had to leave the finite numbers, where there is one.</summary>
    private static SolvedTheory Explained(SolvedTheory theory, string? instability) =>
        theory.Result.Status == TheoryResult.Refused && instability is not null
            ? theory with { Result = theory.Result with { Why = $"{theory.Result.Why}; {instability}" } } : theory;

    private static List<SizeCurves> Simulate(
        Experiment experiment, IDevice device, UnitStore store, IProgress<RunProgress>? progress, CancellationToken cancellation)
    {
        var simulator = new Simulator(experiment, device, store);
        var curves = new List<SizeCurves>();
        for (int i = 0; i < experiment.Sizes.Count; i++)
        {
            (int size, int replicas) = (experiment.Sizes[i], experiment.Replicas[i]);
            curves.Add(simulator.Run(size, replicas, Report, cancellation));

            void Report(IReadOnlyDictionary<int, ReplicaCurve> done) => progress?.Report(
                new($"simulate d={size}", done.Keys.Count(r => r < replicas), replicas,
                    done.Count == 0 ? simulator.Cut(size, replicas) : LastQ(experiment, done, experiment.ReplicasPerDesign)));
        }

        return curves;
    }

    /// <summary>q at the last record time with its standard error, from the curves so far; those of a design count as one.</summary>
    private static string LastQ(Experiment experiment, IReadOnlyDictionary<int, ReplicaCurve> curves, int perDesign = 1)
    {
        double[] q =
        [
            .. curves.Where(c => c.Value.IsWhole).GroupBy(c => c.Key / perDesign, c => c.Value.Values[0, c.Value.Values.GetLength(1) - 1])
                .Select(design => design.Average()),
        ];
        if (q.Length < 2)
            return string.Empty;
        Sample sample = Sample.Of(q);
        return string.Create(
            CultureInfo.InvariantCulture, $"q({experiment.Times()[^1]:g6}) {sample.Mean:f4} ± {sample.Error:f4}");
    }
}
