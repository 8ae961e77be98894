using System.Collections.Concurrent;
using System.Globalization;
using HighDimSgd.Devices;
using HighDimSgd.Experiments;
using HighDimSgd.Kernels;
using HighDimSgd.Kernels.Physics;
using HighDimSgd.Models;
using HighDimSgd.Results;

namespace HighDimSgd.Simulation;

/// <summary>
/// Runs the replicas of a size that are not finished yet, in units, on all of a device. A replica's numbers depend on its address
/// alone, so neither the units nor the workers can be seen in the result. Units hold whole designs, so that each is drawn once.
/// </summary>
/// <param name="experiment">The experiment.</param>
/// <param name="device">Where it runs.</param>
/// <param name="store">Where finished units go, and long replicas while they run.</param>
/// <param name="interval">Time between their checkpoints.</param>
/// <param name="time">Clock of the checkpoints.</param>
internal sealed class Simulator(Experiment experiment, IDevice device, UnitStore store, TimeSpan? interval = null, TimeProvider? time = null)
{
    /// <summary>Kind of a simulation's units.</summary>
    public const string Kind = "simulate";

    // An entry that is drawn anew costs as much as this many passes over one that is there.
    private const double DrawingWork = 20;

    // A coordinate of the velocity, and the 0 that it is put back to.
    private const long VelocityBytes = 2 * sizeof(float);

    /// <summary>Bytes that the whole run of a size needs.</summary>
    public static long Bytes(Experiment experiment, int size, int workers) => BytesOf(experiment, size) * workers;

    /// <summary>Workers side by side that fit into the device's memory; one, with all threads on its rows, where a replica is large.</summary>
    public int WorkersFor(int size) =>
        device.Share.BatchBytes > 0 || Bytes(experiment, size, device.Workers) <= device.MemoryBytes / 2 ? device.Workers : 1;

    /// <summary>How the work is cut to fit the device, in words; empty where replicas run one by one.</summary>
    public string Cut(int size, int replicas)
    {
        int designs = UnitDesigns(experiment, device, size, replicas / experiment.ReplicasPerDesign);
        return !IsTogether(device) ? string.Empty : string.Create(
            CultureInfo.InvariantCulture,
            $"units of {designs * experiment.ReplicasPerDesign} replicas in {designs * BytesOf(experiment, size) / 1e9:f2} GB");
    }

    /// <summary>Runs what is missing and returns every replica's curves.</summary>
    /// <param name="size">The dimension.</param>
    /// <param name="replicas">Number of replicas.</param>
    /// <param name="finished">Called after every unit with all curves so far.</param>
    /// <param name="cancellation">Stops between replicas, and within those that have checkpoints; finished units stay.</param>
    public SizeCurves Run(
        int size, int replicas, Action<IReadOnlyDictionary<int, ReplicaCurve>> finished, CancellationToken cancellation) =>
        Collect(experiment, size, [.. Finish(size, 0, replicas, finished, cancellation).Values.Take(replicas)]);

    /// <summary>Runs what is missing of the replicas from <paramref name="first"/> to before <paramref name="end"/>.</summary>
    /// <returns>All finished curves by replica.</returns>
    public SortedDictionary<int, ReplicaCurve> Finish(
        int size, int first, int end, Action<IReadOnlyDictionary<int, ReplicaCurve>> finished, CancellationToken cancellation)
    {
        SortedDictionary<int, ReplicaCurve> curves = store.Read(Kind, store.SimulationHash, size, experiment.RecordStepsAt(size));
        finished(curves);
        Kept()?.Remove(curves.Keys);
        var units = new ConcurrentQueue<(int First, int Count)>(Missing(experiment, device, size, first, end, curves));
        int batch = IsTogether(device) ? units.Select(u => u.Count / experiment.ReplicasPerDesign).DefaultIfEmpty(1).Max() : 0;
        int workers = WorkersFor(size);
        void Worker() => device.Run(
            new ReplicaWorker(experiment, size, units, Keep, cancellation, batch, Kept()), wholeDevice: workers == 1);
        Checkpoint? Kept() =>
            experiment.IsMatrixFree ? store.Checkpoint(size, interval ?? Checkpoint.Interval, time ?? TimeProvider.System, cancellation) : null;
        void Keep(int from, IReadOnlyList<ReplicaCurve> done)
        {
            store.Write(Kind, store.SimulationHash, size, experiment.RecordStepsAt(size), from, done);
            lock (curves)
            {
                for (int i = 0; i < done.Count; i++)
                    curves[from + i] = done[i];
                finished(curves);
            }
        }

        if (!units.IsEmpty)
            RunWorkers(workers, Worker);
        cancellation.ThrowIfCancellationRequested();
        return curves;
    }

    /// <summary>Runs a number of workers side by side to their end.</summary>
    public static void RunWorkers(int workers, Action worker)
    {
        Task[] tasks = [.. Enumerable.Range(0, workers).Select(_ => Task.Factory.StartNew(
            worker, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default))];
        try
        {
            Task.WaitAll(tasks);
        }
        catch (AggregateException e)
        {
            System.Runtime.ExceptionServices.ExceptionDispatchInfo.Throw(e.InnerExceptions[0]);
        }
    }

    private static long BytesOf(Experiment experiment, int size)
    {
        AlgorithmSpec algorithm = experiment.Algorithm;
        long velocity = algorithm.Momentum == 0 ? 0 : VelocityBytes * new DenseShape(size, 0).RowStride;
        return algorithm.Kind switch
        {
            ClockKind.Online => new FreshShape(size, algorithm.Batch).Bytes + velocity,
            _ when experiment.IsMatrixFree => new MatrixFreeShape(experiment.Samples(size), algorithm.Steps).Bytes,
            ClockKind.Sgd or ClockKind.Svag => Dense(experiment.Starts) + new VisitShape(algorithm.SamplesPerIteration, IsAlone: false).Bytes,
            _ => Dense(DenseShape.Together(experiment) * experiment.Starts),
        };

        long Dense(int replicas) => new DenseShape(size, experiment.Samples(size), experiment.Design.Storage).Bytes(replicas) + (replicas * velocity);
    }

    /// <summary>Numbers that are drawn for a design: its entries, or where it is not stored a normal and an increment for every sample and step.</summary>
    public static double EntriesDrawn(Experiment experiment, int size) =>
        (experiment.IsMatrixFree ? 2.0 * (experiment.Algorithm.Steps + 1) : size) * experiment.Samples(size);

    /// <summary>
    /// Entries of the design that a replica passes over: the rows that its iterations visit, and all of them where it is observed; where the
    /// design is not stored, twice the table of two columns a step.
    /// </summary>
    public static double EntriesPassed(Experiment experiment, int size)
    {
        AlgorithmSpec algorithm = experiment.Algorithm;
        double samples = experiment.Samples(size), steps = algorithm.Steps;
        return algorithm.Kind switch
        {
            ClockKind.Online => samples * size,
            ClockKind.Sgd or ClockKind.Svag =>
                size * ((samples * experiment.RecordTimes.Count) + ((double)algorithm.StepsAt(size) * algorithm.SamplesPerIteration)),
            _ when experiment.IsMatrixFree => 2 * samples * steps * (steps + 1),
            _ => samples * size * (steps + 1),
        };
    }

    /// <summary>Entries of work that a design takes with its replicas; where that is little, drawing it counts.</summary>
    private static double Work(Experiment experiment, int size) => (experiment.ReplicasPerDesign * EntriesPassed(experiment, size))
        + (experiment.Algorithm.IsIterative || experiment.IsMatrixFree ? DrawingWork * EntriesDrawn(experiment, size) : 0);

    /// <summary>The units of the replicas from <paramref name="from"/> to before <paramref name="to"/> that are not finished, in the order in which they run.</summary>
    public static IReadOnlyList<(int First, int Count)> Missing(
        Experiment experiment, IDevice device, int size, int from, int to, IReadOnlyDictionary<int, ReplicaCurve> finished)
    {
        int shared = experiment.ReplicasPerDesign, designs = to / shared, first = from / shared;
        int most = UnitDesigns(experiment, device, size, designs - first);
        var units = new List<(int, int)>();
        for (int design = first; design <= designs; design++)
        {
            bool gap = design == designs || finished.ContainsKey(design * shared);
            if (design > first && (gap || design - first == most))
            {
                units.Add((first * shared, (design - first) * shared));
                first = design;
            }

            if (gap)
                first = design + 1;
        }

        return units;
    }

    /// <summary>True where the replicas of a unit advance together.</summary>
    private static bool IsTogether(IDevice device) => device.Share.BatchBytes > 0;

    /// <summary>Most designs of a unit; those that advance together must fit into a worker's memory, and every worker have some.</summary>
    private static int UnitDesigns(Experiment experiment, IDevice device, int size, int designs)
    {
        WorkShare share = device.Share;
        int most = (int)Math.Clamp(
            share.UnitWork / Work(experiment, size), 1, Math.Max(1, share.UnitReplicas / experiment.ReplicasPerDesign));
        return !IsTogether(device)
            ? most
            : Math.Max(1, Math.Min(Math.Min(most, share.Batch(BytesOf(experiment, size))), (designs + device.Workers - 1) / device.Workers));
    }

    /// <summary>The curves of replicas 0, 1, .. as tables by observable.</summary>
    public static SizeCurves Collect(Experiment experiment, int size, IReadOnlyList<ReplicaCurve> curves)
    {
        IReadOnlyList<string> names = Observables.Of(experiment);
        double[] times = size == 0 ? experiment.Times() : experiment.Times(size);
        double[][,] values = [.. names.Select(_ => new double[curves.Count, times.Length])];
        var diverged = new List<int>();
        for (int r = 0; r < curves.Count; r++)
        {
            if (!curves[r].IsWhole)
                diverged.Add(r);
            for (int o = 0; o < names.Count; o++)
            {
                for (int t = 0; t < times.Length; t++)
                    values[o][r, t] = curves[r].Values[o, t];
            }
        }

        return new(size, experiment.Samples(size), times, names, values, diverged) { ReplicasPerDesign = experiment.ReplicasPerDesign };
    }
}

/// <summary>
/// One worker: takes units from a queue until none is left. At most <paramref name="most"/> designs are in memory together, 0 where the device has no use for
/// batches; long replicas are kept in <paramref name="checkpoint"/>.
/// </summary>
internal sealed class ReplicaWorker(
    Experiment experiment,
    int size,
    ConcurrentQueue<(int First, int Count)> units,
    Action<int, IReadOnlyList<ReplicaCurve>> finished,
    CancellationToken cancellation,
    int most = 0,
    Checkpoint? checkpoint = null) : IDeviceProgram<bool>
{
    /// <inheritdoc/>
    public bool Run<TReal, TWord, TView>(ISkeletons<TReal, TWord, TView> skeletons)
        where TReal : unmanaged, IReal<TReal, TWord>
        where TWord : unmanaged, IWord<TReal, TWord>
        where TView : struct, IView<TReal, TWord> =>
        experiment.Model.Loss.Close(new WithLoss<TReal, TWord, TView>(this, skeletons));

    private bool Run<TReal, TWord, TView, TLoss>(ISkeletons<TReal, TWord, TView> skeletons, TLoss loss)
        where TReal : unmanaged, IReal<TReal, TWord>
        where TWord : unmanaged, IWord<TReal, TWord>
        where TView : struct, IView<TReal, TWord>
        where TLoss : struct, ILoss<TReal>
    {
        IReplicaEngine engine = experiment.Algorithm.Kind switch
        {
            ClockKind.Online => new FreshEngine<TReal, TWord, TView, TLoss>(skeletons, experiment, size, loss, Math.Max(1, most)),
            ClockKind.Sgd or ClockKind.Svag => new MultiPassEngine<TReal, TWord, TView, TLoss>(skeletons, experiment, size, loss, most),
            _ when experiment.IsMatrixFree => new MatrixFreeEngine<TReal, TWord, TView, TLoss>(skeletons, experiment, size, loss, Math.Max(1, most), checkpoint),
            _ => new DenseEngine<TReal, TWord, TView, TLoss>(skeletons, experiment, size, loss, most),
        };
        while (units.TryDequeue(out (int First, int Count) unit))
        {
            int shared = Math.Min(experiment.ReplicasPerDesign, unit.Count);
            var curves = new ReplicaCurve[unit.Count];
            for (int first = 0; first < unit.Count; first += engine.Designs * shared)
            {
                int designs = Math.Min(engine.Designs, (unit.Count - first) / shared);
                for (int place = 0; place < shared; place += engine.Together)
                {
                    if (cancellation.IsCancellationRequested)
                        return false;
                    // One of the two is 1.
                    int count = designs * Math.Min(engine.Together, shared - place), stride = engine.Together > 1 ? 1 : shared;
                    double[][,] values = [.. Enumerable.Range(0, count).Select(_ => Unknown())];
                    bool[] whole = engine.Run(unit.First + first + place, values);
                    for (int i = 0; i < count; i++)
                        curves[first + place + (i * stride)] = new(values[i], whole[i] ? string.Empty : "diverged");
                }
            }

            finished(unit.First, curves);
            checkpoint?.Remove(Enumerable.Range(unit.First, unit.Count));
        }

        return true;
    }

    private double[,] Unknown()
    {
        var values = new double[Observables.Of(experiment).Count, experiment.RecordStepsAt(size).Count];
        for (int o = 0; o < values.GetLength(0); o++)
        {
            for (int t = 0; t < values.GetLength(1); t++)
                values[o, t] = double.NaN;
        }

        return values;
    }

    private sealed class WithLoss<TReal, TWord, TView>(ReplicaWorker worker, ISkeletons<TReal, TWord, TView> skeletons)
        : ILossUser<TReal, TWord, bool>
        where TReal : unmanaged, IReal<TReal, TWord>
        where TWord : unmanaged, IWord<TReal, TWord>
        where TView : struct, IView<TReal, TWord>
    {
        public bool Use<TLoss>(TLoss loss)
            where TLoss : struct, ILoss<TReal> => worker.Run(skeletons, loss);
    }
}
