using System.Collections.Concurrent;
using System.Diagnostics;
using HighDimSgd.Devices;
using HighDimSgd.Experiments;
using HighDimSgd.Simulation;

namespace HighDimSgd.Planning;

/// <summary>What a replica of a size costs.</summary>
/// <param name="Seconds">Computing seconds of one replica while all workers are busy; wall-clock seconds where one worker has all threads.</param>
/// <param name="Curves">The replicas that were run for it, where they were whole ones.</param>
internal sealed record ReplicaCost(double Seconds, IReadOnlyList<ReplicaCurve> Curves);

/// <summary>
/// Times replicas with the simulator's own workers, all at once, as a run has them. Where whole replicas would take too long, fewer
/// samples and steps are run; the cost of a replica is n d (drawing + steps), with memory laid out as in the whole one.
/// </summary>
/// <param name="experiment">The experiment.</param>
/// <param name="device">Where it runs.</param>
internal sealed class SimulationProbe(Experiment experiment, IDevice device)
{
    // Drawing an entry of the design takes about as long as this many steps with it.
    private const int DrawSteps = 20;

    private const int FewestRows = 64, FewestSteps = 4, FewRows = 256;

    private double secondsPerEntry = 2e-9, wallSeconds, computingSeconds;

    /// <summary>
    /// Wall-clock over computing time of the workers in all measures so far: above 1 where there are more workers than processors, or others
    /// compute beside them. Short measures share it, since a single one may see none or all of a rival.
    /// </summary>
    public double Crowding => computingSeconds > 0 ? Math.Max(1, wallSeconds / computingSeconds) : 1;

    /// <summary>Runs a small piece twice: what the first takes longer is compilation, which a run has to do as well.</summary>
    /// <returns>Seconds of compilation.</returns>
    public double Compile()
    {
        int size = experiment.Sizes[0];
        Experiment piece = Piece(size, Math.Min(FewRows, experiment.Samples(size)), FewestSteps);
        double cold = Once(), warm = Math.Min(Once(), Once());
        secondsPerEntry = warm / Work(piece, size);
        return Math.Max(0, cold - warm);

        double Once()
        {
            var watch = Stopwatch.StartNew();
            Run(piece, size, 1, 1, 0, null);
            return watch.Elapsed.TotalSeconds;
        }
    }

    /// <summary>Seconds that a number of replicas will take, by the last measure.</summary>
    public double Guess(int size, int replicas, int workers) =>
        secondsPerEntry * Work(experiment, size) * Math.Ceiling((double)replicas / workers);

    /// <summary>Measures a size.</summary>
    /// <param name="size">The dimension.</param>
    /// <param name="workers">Workers side by side.</param>
    /// <param name="seconds">About how long it may take.</param>
    /// <param name="most">Most replicas.</param>
    public ReplicaCost Measure(int size, int workers, double seconds, int most)
    {
        if (3 * Guess(size, 1, 1) <= seconds)
        {
            var curves = new List<ReplicaCurve>();
            double each = Run(experiment, size, workers, Math.Max(most, 3 * workers), seconds, curves.Add);
            secondsPerEntry = each / Work(experiment, size);
            return new(each, curves);
        }

        int samples = experiment.Samples(size), steps = experiment.Algorithm.Steps;
        double perRow = secondsPerEntry * size, rowsWanted = seconds / 4 / (DrawSteps + FewestSteps) / perRow;
        int rows = (int)Math.Clamp(rowsWanted, Math.Min(FewestRows, samples), samples);
        int pieceSteps = (int)Math.Clamp(seconds / 8 / perRow / rows, Math.Min(FewestSteps, steps), steps);
        double one = Run(Piece(size, rows, 1), size, workers, 3 * workers, 0, null);
        double more = Run(Piece(size, rows, pieceSteps), size, workers, 3 * workers, 0, null);
        double pass = Math.Max(0, more - one) / Math.Max(1, pieceSteps - 1);
        double scale = (double)samples / rows, draw = Math.Max(0, one - (2 * pass));
        double cost = scale * (draw + (pass * (steps + 1)));
        secondsPerEntry = cost / Work(experiment, size);
        return new(cost, []);
    }

    private static double Work(Experiment experiment, int size) =>
        (double)size * experiment.Samples(size) * (DrawSteps + experiment.Algorithm.Steps);

    /// <summary>Fewer samples and steps of the same kind: the law of a sample's clock stays, so that drawing it costs the same.</summary>
    private Experiment Piece(int size, int rows, int steps)
    {
        double aspect = (double)rows / size;
        steps = Math.Min(steps, experiment.Algorithm.Steps);
        return experiment with
        {
            Aspect = aspect,
            Algorithm = experiment.Algorithm with { Steps = steps, Temperature = experiment.Algorithm.Temperature * experiment.Aspect / aspect },
            RecordSteps = [steps],
        };
    }

    /// <summary>
    /// Runs single replicas on all workers until each has done two and the time is over. A replica is timed from the end of the one
    /// before, so that memory is paid for by a worker's first.
    /// </summary>
    /// <returns>Mean seconds of a replica: computing time, or wall-clock time where one worker has all threads.</returns>
    private double Run(Experiment piece, int size, int workers, int most, double seconds, Action<ReplicaCurve>? take)
    {
        var units = new ConcurrentQueue<(int, int)>(Enumerable.Range(0, most).Select(r => (r, 1)));
        var lasts = new Dictionary<int, (double Wall, double Computing, int Count)>();
        (double wall, double computing, int count) = (0, 0, 0);
        using var enough = new CancellationTokenSource();
        var watch = Stopwatch.StartNew();
        Simulator.RunWorkers(workers, () => device.Run(new ReplicaWorker(piece, size, units, Finished, enough.Token), wholeDevice: workers == 1));
        (wallSeconds, computingSeconds) = (wallSeconds + wall, computingSeconds + computing);
        return (workers == 1 ? wall : computing) / Math.Max(1, count);

        void Finished(int first, IReadOnlyList<ReplicaCurve> curves)
        {
            (double wallNow, double computingNow) = (watch.Elapsed.TotalSeconds, ThreadClock.Seconds);
            lock (units)
            {
                int id = Environment.CurrentManagedThreadId;
                bool known = lasts.TryGetValue(id, out (double Wall, double Computing, int Count) last);
                lasts[id] = (wallNow, computingNow, last.Count + 1);
                if (known)
                    (wall, computing, count) = (wall + wallNow - last.Wall, computing + computingNow - last.Computing, count + 1);
                take?.Invoke(curves[0]);
                if (wallNow > seconds && lasts.Count >= workers && lasts.Values.All(l => l.Count > 1))
                    enough.Cancel();
            }
        }
    }
}
