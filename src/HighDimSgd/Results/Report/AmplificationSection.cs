using System.Xml.Linq;
using HighDimSgd.Experiments;
using static HighDimSgd.Results.Markup;

namespace HighDimSgd.Results.Report;

/// <summary>The section of the report on how SVAG comes to the flow, where the limits of several amplifications stand beside that of the flow.</summary>
internal static class AmplificationSection
{
    /// <summary>Gaps to the flow by amplification, in units of the third cumulant of the clock; empty with fewer than two amplifications.</summary>
    public static IEnumerable<XElement> Of(ExperimentResult result, IReadOnlyList<string> observables)
    {
        (int Amplification, TheoryResult Theory)[] rungs = [.. Rungs(result).Where(r => r.Theory.Status == TheoryResult.Ok).OrderBy(r => r.Amplification)];
        if (rungs.Length < 2 || Further(result, Keys.Clock.Word(ClockKind.Sgf)) is not { Status: TheoryResult.Ok } flow)
            yield break;
        yield return Html("h2", "From SGD to the flow");
        yield return Html("p",
            $"Gap of the limit of SVAG at amplification l to that of stochastic gradient flow, at t = {Digits.Plain(flow.Times[^1])}, divided by (3l − 1)/(2l²). "
            + "That is the third cumulant of SVAG’s clock over SGD’s (l = 1), the largest in which it still differs from the flow’s: once l is large, "
            + "the gap closes like it, and the numbers of a row are equal.");
        yield return Tables.Table(
            ["observable", .. rungs.Select(r => $"l = {r.Amplification}")],
            from o in observables
            where flow.Observables.ContainsKey(o)
            select (IReadOnlyList<object>)[Captions.Of(o).Axis, .. rungs.Select(r => Gap(r.Theory.Observables[o], flow.Observables[o], r.Amplification))]);
    }

    private static IEnumerable<(int Amplification, TheoryResult Theory)> Rungs(ExperimentResult result)
    {
        if (result.Experiment.Algorithm.Kind != ClockKind.Svag)
            yield break;
        yield return (result.Experiment.Algorithm.Amplification, result.Theory);
        foreach (int l in result.Experiment.Theory.Amplifications)
        {
            if (Further(result, Experiment.RungName(l)) is { } theory)
                yield return (l, theory);
        }

        if (!result.Experiment.Theory.Amplifications.Contains(1) && Further(result, Keys.Clock.Word(ClockKind.Poisson)) is { } poisson)
            yield return (1, poisson);
    }

    private static TheoryResult? Further(ExperimentResult result, string name) => result.Theories.GetValueOrDefault(name);

    private static string Gap(Curve rung, Curve flow, double l)
    {
        double unit = ((3 * l) - 1) / (2 * l * l), error = Math.Sqrt((rung.Error[^1] * rung.Error[^1]) + (flow.Error[^1] * flow.Error[^1]));
        return Digits.WithError((rung.Mean[^1] - flow.Mean[^1]) / unit, error / unit);
    }
}
