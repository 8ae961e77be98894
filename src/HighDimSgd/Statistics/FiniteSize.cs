using HighDimSgd.Results;

namespace HighDimSgd.Statistics;

/// <summary>Extrapolation of a ladder of sizes to the limit: mean(d) = limit + coefficient/d.</summary>
public static class FiniteSize
{
    /// <summary>Fewest sizes for a fit of two parameters whose residuals still say something.</summary>
    public const int LeastSizes = 3;

    /// <summary>
    /// Weighted least squares by observable and time, weights 1/error^2 taken as known. Where no size has an error the
    /// values are exact: the limit is their common value, coefficient and errors are 0. NaN where a mean is undefined,
    /// where only some sizes have an error, and where exact values differ. Empty with fewer than three sizes.
    /// </summary>
    public static IReadOnlyDictionary<string, FiniteSizeFit> Fit(IReadOnlyList<SizeSummary> sizes)
    {
        ArgumentNullException.ThrowIfNull(sizes);
        if (sizes.Count < LeastSizes)
            return new Dictionary<string, FiniteSizeFit>();
        var inverse = sizes.Select(s => 1.0 / s.Size).ToArray();
        return sizes[0].Observables.Keys.ToDictionary(name => name, name => Fit(inverse, sizes[0].Times, [.. sizes.Select(s => s.Observables[name])]));
    }

    private static FiniteSizeFit Fit(double[] inverse, double[] times, Curve[] curves)
    {
        var fit = new FiniteSizeFit(
            new double[times.Length], new double[times.Length], new double[times.Length], new double[times.Length]);
        for (var t = 0; t < times.Length; t++)
        {
            (fit.Limit[t], fit.LimitError[t], fit.Coefficient[t], fit.CoefficientError[t]) = curves.All(c => c.Error[t] == 0)
                ? Common(curves, t, Exactness.At(times, curves[^1].Mean, t))
                : Line(inverse, Array.ConvertAll(curves, c => c.Mean[t]), Array.ConvertAll(curves, c => c.Error[t]));
        }

        return fit;
    }

    private static (double, double, double, double) Common(Curve[] curves, int time, double tolerance)
    {
        var value = curves[^1].Mean[time];
        return curves.All(c => Math.Abs(c.Mean[time] - value) <= tolerance) ? (value, 0, 0, 0) : Undefined;
    }

    /// <summary>The line y = limit + coefficient x, in the coordinate centred at the weighted mean of x.</summary>
    private static (double, double, double, double) Line(double[] x, double[] y, double[] error)
    {
        if (error.Any(e => !(e > 0)))
            return Undefined;
        var weights = Array.ConvertAll(error, e => 1 / (e * e));
        var total = weights.Sum();
        var centre = weights.Zip(x, (w, a) => w * a).Sum() / total;
        var mean = weights.Zip(y, (w, b) => w * b).Sum() / total;
        var (slope, spread) = (0.0, 0.0);
        for (var i = 0; i < x.Length; i++)
        {
            slope += weights[i] * (x[i] - centre) * (y[i] - mean);
            spread += weights[i] * (x[i] - centre) * (x[i] - centre);
        }

        slope /= spread;
        return (mean - slope * centre, Math.Sqrt(1 / total + centre * centre / spread), slope, Math.Sqrt(1 / spread));
    }

    private static (double, double, double, double) Undefined => (double.NaN, double.NaN, double.NaN, double.NaN);
}
