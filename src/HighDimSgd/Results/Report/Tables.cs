using System.Text.Json.Nodes;
using System.Xml.Linq;
using static HighDimSgd.Results.Markup;

namespace HighDimSgd.Results.Report;

/// <summary>The tables of the report.</summary>
internal static class Tables
{
    /// <summary>Means by size, fitted limit and theory at the last record time, with standard errors.</summary>
    public static XElement Values(ExperimentResult result, IReadOnlyList<string> observables)
    {
        bool fitted = result.FiniteSize.Count > 0, solved = result.Theory.Observables.Count > 0;
        IEnumerable<string> head =
            ["observable", .. result.Sizes.Select(s => $"d = {s.Size}"), .. fitted ? ["limit"] : Array.Empty<string>(),
                .. solved ? ["theory"] : Array.Empty<string>(), .. fitted && solved ? ["(limit − theory)/s.e."] : Array.Empty<string>()];
        return Table(head, observables.Select(o =>
        {
            Curve? theory = result.Theory.Observables.GetValueOrDefault(o);
            FiniteSizeFit? fit = result.FiniteSize.GetValueOrDefault(o);
            List<object> row = [Captions.Of(o).Axis, .. result.Sizes.Select(s => Last(s.Observables.GetValueOrDefault(o)))];
            if (fitted)
            {
                row.Add(fit is null ? Digits.None : Digits.WithError(fit.Limit[^1], fit.LimitError[^1]));
            }

            if (solved)
            {
                row.Add(Last(theory));
            }

            if (fitted && solved)
            {
                row.Add(fit is null || theory is null ? Digits.None
                    : Digits.Fixed((fit.Limit[^1] - theory.Mean[^1]) / double.Hypot(fit.LimitError[^1], theory.Error[^1]), 2));
            }

            return row;
        }));
    }

    /// <summary>The largest deviation of every check, by observable and size, with the time where it stands.</summary>
    public static XElement Deviations(ExperimentResult result, IReadOnlyList<string> observables)
    {
        int?[] sizes = [.. result.Verdict.Checks.Select(c => c.Size).Distinct().OrderBy(s => s ?? int.MaxValue)];
        return Table(["observable", .. sizes.Select(SizeName)], observables.Select(o => sizes
            .Select(size => Deviation(result, result.Verdict.Checks.FirstOrDefault(c => c.Size == size && c.Observable == o)))
            .Prepend(Captions.Of(o).Axis)));
    }

    /// <summary>Every check with all that it states.</summary>
    public static XElement Checks(IEnumerable<Check> checks) => Table(
        ["observable", "size", "T²", "p", "detectable, %", "status"],
        checks.Select(c => (IEnumerable<object>)
        [
            Captions.Of(c.Observable).Axis, SizeName(c.Size), Digits.Fixed(c.Statistic, 2), Digits.Plain(c.P ?? double.NaN, 2),
            Digits.Plain(100 * c.Detectable ?? double.NaN, 2), c.Status == "fail" ? Html("td", At("class", "fail"), c.Status) : c.Status,
        ]));

    /// <summary>p-values of the exact theory and of further ones: of the limit, or of the largest size where there is none.</summary>
    public static XElement Comparisons(ExperimentResult result)
    {
        (string Name, Verdict Verdict)[] theories = [.. new[] { ($"{result.Theory.Clock} (exact)", result.Verdict) }
            .Where(_ => result.Theory.Status == TheoryResult.Ok).Concat(result.Comparisons!.Select(c => (c.Key, c.Value)))];
        int? size = result.FiniteSize.Count > 0 ? null : result.Sizes[^1].Size;
        string[] observables = [.. theories.SelectMany(t => t.Verdict.Checks).Select(c => c.Observable).Distinct()];
        return Table(["p-value of no difference", .. theories.Select(t => t.Name)], observables.Select(o => theories
            .Select(t => t.Verdict.Checks.FirstOrDefault(c => c.Observable == o && c.Size == size))
            .Select(c => c?.P is not { } p ? (object)Digits.None : Html("td", c.Status == "fail" ? At("class", "fail") : null, SmallP(p)))
            .Prepend(Captions.Of(o).Axis)));
    }

    /// <summary>Closed forms against the theory.</summary>
    public static XElement ClosedForms(IEnumerable<ClosedFormCheck> checks) => Table(
        ["closed form", "observable", "largest deviation", "in s.e.", "allowed", "status"],
        checks.Select(c => (IEnumerable<object>)
        [
            c.Name, Captions.Of(c.Observable).Axis, Digits.Plain(c.Largest, 2), Digits.Fixed(c.StandardErrors, 2), Digits.Plain(c.Allowed, 2),
            c.Status == "fail" ? Html("td", At("class", "fail"), c.Status) : c.Status,
        ]));

    /// <summary>All parameters of the experiment file, one row per key.</summary>
    public static XElement Parameters(JsonObject experiment) => Pairs(Flatten("", experiment));

    /// <summary>What the manifest says.</summary>
    public static XElement Provenance(Manifest m) => Pairs(
    [
        ("program", $"HighDimSgd {m.Version}"), ("commit", m.Commit ?? Digits.None),
        ("device", m.Device), ("driver", m.Driver ?? Digits.None),
        ("threads", $"{m.Threads}"), ("vector width", $"{m.VectorWidth} bits"), ("design storage", m.Storage),
        ("counter layout", $"{m.CounterLayout}"), ("input hash", m.InputHash), ("seed", $"{m.Seed}"),
        ("start", m.Start.ToUniversalTime().ToString("u")), ("end", m.End.ToUniversalTime().ToString("u")),
        .. m.Timing.Select(t => (t.Key, $"{Digits.Plain(t.Value, 3)} s")),
    ]);

    /// <summary>A curve's value at the last record time with its error.</summary>
    public static string Last(Curve? curve) => curve is null ? Digits.None : Digits.WithError(curve.Mean[^1], curve.Error[^1]);

    private static string SmallP(double p) => p < 1e-12 ? "below 1e-12" : Digits.Plain(p, 2);

    private static string SizeName(int? size) => size is int d ? $"d = {d}" : "limit";

    private static object Deviation(ExperimentResult result, Check? check)
    {
        if (check is null || !check.Deviations.Any(double.IsFinite))
        {
            return Digits.None;
        }

        int at = Enumerable.Range(0, check.Deviations.Length).Where(i => double.IsFinite(check.Deviations[i]))
            .MaxBy(i => Math.Abs(check.Deviations[i]));
        double time = (result.Sizes.FirstOrDefault(s => s.Size == check.Size)?.Times ?? result.Theory.Times)[at];
        return Html("td", check.Status == "fail" ? At("class", "fail") : null,
            Digits.Fixed(check.Deviations[at], 1), Html("span", At("class", "sub"), $"t = {Digits.Plain(time)}"));
    }

    private static IEnumerable<(string Key, string Value)> Flatten(string prefix, JsonObject node) =>
        node.SelectMany(entry => entry.Value switch
        {
            JsonObject inner => Flatten($"{prefix}{entry.Key}.", inner),
            JsonArray list => [(prefix + entry.Key, string.Join(", ", list.Select(v => $"{v}")))],
            _ => [(prefix + entry.Key, $"{entry.Value}")],
        });

    private static XElement Pairs(IEnumerable<(string Key, string Value)> rows) => Html("table", At("class", "pairs"),
        Html("tbody", rows.Select(r => Html("tr", Html("td", r.Key), Html("td", r.Value)))));

    /// <summary>A table with a head; cells are texts or their own elements.</summary>
    public static XElement Table(IEnumerable<string> head, IEnumerable<IEnumerable<object>> rows) => Html("div", At("class", "scroll"),
        Html("table",
            Html("thead", Html("tr", head.Select(h => Html("th", h)))),
            Html("tbody", rows.Select(row => Html("tr", row.Select(cell => cell as XElement ?? Html("td", cell)))))));
}
