using HighDimSgd.Results;

namespace HighDimSgd.Statistics;

/// <summary>
/// One-way random effects analysis of variance. With n_g values in group g of G, N in all, and the sums of squares W within and B
/// between groups: noise = W/(N - G), data = (B/(G - 1) - noise)/n0, n0 = (N - sum n_g^2/N)/(G - 1), which is P where all n_g = P.
/// </summary>
/// <remarks>
/// Both are unbiased whatever the laws are, as long as designs are independent and replicas of a design are exchangeable. Errors are
/// jackknifed over groups, sqrt((G-1)/G sum (estimate without g - their mean)^2): they assume independent designs and enough of them
/// (ten or more), but neither normal values nor the same noise on every design, which the formula 2 noise^2/(N - G) would.
/// </remarks>
internal static class NestedVariance
{
    /// <summary>
    /// The components of one observable. NaN where a value is undefined, with fewer than two designs, and without two replicas of a
    /// design; errors are NaN where that holds once any one design is left out.
    /// </summary>
    /// <param name="values">Values by replica and time.</param>
    /// <param name="designs">Replicas by design.</param>
    public static VarianceComponents Of(double[,] values, int[][] designs)
    {
        int times = values.GetLength(1);
        var result = new VarianceComponents(
            new double[times], new double[times], new double[times], new double[times], new double[times], new double[times]);
        for (int t = 0; t < times; t++)
        {
            double[] means = [.. designs.Select(d => Designs.Mean(values, d, t))];
            double centre = means.DefaultIfEmpty(double.NaN).Average();
            Sums[] groups = [.. designs.Select((d, g) => Sums.Of(d.Length, means[g] - centre, d.Sum(r => Square(values[r, t] - means[g]))))];
            Sums total = groups.Aggregate(default(Sums), (a, b) => a + b);
            Sums[] without = [.. groups.Select(g => total - g)];
            (result.Data[t], result.DataError[t]) = (total.Data, Jackknife(without, s => s.Data));
            (result.Noise[t], result.NoiseError[t]) = (total.Noise, Jackknife(without, s => s.Noise));
            (result.Share[t], result.ShareError[t]) = (total.Share, Jackknife(without, s => s.Share));
        }

        return result;
    }

    private static double Jackknife(Sums[] without, Func<Sums, double> estimate)
    {
        double[] estimates = Array.ConvertAll(without, s => estimate(s));
        double mean = estimates.DefaultIfEmpty(double.NaN).Average();
        return Math.Sqrt((without.Length - 1.0) / without.Length * estimates.Sum(e => Square(e - mean)));
    }

    private static double Square(double x) => x * x;

    /// <summary>Sums over groups from which the estimates follow, and from which a group can be taken away.</summary>
    /// <param name="Groups">G.</param>
    /// <param name="Count">N.</param>
    /// <param name="Squares">sum n_g^2.</param>
    /// <param name="Within">W.</param>
    /// <param name="First">sum n_g mean_g.</param>
    /// <param name="Second">sum n_g mean_g^2.</param>
    private readonly record struct Sums(double Groups, double Count, double Squares, double Within, double First, double Second)
    {
        public double Noise => Count > Groups ? Within / (Count - Groups) : double.NaN;

        public double Data => Groups >= 2 ? (((Second - (First * First / Count)) / (Groups - 1)) - Noise) / Typical : double.NaN;

        public double Share => Data / (Data + Noise);

        private double Typical => (Count - (Squares / Count)) / (Groups - 1);

        public static Sums Of(int count, double mean, double within) =>
            new(1, count, (double)count * count, within, count * mean, count * mean * mean);

        public static Sums operator +(Sums a, Sums b) => new(
            a.Groups + b.Groups, a.Count + b.Count, a.Squares + b.Squares, a.Within + b.Within, a.First + b.First, a.Second + b.Second);

        public static Sums operator -(Sums a, Sums b) => new(
            a.Groups - b.Groups, a.Count - b.Count, a.Squares - b.Squares, a.Within - b.Within, a.First - b.First, a.Second - b.Second);
    }
}
