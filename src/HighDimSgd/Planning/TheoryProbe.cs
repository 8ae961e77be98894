using System.Diagnostics;
using HighDimSgd.Devices;
using HighDimSgd.Experiments;
using HighDimSgd.Simulation;
using HighDimSgd.Theory;

namespace HighDimSgd.Planning;

/// <summary>What the sweeps of a theory cost.</summary>
/// <param name="Compile">Seconds of compilation.</param>
/// <param name="First">Computing seconds that the first sweep takes longer than the others, on each thread: its memory.</param>
/// <param name="Each">Computing seconds of a sweep, on each thread.</param>
/// <param name="Refusal">Why a sweep stopped, or null.</param>
/// <param name="IsWhole">True where whole sweeps were run.</param>
/// <param name="Pilot">Whole curves of small sweeps; empty where they would take too long.</param>
/// <param name="PilotPaths">Their paths.</param>
internal sealed record SweepCost(
    double Compile, double First, double Each, string? Refusal, bool IsWhole, IReadOnlyList<ReplicaCurve> Pilot, int PilotPaths);

/// <summary>
/// Times sweeps of the DMFT. Step k reads 2k+2 columns of the table of paths, and tangents k^2/2 more; where whole sweeps would take
/// too long, fewer paths and steps are run. The two-time functions cost steps^3 whatever the paths, and are timed by themselves.
/// </summary>
/// <param name="experiment">The experiment; its clock is the theory's.</param>
/// <param name="device">Where it runs.</param>
/// <param name="crowding">Takes in the measures.</param>
internal sealed class TheoryProbe(Experiment experiment, IDevice device, Crowding crowding)
{
    // Drawing a path's coordinate and increment of a step takes about as long as reading this many columns, and the tangents of a
    // path as reading this many times steps^3 entries.
    private const int DrawColumns = 24;
    private const double TangentEntries = 0.5;

    private const int PilotSweeps = 12, FewestPilotSweeps = 8, MostSweeps = 10;

    private readonly bool tangents = DmftSweeps.MethodOf(experiment) == ResponseMethod.Tangent;

    /// <summary>Measures within about the given time.</summary>
    public SweepCost Measure(double seconds)
    {
        int paths = experiment.Theory.Paths, steps = experiment.Algorithm.Steps;
        int fewSteps = Math.Min(steps, tangents ? 60 : 200);
        Experiment small = Piece(Math.Min(paths, tangents ? 1024 : 4096), fewSteps);
        double cold = Times(small, 1, 1, 0, out SweepResult result)[0].Wall, warm = Times(small, 2, 2, 0, out _)[0].Wall;
        double perEntry = Math.Min(cold, warm) / Work(small);
        var pilot = new List<ReplicaCurve>();
        if (result.Refusal is null && fewSteps == steps)
            Sweep(small, PilotSweeps, FewestPilotSweeps, seconds / 3, (_, r) => pilot.Add(new(r.Curves, r.Refusal ?? string.Empty)));

        Experiment piece = perEntry * Work(experiment) > seconds / 2 ? Piece(paths, fewSteps) : experiment;
        while (piece.Theory.Paths > small.Theory.Paths && perEntry * Work(piece) > seconds / 6)
            piece = Piece(Math.Max(small.Theory.Paths, piece.Theory.Paths / 2), piece.Algorithm.Steps);
        int fewest = perEntry * Work(piece) > seconds / 4 ? 1 : 3;
        (double Wall, double Computing)[] times = Times(piece, MostSweeps, fewest, seconds / 2, out result);
        crowding.Add(device.Workers * times.Sum(t => t.Wall), times.Sum(t => t.Computing));
        // The least, since the runtime compiles in the background at times.
        double each = times.Skip(times.Length > 1 ? 1 : 0).Min(t => t.Computing) / device.Workers;
        double first = Math.Max(0, (times[0].Computing / device.Workers) - each);
        bool whole = Work(piece) == Work(experiment);
        if (!whole)
        {
            // The two-time functions know no paths.
            double apart = Math.Min(each, TwoTimeSeconds(piece.Algorithm.Steps)), cube = Math.Pow((double)steps / piece.Algorithm.Steps, 3);
            each = ((each - apart) * Work(experiment) / Work(piece)) + (apart * cube);
        }

        return new(
            Math.Max(0, cold - warm), first * DmftSweeps.Bytes(experiment) / DmftSweeps.Bytes(piece), each, result.Refusal, whole,
            pilot.Count >= FewestPilotSweeps && pilot.All(p => p.IsWhole) ? pilot : [], small.Theory.Paths);
    }

    private double Work(Experiment piece)
    {
        double steps = piece.Algorithm.Steps, entries = piece.Theory.Paths * steps * (steps + 1 + DrawColumns);
        return tangents ? entries + (TangentEntries * DmftSweeps.TangentPaths(piece.Theory.Paths) * steps * steps * steps) : entries;
    }

    /// <summary>The recursions of the two-time functions for force-free paths, whose covariance needs no paths.</summary>
    private static double TwoTimeSeconds(int steps)
    {
        var functions = new TwoTime(steps, _ => 0.999, 1, 1, 0);
        double[] responses = new double[steps + 1], covariance = new double[steps + 1];
        var watch = Stopwatch.StartNew();
        for (int k = 0; k < steps; k++)
        {
            functions.ExtendFactor(k);
            covariance[k] = 1e-3;
            functions.Advance(k, 0, responses.AsSpan(0, k + 1), covariance.AsSpan(0, k + 1));
            covariance[k] = 0;
        }

        return watch.Elapsed.TotalSeconds;
    }

    private Experiment Piece(int paths, int steps) => experiment with
    {
        Theory = experiment.Theory with { Paths = paths },
        Algorithm = experiment.Algorithm with { Steps = steps },
        RecordSteps = steps == experiment.Algorithm.Steps ? experiment.RecordSteps : [.. experiment.RecordSteps.Where(k => k < steps), steps],
    };

    private (double Wall, double Computing)[] Times(Experiment piece, int most, int fewest, double seconds, out SweepResult last)
    {
        var times = new List<(double, double)>();
        SweepResult? seen = null;
        (double wall, double computing) = (0, ComputingClock.ProcessSeconds);
        Sweep(piece, most, fewest, seconds, (now, result) =>
        {
            double computingNow = ComputingClock.ProcessSeconds;
            times.Add((now - wall, computingNow - computing));
            (wall, computing, seen) = (now, computingNow, result);
        });
        last = seen!;
        return [.. times];
    }

    private void Sweep(Experiment piece, int most, int fewest, double seconds, Action<double, SweepResult> finished)
    {
        int count = 0;
        var watch = Stopwatch.StartNew();
        device.Run(
            new DmftSweeps(piece, Enumerable.Range(0, most), (_, result) =>
            {
                double now = watch.Elapsed.TotalSeconds;
                finished(now, result);
                return ++count < fewest || now < seconds;
            }),
            wholeDevice: true);
    }
}
