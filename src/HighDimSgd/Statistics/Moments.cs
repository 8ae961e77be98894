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
        var kept = Enumerable.Range(0, curves.Replicas).Except(curves.Diverged).Order().ToArray();
        var summaries = new Dictionary<string, Curve>();
        for (var o = 0; o < curves.Observables.Count; o++)
            summaries.Add(curves.Observables[o], Summarise(curves.Observables[o], curves.Times, curves.Values[o], kept));
        return new SizeSummary(curves.Size, curves.Samples, curves.Replicas, curves.Diverged, curves.Times, summaries);
    }

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
