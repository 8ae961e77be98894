using System.Xml.Linq;
using static HighDimSgd.Results.Markup;

namespace HighDimSgd.Results.Report;

/// <summary>The section of the report on where the variance comes from, where replicas share designs.</summary>
internal static class VarianceSection
{
    /// <summary>Cost ratios for which the best number of replicas per design is shown.</summary>
    private static readonly double[] CostRatios = [0.1, 1, 10];

    /// <summary>What the components mean, their shares over time, and what they advise; empty where replicas share no designs.</summary>
    public static IEnumerable<XElement> Of(ExperimentResult result, IReadOnlyList<string> observables)
    {
        SizeSummary[] sizes = [.. result.Sizes.Where(s => s.VarianceComponents is not null)];
        if (sizes.Length == 0)
        {
            yield break;
        }

        int shared = result.Experiment.ReplicasPerDesign;
        yield return Html("h2", "Where the variance comes from");
        yield return Html("p",
            $"Every {shared} replicas share their data (design, teacher, labels and start) and differ in the algorithm’s noise alone. So the "
            + "variance of one run splits in two: data, between designs, and noise, between runs on one design. The mean over G designs of "
            + "P runs each has the variance (data + noise/P)/G: more runs on the same designs lower the noise only, new designs lower both. "
            + "All errors on this page are over designs.");
        yield return Html("div", At("class", "figures"),
            observables.Select(o => VarianceFigure.Draw(result, o)).OfType<XElement>().Select(svg => Html("figure", svg)));
        yield return Html("p", $"At t = {Digits.Plain(sizes[^1].Times[^1])}:");
        yield return Tables.Table(
            ["observable", "size", "data", "noise", "data’s share", .. CostRatios.Select(k => $"best P, κ = {Digits.Plain(k)}")],
            from o in observables from s in sizes select Row(o, s));
        yield return Html("p", At("class", "muted"),
            "Best P is the number of runs per design that makes the mean most precise for its cost, √(κ · noise/data), where drawing a new "
            + "design costs κ times one run on it; round it to a whole number. ∞: no variance of the data was seen. A share may come out "
            + "slightly below 0 where the noise dominates: the estimate is unbiased, and is shown as it is.");
    }

    private static IEnumerable<object> Row(string observable, SizeSummary size)
    {
        VarianceComponents parts = size.VarianceComponents![observable];
        return
        [
            Captions.Of(observable).Axis, $"d = {size.Size}", Digits.WithError(parts.Data[^1], parts.DataError[^1]),
            Digits.WithError(parts.Noise[^1], parts.NoiseError[^1]), Digits.WithError(parts.Share[^1], parts.ShareError[^1]),
            .. CostRatios.Select(k => parts.BestReplicasPerDesign(parts.Data.Length - 1, k))
                .Select(p => double.IsPositiveInfinity(p) ? "∞" : Digits.Plain(p, 2)),
        ];
    }
}
