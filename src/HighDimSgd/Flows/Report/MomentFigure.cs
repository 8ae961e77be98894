using System.Xml.Linq;
using HighDimSgd.Results;
using HighDimSgd.Results.Plots;
using HighDimSgd.Results.Report;

namespace HighDimSgd.Flows.Report;

/// <summary>A statistic over time at the smallest rate: closed moments as lines, means over paths with their error bars.</summary>
internal static class MomentFigure
{
    private const double Height = 284, Spread = 5;

    /// <summary>Draws the figure, or null where fewer than three times were recorded.</summary>
    public static XElement? Draw(FlowResult result, string statistic)
    {
        double[] times = [.. result.Experiment.Times];
        if (times.Length < 3)
            return null;
        double rate = result.Experiment.Rates[^1];
        (Series Series, Curve? Curve, double[]? Exact)[] runs =
        [
            .. result.Runs.Where(r => r.Run.Rate == rate)
                .Select((r, i) => (Series.Nth(FlowCaptions.Algorithm(r.Run), i), r.Observables.GetValueOrDefault(statistic), r.Exact.GetValueOrDefault(statistic))),
        ];
        if (runs.All(r => r.Curve is null && r.Exact is null))
            return null;
        var time = Axis.Linear("time t (iterations × η)", times, 0.025, 6);
        var value = Axis.Suited(FlowCaptions.Of(statistic), [.. runs.SelectMany(r => (r.Exact ?? []).Concat(r.Curve is { } c ? Figure.Reach(c.Mean, c.Error) : []))]);
        string title = $"{FlowCaptions.Of(statistic)} at η = {Digits.Plain(rate)}";
        Series closed = Series.Theory("closed moments (lines)") with { HasBand = false };
        IEnumerable<Series> legend = [.. runs.Where(r => r.Curve is not null).Select(r => r.Series), .. runs.Any(r => r.Exact is not null) ? [closed] : Array.Empty<Series>()];
        return Figure.Compose(result.Experiment.Name, title, legend, Height, top =>
        {
            var panel = new Panel(Figure.Left, top, Figure.PanelWidth, Height - Figure.Below, time, value);
            return
            [
                panel.Frame(labelX: true),
                .. runs.Where(r => r.Exact is not null).Select(r => panel.Line(r.Series with { Marker = Marker.None }, times, r.Exact!)),
                .. runs.Where(r => r.Curve is not null).Select((r, i) => panel.Points(
                    r.Series, times, r.Curve!.Mean, Figure.Halves(r.Curve.Error), Spread * (i - ((runs.Length - 1) / 2.0)))),
            ];
        });
    }
}
