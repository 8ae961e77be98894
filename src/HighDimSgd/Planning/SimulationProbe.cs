using System.Collections.Concurrent;
using System.Diagnostics;
using HighDimSgd.Devices;
using HighDimSgd.Experiments;
using HighDimSgd.Simulation;

namespace HighDimSgd.Planning;

/// <summary>What a replica of a size costs.</summary>
/// <param name="Seconds">Computing seconds of one replica, on each of its threads, while all workers are busy.</param>
/// <param name="Curves">The replicas that were run for it, where they were whole ones.</param>
internal sealed record ReplicaCost(double Seconds, IReadOnlyList<ReplicaCurve> Curves);

/// <summary>
/// Times replicas with the simulator's own workers, all at once, as a run has them. Where whole replicas would take too long, fewer
/// samples and steps are run; the cost of a replica is n d (drawing + steps passes).
/// </summary>
/// <param name="experiment">The experiment.</param>
/// <param name="device">Where it runs.</param>
/// <param name="crowding">Takes in the measures.</param>
internal sealed class SimulationProbe(Experiment experiment, IDevice device, Crowding crowding)
{
    private const int FewestRows = 16, FewestSteps = 4, Timed = 3;

    // Seconds to draw an entry of the design and to pass it once; put right by every measure.
    private double draw = 4e-9, pass = 2e-10;

    /// <summary>Runs a small piece twice: what the first takes longer is compilation, which a run has to do as well.</summary>
    /// <returns>Seconds of compilation.</returns>
    public double Compile()
    {
        int size = experiment.Sizes[0];
        Experiment piece = Piece(size, Math.Min(64, experiment.Samples(size)), FewestSteps);
        double cold = Once(), warm = Math.Min(Once(), Once());
        return Math.Max(0, cold - warm);

        double Once()
        {
            var watch = Stopwatch.StartNew();
            Run(piece, size, 1, 1, 0, null);
            return watch.Elapsed.TotalSeconds;
        }
    }

    /// <summary>Wall-clock seconds that a number of replicas will take, as far as is known.</summary>
    public double Guess(int size, int replicas, int workers) => crowding.Factor * Math.Ceiling((double)replicas / workers) * Guess(size);

    /// <summary>Measures a size.</summary>
    /// <param name="size">The dimension.</param>
    /// <param name="workers">Workers side by side.</param>
    /// <param name="seconds">About how long it may take.</param>
    /// <param name="most">Most replicas.</param>
    public ReplicaCost Measure(int size, int workers, double seconds, int most)
    {
        if (Guess(size, Timed, 1) <= seconds)
        {
            var curves = new List<ReplicaCurve>();
            double each = Run(experiment, size, workers, Math.Max(most, Timed * workers), seconds, curves.Add), ratio = each / Guess(size);
            (draw, pass) = (ratio * draw, ratio * pass);
            return new(each, curves);
        }

        // Two kinds of pieces, of one step and of as many as take twice the drawing: twelve drawings in all.
        int samples = experiment.Samples(size), steps = experiment.Algorithm.Steps;
        int rows = (int)Math.Clamp(seconds / (4 * Timed) / (crowding.Factor * draw * size), Math.Min(FewestRows, samples), samples);
        int many = (int)Math.Clamp(2 * draw / pass, Math.Min(FewestSteps, steps), steps);
        double one = Run(Piece(size, rows, 1), size, workers, Timed * workers, 0, null);
        double more = Run(Piece(size, rows, many), size, workers, Timed * workers, 0, null);
        double entries = (double)rows * size;
        if (many > 1 && more > one)
            pass = (more - one) / (many - 1) / entries;
        draw = Math.Max(one / 10, one - (2 * pass * entries)) / entries;
        return new(Guess(size), []);
    }

    // A step more than there are: the last point is observed by a pass of its own.
    private double Guess(int size) => size * (double)experiment.Samples(size) * (draw + (pass * (experiment.Algorithm.Steps + 1)));

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
    /// <returns>Mean computing seconds of a replica, on each of its threads.</returns>
    private double Run(Experiment piece, int size, int workers, int most, double seconds, Action<ReplicaCurve>? take)
    {
        var units = new ConcurrentQueue<(int, int)>(Enumerable.Range(0, most).Select(r => (r, 1)));
        int threads = workers == 1 ? device.Workers : 1;
        var lasts = new Dictionary<int, (double Wall, double Computing, int Count)>();
        (double wall, double computing, int count) = (0, 0, 0);
        using var enough = new CancellationTokenSource();
        var watch = Stopwatch.StartNew();
        Simulator.RunWorkers(workers, () => device.Run(new ReplicaWorker(piece, size, units, Finished, enough.Token), wholeDevice: workers == 1));
        crowding.Add(wall * threads, computing);
        return computing / threads / Math.Max(1, count);

        void Finished(int first, IReadOnlyList<ReplicaCurve> curves)
        {
            (double wallNow, double computingNow) = (watch.Elapsed.TotalSeconds, threads == 1 ? ComputingClock.ThreadSeconds : ComputingClock.ProcessSeconds);
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
