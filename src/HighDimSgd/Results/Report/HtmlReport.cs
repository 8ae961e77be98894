using System.Text.Json.Nodes;
using System.Xml.Linq;
using HighDimSgd.Experiments;
using static HighDimSgd.Results.Markup;
using static HighDimSgd.Results.Report.HtmlPage;

namespace HighDimSgd.Results.Report;

/// <summary>report.html: one file without any outside resource or script.</summary>
internal static class HtmlReport
{
    public const string Name = "report.html";

    /// <summary>Writes the report.</summary>
    public static void Write(Stream stream, ExperimentResult result, JsonObject experiment, Manifest manifest)
    {
        HtmlPage.Write(
            stream, result.Experiment.Name, "simulation and theory", Captions.Summary(result.Experiment), experiment, manifest,
            Banner(result.Verdict.Status, result.Verdict.Status, result.Verdict.Why),
            Notes(result),
            Figures(result),
            Numbers(result),
            Comparisons(result),
            AmplificationSection.Of(result, Observables(result)),
            VarianceSection.Of(result, Observables(result)),
            SecondAnswers(result),
            HowToRead(result.Experiment));
    }

    /// <summary>The figures by file name without ending, in the order of the report.</summary>
    public static IEnumerable<(string Name, XElement Svg)> Drawings(ExperimentResult result)
    {
        foreach (string observable in Observables(result))
        {
            yield return (observable, CurveFigure.Draw(result, observable));
            if (FiniteSizeFigure.Draw(result, observable) is { } finite)
            {
                yield return ($"{observable}-finite-size", finite);
            }

            if (VarianceFigure.Draw(result, observable) is { } variance)
            {
                yield return ($"{observable}-variance", variance);
            }
        }
    }

    private static string[] Observables(ExperimentResult result) =>
        [.. result.Theory.Observables.Keys.Concat(result.Sizes.SelectMany(s => s.Observables.Keys)).Distinct()];

    private static IEnumerable<XElement> Notes(ExperimentResult result)
    {
        if (result.Theory.Status == TheoryResult.None)
            yield return Banner("unresolved", "no theory", $"There is no limiting theory here: {result.Theory.Why}.");

        foreach (TheoryResult theory in result.Theories.Values.Prepend(result.Theory).Where(t => t.Status == TheoryResult.Refused))
        {
            yield return Banner("unresolved", "no theory", $"The theory with clock {theory.Clock} was refused: {theory.Why}");
        }

        if (result.Instability is { } instability)
        {
            yield return Banner("unresolved", "beyond the stability edge", $"In the limit {instability}.");
        }

        foreach (ClosedFormCheck check in result.ClosedForms.Where(c => c.Status == "fail"))
        {
            yield return Banner("fail", "the theory is in doubt", $"{check.Name}: {check.Why}");
        }

        foreach (SizeSummary size in result.Sizes.Where(s => s.Diverged.Count > 0))
        {
            yield return Banner("unresolved", "diverged",
                $"d = {size.Size}: {size.Diverged.Count} of {size.Replicas} replicas left the finite numbers and are not in the means: "
                + $"{Captions.Replicas(size.Diverged)}. What is left is a conditioned mean.");
        }

        if (result.Sizes.Count == 0)
        {
            yield return Html("p", "The theory alone: nothing was simulated.");
        }
        else
        {
            yield return Html("p", At("class", "muted"), Unbroken("Simulated: "
                + string.Join(", ", result.Sizes.Select(s => $"d = {s.Size} (n = {s.Samples}, {Replicas(result.Experiment, s)})")) + "."));
        }
    }

    private static string Replicas(Experiment experiment, SizeSummary size) => experiment.ReplicasPerDesign == 1
        ? $"{size.Replicas} replicas" : $"{size.Replicas} replicas on {size.Replicas / experiment.ReplicasPerDesign} designs";

    private static IEnumerable<XElement> Figures(ExperimentResult result)
    {
        yield return Html("h2", "Curves");
        yield return Html("div", At("class", "figures"), Observables(result)
            .SelectMany(o => new[] { CurveFigure.Draw(result, o), FiniteSizeFigure.Draw(result, o) }).OfType<XElement>().Select(svg => Html("figure", svg)));
    }

    private static IEnumerable<XElement> Numbers(ExperimentResult result)
    {
        string[] observables = Observables(result);
        double[] times = result.Sizes.Count > 0 ? result.Sizes[^1].Times : result.Theory.Times;
        if (observables.Length > 0)
        {
            yield return Html("h2", $"Values at t = {Digits.Plain(times[^1])}");
            yield return Tables.Values(result, observables);
        }

        if (result.FiniteSize.Count > 0)
        {
            yield return Html("h2", $"Finite-size fits at t = {Digits.Plain(times[^1])}");
            yield return FiniteSizeTable.Draw(result);
        }

        if (result.Verdict.Checks.Count > 0)
        {
            yield return Html("h2", "Largest deviations from the theory, in standard errors");
            yield return Tables.Deviations(result, observables);
            yield return Html("details", Html("summary", "All checks"), Tables.Checks(result.Verdict.Checks));
        }
    }

    private static IEnumerable<XElement> Comparisons(ExperimentResult result)
    {
        if (result.Comparisons is not { } comparisons)
            yield break;
        yield return Html("h2", "Further theories");
        yield return Html("p", At("class", "muted"), "Limits of other algorithms at the same temperature, held against this simulation by the same tests as the exact "
            + "theory, which stands first. They do not enter the verdict.");
        yield return Tables.Comparisons(result);
        foreach ((string clock, Verdict verdict) in comparisons)
            yield return Html("p", Html("strong", $"{clock}: "), Unbroken(verdict.Why));
    }

    private static IEnumerable<XElement> SecondAnswers(ExperimentResult result) => result.ClosedForms.Count == 0 ? [] :
    [
        Html("h2", "Second answers"),
        Html("p", At("class", "muted"), "Closed forms that hold for this very theory, at its step, against what the solver found. They do not enter "
            + "the verdict: a failure here says that the solver, or its number of paths, is not to be trusted."),
        Tables.ClosedForms(result.ClosedForms),
    ];

    private static IEnumerable<XElement> HowToRead(Experiment experiment) =>
    [
        Html("h2", "How to read this"),
        Html("ul",
            Html("li", experiment.IsOnline
                ? "The line is the limiting theory, d → ∞, of the same algorithm: a differential equation, without error. Error bars reach "
                    + "two standard errors to either side, over replicas. Each size is recorded at its iterations nearest to the times asked for."
                : $"The line is the limiting theory, d → ∞ at fixed δ = n/d, of the same algorithm {(experiment.Algorithm.IsIterative
                    ? "in continuous time, extrapolated from three steps. Each size is recorded at its iterations nearest to the times asked for. The band of the theory and "
                    : "at the same step D. Its band and ")}"
                    + "all error bars reach two standard errors to either side. The theory's error is over independent sweeps, the "
                    + "simulation's over " + (experiment.ReplicasPerDesign == 1 ? "replicas." : "the means of designs, which several replicas share.")),
            Html("li", "Points are means over replicas at a finite size d. They differ from the limit by about c/d, so with many replicas "
                + "a small size deviates by many standard errors although the theory is right. What counts is the limit: the fit of "
                + "limit + c/d over the sizes."),
            Html("li", "The verdict tests that limit: each curve's means over a few windows of time, with their covariance, give one "
                + "Hotelling T² per observable; Holm over the observables. Pass says that nothing differs and that a deviation of the "
                + "tolerance would have been seen nine times in ten; unresolved, that it might not; fail, that the difference is not chance."),
            Html("li", "Finite-size fits: mean(d) = limit + c/d, and with e/d² added where there are four sizes; the exponent is that of limit + c/d^a with "
                + "a free; d · variance is over replicas, extrapolated. Below a number stands its 95 % interval, by the bootstrap for limit "
                + "and c, by the profile likelihood for the exponent. Goodness p is small where limit + c/d does not describe the sizes."),
            Html("li", "The lower panel shows (simulation − theory) divided by the standard error of the difference. Dashed guides at ±2: 95 of 100 single "
                + "points lie within. Dotted guides: all points of one size lie within them together in 95 of 100 experiments; "
                + "points of the same time are set side by side. Where neither has an error, as for q at t = 0, a point at 0 says that they are equal."),
            Html("li", "A number in parentheses is the standard error in the last digits: 2.8831(21) means 2.8831 ± 0.0021."),
            Html("li", "All quantities are pure numbers. Beside this file, results.json holds every number in full precision and "
                + "curves.npz every replica's curve.")),
    ];
}
