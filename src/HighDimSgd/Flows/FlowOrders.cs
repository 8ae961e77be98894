using HighDimSgd.Results;
using MathNet.Numerics.Distributions;
using MathNet.Numerics.LinearAlgebra;

namespace HighDimSgd.Flows;

/// <summary>
/// How differences vanish: a h^s (1 + b h) is fitted to them by likelihood, its second term at most as large as its first. The third term, which is left
/// out, is granted to every difference as a deviation of (b h)^2 times the first: without that, differences more precise than the model would make its
/// intervals too narrow.
/// </summary>
internal static class FlowOrders
{
    /// <summary>Fewest values of the rate, or amplifications, for a fit.</summary>
    public const int Fewest = 3;

    private const double Smallest = 0.1, Largest = 5, Grain = 0.01, Widening = 1.5;

    // Rounds in which fit and granted deviations settle.
    private const int Passes = 6;

    /// <summary>
    /// Order claimed for the difference of two algorithms in the rate: 2 for smf2 and noisy-gd against sgd and for sme2 of one point; 1 for sme2 of several
    /// points and all others (Gess, Kassing and Konarovskyi, arXiv 2302.07125; Li, Tai and E, ICML 2017). Of svag in 1/l: 1 (Li, Malladi and Arora).
    /// </summary>
    public static double Expected(FlowAlgorithm algorithm, FlowAlgorithm against, FlowStatistic statistic) =>
        algorithm == FlowAlgorithm.Svag ? 1 : Math.Min(ToSgd(algorithm, statistic), ToSgd(against, statistic));

    /// <summary>The orders of all algorithms in all statistics, where there are three rates of one batch size, or three amplifications, or more.</summary>
    public static IEnumerable<FlowOrder> Of(
        FlowExperiment experiment, IReadOnlyList<FlowRunResult> runs, IReadOnlyList<FlowDifference> differences)
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
        // Errors are over blocks: Student's instead of the normal law.
        double level = Math.Pow(StudentT.InvCDF(0, 1, experiment.Blocks - 1, 1 - (experiment.Verdict.Alpha / 2 / Math.Max(1, fits))), 2);
        foreach ((FlowAlgorithm algorithm, double[] steps, FlowDifference[] ladder) in ladders)
        {
            foreach (string name in experiment.Statistics)
            {
                if (algorithm == FlowAlgorithm.Svag && !IsLimitOfSvag(ladder[0].Against.Algorithm, FlowStatistic.Of(name)))
                    continue;
                Curve[] curves = [.. ladder.Select(d => algorithm == FlowAlgorithm.Svag ? FromLimit(runs, d, name) : d.Observables[name])];
                double[] errors = [.. curves.Select(c => c.Mean[^1])], deviations = [.. curves.Select(c => c.Error[^1])];
                double expected = Expected(algorithm, ladder[0].Against.Algorithm, FlowStatistic.Of(name));
                (double slope, double low, double high) = Slope(steps, errors, deviations, level);
                (double coefficient, double error) = Coefficient(steps, errors, deviations, expected);
                yield return new(
                    algorithm, ladder[0].Against.Algorithm, name, algorithm == FlowAlgorithm.Svag ? "1/amplification" : "rate", steps, errors, deviations,
                    expected, slope, low, high, coefficient, error)
                {
                    ExactCoefficient = ladder.All(d => d.Exact.ContainsKey(name)) ? ExactCoefficient(steps, [.. ladder.Select(d => d.Exact[name][^1])], expected) : null,
                };
            }
        }
    }

    /// <summary>SVAG's limit is the equation of order 1 for a point, and the flow of order 1 for several.</summary>
    private static bool IsLimitOfSvag(FlowAlgorithm against, FlowStatistic statistic) =>
        against == FlowAlgorithm.Smf1 || (against == FlowAlgorithm.Sme1 && !statistic.IsOfTwo);

    /// <summary>
    /// A rung of SVAG less its limit. All rungs have the same limit, whose error they would share: so it is taken in closed form where there is one.
    /// </summary>
    private static Curve FromLimit(IReadOnlyList<FlowRunResult> runs, FlowDifference difference, string name)
    {
        Curve own = runs.First(r => r.Run == difference.Run).Observables[name];
        return runs.First(r => r.Run == difference.Against).Exact.TryGetValue(name, out double[]? limit)
            ? own with { Mean = [.. own.Mean.Zip(limit, (m, l) => m - l)] }
            : difference.Observables[name];
    }

    /// <summary>The order s with its profile interval: where -2 log likelihood is at most 1.5 <paramref name="level"/> above its least. Half more than
    /// for a likelihood with one maximum: ladders that bend have two, and tests show that the interval then covers as it should.</summary>
    internal static (double Slope, double Low, double High) Slope(double[] steps, double[] errors, double[] deviations, double level)
    {
        if (!errors.All(double.IsFinite) || !deviations.All(d => d > 0))
            return (double.NaN, double.NaN, double.NaN);
        double[] grid = [.. Enumerable.Range(0, (int)Math.Round((Largest - Smallest) / Grain) + 1).Select(i => Smallest + (i * Grain))];
        double[] misfit = [.. grid.Select(s => Fit(steps, errors, deviations, s).Misfit)];
        double least = misfit.Min();
        int[] within = [.. Enumerable.Range(0, grid.Length).Where(i => misfit[i] <= least + (Widening * level))];
        return (grid[Array.IndexOf(misfit, least)], grid[within[0]], grid[within[^1]]);
    }

    /// <summary>The same limit from errors without chance, nearly: a ten-thousandth of each.</summary>
    private static double ExactCoefficient(double[] steps, double[] errors, double expected) =>
        Coefficient(steps, errors, [.. errors.Select(e => Math.Max(1e-4 * Math.Abs(e), 1e-300))], expected).Value;

    private static double ToSgd(FlowAlgorithm algorithm, FlowStatistic statistic) => algorithm switch
    {
        FlowAlgorithm.Sgd => double.PositiveInfinity,
        FlowAlgorithm.Smf2 or FlowAlgorithm.NoisyGd => 2,
        FlowAlgorithm.Sme2 => statistic.IsOfTwo ? 1 : 2,
        _ => 1,
    };

    /// <summary>The deviations that are granted at an order, and -2 log likelihood of the best a and b.</summary>
    private static (double[] Granted, double Misfit) Fit(double[] steps, double[] errors, double[] deviations, double order)
    {
        double most = steps.Max(), misfit = 0;
        double[] granted = deviations;
        for (int pass = 0; pass < Passes; pass++)
        {
            double[] lead = [.. steps.Zip(granted, (h, d) => Math.Pow(h, order) / d)], next = [.. lead.Zip(steps, (v, h) => v * h / most)];
            double[] target = [.. errors.Zip(granted, (e, d) => e / d)];
            (double a, double b) = Bent(lead, next, target);
            misfit = target.Select((t, i) => t - (a * lead[i]) - (b * next[i])).Sum(r => r * r) + granted.Sum(d => 2 * Math.Log(d));
            granted = [.. steps.Select((h, i) => Math.Sqrt(
                Math.Pow(deviations[i], 2) + Math.Pow(a == 0 ? 0 : Math.Pow(h, order) * b * b / a * h * h / most / most, 2)))];
        }

        return (granted, misfit);
    }

    /// <summary>Least squares of a lead + b next, |b| at most |a|.</summary>
    private static (double A, double B) Bent(double[] lead, double[] next, double[] target)
    {
        double aa = Dot(lead, lead), ab = Dot(lead, next), bb = Dot(next, next), at = Dot(lead, target), bt = Dot(next, target);
        double determinant = (aa * bb) - (ab * ab), a = ((bb * at) - (ab * bt)) / determinant, b = ((aa * bt) - (ab * at)) / determinant;
        if (Math.Abs(b) <= Math.Abs(a))
            return (a, b);
        double plus = (at + bt) / (aa + bb + (2 * ab)), minus = (at - bt) / (aa + bb - (2 * ab));
        // What either takes off the squares.
        return plus * (at + bt) >= minus * (at - bt) ? (plus, plus) : (minus, -minus);
    }

    private static double Dot(double[] a, double[] b) => a.Zip(b, (x, y) => x * y).Sum();

    /// <summary>Limit of e/h^p: the constant of a weighted fit in powers of h, linear for three points and quadratic for more.</summary>
    private static (double Value, double Error) Coefficient(double[] steps, double[] errors, double[] deviations, double order)
    {
        if (!errors.All(double.IsFinite) || !deviations.All(d => d > 0))
            return (double.NaN, double.NaN);
        double[] granted = Fit(steps, errors, deviations, order).Granted;
        int terms = steps.Length > Fewest ? 3 : 2;
        var design = Matrix<double>.Build.Dense(steps.Length, terms, (i, j) => Math.Pow(steps[i], order + j) / granted[i]);
        var target = Vector<double>.Build.DenseOfEnumerable(errors.Zip(granted, (e, d) => e / d));
        Matrix<double> covariance = design.TransposeThisAndMultiply(design).Inverse();
        return ((covariance * design.TransposeThisAndMultiply(target))[0], Math.Sqrt(covariance[0, 0]));
    }
}
