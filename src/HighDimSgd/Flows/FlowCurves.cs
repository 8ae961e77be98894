using HighDimSgd.Results;

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
            (mean[t], variance[t]) = Moments(column);
            error[t] = Math.Sqrt(variance[t] / column.Length);
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

    /// <summary>Mean and sample variance.</summary>
    public static (double Mean, double Variance) Moments(double[] values)
    {
        double mean = values.Average();
        return (mean, values.Sum(v => (v - mean) * (v - mean)) / (values.Length - 1.0));
    }

    /// <summary>A mean over blocks with its error.</summary>
    public static Estimate Estimate(double[] values)
    {
        (double mean, double variance) = Moments(values);
        return new(mean, Math.Sqrt(variance / values.Length));
    }

    /// <summary>A ratio of two means with its error to first order, both over the same blocks.</summary>
    public static Estimate Ratio(double[] above, double[] below)
    {
        double ratio = above.Average() / below.Average(), scale = below.Average();
        return new(ratio, Estimate([.. above.Zip(below, (a, b) => (a - (ratio * b)) / scale)]).Error);
    }
}
