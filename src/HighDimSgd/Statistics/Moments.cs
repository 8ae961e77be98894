using HighDimSgd.Models;
using HighDimSgd.Results;
using MathNet.Numerics.Statistics;

namespace HighDimSgd.Statistics;

/// <summary>Means over replicas with their standard errors, summed in replica order whatever ran them.</summary>
public static class Moments
{
    /// <summary>What the start alone fixes at t = 0, exactly and at every size.</summary>
    private static readonly string[] FixedByStart = [Observables.Q, Observables.M, Observables.TestLoss, Observables.TestError];

    /// <summary>
    /// Mean, standard error and sample variance of every observable at every record time, over the replicas that did not
    /// diverge. Values that agree over replicas within 32-bit rounding have variance and error 0. NaN with fewer than two
    /// replicas (mean: with none), and where any replica is undefined.
    /// </summary>
    public static SizeSummary Summarise(SizeCurves curves)
    {
        ArgumentNullException.ThrowIfNull(curves);
        var kept = Kept(curves);
        var summaries = new Dictionary<string, Curve>();
        for (var o = 0; o < curves.Observables.Count; o++)
            summaries.Add(curves.Observables[o], Summarise(curves.Observables[o], curves.Times, curves.Values[o], kept));
        return new SizeSummary(curves.Size, curves.Samples, curves.Replicas, curves.Diverged, curves.Times, summaries);
    }

    /// <summary>An observable's values, shape (replicas, times), of the replicas that did not diverge.</summary>
    internal static double[,] Kept(SizeCurves curves, int observable)
    {
        var kept = Kept(curves);
        var table = new double[kept.Length, curves.Times.Length];
        for (var i = 0; i < kept.Length; i++)
        {
            for (var t = 0; t < curves.Times.Length; t++)
                table[i, t] = curves.Values[observable][kept[i], t];
        }

        return table;
    }

    /// <summary>Covariance of the means at two times.</summary>
    internal static double MeanCovariance(double[,] table, double[] mean, int first, int second)
    {
        var (sum, count) = (0.0, table.GetLength(0));
        for (var r = 0; r < count; r++)
            sum += (table[r, first] - mean[first]) * (table[r, second] - mean[second]);
        return sum / (count - 1) / count;
    }

    private static int[] Kept(SizeCurves curves) => [.. Enumerable.Range(0, curves.Replicas).Except(curves.Diverged).Order()];

    private static Curve Summarise(string observable, double[] times, double[,] values, int[] kept)
    {
        var (mean, error, variance) = (new double[times.Length], new double[times.Length], new double[times.Length]);
        var spread = new double[times.Length];
        for (var t = 0; t < times.Length; t++)
        {
            var column = Array.ConvertAll(kept, r => values[r, t]);
            (mean[t], variance[t]) = ArrayStatistics.MeanVariance(column);
            spread[t] = column.Length < 2 ? double.NaN : column.Max() - column.Min();
        }

        for (var t = 0; t < times.Length; t++)
        {
            var fixedByStart = times[t] == 0 && FixedByStart.Contains(observable);
            var tolerance = fixedByStart ? Exactness.At(times, mean, t) : Exactness.Tolerance * Math.Abs(mean[t]);
            if (spread[t] <= tolerance)
                variance[t] = 0;
            error[t] = Math.Sqrt(variance[t] / kept.Length);
        }

        return new Curve(mean, error, variance);
    }
}
