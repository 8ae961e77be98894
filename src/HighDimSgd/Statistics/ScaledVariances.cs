using HighDimSgd.Results;

namespace HighDimSgd.Statistics;

/// <summary>
/// d times the variance over replicas. Observables are averages over n or d coordinates, so their variance falls like 1/d, and the
/// limit of d times it is the variance of their Gaussian fluctuations.
/// </summary>
internal static class ScaledVariances
{
    /// <summary>Values by size and time with errors, and the limit from a fit of limit + b/d, weights the numbers of replicas.</summary>
    /// <param name="tables">Values by size, shape (replicas, times), diverged replicas left out.</param>
    /// <param name="sizes">The dimensions d.</param>
    /// <param name="curves">Means and variances by size.</param>
    public static ScaledVariance Of(IReadOnlyList<double[,]> tables, IReadOnlyList<int> sizes, IReadOnlyList<Curve> curves)
    {
        int times = curves[0].Mean.Length;
        double[] row = new LadderFit(sizes, [.. tables.Select(t => (double)t.GetLength(0))], 2).Row(0);
        double[][] values = [.. sizes.Select((d, s) => curves[s].Variance.Select(v => d * v).ToArray())];
        double[][] errors = [.. sizes.Select((d, s) => Enumerable.Range(0, times).Select(t => d * Error(tables[s], t, curves[s])).ToArray())];
        (double Value, double Error)[] limits =
        [
            .. Enumerable.Range(0, times).Select(t => LadderFit.Combine(row, [.. values.Select(v => v[t])], [.. errors.Select(e => e[t])])),
        ];
        return new(values, errors, [.. limits.Select(l => l.Value)], [.. limits.Select(l => l.Error)]);
    }

    /// <summary>Standard error of a sample variance s^2: its square is (m4 - s^4 (n - 3)/(n - 1))/n, m4 the fourth central moment.</summary>
    private static double Error(double[,] table, int time, Curve curve)
    {
        (int replicas, double variance) = (table.GetLength(0), curve.Variance[time]);
        if (variance == 0)
            return 0;
        double fourth = 0;
        for (int r = 0; r < replicas; r++)
            fourth += Math.Pow(table[r, time] - curve.Mean[time], 4) / replicas;
        return Math.Sqrt((fourth - (variance * variance * (replicas - 3) / (replicas - 1))) / replicas);
    }
}
