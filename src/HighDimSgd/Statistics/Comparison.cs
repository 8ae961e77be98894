using System.Globalization;
using HighDimSgd.Experiments;
using HighDimSgd.Models;
using HighDimSgd.Results;

namespace HighDimSgd.Statistics;

/// <summary>
/// Simulation against theory, in standard errors of their difference. Nothing is decided: every status is unresolved,
/// since the largest of many correlated deviations has no calibrated law here, and a finite size differs from the limit
/// by about c/d.
/// </summary>
public static class Comparison
{
    private const string Unresolved = "unresolved";

    /// <summary>Most unequal quantities that are named in the reason.</summary>
    private const int Named = 3;

    /// <summary>
    /// The fits of the ladder and the deviations from theory: at each size, and in the limit where there is a fit. A
    /// quantity without variance is compared within 32-bit rounding: deviation 0 where equal, otherwise the difference in
    /// units of that tolerance, or of the theory's error where larger.
    /// </summary>
    public static (IReadOnlyDictionary<string, FiniteSizeFit> Fits, Verdict Verdict) Compare(
        Experiment experiment, TheoryResult theory, IReadOnlyList<SizeSummary> sizes)
    {
        ArgumentNullException.ThrowIfNull(experiment);
        ArgumentNullException.ThrowIfNull(theory);
        ArgumentNullException.ThrowIfNull(sizes);
        var fits = FiniteSize.Fit(sizes);
        var checks = new List<Check>();
        var unequal = new List<string>();
        foreach (var name in Observables.Of(experiment.Model).Where(theory.Observables.ContainsKey))
        {
            var expected = theory.Observables[name];
            foreach (var size in sizes)
                Add(size.Size, name, size.Observables[name].Mean, size.Observables[name].Error, expected);
            if (fits.TryGetValue(name, out var fit))
                Add(null, name, fit.Limit, fit.LimitError, expected);
        }

        return (fits, new Verdict(Unresolved, Why(theory, sizes, unequal), [.. checks.OrderBy(c => c.Size ?? int.MaxValue)]));

        void Add(int? size, string name, double[] mean, double[] error, Curve expected)
        {
            var deviations = new double[mean.Length];
            for (var t = 0; t < mean.Length; t++)
            {
                deviations[t] = Deviation(mean[t], error[t], expected, theory.Times, t);
                if (error[t] == 0 && size is not null && deviations[t] != 0 && double.IsFinite(deviations[t]))
                    unequal.Add(string.Create(CultureInfo.InvariantCulture, $"{name} at t = {theory.Times[t]:0.####}, d = {size}"));
            }

            var defined = deviations.Where(double.IsFinite).Select(Math.Abs).ToArray();
            var largest = defined.Length == 0 ? double.NaN : defined.Max();
            checks.Add(new Check(size, name, largest, null, Unresolved, null, deviations));
        }
    }

    private static double Deviation(double mean, double error, Curve expected, double[] times, int time)
    {
        var difference = mean - expected.Mean[time];
        if (error != 0)
            return difference / Math.Sqrt(error * error + expected.Error[time] * expected.Error[time]);
        var tolerance = Exactness.At(times, expected.Mean, time);
        return Math.Abs(difference) <= tolerance ? 0 : difference / Math.Max(tolerance, expected.Error[time]);
    }

    private static string Why(TheoryResult theory, IReadOnlyList<SizeSummary> sizes, List<string> unequal)
    {
        var why = new List<string>();
        if (theory.Status != TheoryResult.Ok)
            why.Add($"The theory was refused, so there is nothing to compare with: {theory.Why.TrimEnd('.')}.");
        if (sizes.Count == 0)
            why.Add("There is no simulation to compare.");
        foreach (var size in sizes.Where(s => s.Diverged.Count > 0))
        {
            why.Add(string.Create(
                CultureInfo.InvariantCulture,
                $"At d = {size.Size}, {size.Diverged.Count} of {size.Replicas} replicas diverged ({100.0 * size.Diverged.Count / size.Replicas:0.##} %); the means are conditioned on the rest."));
        }

        if (unequal.Count > 0)
        {
            var rest = unequal.Count > Named ? $"; and {unequal.Count - Named} more" : "";
            why.Add($"Quantities without variance differ from the theory: {string.Join("; ", unequal.Take(Named))}{rest}.");
        }

        if (theory.Status == TheoryResult.Ok && sizes.Count > 0)
        {
            why.Add("This version states deviations in standard errors but has no calibrated test yet.");
            why.Add(sizes.Count < FiniteSize.LeastSizes
                ? $"With fewer than {FiniteSize.LeastSizes} sizes there is no limit to compare; a finite size differs from it by about c/d."
                : "A finite size differs from the limit by about c/d; the limit checks leave that out.");
        }

        return string.Join(' ', why);
    }
}
