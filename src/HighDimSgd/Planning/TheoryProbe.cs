using System.Diagnostics;
using HighDimSgd.Devices;
using HighDimSgd.Experiments;
using HighDimSgd.Simulation;
using HighDimSgd.Theory;

namespace HighDimSgd.Planning;

/// <summary>What the sweeps of a theory cost.</summary>
/// <param name="Compile">Seconds of compilation.</param>
/// <param name="First">Seconds that the first sweep takes longer than the others: its memory.</param>
/// <param name="Each">Seconds of a sweep.</param>
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
internal sealed class TheoryProbe(Experiment experiment, IDevice device)
{
    // Drawing a path's coordinate and increment of a step takes about as long as reading this many columns.
    private const int DrawColumns = 24;

    private const int PilotSweeps = 12, PilotPaths = 4096, MostSteps = 200;

    /// <summary>Measures within about the given time.</summary>
    public SweepCost Measure(double seconds)
    {
        int paths = experiment.Theory.Paths, steps = experiment.Algorithm.Steps;
        Experiment small = Piece(Math.Min(paths, PilotPaths), Math.Min(steps, MostSteps));
        double[] start = Times(small, 1, seconds, out SweepResult? cold), warm = Times(small, 2, seconds, out _);
        double guess = warm[^1] / Work(small), compile = Math.Max(0, start[0] - warm[0]);
        var pilot = new List<ReplicaCurve>();
        if (cold is { Refusal: null } && steps <= MostSteps)
            Sweep(small, PilotSweeps, seconds / 3, (_, result) => pilot.Add(new(result.Curves, result.Refusal ?? string.Empty)));

        int pieceSteps = Math.Min(steps, MostSteps);
        double affordable = paths * seconds / 3 / (guess * Work(Piece(paths, pieceSteps)));
        Experiment piece = Piece((int)Math.Clamp(affordable, Math.Min(paths, PilotPaths), paths), pieceSteps);
        double[] times = Times(piece, 5, seconds / 2, out SweepResult? last);
        double each = times.Length > 1 ? times.Skip(1).Average() : times[0];
        double fixedPart = piece.Theory.Paths < paths || pieceSteps < steps ? TwoTimeSeconds(pieceSteps) : 0;
        double scale = Work(experiment) / Work(piece), cube = Math.Pow((double)steps / pieceSteps, 3);
        each = (scale * Math.Max(0, each - fixedPart)) + (cube * fixedPart);
        return new(
            compile, Math.Max(0, times[0] - times[^1]) * piece.Theory.Paths / paths, each, last?.Refusal, scale == 1,
            pilot.Count == PilotSweeps && pilot.All(p => p.IsWhole) ? pilot : [], small.Theory.Paths);
    }

    private static double Work(Experiment experiment)
    {
        double steps = experiment.Algorithm.Steps, entries = experiment.Theory.Paths * steps * (steps + 1 + DrawColumns);
        return DmftSweeps.MethodOf(experiment) == ResponseMethod.Tangent
            ? entries + (DmftSweeps.TangentPaths(experiment.Theory.Paths) * steps * steps * steps / 3)
            : entries;
    }

    /// <summary>The recursions of the two-time functions for force-free paths, whose covariance needs no paths.</summary>
    private static double TwoTimeSeconds(int steps)
    {
        var functions = new TwoTime(steps, 0.999, 1, 1, 0);
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

    private double[] Times(Experiment piece, int most, double seconds, out SweepResult? last)
    {
        var times = new List<double>();
        SweepResult? seen = null;
        double before = 0;
        Sweep(piece, most, seconds, (now, result) =>
        {
            times.Add(now - before);
            before = now;
            seen = result;
        });
        last = seen;
        return [.. times];
    }

    private void Sweep(Experiment piece, int most, double seconds, Action<double, SweepResult> finished)
    {
        int count = 0;
        var watch = Stopwatch.StartNew();
        device.Run(
            new DmftSweeps(piece, Enumerable.Range(0, most), (_, result) =>
            {
                double now = watch.Elapsed.TotalSeconds;
                finished(now, result);
                return ++count < 2 || now < seconds;
            }),
            wholeDevice: true);
    }
}
