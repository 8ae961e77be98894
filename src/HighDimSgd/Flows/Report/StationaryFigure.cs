using System.Xml.Linq;
using HighDimSgd.Results;
using HighDimSgd.Results.Plots;
using HighDimSgd.Results.Report;

namespace HighDimSgd.Flows.Report;

/// <summary>Stationary norm, gradient and noise: over those of the run that is compared with, by rate; and under the linear scaling rule, by kappa.</summary>
internal static class StationaryFigure
{
    private const double Height = 300, Spread = 6;

    private static readonly string[] Names = ["R", "G", "N"];

    /// <summary>Ratios to the algorithm that is compared with, or null where there are none.</summary>
    public static XElement? Ratios(FlowResult result) => result.Experiment.Against is not { } against ? null : Draw(
        result, $"Stationary means over those of {FlowKeys.Algorithm.Word(against)}", "learning rate η",
        [
            .. from s in result.Stationary
               where s.Ratios is not null
               group (s.Run.Rate, s.Ratios!) by FlowCaptions.Algorithm(s.Run),
        ]);

    /// <summary>Ratios to the smallest batch, or null where batches do not follow the linear scaling rule.</summary>
    public static XElement? Scaling(FlowResult result) => Draw(
        result, "The linear scaling rule: over the smallest batch", "κ = B/B₀",
        [
            .. from s in result.Stationary
               where s.Scaling is not null
               group (s.Scaling!.Kappa, s.Scaling.Ratios) by FlowCaptions.Algorithm(s.Run),
        ],
        "κN");

    private static XElement? Draw(
        FlowResult result, string title, string variable, IReadOnlyList<IGrouping<string, (double At, IReadOnlyList<Estimate> Ratios)>> groups, string noise = "N")
    {
        if (groups.Count == 0)
            return null;
        double closeness = result.Experiment.Stationarity?.Closeness ?? 1;
        (Series Series, double[] At, Estimate[] Values)[] curves =
        [
            .. from g in groups.Index()
               from q in Enumerable.Range(0, Names.Length)
               let points = g.Item.OrderBy(p => p.At).ToArray()
               select (Series.Nth($"{g.Item.Key}: {(q == 2 ? noise : Names[q])}", (g.Index * Names.Length) + q), points.Select(p => p.At).ToArray(), points.Select(p => p.Ratios[q]).ToArray()),
        ];
        double[] places = [.. curves.SelectMany(c => c.At).Distinct().Order()];
        Axis x = Axis.Log(variable, [.. places, places[0] / 1.5, places[^1] * 1.5]) with { Ticks = [.. places.Select(p => new Tick(p, Digits.Plain(p, 3)))] };
        Axis y = Axis.Suited("ratio", [1 / closeness, closeness, .. curves.SelectMany(c => Figure.Reach([.. c.Values.Select(v => v.Value)], [.. c.Values.Select(v => v.Error)]))]);
        return Figure.Compose(result.Experiment.Name, title, curves.Select(c => c.Series), Height, top =>
        {
            var panel = new Panel(Figure.Left, top, Figure.PanelWidth, Height - Figure.Below, x, y);
            return
            [
                panel.Frame(labelX: true),
                panel.Guides(null, 1),
                panel.Guides("4 3", 1 / closeness, closeness),
                .. curves.Select((c, i) => panel.Points(
                    c.Series, c.At, [.. c.Values.Select(v => v.Value)], [.. c.Values.Select(v => Figure.Errors * v.Error)], Spread * (i - ((curves.Length - 1) / 2.0)))),
            ];
        });
    }
}
