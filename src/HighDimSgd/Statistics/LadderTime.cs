using HighDimSgd.Results;

namespace HighDimSgd.Statistics;

/// <summary>An observable at one record time over the ladder: noisy at every size, exact with one common value, or neither.</summary>
/// <param name="Means">Means by size.</param>
/// <param name="Errors">Their standard errors.</param>
/// <param name="IsNoisy">Every size has an error.</param>
/// <param name="IsExact">No size has an error, and the values are the same.</param>
internal sealed record LadderTime(double[] Means, double[] Errors, bool IsNoisy, bool IsExact)
{
    /// <summary>Reads one time off the curves.</summary>
    public static LadderTime Of(Curve[] curves, double[] times, int time)
    {
        double[] means = [.. curves.Select(c => c.Mean[time])], errors = [.. curves.Select(c => c.Error[time])];
        double tolerance = Exactness.At(times, curves[^1].Mean, time);
        bool isExact = errors.All(e => e == 0) && means.All(m => Math.Abs(m - means[^1]) <= tolerance);
        return new(means, errors, errors.All(e => e > 0), isExact);
    }

    /// <summary>A coefficient of a fit with its error. Exact values have only a limit, which is the largest size's; NaN where there is no fit.</summary>
    public (double Value, double Error) Coefficient(LadderFit fit, int power) =>
        IsNoisy ? LadderFit.Combine(fit.Row(power), Means, Errors)
        : IsExact ? (power == 0 ? Means[^1] : 0, 0)
        : (double.NaN, double.NaN);
}
