using HighDimSgd.Results;
using MathNet.Numerics.LinearAlgebra;

namespace HighDimSgd.Statistics;

/// <summary>
/// Least squares of a ladder on 1, 1/d, 1/d^2, ... The weights are taken as known, so every estimate is a fixed linear combination of
/// the values at the sizes, and its error follows from theirs, whatever they are.
/// </summary>
internal sealed class LadderFit
{
    private readonly double[][] rows;

    /// <param name="sizes">The dimensions d.</param>
    /// <param name="weights">Weights, up to a factor.</param>
    /// <param name="terms">Number of powers, at most the number of sizes.</param>
    public LadderFit(IReadOnlyList<int> sizes, IReadOnlyList<double> weights, int terms)
    {
        // In units of the smallest size the powers are of order one. A size without replicas has weight 0 and no mean, whatever is solved.
        double unit = sizes.Min();
        double[] root = [.. weights.Select(w => w > 0 ? Math.Sqrt(w) : 1)];
        Matrix<double> design = Matrix<double>.Build.Dense(sizes.Count, terms, (s, k) => root[s] * Math.Pow(unit / sizes[s], k));
        Matrix<double> solution = design.QR().Solve(Matrix<double>.Build.DenseOfDiagonalArray(root));
        rows = [.. Enumerable.Range(0, terms).Select(k => (solution.Row(k) * Math.Pow(unit, k)).ToArray())];
    }

    /// <summary>
    /// The fit of means over replicas. The covariance of a replica falls like 1/d, so that of a mean is as good as Sigma/(replicas d)
    /// with one Sigma over the times. With the same regressors at every time, generalised least squares over all times is then weighted
    /// least squares at each of them, weights replicas d, whatever Sigma is (Zellner, JASA 57, 1962). Where d times
    /// the variance is not yet constant, per-size variances and a correlation pooled over the sizes, both known, would make the limit's
    /// error smaller by 1.2 per cent at most: measured on a ridge ladder d = 25, 50, 100, where it falls by a factor 1.8.
    /// </summary>
    public static LadderFit OfMeans(IEnumerable<SizeSummary> sizes, int terms)
    {
        SizeSummary[] ladder = [.. sizes];
        return new([.. ladder.Select(s => s.Size)], [.. ladder.Select(s => (double)s.Size * (s.Replicas - s.Diverged.Count))], terms);
    }

    /// <summary>The combination that estimates the coefficient of 1/d^<paramref name="power"/>.</summary>
    public double[] Row(int power) => rows[power];

    /// <summary>The combination that estimates the fitted curve at 1/d = <paramref name="x"/>.</summary>
    public double[] At(double x) =>
        [.. Enumerable.Range(0, rows[0].Length).Select(s => rows.Select((row, k) => row[s] * Math.Pow(x, k)).Sum())];

    /// <summary>
    /// Covariance over time of a coefficient: the sum over the sizes of row^2 times the covariance of their means, which is unbiased
    /// whatever the covariances are and needs no inverse, so that few replicas and many times do no harm.
    /// </summary>
    /// <param name="power">Which coefficient.</param>
    /// <param name="tables">Values by size, shape (replicas, times).</param>
    /// <param name="curves">Their means.</param>
    public double[][] CovarianceOverTime(int power, IReadOnlyList<double[,]> tables, IReadOnlyList<Curve> curves)
    {
        double[] row = rows[power];
        int times = curves[0].Mean.Length;
        double[][] covariance = [.. Enumerable.Range(0, times).Select(_ => new double[times])];
        for (int t = 0; t < times; t++)
        {
            for (int u = 0; u <= t; u++)
            {
                for (int s = 0; s < row.Length; s++)
                    covariance[t][u] += row[s] * row[s] * Moments.MeanCovariance(tables[s], curves[s].Mean, t, u);
                covariance[u][t] = covariance[t][u];
            }
        }

        return covariance;
    }

    /// <summary>A combination of values with its standard error.</summary>
    public static (double Value, double Error) Combine(double[] row, IReadOnlyList<double> values, IReadOnlyList<double> errors)
    {
        (double value, double square) = (0, 0);
        for (int s = 0; s < row.Length; s++)
        {
            value += row[s] * values[s];
            square += row[s] * row[s] * errors[s] * errors[s];
        }

        return (value, Math.Sqrt(square));
    }
}
