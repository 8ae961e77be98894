using System.Collections.Concurrent;
using HighDimSgd.Devices;
using HighDimSgd.Kernels;
using HighDimSgd.Kernels.Physics;
using HighDimSgd.Simulation;

namespace HighDimSgd.Flows;

/// <summary>
/// Runs the blocks of a run that are not finished yet, in units, on all of a device. A path's numbers depend on its address alone, so neither the units nor
/// the workers can be seen in the result.
/// </summary>
/// <param name="experiment">The experiment.</param>
/// <param name="device">Where it runs.</param>
internal sealed class FlowSimulator(FlowExperiment experiment, IDevice device)
{
    // Steps of paths in a unit of work on the CPU at most: some tenths of a second on one core; and units for each worker at least, where there are blocks enough.
    private const double UnitSteps = 5e7;
    private const int UnitsEach = 4;

    /// <summary>Runs what is missing of a run.</summary>
    /// <param name="run">The run.</param>
    /// <param name="done">Finished blocks, means of statistics by record time; receives the others.</param>
    /// <param name="finished">Given the first of consecutive blocks and their means, from any worker's thread, one at a time.</param>
    /// <param name="cancellation">Stops between units; finished ones stay.</param>
    /// <param name="part">The blocks that are wanted, from First to before End; null for all.</param>
    /// <param name="isPilot">True to share even few blocks among the workers.</param>
    public void Finish(
        FlowRun run, SortedDictionary<int, double[,]> done, Action<int, IReadOnlyList<double[,]>> finished, CancellationToken cancellation,
        (int First, int End)? part = null, bool isPilot = false)
    {
        (int from, int end) = part ?? (0, experiment.Blocks);
        int size = isPilot && !IsTogether ? 1 : UnitBlocks(run, end - from);
        var units = new ConcurrentQueue<(int First, int Count)>(Units(size, from, end, done));
        void Worker() => device.RunLoops(new Program(this, run, size, units, Keep, cancellation));
        void Keep(int first, double[][,] means)
        {
            lock (done)
            {
                for (int b = 0; b < means.Length; b++)
                    done[first + b] = means[b];
                finished(first, means);
            }
        }

        if (!units.IsEmpty)
            Simulator.RunWorkers(device.Workers, Worker);
        cancellation.ThrowIfCancellationRequested();
    }

    /// <summary>The units that are left of some blocks of a run.</summary>
    public IEnumerable<(int First, int Count)> Units(FlowRun run, int start, int end, SortedDictionary<int, double[,]> done) => Units(UnitBlocks(run, end - start), start, end, done);

    /// <summary>Steps of a run to its horizon.</summary>
    public double StepsOf(FlowRun run) => experiment.Horizon / FlowShape.Step(experiment, run);

    /// <summary>The same with so many iterations of a run at most, and fewer moments: to be timed, no more.</summary>
    public FlowSimulator Shortened(FlowRun run, int iterations) =>
        new(experiment with { Times = [Math.Min(experiment.Horizon, iterations * run.Step)] }, device);

    /// <summary>Bytes that a worker holds.</summary>
    public long EngineBytes(FlowRun run) => (IsTogether ? UnitBlocks(run, experiment.Blocks) : 1) * BlockBytes(run);

    /// <summary>The blocks of a run by statistic, shape (blocks, times).</summary>
    public static IReadOnlyDictionary<string, double[,]> Collect(FlowExperiment experiment, SortedDictionary<int, double[,]> blocks)
    {
        double[][,] all = [.. blocks.Values.Take(experiment.Blocks)];
        var tables = new Dictionary<string, double[,]>();
        foreach ((int i, string name) in experiment.Statistics.Index())
        {
            var table = new double[all.Length, experiment.Times.Count];
            for (int b = 0; b < all.Length; b++)
            {
                for (int t = 0; t < experiment.Times.Count; t++)
                    table[b, t] = all[b][i, t];
            }

            tables[name] = table;
        }

        return tables;
    }

    /// <summary>Blocks of a unit, where there are <paramref name="blocks"/> in all.</summary>
    private int UnitBlocks(FlowRun run, int blocks)
    {
        double steps = experiment.Horizon / FlowShape.Step(experiment, run) * FlowExperiment.Block * FlowShape.Modes(experiment);
        return IsTogether ? Math.Min(experiment.Blocks, device.Share.Batch(BlockBytes(run)))
            : (int)Math.Clamp(Math.Min(UnitSteps / steps, Math.Ceiling(blocks / (double)(UnitsEach * device.Workers))), 1, 256);
    }

    private long BlockBytes(FlowRun run) => sizeof(float) * (long)FlowExperiment.Block * FlowShape.Floats(experiment, run);

    private static IEnumerable<(int First, int Count)> Units(int size, int start, int end, SortedDictionary<int, double[,]> done)
    {
        for (int first = start; first < end; first += size)
        {
            int stop = Math.Min(end, first + size), from = first;
            for (int block = first; block <= stop; block++)
            {
                if (block < stop && !done.ContainsKey(block))
                    continue;
                if (block > from)
                    yield return (from, block - from);
                from = block + 1;
            }
        }
    }

    private sealed class Program(
        FlowSimulator simulator, FlowRun run, int size, ConcurrentQueue<(int First, int Count)> units, Action<int, double[][,]> finished,
        CancellationToken cancellation) : ILoopProgram<bool>
    {
        public bool Run<TReal, TWord, TView>(ILoops<TReal, TWord, TView> loops)
            where TReal : unmanaged, IReal<TReal, TWord>
            where TWord : unmanaged, IWord<TReal, TWord>
            where TView : struct, IView<TReal, TWord>
        {
            FlowExperiment experiment = simulator.Experiment;
            float[] data = FlowData.Of(experiment);
            TView view = loops.Allocate(Math.Max(1, data.Length));
            loops.Write(view, data);
            return experiment.Problem.Close(
                view, experiment.Data?.Samples ?? 0, experiment.Data?.Inputs ?? 0, new WithProblem<TReal, TWord, TView>(this, loops));
        }

        private bool Work<TReal, TWord, TView, TProblem>(ILoops<TReal, TWord, TView> loops, TProblem problem)
            where TReal : unmanaged, IReal<TReal, TWord>
            where TWord : unmanaged, IWord<TReal, TWord>
            where TView : struct, IView<TReal, TWord>
            where TProblem : struct, IFlowProblem<TReal, TWord, TView>
        {
            // One block at a time where workers keep it in their cache.
            int batch = simulator.IsTogether ? size : 1;
            var engine = new FlowEngine<TReal, TWord, TView, TProblem>(loops, simulator.Experiment, run, problem, batch);
            while (!cancellation.IsCancellationRequested && units.TryDequeue(out (int First, int Count) unit))
            {
                var means = new List<double[,]>();
                for (int first = 0; first < unit.Count; first += batch)
                    means.AddRange(engine.Run(unit.First + first, Math.Min(batch, unit.Count - first)));
                finished(unit.First, [.. means]);
            }

            return true;
        }

        private sealed class WithProblem<TReal, TWord, TView>(Program program, ILoops<TReal, TWord, TView> loops)
            : IFlowProblemUser<TReal, TWord, TView, bool>
            where TReal : unmanaged, IReal<TReal, TWord>
            where TWord : unmanaged, IWord<TReal, TWord>
            where TView : struct, IView<TReal, TWord>
        {
            public bool Use<TProblem>(TProblem problem)
                where TProblem : struct, IFlowProblem<TReal, TWord, TView> => program.Work(loops, problem);
        }
    }

    private FlowExperiment Experiment => experiment;

    private bool IsTogether => device.Share.BatchBytes > 0;
}
