using HighDimSgd.Experiments;
using HighDimSgd.Models;
using HighDimSgd.Results;
using HighDimSgd.Simulation;
using HighDimSgd.Statistics;
using MathNet.Numerics.LinearAlgebra;

namespace HighDimSgd.Planning;

/// <summary>How an observable varies over replicas and over sweeps, on the windows that the verdict uses and by record time.</summary>
/// <param name="Observable">The observable.</param>
/// <param name="Scale">Size of its window means.</param>
/// <param name="Covariance">Covariance of a replica's window means, times d; with designs that replicas share, of a design's.</param>
/// <param name="Freedom">Its degrees of freedom.</param>
/// <param name="Variance">The largest over record times of its variance, times d.</param>
/// <param name="SweepCovariance">Covariance of a sweep's window means at the paths as written; null where unknown.</param>
/// <param name="SweepVariance">The largest over record times of a sweep's variance; NaN where unknown.</param>
internal sealed record Spread(
    string Observable,
    Vector<double> Scale,
    Matrix<double> Covariance,
    int Freedom,
    double Variance,
    Matrix<double>? SweepCovariance,
    double SweepVariance);

/// <summary>Variances from replicas that have been run, at one or several sizes; the variance of a replica falls like 1/d.</summary>
internal static class Pilot
{
    /// <summary>The spread of every observable that the verdict can test.</summary>
    /// <param name="experiment">The experiment.</param>
    /// <param name="curves">Replicas by size.</param>
    /// <param name="sweeps">Sweeps of the theory; may be empty.</param>
    /// <param name="pathShare">Their paths over the paths as written; a sweep's variance is inverse to them.</param>
    public static IReadOnlyList<Spread> Of(
        Experiment experiment, IReadOnlyList<SizeCurves> curves, IReadOnlyList<ReplicaCurve> sweeps, double pathShare)
    {
        SizeSummary[] sizes = [.. curves.Select(Moments.Summarise)];
        SizeCurves? theory = sweeps.Count > 1 ? Simulator.Collect(experiment, 0, sweeps) : null;
        var spreads = new List<Spread>();
        foreach (string name in Observables.Of(experiment))
        {
            int o = curves[0].Observables.ToList().IndexOf(name);
            Curve mean = sizes[^1].Observables[name];
            Contrasts windows = Contrasts.Of(sizes, mean, name, Contrasts.Most);
            if (windows.Count == 0)
                continue;
            Matrix<double>[] samples = [.. curves.Select(c => windows.Of(Designs.Means(c, o)))];
            int freedom = samples.Sum(s => s.RowCount - 1);
            Matrix<double> covariance = samples.Zip(curves, (s, c) => Scatter(s) * c.Size).Aggregate((a, b) => a + b) / freedom;
            if (!IsRegular(covariance))
                continue;
            double[] variances = [.. Enumerable.Range(0, mean.Mean.Length).Select(t =>
                sizes.Zip(samples, (s, rows) => (rows.RowCount - 1) * s.Size * s.Observables[name].Variance[t]).Sum() / freedom)];
            Matrix<double>? sweep = theory is null ? null : windows.Of(theory.Values[o]) is var means
                ? Scatter(means) * pathShare / (means.RowCount - 1) : null;
            double sweepVariance = theory is null
                ? double.NaN
                : Largest(Moments.Summarise(theory).Observables[name].Variance) * pathShare;
            spreads.Add(new(name, windows.Of(mean.Mean).PointwiseAbs(), covariance, freedom, Largest(variances), sweep, sweepVariance));
        }

        return spreads;
    }

    private static double Largest(IEnumerable<double> values) => values.Where(double.IsFinite).DefaultIfEmpty(0).Max();

    // As in the verdict: without a regular covariance there is no test.
    private static bool IsRegular(Matrix<double> covariance)
    {
        Vector<double> scale = covariance.Diagonal().PointwiseSqrt();
        return scale.All(s => s > 0) && Matrix<double>.Build.Dense(scale.Count, scale.Count, (a, b) => covariance[a, b] / scale[a] / scale[b])
            .Evd(Symmetricity.Symmetric).EigenValues.Min(e => e.Real) >= Hotelling.LeastEigenvalue;
    }

    private static Matrix<double> Scatter(Matrix<double> rows)
    {
        Vector<double> mean = rows.ColumnSums() / rows.RowCount;
        Matrix<double> centred = rows - Matrix<double>.Build.Dense(rows.RowCount, rows.ColumnCount, (_, j) => mean[j]);
        return centred.TransposeThisAndMultiply(centred);
    }
}
