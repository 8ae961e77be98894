using System.Globalization;
using HighDimSgd.Experiments;
using HighDimSgd.Results;

namespace HighDimSgd.Statistics;

/// <summary>The verdict in plain words.</summary>
internal static class VerdictWords
{
    private const int MostFactor = 1000;

    /// <summary>Sentences on what decided, what could have been seen, and what would settle it.</summary>
    public static IEnumerable<string> Of(IReadOnlyList<Check> checks, Experiment experiment, IReadOnlyList<SizeSummary> sizes, bool hasLimit)
    {
        Check[] deciding = [.. checks.Where(c => !hasLimit || c.Size is null)];
        Check[] failed = [.. deciding.Where(c => c.Status == "fail").OrderBy(c => c.P ?? 0)];
        Check[] open = [.. deciding.Where(c => c.Status == "unresolved").OrderByDescending(c => c.Detectable ?? double.MaxValue)];
        string what = hasLimit ? "The extrapolated limit" : "The simulation at finite size";
        if (failed.Length > 0)
        {
            yield return $"{what} differs from the theory in {List(failed.Select(c => Named(c, hasLimit)))}.";
        }
        else if (open.Length == 0 && deciding.Length > 0)
        {
            yield return hasLimit
                ? $"{what} agrees with the theory in all {deciding.Length} observables (smallest p {Short(deciding.Min(c => c.P) ?? 1)}); deviations from "
                    + $"{Percent(deciding.Min(c => c.Detectable) ?? 0)} ({Least(deciding)}) to {Percent(deciding.Max(c => c.Detectable) ?? 0)} would have been seen."
                : $"{what} lies within {Percent(experiment.Verdict.Tolerance)} of the theory in every observable.";
        }
        else if (open.Length > 0)
        {
            string seen = hasLimit ? "No difference from the theory is seen in the limit, but" : "At these sizes";
            Check worst = open[0];
            yield return worst.Detectable is { } detectable && double.IsFinite(detectable)
                ? $"{seen} for {List(open.Select(c => c.Observable).Distinct())} the test could not have seen one of {Percent(experiment.Verdict.Tolerance)}: "
                    + $"in {worst.Observable} only {Percent(detectable)} or more. {Factor(detectable, experiment.Verdict.Tolerance)} times the replicas would settle it"
                    + $" (cheapest at d = {sizes[0].Size})."
                : $"{seen} for {worst.Observable} there are too few replicas, or no variance, for a test.";
        }

        if (!hasLimit)
            yield return $"With fewer than {FiniteSize.LeastSizes} sizes there is no limit to compare; a finite size differs from it by about c/d.";
    }

    /// <summary>The sentence on a limit that differs from the theory where the sizes do not lie on limit + c/d.</summary>
    public static string Doubt(Check check, double bend) =>
        $"The extrapolated limit differs from the theory in {Named(check, hasLimit: true)}, but limit + c/d does not describe these sizes there "
        + $"(p {Short(bend)}), so the difference may be the extrapolation's: it takes larger sizes.";

    private static string Named(Check check, bool hasLimit)
    {
        string where = hasLimit ? string.Empty : $" at d = {check.Size}";
        double largest = check.Deviations.Where(double.IsFinite).Select(Math.Abs).DefaultIfEmpty(0).Max();
        return string.Create(CultureInfo.InvariantCulture, $"{check.Observable}{where} (p {Short(check.P ?? 0)}, up to {largest:f1} standard errors)");
    }

    private static string Least(Check[] checks) => checks.MinBy(c => c.Detectable ?? double.MaxValue)!.Observable;

    private static string List(IEnumerable<string> words) => string.Join(", ", words);

    private static string Short(double p) => p < 1e-12 ? "below 1e-12" : p.ToString("g2", CultureInfo.InvariantCulture);

    private static string Percent(double x) => string.Create(CultureInfo.InvariantCulture, $"{100 * x:g2} %");

    private static string Factor(double detectable, double tolerance)
    {
        double factor = Math.Max(2, Math.Ceiling(detectable * detectable / (tolerance * tolerance)));
        return factor > MostFactor ? $"More than {MostFactor}" : string.Create(CultureInfo.InvariantCulture, $"About {factor}");
    }
}
