using System.Xml.Linq;
using HighDimSgd.Results.Plots;
using HighDimSgd.Statistics;

namespace HighDimSgd.Results.Report;

/// <summary>
/// An observable at the last record time against 1/d: the means, the fitted limit + c/d with its band, its limit, the second order
/// where there is one, and the theory at 1/d = 0.
/// </summary>
internal static class FiniteSizeFigure
{
    private const double Height = 348, Beside = 6;

    private const int Points = 40;

    // Sizes further apart than this factor, and labels nearer than this part of the axis.
    private const double WideLadder = 30, LabelRoom = 0.11;

    /// <summary>Draws the figure, or null where there is no fit at the last time.</summary>
    public static XElement? Draw(ExperimentResult result, string observable)
    {
        if (!result.FiniteSize.TryGetValue(observable, out FiniteSizeFit? fit) || !double.IsFinite(fit.Limit[^1]))
        {
            return null;
        }

        (_, string symbol) = Captions.Of(observable);
        double limit = fit.Limit[^1], limitError = fit.LimitError[^1], slope = fit.Coefficient[^1];
        (Series Series, double At, double Mean, double Error)[] dots = [.. result.Sizes.Select((size, i) =>
        {
            Curve curve = size.Observables[observable];
            return (Series.Size(size.Size, i), 1.0 / size.Size, curve.Mean[^1], curve.Error[^1]);
        })];
        Curve? theory = result.Theory.Observables.GetValueOrDefault(observable);
        double exact = theory?.Mean[^1] ?? double.NaN, exactError = theory?.Error[^1] ?? double.NaN;

        double end = dots.Max(d => d.At);
        Axis x = Sizes(result);
        double zero = x.Ticks[0].Value;
        double[] grid = [.. Enumerable.Range(0, Points + 1).Select(i => x.IsLog ? zero * Math.Pow(end / zero, (double)i / Points) : i * end / Points)];
        double[] values = [.. grid.Select(v => limit + slope * v)], errors = Errors(LadderFit.OfMeans(result.Sizes, 2));
        var y = Axis.Linear(symbol, [.. Figure.Reach(values, errors), .. SecondOrder(),
            .. Figure.Reach([limit, exact, .. dots.Select(d => d.Mean)], [limitError, exactError, .. dots.Select(d => d.Error)])]);

        Series line = Series.Limit with { Label = "limit + c/d", Marker = Marker.None, HasBand = true };
        Series bent = line with { Label = "limit + c/d + e/d²", Dash = "7 4", HasBand = false };
        Series theorySeries = Series.Theory(Captions.Theory(result.Theory)) with { Marker = Marker.Dot, HasBand = false };
        IEnumerable<Series> legend =
            [line, .. fit.SecondOrder is null ? Array.Empty<Series>() : [bent], Series.Limit, .. theory is null ? Array.Empty<Series>() : [theorySeries], .. dots.Select(d => d.Series)];
        string title = $"Finite size at t = {Digits.Plain(result.Sizes[^1].Times[^1])}: {symbol}";
        return Figure.Compose(result.Experiment.Name, title, legend, Height, top =>
        {
            var panel = new Panel(Figure.Left, top, Figure.PanelWidth, Height - Figure.Below, x, y);
            return
            [
                panel.Frame(labelX: true),
                panel.Band(line, grid, values, Figure.Halves(errors)),
                x.IsLog ? panel.Line(line, grid, values) : panel.Line(line, [0, end], [values[0], values[^1]]),
                .. fit.SecondOrder is null ? Array.Empty<XElement>() : [panel.Line(bent, grid, SecondOrder())],
                .. dots.Select(d => panel.Points(d.Series, [d.At], [d.Mean], [Figure.Errors * d.Error])),
                panel.Points(theorySeries, [zero], [exact], [Figure.Errors * exactError], -Beside),
                panel.Points(Series.Limit, [zero], [limit], [Figure.Errors * limitError], Beside),
            ];
        });

        // The fit's errors at the grid, from those of the means.
        double[] Errors(LadderFit ladder) =>
            [.. grid.Select(v => LadderFit.Combine(ladder.At(v), [.. dots.Select(d => d.Mean)], [.. dots.Select(d => d.Error)]).Error)];

        double[] SecondOrder() => fit.SecondOrder is not { } second ? []
            : [.. grid.Select(v => second.Limit[^1] + second.Coefficient[^1] * v + second.Curvature[^1] * v * v)];
    }

    /// <summary>The axis of 1/d, logarithmic where the ladder spans more than a factor of 30; the first tick is where the limit stands.</summary>
    internal static Axis Sizes(ExperimentResult result)
    {
        double[] at = [.. result.Sizes.Select(s => 1.0 / s.Size).OrderDescending()];
        bool isLog = at[0] / at[^1] > WideLadder;
        Axis bare = isLog ? new("1/d, logarithmic; 0 stands at the left end", at[^1] / 3.6, 1.3 * at[0], [], IsLog: true) : new("1/d", -0.06 * at[0], 1.06 * at[0], []);
        double zero = isLog ? 1.2 * bare.Min : 0;
        var ticks = new List<Tick>();
        foreach (double one in at)
        {
            double place = bare.Fraction(one), last = ticks.Count == 0 ? double.PositiveInfinity : bare.Fraction(ticks[^1].Value);
            if (last - place >= LabelRoom && place - bare.Fraction(zero) >= LabelRoom)
                ticks.Add(new(one, $"1/{Math.Round(1 / one)}"));
        }

        ticks.Reverse();
        return bare with { Ticks = [new(zero, "0"), .. ticks] };
    }
}
