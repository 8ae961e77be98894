using HighDimSgd.Results;
using HighDimSgd.Statistics;

namespace HighDimSgd.Flows;

/// <summary>Curves from the means over blocks.</summary>
internal static class FlowCurves
{
    /// <summary>Mean, standard error and variance over blocks by time; NaN where any block is not finite.</summary>
    /// <param name="blocks">Shape (blocks, times).</param>
    public static Curve Of(double[,] blocks)
    {
        int times = blocks.GetLength(1);
        double[] mean = new double[times], error = new double[times], variance = new double[times];
        for (int t = 0; t < times; t++)
        {
            double[] column = [.. Enumerable.Range(0, blocks.GetLength(0)).Select(b => blocks[b, t])];
            Sample sample = Sample.Of(column);
            (mean[t], error[t], variance[t]) = (sample.Mean, sample.Error, sample.Variance);
        }

        return new(mean, error, variance);
    }

    /// <summary>One less the other, block by block.</summary>
    public static double[,] Less(double[,] a, double[,] b)
    {
        var less = new double[a.GetLength(0), a.GetLength(1)];
        for (int i = 0; i < less.GetLength(0); i++)
        {
            for (int t = 0; t < less.GetLength(1); t++)
                less[i, t] = a[i, t] - b[i, t];
        }

        return less;
    }

    /// <summary>A mean over blocks with its error.</summary>
    public static Estimate Estimate(double[] values)
    {
        Sample sample = Sample.Of(values);
        return new(sample.Mean, sample.Error);
    }

    /// <summary>A ratio of two means with its error to first order, both over the same blocks.</summary>
    public static Estimate Ratio(double[] above, double[] below)
    {
        double ratio = above.Average() / below.Average(), scale = below.Average();
        return new(ratio, Estimate([.. above.Zip(below, (a, b) => (a - (ratio * b)) / scale)]).Error);
    }
}
