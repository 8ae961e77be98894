using HighDimSgd.Experiments;
using HighDimSgd.Models;
using HighDimSgd.Results;

namespace HighDimSgd.Theory;

/// <summary>
/// One-pass SGD with squared loss and linear label: the differential equations are linear and solved in closed form.
/// With a = 1 + lambda, b = 2a - tau, c = 2 - 2 tau: dm/dt = -a m + rho, dq/dt = -b q + c m + tau (rho + sigma^2).
/// </summary>
public static class OnlineForm
{
    /// <summary>q and m at a time.</summary>
    /// <param name="model">Squared loss, linear label.</param>
    /// <param name="temperature">tau = rate/B.</param>
    /// <param name="time">Time t, at least 0.</param>
    public static (double Q, double M) At(ModelSpec model, double temperature, double time)
    {
        ArgumentNullException.ThrowIfNull(model);
        double rho = model.TeacherNorm, noise2 = model.Label["noise"] * model.Label["noise"];
        double a = 1 + model.Ridge, b = (2 * a) - temperature, c = 2 - (2 * temperature), end = rho / a, off = model.StartOverlap - end;
        double kept = Math.Exp(-b * time);
        double fed = ((c * end) + (temperature * (rho + noise2))) * Decay.Integral(b, time);
        return ((kept * model.StartNorm) + fed + (c * off * kept * Decay.Integral(a - b, time)), end + (off * Math.Exp(-a * time)));
    }

    /// <summary>The comparisons for an online theory; none with a schedule, for which <see cref="At"/> does not hold.</summary>
    internal static IEnumerable<SecondAnswer> Of(Experiment experiment, TheoryResult theory)
    {
        if (!experiment.Algorithm.IsPlain)
            return [];
        double temperature = experiment.Algorithm.Rate / experiment.Algorithm.Batch;
        (double Q, double M)[] exact = [.. theory.Times.Select(t => At(experiment.Model, temperature, t))];
        var fresh = new FreshData(experiment.Model);
        return
        [
            Answer(Observables.Q, [.. exact.Select(x => x.Q)]), Answer(Observables.M, [.. exact.Select(x => x.M)]),
            Answer(Observables.TestLoss, [.. exact.Select(x => fresh.Loss(x.Q, x.M))]),
        ];

        SecondAnswer Answer(string name, double[] curve)
        {
            var solved = new double[1, curve.Length];
            for (int t = 0; t < curve.Length; t++)
                solved[0, t] = theory.Observables[name].Mean[t];
            return new($"linear equations ({theory.Clock})", name, solved, curve, curve.Max(Math.Abs), 0, "the closed solution of the linear equations");
        }
    }
}
