using System.Diagnostics;
using System.Globalization;
using HighDimSgd.Devices;
using HighDimSgd.Experiments;
using HighDimSgd.Kernels.Random;
using HighDimSgd.Results;
using HighDimSgd.Simulation;

namespace HighDimSgd.Flows;

/// <summary>Runs an experiment of the family <c>flow</c> from file to folder: simulate, compare, write.</summary>
public static class FlowRunner
{
    /// <summary>Runs an experiment, or what is left of it in the results folder.</summary>
    /// <param name="experiment">The experiment.</param>
    /// <param name="options">How to run it. Of the stages, theory is the closed moments alone.</param>
    /// <param name="progress">Told after every unit of work; may be null.</param>
    /// <param name="cancellation">Stops the run; finished units stay, and the same call continues.</param>
    /// <returns>What was written to results.json.</returns>
    /// <exception cref="ExperimentException">The folder holds work of another experiment, or there is no theory to solve.</exception>
    /// <exception cref="MachineException">The machine cannot do it; nothing has been started.</exception>
    /// <exception cref="OperationCanceledException">The run was stopped.</exception>
    public static FlowResult Run(
        FlowExperiment experiment, RunOptions options, IProgress<RunProgress>? progress = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(experiment);
        ArgumentNullException.ThrowIfNull(options);
        experiment = experiment.Validate();
        IDevice device = Device.Open(options.Device, options.Threads);
        string folder = Runner.OutputFolder(experiment, options);
        var store = new FlowStore(folder, experiment, device.Key);
        DateTimeOffset start = DateTimeOffset.UtcNow;
        var watch = Stopwatch.StartNew();
        if (options.Stages != Stages.Theory)
            Prepare(experiment, device, folder, store);

        FlowResult result = options.Stages == Stages.Theory ? ClosedMoments(experiment)
            : FlowAnalysis.Of(experiment, Simulate(experiment, device, store, progress, cancellation));
        if (options.Stages == Stages.Simulation)
            result = result with { Verdict = new("unresolved", "The simulation alone: 'run' in the same folder compares and judges.", []) };
        FlowFolder.Write(folder, result, new Manifest
        {
            Device = device.Name,
            Threads = device.Workers,
            VectorWidth = device.VectorBits,
            Storage = "float32",
            CounterLayout = RandomField.LayoutVersion,
            InputHash = store.Hash,
            Seed = experiment.Seed,
            Start = start,
            End = DateTimeOffset.UtcNow,
            Timing = new Dictionary<string, double> { ["simulate_s"] = watch.Elapsed.TotalSeconds },
        });
        return result;
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
        FlowExperiment experiment, Shard shard, RunOptions options, IProgress<RunProgress>? progress = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(experiment);
        ArgumentNullException.ThrowIfNull(shard);
        ArgumentNullException.ThrowIfNull(options);
        experiment = experiment.Validate();
        IDevice device = Device.Open(options.Device, options.Threads);
        string folder = Runner.OutputFolder(experiment, options);
        var store = new FlowStore(folder, experiment, device.Key);
        ShardLabel.Label(shard, experiment, device.Key).Write(folder);
        Prepare(experiment, device, folder, store);
        Simulate(experiment, device, store, progress, cancellation, shard);
    }

    private static void Prepare(FlowExperiment experiment, IDevice device, string folder, FlowStore store)
    {
        Refuse(experiment, device);
        AtomicFile.Clean(folder);
        store.Check();
    }

    private static Dictionary<FlowRun, IReadOnlyDictionary<string, double[,]>> Simulate(
        FlowExperiment experiment, IDevice device, FlowStore store, IProgress<RunProgress>? progress, CancellationToken cancellation, Shard? shard = null)
    {
        (int first, int end) = shard?.Range(experiment.Blocks, 1) ?? (0, experiment.Blocks);
        string part = shard is null ? string.Empty : $" shard {shard}";
        var simulator = new FlowSimulator(experiment, device);
        var blocks = new Dictionary<FlowRun, IReadOnlyDictionary<string, double[,]>>();
        foreach (FlowRun run in experiment.Runs)
        {
            SortedDictionary<int, double[,]> done = store.Read(run);
            Report(run, done);
            simulator.Finish(run, done, Keep, cancellation, (first, end));
            blocks[run] = FlowSimulator.Collect(experiment, done);

            void Keep(int block, IReadOnlyList<double[,]> means)
            {
                store.Write(run, block, means);
                Report(run, done);
            }
        }

        return blocks;

        void Report(FlowRun run, SortedDictionary<int, double[,]> done) =>
            progress?.Report(new($"simulate {run.Name}{part}", done.Keys.Count(b => first <= b && b < end), end - first, Last(experiment, done)));
    }

    /// <summary>The first statistic at the horizon with its standard error, from the blocks so far.</summary>
    private static string Last(FlowExperiment experiment, SortedDictionary<int, double[,]> done)
    {
        if (done.Count < 2)
            return string.Empty;
        Estimate last = FlowCurves.Estimate([.. done.Values.Select(b => b[0, b.GetLength(1) - 1])]);
        return string.Create(CultureInfo.InvariantCulture, $"{experiment.Statistics[0]}({experiment.Horizon:g6}) {last.Value:f5} ± {last.Error:f5}");
    }

    private static FlowResult ClosedMoments(FlowExperiment experiment)
    {
        var none = new Dictionary<string, Curve>();
        FlowRunResult[] runs = [.. experiment.Runs.Select(r => new FlowRunResult(r, none, FlowMoments.Of(experiment, r), 0))];
        return runs.Any(r => r.Exact.Count > 0)
            ? new(experiment, runs, [], [], [], new("unresolved", "The closed moments alone: nothing was simulated.", []))
            : throw new ExperimentException(
                $"{experiment.Name}: theory: the problem '{experiment.Problem.Name}' has no closed moments here, only linear problems have; 'run' simulates it");
    }

    /// <summary>Refuses what does not fit the memory.</summary>
    internal static void Refuse(FlowExperiment experiment, IDevice device)
    {
        double bytes = 2.0 * sizeof(double) * experiment.Blocks * experiment.Statistics.Count * experiment.Times.Count * experiment.Runs.Count();
        if (bytes > device.MemoryBytes * 0.9)
        {
            throw new MachineException(string.Create(
                CultureInfo.InvariantCulture,
                $"the means of all blocks need {bytes / 1e9:f1} GB, more than the {device.MemoryBytes / 1e9:f1} GB of the device {device.Key}; choose fewer replicas, record points or statistics"));
        }
    }
}
