using HighDimSgd.Statistics;

namespace HighDimSgd.Planning;

/// <summary>
/// Replicas over a ladder of sizes whose replicas have variance V/d. With three or more sizes the estimate is the limit of
/// limit + c/d by weighted least squares, otherwise the mean at the size where it is least exact. All variances are in units of V.
/// </summary>
/// <param name="sizes">The sizes d.</param>
internal sealed class Ladder(IReadOnlyList<int> sizes)
{
    /// <summary>Fewest replicas at a size: a covariance over four windows needs about as many.</summary>
    public const long Least = 20;

    private const int Rounds = 400;

    private bool HasLimit => sizes.Count >= FiniteSize.LeastSizes;

    /// <summary>Weights of the means in the limit: sum w = 1, sum w/d = 0, least variance sum w^2/(d R).</summary>
    public double[] Weights(IReadOnlyList<double> replicas)
    {
        double[] weights = [.. sizes.Select((d, i) => d * replicas[i])];
        double total = weights.Sum(), centre = weights.Zip(sizes, (w, d) => w / d).Sum() / total;
        double spread = weights.Zip(sizes, (w, d) => w * ((1.0 / d) - centre) * ((1.0 / d) - centre)).Sum();
        return [.. weights.Zip(sizes, (w, d) => w * ((1 / total) - (centre * ((1.0 / d) - centre) / spread)))];
    }

    /// <summary>Each size's share of the variance.</summary>
    public double[] Parts(IReadOnlyList<double> replicas)
    {
        if (HasLimit)
            return [.. Weights(replicas).Select((w, i) => w * w / (sizes[i] * replicas[i]))];
        double[] each = [.. sizes.Select((d, i) => 1 / (d * replicas[i]))];
        int least = Array.IndexOf(each, each.Max());
        return [.. each.Select((v, i) => i == least ? v : 0)];
    }

    /// <summary>Variance of the estimate.</summary>
    public double Variance(IReadOnlyList<double> replicas) => Parts(replicas).Sum();

    /// <summary>The same number at every size that brings the variance to <paramref name="goal"/>, at least <see cref="Least"/>.</summary>
    public long[] Equal(double goal)
    {
        double one = Variance([.. sizes.Select(_ => 1.0)]);
        return [.. sizes.Select(_ => Math.Max(Least, Ceiling(one / goal)))];
    }

    /// <summary>
    /// The numbers, at least <see cref="Least"/> each, that bring the variance to <paramref name="goal"/> at the least cost.
    /// For given weights, sum cost R + mu sum w^2/(d R) is least at R = |w| sqrt(mu/(d cost)); for given R, at the weights of least
    /// squares. The sum is convex in both, so turns of the two lead to its least; the multiplier mu is bisected.
    /// </summary>
    /// <param name="goal">The variance.</param>
    /// <param name="costs">Cost of a replica by size.</param>
    public long[] Cheapest(double goal, IReadOnlyList<double> costs)
    {
        if (!HasLimit)
            return [.. sizes.Select(d => Math.Max(Least, Ceiling(1 / (goal * d))))];
        long[] best = Equal(goal);
        (double low, double high) = (-30, 90);
        while (high - low > 1e-3)
        {
            double middle = (low + high) / 2;
            long[] numbers = [.. Turns(Math.Exp(middle), costs).Select(Ceiling)];
            bool meets = Variance(Reals(numbers)) <= goal;
            if (meets && Cost(numbers, costs) < Cost(best, costs))
                best = numbers;
            (low, high) = meets ? (low, middle) : (middle, high);
        }

        return best;
    }

    private double[] Turns(double multiplier, IReadOnlyList<double> costs)
    {
        double[] replicas = [.. sizes.Select((d, i) => Math.Max(Least, Math.Sqrt(multiplier / (d * costs[i]))))];
        for (int round = 0; round < Rounds; round++)
        {
            double[] weights = Weights(replicas);
            replicas = [.. sizes.Select((d, i) => Math.Max(Least, Math.Abs(weights[i]) * Math.Sqrt(multiplier / (d * costs[i]))))];
        }

        return replicas;
    }

    private static double Cost(IReadOnlyList<long> replicas, IReadOnlyList<double> costs) => replicas.Zip(costs, (r, c) => r * c).Sum();

    private static double[] Reals(IReadOnlyList<long> numbers) => [.. numbers.Select(n => (double)n)];

    // A number that is whole up to rounding is not raised.
    private static long Ceiling(double x) => (long)Math.Min(1e15, Math.Ceiling(x * (1 - 1e-9)));
}
