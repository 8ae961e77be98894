using HighDimSgd.Results;

namespace HighDimSgd.Statistics;

/// <summary>Extrapolation of a ladder of sizes to the limit, mean(d) = limit + c/d, with errors, intervals and alternatives.</summary>
public static class FiniteSize
{
    /// <summary>Fewest sizes for a fit of two parameters whose residuals still say something.</summary>
    public const int LeastSizes = 3;

    /// <summary>Fewest sizes for the second order.</summary>
    public const int LeastSizesOfSecondOrder = 4;

    /// <summary>Most record times for which the covariance over time is given.</summary>
    private const int MostTimes = 64;

    /// <summary>
    /// The fits by observable, every time by itself: weighted least squares, weights replicas times d, errors from the sizes' own. This
    /// is generalised least squares over all times for a covariance that falls like 1/d; <see cref="FiniteSizeFit.LimitCovariance"/>
    /// makes the errors joint. Where no size has an error the values are exact: the limit is their common value, coefficient and errors
    /// are 0. NaN where a mean is undefined, where only some sizes have an error, and where exact values differ.
    /// </summary>
    /// <param name="curves">The ladder, ascending.</param>
    /// <param name="seed">Seed of the experiment, for the bootstrap.</param>
    /// <returns>Empty with fewer than three sizes.</returns>
    public static IReadOnlyDictionary<string, FiniteSizeFit> Fit(IReadOnlyList<SizeCurves> curves, ulong seed)
    {
        ArgumentNullException.ThrowIfNull(curves);
        if (curves.Count < LeastSizes)
            return new Dictionary<string, FiniteSizeFit>();
        SizeSummary[] sizes = [.. curves.Select(Moments.Summarise)];
        return curves[0].Observables.Select((name, o) => (Name: name, Tables: curves.Select(c => Designs.Means(c, o)).ToArray()))
            .ToDictionary(p => p.Name, p => Fit(p.Name, p.Tables, sizes, seed));
    }

    /// <summary>The fitted limit of an observable with its error, by time.</summary>
    internal static (double[] Values, double[] Errors) Limit(string name, IReadOnlyList<SizeSummary> sizes)
    {
        Curve[] curves = [.. sizes.Select(s => s.Observables[name])];
        return Coefficients(LadderFit.OfMeans(sizes, 2), 0, [.. sizes[0].Times.Select((_, t) => LadderTime.Of(curves, sizes[0].Times, t))]);
    }

    private static FiniteSizeFit Fit(string name, double[][,] tables, SizeSummary[] sizes, ulong seed)
    {
        int[] dimensions = [.. sizes.Select(s => s.Size)], freedoms = [.. tables.Select(t => t.GetLength(0) - 1)];
        Curve[] curves = [.. sizes.Select(s => s.Observables[name])];
        double[] times = sizes[0].Times;
        LadderTime[] points = [.. times.Select((_, t) => LadderTime.Of(curves, times, t))];
        LadderFit line = LadderFit.OfMeans(sizes, 2);
        var bootstrap = new StudentisedBootstrap(tables, dimensions, seed);
        var exponent = new FreeExponent(dimensions, freedoms);
        double[] inverse = [.. dimensions.Select(d => 1.0 / d)];

        (double[] limit, double[] limitError) = Coefficients(line, 0, points);
        (double[] coefficient, double[] coefficientError) = Coefficients(line, 1, points);
        (double Value, double Low, double High)[] exponents =
            [.. points.Select(p => p.IsNoisy ? exponent.Fit(p.Means, p.Errors) : (double.NaN, double.NaN, double.NaN))];
        var fit = new FiniteSizeFit(limit, limitError, coefficient, coefficientError)
        {
            LimitInterval = Intervals(0),
            CoefficientInterval = Intervals(1),
            LimitCovariance = times.Length > MostTimes ? [] : Covariance(line.CovarianceOverTime(0, tables, curves), points),
            Goodness = [.. points.Select(p => p.IsNoisy ? LackOfFit.OfLine(inverse, p.Means, p.Errors, freedoms).P : double.NaN)],
            SecondOrder = sizes.Length < LeastSizesOfSecondOrder ? null : SecondOrder(LadderFit.OfMeans(sizes, 3), points),
            Exponent = new([.. exponents.Select(e => e.Value)], [.. exponents.Select(e => e.Low)], [.. exponents.Select(e => e.High)]),
            ScaledVariance = ScaledVariances.Of(tables, dimensions, curves),
        };
        return points[^1].IsNoisy ? fit with { Advice = new LadderAdvice(sizes, points[^1], exponent).Of(fit) } : fit;

        Interval Intervals(int power)
        {
            (double Low, double High)[] ends =
            [
                .. points.Select((p, t) => p.IsNoisy && bootstrap.IsPossible ? bootstrap.Interval(line.Row(power), p.Coefficient(line, power), t)
                    : p.IsExact ? (p.Coefficient(line, power).Value, p.Coefficient(line, power).Value) : (double.NaN, double.NaN)),
            ];
            return new([.. ends.Select(e => e.Low)], [.. ends.Select(e => e.High)]);
        }
    }

    private static (double[] Values, double[] Errors) Coefficients(LadderFit fit, int power, LadderTime[] points)
    {
        (double Value, double Error)[] estimates = [.. points.Select(p => p.Coefficient(fit, power))];
        return ([.. estimates.Select(e => e.Value)], [.. estimates.Select(e => e.Error)]);
    }

    private static SecondOrderFit SecondOrder(LadderFit fit, LadderTime[] points)
    {
        (double[] limit, double[] limitError) = Coefficients(fit, 0, points);
        (double[] coefficient, double[] coefficientError) = Coefficients(fit, 1, points);
        (double[] curvature, double[] curvatureError) = Coefficients(fit, 2, points);
        return new(limit, limitError, coefficient, coefficientError, curvature, curvatureError);
    }

    /// <summary>The covariance over time, 0 with an exact value and NaN with none.</summary>
    private static double[][] Covariance(double[][] noisy, LadderTime[] points)
    {
        for (int t = 0; t < points.Length; t++)
        {
            for (int u = 0; u < points.Length; u++)
            {
                if (!points[t].IsNoisy || !points[u].IsNoisy)
                    noisy[t][u] = points[t].IsExact || points[u].IsExact ? 0 : double.NaN;
            }
        }

        return noisy;
    }
}
