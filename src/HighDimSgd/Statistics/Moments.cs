using HighDimSgd.Models;
using HighDimSgd.Results;
using MathNet.Numerics.Statistics;

namespace HighDimSgd.Statistics;

/// <summary>
/// Means over replicas with their standard errors, summed in replica order whatever ran them. Where replicas share designs, what is
/// averaged are the designs' means, since only designs are independent.
/// </summary>
public static class Moments
{
    /// <summary>What the start alone fixes at t = 0, exactly and at every size.</summary>
    private static readonly string[] FixedByStart = [Observables.Q, Observables.M, Observables.TestLoss, Observables.TestError, Observables.Q12, Observables.Distance];

    /// <summary>
    /// Mean, standard error and sample variance of every observable at every record time, over the replicas that did not
    /// diverge, or over designs' means; with the variance components where replicas share designs. Values that agree within
    /// 32-bit rounding have variance and error 0. NaN with fewer than two replicas or designs (mean: with none), and where
    /// any replica is undefined.
    /// </summary>
    public static SizeSummary Summarise(SizeCurves curves)
    {
        ArgumentNullException.ThrowIfNull(curves);
        int[][] designs = Designs.Kept(curves);
        var summaries = new Dictionary<string, Curve>();
        var components = new Dictionary<string, VarianceComponents>();
        for (var o = 0; o < curves.Observables.Count; o++)
        {
            string name = curves.Observables[o];
            summaries.Add(name, Summarise(name, curves.Times, Designs.Means(curves.Values[o], designs)));
            if (curves.ReplicasPerDesign > 1)
                components.Add(name, Components(curves.Values[o], designs, summaries[name]));
        }

        return new SizeSummary(curves.Size, curves.Samples, curves.Replicas, curves.Diverged, curves.Times, summaries)
        {
            VarianceComponents = curves.ReplicasPerDesign > 1 ? components : null,
        };
    }

    /// <summary>True where the start alone fixes an observable.</summary>
    internal static bool IsFixedByStart(string observable, double time) => time == 0 && FixedByStart.Contains(Observables.Plain(observable).Name);

    /// <summary>Covariance of the means at two times.</summary>
    internal static double MeanCovariance(double[,] table, double[] mean, int first, int second)
    {
        var (sum, count) = (0.0, table.GetLength(0));
        for (var r = 0; r < count; r++)
            sum += (table[r, first] - mean[first]) * (table[r, second] - mean[second]);
        return sum / (count - 1) / count;
    }

    private static VarianceComponents Components(double[,] values, int[][] designs, Curve summary)
    {
        VarianceComponents components = NestedVariance.Of(values, designs);
        for (var t = 0; t < summary.Error.Length; t++)
        {
            if (summary.Error[t] == 0)
            {
                components.Data[t] = components.DataError[t] = components.Noise[t] = components.NoiseError[t] = 0;
                components.Share[t] = components.ShareError[t] = double.NaN;
            }
        }

        return components;
    }

    private static Curve Summarise(string observable, double[] times, double[,] values)
    {
        int count = values.GetLength(0);
        var (mean, error, variance) = (new double[times.Length], new double[times.Length], new double[times.Length]);
        var spread = new double[times.Length];
        for (var t = 0; t < times.Length; t++)
        {
            double[] column = [.. Enumerable.Range(0, count).Select(r => values[r, t])];
            (mean[t], variance[t]) = ArrayStatistics.MeanVariance(column);
            spread[t] = column.Length < 2 ? double.NaN : column.Max() - column.Min();
        }

        for (var t = 0; t < times.Length; t++)
        {
            var fixedByStart = IsFixedByStart(observable, times[t]);
            var tolerance = fixedByStart ? Exactness.At(times, mean, t) : Exactness.Tolerance * Math.Abs(mean[t]);
            if (spread[t] <= tolerance)
                variance[t] = 0;
            error[t] = Math.Sqrt(variance[t] / count);
        }

        return new Curve(mean, error, variance);
    }
}
