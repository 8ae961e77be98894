using System.Xml.Linq;
using HighDimSgd.Results;
using HighDimSgd.Results.Plots;
using HighDimSgd.Results.Report;

namespace HighDimSgd.Flows.Report;

/// <summary>Size of the differences at the horizon against the rate, or 1/l, on logarithmic axes, with guide lines of slopes 1 and 2.</summary>
internal static class OrderFigure
{
    private const double Height = 320, Spread = 5;

    private static readonly string[] Dashes = ["7 4", "2 3"];

    /// <summary>Draws the figure of a statistic and variable, or null where nothing vanishes in it.</summary>
    public static XElement? Draw(FlowResult result, string statistic, string variable)
    {
        FlowOrder[] orders = [.. result.Orders.Where(o => o.Observable == statistic && o.Variable == variable && o.Errors.Any(e => double.IsFinite(e) && e != 0))];
        if (orders.Length == 0)
            return null;
        (Series Series, FlowOrder Order, double[] Exact)[] all =
            [.. orders.Select((o, i) => (Series.Nth(FlowCaptions.Less(o.Algorithm, o.Against), i), o, Exact(result, o)))];
        double[] steps = [.. orders.SelectMany(o => o.Steps).Distinct().Order()];
        Axis x = Axis.Log(FlowCaptions.Variable(variable), steps) with { Ticks = [.. steps.Select(h => new Tick(h, Digits.Plain(h, 3)))] };
        double largest = orders.SelectMany(o => o.Errors).Where(double.IsFinite).Max(Math.Abs);
        (Series Series, double[] Values)[] guides =
            [.. Enumerable.Range(1, 2).Select(p => (Series.Further($"slope {p}", p - 1) with { Dash = Dashes[p - 1] }, steps.Select(h => largest * Math.Pow(h / steps[^1], p)).ToArray()))];
        Axis y = Axis.Log($"|difference of {FlowCaptions.Of(statistic)}|", [.. all.SelectMany(a => Reach(a.Order)), .. all.SelectMany(a => a.Exact.Select(Math.Abs)), .. guides[0].Values]);
        Series closed = Series.Theory("closed moments (lines)") with { HasBand = false };
        IEnumerable<Series> legend = [.. all.Select(a => a.Series), .. all.Any(a => a.Exact.Length > 0) ? [closed] : Array.Empty<Series>(), .. guides.Select(g => g.Series)];
        string title = $"How differences vanish: {FlowCaptions.Of(statistic)}";
        return Figure.Compose(result.Experiment.Name, title, legend, Height, top =>
        {
            var panel = new Panel(Figure.Left, top, Figure.PanelWidth, Height - Figure.Below, x, y);
            return
            [
                panel.Frame(labelX: true),
                .. guides.Select(g => panel.Line(g.Series, steps, [.. g.Values.Select(v => v >= y.Min ? v : double.NaN)])),
                .. all.Where(a => a.Exact.Length > 0).Select(a => panel.Line(a.Series with { Marker = Marker.None }, a.Order.Steps, [.. a.Exact.Select(e => e == 0 ? double.NaN : Math.Abs(e))])),
                .. all.Select((a, i) => panel.Points(
                    a.Series, a.Order.Steps, [.. a.Order.Errors.Select(Math.Abs)], Figure.Halves(a.Order.ErrorErrors), Spread * (i - ((all.Length - 1) / 2.0)))),
            ];
        });
    }

    /// <summary>The differences in closed form at the horizon, by step; empty where one has none.</summary>
    private static double[] Exact(FlowResult result, FlowOrder order)
    {
        FlowDifference[] ladder = [.. result.Differences.Where(d => d.Run.Algorithm == order.Algorithm && d.Exact.ContainsKey(order.Observable))];
        double Step(FlowDifference d) => order.Variable == "rate" ? d.Run.Rate : 1.0 / d.Run.Amplification;
        double[] values = [.. order.Steps.Select(h => ladder.FirstOrDefault(d => Step(d) == h)?.Exact[order.Observable][^1] ?? double.NaN)];
        return values.Any(double.IsNaN) ? [] : values;
    }

    /// <summary>What has to be seen: the sizes, and the ends of their bars down to a third of them.</summary>
    private static IEnumerable<double> Reach(FlowOrder order) => order.Errors.Zip(order.ErrorErrors, (e, d) => (Size: Math.Abs(e), Half: double.IsFinite(d) ? Figure.Errors * d : 0))
        .SelectMany(p => new[] { Math.Max(p.Size - p.Half, p.Size / 3), p.Size, p.Size + p.Half });
}
