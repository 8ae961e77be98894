using HighDimSgd.Experiments;
using HighDimSgd.Models;
using HighDimSgd.Results;

namespace HighDimSgd.Theory;

/// <summary>
/// Squared loss, linear label, any full-pass clock: q, m, training loss and mean squared derivative against the Volterra equation
/// at step D, or against the recursion of the moments with a schedule or momentum. Of two starts each, and what they have across by polarisation.
/// </summary>
internal static class VolterraForm
{
    /// <summary>The comparisons for one theory.</summary>
    public static IEnumerable<SecondAnswer> Of(Experiment experiment, TheoryResult theory)
    {
        bool isPlain = experiment.Algorithm.IsPlain;
        RidgeCurves exact = Solve(experiment.Start(0));
        string name = isPlain ? "Volterra equation" : "recursion of moments";
        (string Name, double[] Curve)[] curves =
        [
            (Observables.Q, exact.Q), (Observables.M, exact.M), (Observables.TrainLoss, exact.TrainLoss), (Observables.Grad2, exact.Grad2),
        ];
        double norm = exact.Q.Max();
        if (experiment.Second is { } second)
        {
            RidgeCurves other = Solve(experiment.Start(1)), across = Solve(experiment.Across(second));
            norm = Math.Max(norm, other.Q.Max());
            curves =
            [
                .. curves,
                (Observables.OfSecond(Observables.Q), other.Q), (Observables.OfSecond(Observables.M), other.M),
                (Observables.OfSecond(Observables.TrainLoss), other.TrainLoss), (Observables.OfSecond(Observables.Grad2), other.Grad2),
                (Observables.Q12, across.Q), (Observables.Distance, [.. exact.Q.Select((q, k) => q + other.Q[k] - (2 * across.Q[k]))]),
            ];
        }

        return curves.Select(c =>
        {
            double[] recorded = [.. experiment.RecordSteps.Select(k => c.Curve[k])];
            return new SecondAnswer(
                $"{name} ({theory.Clock})", c.Name, theory.Sweeps[c.Name], recorded, norm + recorded.Max(Math.Abs),
                (double)experiment.Algorithm.Steps / experiment.Theory.Paths, "the closed solution of the linear case");
        });

        RidgeCurves Solve(Experiment one) => isPlain ? RidgeVolterra.Solve(one) : RidgeMoments.Solve(one);
    }
}
