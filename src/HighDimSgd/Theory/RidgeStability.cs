using System.Globalization;
using HighDimSgd.Experiments;
using MathNet.Numerics;
using MathNet.Numerics.RootFinding;

namespace HighDimSgd.Theory;

/// <summary>
/// Whether the loss of a linear experiment stays bounded for all times (docs/concepts/stability.md). The noise that the clock brings in
/// a step is in proportion to E[l^2], and feeds it: the sum of the Volterra kernel over all lags is the part that comes back.
/// </summary>
/// <param name="KernelMass">
/// tau' int mu^2 / (x (2 - D x)) dnu, x = mu + lambda; the edge is at 1. Infinite where a step overshoots, D x above 2 at the upper edge
/// of the spectrum.
/// </param>
/// <param name="GrowthRate">g of the late growth E[l^2] ~ e^{g t} beyond the edge; 0 where the loss stays bounded.</param>
public sealed record RidgeStability(double KernelMass, double GrowthRate)
{
    /// <summary>True where the loss stays bounded for all times.</summary>
    public bool IsStable => KernelMass < 1;

    /// <summary>
    /// The stability of an experiment; true iterations with momentum beta are those of 1/(1-beta) times the rate, in a time so many times faster.
    /// Null where there is no closed answer: other losses, schedules, momentum with full passes, epochs.
    /// </summary>
    public static RidgeStability? Of(Experiment experiment)
    {
        ArgumentNullException.ThrowIfNull(experiment);
        AlgorithmSpec algorithm = experiment.Algorithm;
        if (!experiment.Model.IsLinear || !(algorithm.IsPlain || (algorithm.IsIterative && algorithm.IsSteady)) || algorithm.Sampling == Sampling.Reshuffle)
            return null;
        double gain = algorithm.MomentumGain;
        RidgeStability plain = Of(experiment.Aspect, experiment.Model.Ridge, algorithm.Step, gain * algorithm.EffectiveTemperature(experiment.Aspect));
        return plain with { GrowthRate = gain * plain.GrowthRate };
    }

    /// <summary>The stability at an effective temperature.</summary>
    /// <param name="aspect">delta = n/d; infinite for one pass.</param>
    /// <param name="ridge">lambda.</param>
    /// <param name="step">D; 0 for continuous time.</param>
    /// <param name="temperature">tau' with Var zeta = tau' delta D.</param>
    public static RidgeStability Of(double aspect, double ridge, double step, double temperature)
    {
        // With z = e^{g D} and s = (z - 1)/D, E_k ~ z^k solves tau' int mu^2 / (s + x (2 - D x)) dnu = 1; s begins where nothing diverges.
        double highest = Upper(aspect) + ridge, least = Math.Max(0, highest * ((step * highest) - 2));
        double mass = step * highest >= 2 ? double.PositiveInfinity : Feedback(0), most = least + (temperature * (1 + (1 / aspect)));
        double s = (least == 0 && mass <= 1) || Feedback(least) <= 1 ? least : Brent.FindRoot(x => Feedback(x) - 1, least, most, 1e-12 * most);
        return new(mass, step == 0 ? s : SpecialFunctions.Log1p(s * step) / step);

        double Feedback(double s) => temperature == 0 ? 0 : temperature * MarchenkoPastur.Integrate(
            aspect, mu => mu == 0 ? 0 : mu * mu / (s + ((mu + ridge) * (2 - (step * (mu + ridge))))));
    }

    /// <summary>Why the loss of an experiment grows without bound, and where the edge is; null where it does not, or is not known to.</summary>
    internal static string? Explain(Experiment experiment)
    {
        if (Of(experiment) is not { IsStable: false } stability)
            return null;
        double step = experiment.Algorithm.Step, highest = Upper(experiment.Aspect) + experiment.Model.Ridge;
        string growth = $"so the loss grows without bound, like exp({Short(stability.GrowthRate)} t) in the end, and there is no stationary state";
        return double.IsInfinity(stability.KernelMass)
            ? $"a step of {Short(step)} overshoots in the steepest direction, of curvature {Short(highest)}, {growth}; the largest stable step without noise is {Short(2 / highest)}"
            : $"the kernel mass is {Short(stability.KernelMass)}, and from 1 on the clock's noise feeds on itself, {growth}; the edge is at "
                + $"the temperature {Short(experiment.Algorithm.EffectiveTemperature(experiment.Aspect) / stability.KernelMass)}";
    }

    /// <summary>The upper edge of the spectrum.</summary>
    private static double Upper(double aspect) => (1 + (1 / Math.Sqrt(aspect))) * (1 + (1 / Math.Sqrt(aspect)));

    private static string Short(double x) => x.ToString("g4", CultureInfo.InvariantCulture);
}
