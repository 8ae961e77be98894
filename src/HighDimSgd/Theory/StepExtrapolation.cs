using HighDimSgd.Devices;
using HighDimSgd.Experiments;
using HighDimSgd.Models;
using HighDimSgd.Results;
using HighDimSgd.Simulation;

namespace HighDimSgd.Theory;

/// <summary>The limit D to 0 of a curve.</summary>
/// <param name="Mean">Extrapolated mean by record time.</param>
/// <param name="Error">Its standard error, over sweeps.</param>
/// <param name="StepError">
/// What may be left of the step: the largest change over the record times that the third level brought, chance included. In the closed
/// linear solution the true rest is a third of it at step 0.2 and less below.
/// </param>
public sealed record ContinuousCurve(double[] Mean, double[] Error, double StepError);

/// <summary>
/// The theory in continuous time: sweeps at the steps D, D/2 and D/4 that share their random numbers, extrapolated sweep by sweep,
/// f(0) = (8 f(D/4) - 6 f(D/2) + f(D))/3, which is free of the orders D and D^2. A schedule is a function of time, taken in the middle
/// of the steps of each level; its jumps fall on boundaries of the coarsest.
/// </summary>
public static class StepExtrapolation
{
    /// <summary>Number of steps.</summary>
    internal const int Levels = 3;

    private static readonly double[] ThreeLevels = [1.0 / 3, -2, 8.0 / 3], TwoLevels = [0, -1, 2];

    /// <summary>Solves an experiment's theory in continuous time.</summary>
    /// <param name="experiment">The experiment at its coarsest step D; its record times are kept.</param>
    /// <param name="device">Where sweeps run.</param>
    /// <returns>Curves by observable, at the record times.</returns>
    /// <exception cref="ArgumentException">
    /// The clock is minibatch or table, whose temperature is the step's, the algorithm has true iterations, or there is momentum, which
    /// belongs to a step; or a schedule jumps within a step D.
    /// </exception>
    /// <exception cref="MachineException">A sweep was refused; the message says why.</exception>
    public static IReadOnlyDictionary<string, ContinuousCurve> Solve(Experiment experiment, IDevice device)
    {
        ArgumentNullException.ThrowIfNull(experiment);
        ArgumentNullException.ThrowIfNull(device);
        if (experiment.Algorithm.Momentum != 0)
            throw new ArgumentException("Momentum belongs to a step: at fixed beta it is gone in continuous time.", nameof(experiment));
        if (experiment.Algorithm.Kind is ClockKind.Minibatch or ClockKind.Table || experiment.Algorithm.IsIterative)
            throw new ArgumentException("Extensive batches have no continuous time, and true iterations have no steps to extrapolate.", nameof(experiment));
        if (experiment.Algorithm.JumpWithin(experiment.Algorithm.Step) is { } jump)
            throw new ArgumentException($"A schedule jumps at t = {jump:g6}, within a step.", nameof(experiment));
        Dictionary<string, double[,]>[] levels = [.. Runs(experiment).Select(run => Sweep(run, device))];
        return Observables.Of(experiment).ToDictionary(name => name, name => Curve([.. levels.Select(l => l[name])]));
    }

    /// <summary>The runs at the steps D, D/2 and D/4.</summary>
    internal static IReadOnlyList<SweepRun> Runs(Experiment coarsest)
    {
        string name = coarsest.TheoryName;
        return [.. Enumerable.Range(0, Levels).Select(level => Run(level, 1 << level))];

        SweepRun Run(int level, int finer)
        {
            Experiment finest = coarsest with
            {
                Algorithm = coarsest.Algorithm with { Step = coarsest.Algorithm.Step / finer, Steps = coarsest.Algorithm.Steps * finer },
                RecordSteps = [.. coarsest.RecordSteps.Select(k => k * finer)],
            };
            return new(finest, $"{name}-level{level + 1}", FormattableString.Invariant($"{name}, step {finest.Algorithm.Step:g4}"), 1 << (Levels - 1 - level));
        }
    }

    /// <summary>The limit sweep by sweep.</summary>
    /// <param name="levels">Tables (sweeps, times) at D, D/2 and D/4.</param>
    internal static double[,] Limit(IReadOnlyList<double[,]> levels) => Combine(levels, ThreeLevels);

    /// <summary>The largest change over the times that the third level brings to the mean.</summary>
    internal static double Change(IReadOnlyList<double[,]> levels)
    {
        (double[,] three, double[,] two) = (Combine(levels, ThreeLevels), Combine(levels, TwoLevels));
        int sweeps = three.GetLength(0);
        return Enumerable.Range(0, three.GetLength(1))
            .Select(t => Math.Abs(Enumerable.Range(0, sweeps).Average(s => three[s, t] - two[s, t]))).Where(double.IsFinite).DefaultIfEmpty(0).Max();
    }

    private static Dictionary<string, double[,]> Sweep(SweepRun run, IDevice device)
    {
        var curves = new SortedDictionary<int, ReplicaCurve>();
        string? refusal = null;
        DmftSweeps.RunAll(device, run.Experiment, [.. Enumerable.Range(0, run.Experiment.Theory.Sweeps)], Finish, run.Refinement);
        return refusal is null
            ? DmftTheory.Tables(run.Experiment, [.. curves.Values])
            : throw new MachineException($"the theory at step {run.Experiment.Algorithm.Step:g4} stopped {refusal}");

        bool Finish(int sweep, SweepResult result)
        {
            curves[sweep] = new(result.Curves, string.Empty);
            refusal ??= result.Refusal;
            return refusal is null;
        }
    }

    private static ContinuousCurve Curve(double[][,] levels)
    {
        Curve limit = DmftTheory.Average(Limit(levels));
        return new(limit.Mean, limit.Error, Change(levels));
    }

    private static double[,] Combine(IReadOnlyList<double[,]> levels, double[] weights)
    {
        var combined = new double[levels[0].GetLength(0), levels[0].GetLength(1)];
        for (int s = 0; s < combined.GetLength(0); s++)
        {
            for (int t = 0; t < combined.GetLength(1); t++)
                combined[s, t] = weights.Select((w, level) => w * levels[level][s, t]).Sum();
        }

        return combined;
    }
}
