using System.Collections.Concurrent;
using System.Diagnostics;
using HighDimSgd.Devices;
using HighDimSgd.Experiments;
using HighDimSgd.Simulation;

namespace HighDimSgd.Planning;

/// <summary>What a replica of a size costs.</summary>
/// <param name="Seconds">Computing seconds of one replica with its share of the drawing, on each of its threads, while all workers are busy.</param>
/// <param name="Curves">The replicas that were run for it, where they were whole ones.</param>
internal sealed record ReplicaCost(double Seconds, IReadOnlyList<ReplicaCurve> Curves);

/// <summary>
/// Times replicas with the simulator's own workers, all at once, as a run has them. Where whole replicas would take too long, fewer
/// samples and steps are run; the cost of a design and its P replicas is n d (drawing + P steps passes), or that of the table where designs
/// are not stored. Of true iterations, which pass the samples that they visit, fewer are run, in proportion to fewer samples.
/// </summary>
/// <param name="experiment">The experiment.</param>
/// <param name="device">Where it runs.</param>
/// <param name="crowding">Takes in the measures.</param>
internal sealed class SimulationProbe(Experiment experiment, IDevice device, Crowding crowding)
{
    private const int FewestRows = 16, FewestSteps = 4, Timed = 3, Many = 20, MostDrawings = 200;

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

    /// <summary>Wall-clock seconds that a number of designs will take, as far as is known.</summary>
    /// <param name="size">The dimension.</param>
    /// <param name="designs">The designs.</param>
    /// <param name="replicasPerDesign">Runs on each.</param>
    /// <param name="workers">Workers side by side.</param>
    public double Guess(int size, int designs, int replicasPerDesign, int workers) =>
        crowding.Factor * Math.Ceiling((double)designs / workers) * Guess(experiment with { ReplicasPerDesign = replicasPerDesign }, size);

    /// <summary>Measures a size.</summary>
    /// <param name="size">The dimension.</param>
    /// <param name="workers">Workers side by side.</param>
    /// <param name="seconds">About how long it may take.</param>
    /// <param name="most">Most designs.</param>
    public ReplicaCost Measure(int size, int workers, double seconds, int most)
    {
        var curves = new List<ReplicaCurve>();
        if (Guess(experiment, size) * Timed <= seconds)
            Rescale(experiment, size, Run(experiment, size, workers, Math.Max(most, Timed * workers), seconds, curves));
        else if (experiment.Algorithm.IsIterative)
            MeasureIterations(size, workers, seconds);
        else if (experiment.IsMatrixFree)
            MeasureSamples(size, workers, seconds);
        else
            MeasurePieces(size, workers, seconds);
        return new(Guess(experiment, size) / experiment.ReplicasPerDesign, curves);
    }

    /// <summary>Runs designs with a number of replicas each that is not the experiment's own.</summary>
    /// <returns>Its cost, and the replicas, those of a design side by side.</returns>
    public ReplicaCost Shared(int size, int replicasPerDesign, int workers, double seconds, int most)
    {
        var curves = new List<ReplicaCurve>();
        double design = Run(experiment with { ReplicasPerDesign = replicasPerDesign }, size, workers, most, seconds, curves);
        return new(design / replicasPerDesign, curves);
    }

    /// <summary>What drawing a design costs, in units of a single run on it; NaN where a run has a single step.</summary>
    /// <param name="size">The dimension.</param>
    /// <param name="workers">Workers side by side.</param>
    /// <param name="whole">Seconds of a design with a single run.</param>
    /// <param name="seconds">About how long it may take.</param>
    public double CostRatio(int size, int workers, double whole, double seconds)
    {
        int steps = experiment.Algorithm.Steps;
        if (steps < 2)
            return double.NaN;
        Experiment piece = Piece(size, experiment.Samples(size), 1) with { ReplicasPerDesign = 1 };
        double one = Run(piece, size, workers, MostDrawings, seconds, null), pass = (whole - one) / (steps - 1);
        double drawing = Math.Max(0, one - (2 * pass));
        return drawing / (whole - drawing);
    }

    // Two kinds of pieces, of one step and of as many as take twice the drawing.
    private void MeasurePieces(int size, int workers, double seconds)
    {
        int samples = experiment.Samples(size), steps = experiment.Algorithm.Steps;
        double passes = pass * experiment.ReplicasPerDesign;
        int many = (int)Math.Clamp(2 * draw / passes, Math.Min(FewestSteps, steps), steps);
        double each = (2 * draw) + ((many + 3) * passes);
        int rows = (int)Math.Clamp(seconds / Timed / (crowding.Factor * each * size), Math.Min(FewestRows, samples), samples);
        double one = Run(Piece(size, rows, 1), size, workers, Timed * workers, 0, null);
        double more = Run(Piece(size, rows, many), size, workers, Timed * workers, 0, null);
        double entries = (double)rows * size;
        if (many > 1 && more > one)
            passes = (more - one) / (many - 1) / entries;
        pass = passes / experiment.ReplicasPerDesign;
        draw = Math.Max(one / 10, one - (2 * passes * entries)) / entries;
    }

    // As many samples as there is time for, with their iterations, and online whole chunks of them.
    private void MeasureIterations(int size, int workers, double seconds)
    {
        int chunk = experiment.IsOnline ? new FreshShape(size, experiment.Algorithm.Batch).Samples : Math.Min(FewestRows, experiment.Samples(size));
        double rows = experiment.Samples(size) * seconds / Timed / (crowding.Factor * Guess(experiment, size));
        Experiment piece = Piece(size, chunk * (int)Math.Max(1, rows / chunk), 1);
        Rescale(piece, size, Run(piece, size, workers, Timed * workers, 0, null));
    }

    // As many samples as there is time for, and enough that the directions seen do not fill them.
    private void MeasureSamples(int size, int workers, double seconds)
    {
        int samples = experiment.Samples(size), steps = experiment.Algorithm.Steps;
        double rows = seconds / Timed / (crowding.Factor * Guess(experiment, size) / samples);
        Experiment piece = Piece(size, (int)Math.Min(samples, Math.Max(4 * steps, rows)), steps);
        Rescale(piece, size, Run(piece, size, workers, Timed * workers, 0, null));
    }

    private void Rescale(Experiment piece, int size, double seconds)
    {
        double ratio = seconds / Guess(piece, size);
        (draw, pass) = (ratio * draw, ratio * pass);
    }

    // Seconds of a design with its replicas.
    private double Guess(Experiment piece, int size) =>
        (draw * Simulator.EntriesDrawn(piece, size)) + (pass * piece.ReplicasPerDesign * Simulator.EntriesPassed(piece, size));

    /// <summary>
    /// Fewer samples and steps of the same kind: the law of a sample's clock stays, so that drawing it costs the same, and so do the replicas of a
    /// design, which share the work. Of true iterations, fewer in proportion, one replica to a design.
    /// </summary>
    private Experiment Piece(int size, int rows, int steps)
    {
        AlgorithmSpec algorithm = experiment.Algorithm;
        double aspect = (double)rows / size;
        if (algorithm.IsIterative)
        {
            double share = Math.Min(1, (double)rows / experiment.Samples(size)), horizon = Math.Max(share * algorithm.Horizon, algorithm.StepAt(size));
            return experiment with
            {
                Aspect = experiment.IsOnline ? experiment.Aspect : aspect,
                Algorithm = algorithm with { Horizon = horizon, Batch = experiment.IsOnline ? algorithm.Batch : Math.Min(algorithm.Batch, rows) },
                RecordTimes = [horizon],
                ReplicasPerDesign = 1,
            };
        }

        steps = Math.Min(steps, algorithm.Steps);
        return experiment with
        {
            Aspect = aspect,
            Algorithm = algorithm with { Steps = steps, Temperature = algorithm.Temperature * experiment.Aspect / aspect },
            RecordSteps = [steps],
        };
    }

    /// <summary>
    /// Runs single designs on all workers until each has done two and the time is over. A design is timed from the end of the one
    /// before, so that memory is paid for by a worker's first.
    /// </summary>
    /// <returns>Mean computing seconds of a design with its replicas, on each of its threads.</returns>
    private double Run(Experiment piece, int size, int workers, int most, double seconds, List<ReplicaCurve>? keep)
    {
        int shared = piece.ReplicasPerDesign;
        var units = new ConcurrentQueue<(int, int)>(Enumerable.Range(0, most).Select(g => (g * shared, shared)));
        int threads = workers == 1 ? device.Workers : 1;
        var lasts = new Dictionary<int, (double Wall, double Computing, int Count)>();
        var times = new List<(double Wall, double Computing)>();
        using var enough = new CancellationTokenSource();
        var watch = Stopwatch.StartNew();
        Simulator.RunWorkers(workers, () => device.Run(new ReplicaWorker(piece, size, units, Finished, enough.Token), wholeDevice: workers == 1));
        crowding.Add(times.Sum(t => t.Wall) * threads, times.Sum(t => t.Computing));
        // While the first of many run, the runtime still makes their code faster.
        return times.Skip(times.Count < Many ? 0 : times.Count / 2).Select(t => t.Computing).DefaultIfEmpty(0).Average() / threads;

        void Finished(int first, IReadOnlyList<ReplicaCurve> curves)
        {
            (double wallNow, double computingNow) = (watch.Elapsed.TotalSeconds, threads == 1 ? ComputingClock.ThreadSeconds : ComputingClock.ProcessSeconds);
            lock (units)
            {
                int id = Environment.CurrentManagedThreadId;
                bool known = lasts.TryGetValue(id, out (double Wall, double Computing, int Count) last);
                lasts[id] = (wallNow, computingNow, last.Count + 1);
                if (known)
                    times.Add((wallNow - last.Wall, computingNow - last.Computing));
                keep?.AddRange(curves);
                if (wallNow > seconds && lasts.Count >= workers && lasts.Values.All(l => l.Count > 1))
                    enough.Cancel();
            }
        }
    }
}
