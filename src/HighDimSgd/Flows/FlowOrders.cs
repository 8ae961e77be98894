using HighDimSgd.Results;
using MathNet.Numerics.Distributions;
using MathNet.Numerics.LinearAlgebra;

namespace HighDimSgd.Flows;

/// <summary>
/// How differences vanish: a h^s (1 + b h) is fitted to them, its second term at most as large as its first. The third term, which is left out, is granted
/// to every difference as a deviation of h^2 times its size: without that, differences more precise than the model would make its intervals too narrow.
/// </summary>
internal static class FlowOrders
{
    /// <summary>Fewest values of the rate, or amplifications, for a fit.</summary>
    public const int Fewest = 3;

    private const double Smallest = 0.1, Largest = 5, Grain = 0.01;

    /// <summary>
    /// Order claimed for the difference of two algorithms in the rate: 2 for smf2 and noisy-gd against sgd and for sme2 of one point; 1 for sme2 of several
    /// points and all others (Gess, Kassing and Konarovskyi, arXiv 2302.07125; Li, Tai and E, ICML 2017). Of svag in 1/l: 1 (Li, Malladi and Arora).
    /// </summary>
    public static double Expected(FlowAlgorithm algorithm, FlowAlgorithm against, FlowStatistic statistic) =>
        algorithm == FlowAlgorithm.Svag ? 1 : Math.Min(ToSgd(algorithm, statistic), ToSgd(against, statistic));

    /// <summary>The orders of all algorithms in all statistics, where there are three rates of one batch size, or three amplifications, or more.</summary>
    public static IEnumerable<FlowOrder> Of(FlowExperiment experiment, IReadOnlyList<FlowDifference> differences)
    {
        bool isLadder = experiment.Rates.Count >= Fewest && experiment.Batches.Distinct().Count() == 1;
        (FlowAlgorithm Algorithm, double[] Steps, FlowDifference[] Ladder)[] ladders =
        [
            .. from g in differences.Where(d => d.Run.Algorithm != FlowAlgorithm.Svag).GroupBy(d => d.Run.Algorithm)
               where isLadder
               select (g.Key, g.Select(d => d.Run.Rate).ToArray(), g.ToArray()),
            .. from g in differences.Where(d => d.Run.Algorithm == FlowAlgorithm.Svag).GroupBy(d => d.Run.Rate)
               where g.Count() >= Fewest
               select (FlowAlgorithm.Svag, g.Select(d => 1.0 / d.Run.Amplification).ToArray(), g.ToArray()),
        ];
        int fits = ladders.Length * experiment.Statistics.Count;
        double level = ChiSquared.InvCDF(1, 1 - (experiment.Verdict.Alpha / Math.Max(1, fits)));
        foreach ((FlowAlgorithm algorithm, double[] steps, FlowDifference[] ladder) in ladders)
        {
            foreach (string name in experiment.Statistics)
            {
                Curve[] curves = [.. ladder.Select(d => d.Observables[name])];
                double[] errors = [.. curves.Select(c => c.Mean[^1])], deviations = [.. curves.Select(c => c.Error[^1])];
                double[] granted = [.. steps.Select((h, i) => Math.Sqrt((deviations[i] * deviations[i]) + Math.Pow(errors[i] * h * h, 2)))];
                double expected = Expected(algorithm, ladder[0].Against.Algorithm, FlowStatistic.Of(name));
                (double slope, double low, double high) = Slope(steps, errors, granted, level);
                (double coefficient, double error) = Coefficient(steps, errors, granted, expected);
                yield return new(
                    algorithm, ladder[0].Against.Algorithm, name, algorithm == FlowAlgorithm.Svag ? "1/amplification" : "rate", steps, errors, deviations,
                    expected, slope, low, high, coefficient, error);
            }
        }
    }

    /// <summary>The order s with its profile interval: where chi^2 is at most <paramref name="level"/> above its least.</summary>
    internal static (double Slope, double Low, double High) Slope(double[] steps, double[] errors, double[] deviations, double level)
    {
        if (!errors.All(double.IsFinite) || !deviations.All(d => d > 0))
            return (double.NaN, double.NaN, double.NaN);
        double[] grid = [.. Enumerable.Range(0, (int)Math.Round((Largest - Smallest) / Grain) + 1).Select(i => Smallest + (i * Grain))];
        double[] misfit = [.. grid.Select(s => Misfit(steps, errors, deviations, s))];
        double least = misfit.Min();
        int[] within = [.. Enumerable.Range(0, grid.Length).Where(i => misfit[i] <= least + level)];
        return (grid[Array.IndexOf(misfit, least)], grid[within[0]], grid[within[^1]]);
    }

    private static double ToSgd(FlowAlgorithm algorithm, FlowStatistic statistic) => algorithm switch
    {
        FlowAlgorithm.Sgd => double.PositiveInfinity,
        FlowAlgorithm.Smf2 or FlowAlgorithm.NoisyGd => 2,
        FlowAlgorithm.Sme2 => statistic.IsOfTwo ? 1 : 2,
        _ => 1,
    };

    /// <summary>Least chi^2 of a h^s (1 + b h) over a and b, |b| h at most 1.</summary>
    private static double Misfit(double[] steps, double[] errors, double[] deviations, double order)
    {
        double most = steps.Max();
        double[] lead = [.. steps.Zip(deviations, (h, d) => Math.Pow(h, order) / d)], next = [.. lead.Zip(steps, (v, h) => v * h / most)];
        double[] target = [.. errors.Zip(deviations, (e, d) => e / d)];
        double aa = Dot(lead, lead), ab = Dot(lead, next), bb = Dot(next, next), at = Dot(lead, target), bt = Dot(next, target);
        double determinant = (aa * bb) - (ab * ab), a = ((bb * at) - (ab * bt)) / determinant, b = ((aa * bt) - (ab * at)) / determinant;
        if (Math.Abs(b) <= Math.Abs(a))
            return Rest(lead, a, next, b, target);
        return Math.Min(Bounded(1), Bounded(-1));

        double Bounded(int sign)
        {
            double[] both = [.. lead.Zip(next, (l, n) => l + (sign * n))];
            double c = Dot(both, target) / Dot(both, both);
            return Rest(lead, c, next, sign * c, target);
        }
    }

    private static double Rest(double[] lead, double a, double[] next, double b, double[] target) =>
        target.Select((t, i) => t - (a * lead[i]) - (b * next[i])).Sum(r => r * r);

    private static double Dot(double[] a, double[] b) => a.Zip(b, (x, y) => x * y).Sum();

    /// <summary>Limit of e/h^p: the constant of a weighted fit in powers of h, linear for three points and quadratic for more.</summary>
    private static (double Value, double Error) Coefficient(double[] steps, double[] errors, double[] deviations, double order)
    {
        if (!errors.All(double.IsFinite) || !deviations.All(d => d > 0))
            return (double.NaN, double.NaN);
        int terms = steps.Length > Fewest ? 3 : 2;
        var design = Matrix<double>.Build.Dense(steps.Length, terms, (i, j) => Math.Pow(steps[i], order + j) / deviations[i]);
        var target = Vector<double>.Build.DenseOfEnumerable(errors.Zip(deviations, (e, d) => e / d));
        Matrix<double> covariance = design.TransposeThisAndMultiply(design).Inverse();
        return ((covariance * design.TransposeThisAndMultiply(target))[0], Math.Sqrt(covariance[0, 0]));
    }
}
