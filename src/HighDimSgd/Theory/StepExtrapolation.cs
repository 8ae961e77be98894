using HighDimSgd.Devices;
using HighDimSgd.Experiments;
using HighDimSgd.Models;
using HighDimSgd.Statistics;

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
/// of the steps of each level; let its jumps fall on boundaries of the coarsest.
/// </summary>
public static class StepExtrapolation
{
    private static readonly int[] Refinements = [4, 2, 1];

    private static readonly double[] ThreeLevels = [1.0 / 3, -2, 8.0 / 3], TwoLevels = [0, -1, 2];

    /// <summary>Solves an experiment's theory in continuous time.</summary>
    /// <param name="experiment">The experiment at its coarsest step D; its record times are kept.</param>
    /// <param name="device">Where sweeps run.</param>
    /// <returns>Curves by observable, at the record times.</returns>
    /// <exception cref="ArgumentException">The clock is minibatch, whose temperature is the step's, the algorithm is online, or there is momentum, which belongs to a step.</exception>
    /// <exception cref="MachineException">A sweep was refused; the message says why.</exception>
    public static IReadOnlyDictionary<string, ContinuousCurve> Solve(Experiment experiment, IDevice device)
    {
        ArgumentNullException.ThrowIfNull(experiment);
        ArgumentNullException.ThrowIfNull(device);
        if (experiment.Algorithm.Momentum != 0)
            throw new ArgumentException("Momentum belongs to a step: at fixed beta it is gone in continuous time.", nameof(experiment));
        if (experiment.Algorithm.Kind is ClockKind.Minibatch or ClockKind.Online)
            throw new ArgumentException("Extensive batches have no continuous time, and one-pass SGD has no steps to extrapolate.", nameof(experiment));
        double[][][,] levels = [.. Refinements.Select((refinement, level) => Sweep(experiment, 1 << level, refinement, device))];
        return Observables.Of(experiment.Model).Select((name, o) => (name, o)).ToDictionary(x => x.name, x => Extrapolate(levels, x.o));
    }

    private static double[][,] Sweep(Experiment experiment, int finer, int refinement, IDevice device)
    {
        Experiment level = experiment with
        {
            Algorithm = experiment.Algorithm with { Step = experiment.Algorithm.Step / finer, Steps = experiment.Algorithm.Steps * finer },
            RecordSteps = [.. experiment.RecordSteps.Select(k => k * finer)],
        };
        var curves = new List<double[,]>();
        string? refusal = null;
        device.Run(
            new DmftSweeps(level, Enumerable.Range(0, experiment.Theory.Sweeps), Finish, refinement), wholeDevice: true);
        return refusal is null ? [.. curves] : throw new MachineException($"the theory at step {level.Algorithm.Step:g4} stopped {refusal}");

        bool Finish(int sweep, SweepResult result)
        {
            curves.Add(result.Curves);
            return (refusal = result.Refusal) is null;
        }
    }

    private static ContinuousCurve Extrapolate(double[][][,] levels, int observable)
    {
        int times = levels[0][0].GetLength(1), sweeps = levels[0].Length;
        var (means, errors, change) = (new double[times], new double[times], 0.0);
        for (int t = 0; t < times; t++)
        {
            Sample limit = Sample.Of([.. Enumerable.Range(0, sweeps).Select(s => At(s, t, ThreeLevels))]);
            (means[t], errors[t]) = (limit.Mean, limit.Error);
            change = Math.Max(change, Math.Abs(limit.Mean - Enumerable.Range(0, sweeps).Average(s => At(s, t, TwoLevels))));
        }

        return new(means, errors, change);

        double At(int sweep, int time, double[] weights) => weights.Select((w, level) => w * levels[level][sweep][observable, time]).Sum();
    }
}
