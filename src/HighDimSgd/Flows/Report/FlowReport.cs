using System.Xml.Linq;
using HighDimSgd.Results;
using HighDimSgd.Results.Report;
using static HighDimSgd.Results.Markup;
using static HighDimSgd.Results.Report.HtmlPage;

namespace HighDimSgd.Flows.Report;

/// <summary>report.html of an experiment of the family <c>flow</c>: one file without any outside resource or script.</summary>
internal static class FlowReport
{
    private static readonly string[] Variables = ["rate", "1/amplification"];

    /// <summary>Writes the report.</summary>
    public static void Write(Stream stream, FlowResult result, Manifest manifest) => HtmlPage.Write(
        stream, result.Experiment.Name, "algorithms and the flows that model them", FlowCaptions.Summary(result.Experiment), result.Experiment.ToJson(), manifest,
        Banner(result.Verdict.Status, result.Verdict.Status, result.Verdict.Why),
        result.Runs.Where(r => r.Diverged > 0).Select(r => Banner("unresolved", "diverged",
            $"{FlowCaptions.Run(r.Run)}: {r.Diverged} of {result.Experiment.Blocks} blocks of paths left the finite numbers, so there are no means.")),
        Orders(result),
        Stationary(result),
        Moments(result),
        result.Verdict.Checks.Count == 0 ? null : new object[] { Html("h2", "All checks"), FlowTables.Checks(result.Verdict.Checks) },
        HowToRead(result));

    /// <summary>The figures by file name without ending, in the order of the report.</summary>
    public static IEnumerable<(string Name, XElement Svg)> Drawings(FlowResult result) =>
        OrderDrawings(result).Concat(StationaryDrawings(result)).Concat(MomentDrawings(result));

    private static IEnumerable<(string Name, XElement Svg)> OrderDrawings(FlowResult result) => Seen(
        from statistic in result.Experiment.Statistics
        from variable in Variables
        select ($"{statistic}-{(variable == "rate" ? "order" : "amplification")}", OrderFigure.Draw(result, statistic, variable)));

    private static IEnumerable<(string Name, XElement Svg)> StationaryDrawings(FlowResult result) =>
        Seen([("stationary", StationaryFigure.Ratios(result)), ("scaling", StationaryFigure.Scaling(result))]);

    private static IEnumerable<(string Name, XElement Svg)> MomentDrawings(FlowResult result) =>
        Seen(result.Experiment.Statistics.Select(s => (s, MomentFigure.Draw(result, s))));

    private static IEnumerable<(string Name, XElement Svg)> Seen(IEnumerable<(string Name, XElement? Svg)> drawings) =>
        drawings.Where(d => d.Svg is not null).Select(d => (d.Name, d.Svg!));

    private static XElement Figures(IEnumerable<(string Name, XElement Svg)> drawings) =>
        Html("div", At("class", "figures"), drawings.Select(d => Html("figure", d.Svg)));

    private static IEnumerable<XElement> Orders(FlowResult result) => result.Orders.Count == 0 ? [] :
    [
        Html("h2", $"How differences vanish, at t = {Digits.Plain(result.Experiment.Horizon)}"),
        Figures(OrderDrawings(result)),
        FlowTables.Orders(result.Orders),
    ];

    private static IEnumerable<XElement> Stationary(FlowResult result) => result.Stationary.Count == 0 ? [] :
    [
        Html("h2", $"The stationary state, from t = {Digits.Plain(result.Experiment.Stationarity!.From)} on"),
        Figures(StationaryDrawings(result)),
        FlowTables.Stationary(result),
    ];

    private static IEnumerable<XElement> Moments(FlowResult result)
    {
        (string Name, XElement Svg)[] drawings = [.. MomentDrawings(result)];
        if (drawings.Length > 0)
        {
            yield return Html("h2", "Moments over time");
            yield return Figures(drawings);
        }

        yield return Html("h2", $"Moments at t = {Digits.Plain(result.Experiment.Horizon)}");
        yield return FlowTables.Values(result);
        if (result.Differences.Count > 0)
        {
            yield return Html("h2", $"Differences at t = {Digits.Plain(result.Experiment.Horizon)}");
            yield return FlowTables.Differences(result);
        }
    }

    private static IEnumerable<XElement> HowToRead(FlowResult result)
    {
        yield return Html("h2", "How to read this");
        var items = new List<string>
        {
            $"Points are means over {result.Experiment.Replicas} paths. Error bars reach two standard errors to either side, over blocks of {FlowExperiment.Block} paths. "
                + "A number in parentheses is the standard error in the last digits: 0.1236(4) means 0.1236 ± 0.0004.",
            "Differences are taken block by block. Algorithms that follow the same random numbers have differences of small variance, so that they are known "
                + "far better than the means themselves.",
            "“Exact” and closed moments are solutions of the moments’ own equations, without paths; linear problems have them, except for the two-point motion of an SME.",
        };
        if (result.Orders.Count > 0)
        {
            items.Add("The order is the exponent s of a h^s (1 + b h), fitted to the differences at the horizon with h the rate or 1/l; its interval is at the "
                + "verdict’s level for all fits together. It fails where the whole interval lies below the order that is claimed.");
            items.Add("A difference passes through 0 where its sign changes; on logarithmic axes it then looks as if it vanished fast.");
        }

        if (result.Stationary.Count > 0)
        {
            items.Add("R, G and N are means over the stationary times: squared norm, squared gradient of the loss without its decay, and trace of the noise covariance over B. "
                + "The balance is an identity of the stationary state and must be 1. Dashed guides: 1/C and C, within which two processes count as close.");
            items.Add("Bounds are necessary conditions: beyond them closeness is impossible, within them it may fail all the same.");
        }

        items.Add("Beside this file, results.json holds every number in full precision and curves.npz the means of every block.");
        yield return Html("ul", items.Select(i => Html("li", i)));
    }
}
