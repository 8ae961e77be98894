using System.Xml.Linq;
using HighDimSgd.Results.Plots;
using MathNet.Numerics.Distributions;

namespace HighDimSgd.Results.Report;

/// <summary>
/// An observable over time: the theory with its error band, further theories, the means by size with their error bars;
/// below it, where there are checks, simulation minus theory in standard errors.
/// </summary>
internal static class CurveFigure
{
    private const double MainHeight = 236, Between = 16, ResidualHeight = 96, Spread = 6.5;

    /// <summary>Draws the figure of one observable.</summary>
    public static XElement Draw(ExperimentResult result, string observable)
    {
        (string title, string symbol) = Captions.Of(observable);
        Lines[] lines = [.. TheoryLines(result, observable)];
        Dots[] dots = [.. SizeDots(result, observable)];
        Dots[] residuals = [.. Residuals(result, observable)];

        var time = Axis.Linear(Captions.Time(result.Experiment.Algorithm), lines.SelectMany(l => l.Times).Concat(dots.SelectMany(d => d.Times)), 0.025, 6);
        var main = Axis.Suited(symbol, [.. lines.SelectMany(l => Figure.Reach(l.Curve.Mean, l.Curve.Error)),
            .. dots.SelectMany(d => Figure.Reach(d.Values, d.Errors))]);
        bool hasResiduals = residuals.Length > 0;
        double height = MainHeight + (hasResiduals ? Between + ResidualHeight : 0) + Figure.Below;
        IEnumerable<Series> legend =
            [.. lines.Select(l => l.Series), .. dots.Concat(residuals).Select(d => d.Series).Distinct()];

        return Figure.Compose(result.Experiment.Name, title, legend, height, top =>
        {
            var panel = new Panel(Figure.Left, top, Figure.PanelWidth, MainHeight, time, main);
            List<XElement> parts = [panel.Frame(labelX: !hasResiduals)];
            parts.AddRange(lines.Where(l => l.Series.HasBand)
                .Select(l => panel.Band(l.Series, l.Times, l.Curve.Mean, Figure.Halves(l.Curve.Error))));
            parts.AddRange(dots.Select(d => panel.Points(d.Series, d.Times, d.Values, Figure.Halves(d.Errors))));
            parts.AddRange(lines.Select(l => panel.Line(l.Series, l.Times, l.Curve.Mean)));
            return hasResiduals ? parts.Concat(ResidualPanel(residuals, time, top + MainHeight + Between)) : parts;
        });
    }

    private static IEnumerable<XElement> ResidualPanel(Dots[] residuals, Axis time, double top)
    {
        double joint = Joint(residuals.Max(r => r.Values.Count(v => double.IsFinite(v) && v != 0)));
        var axis = Axis.Linear("residual (s.e.)", residuals.SelectMany(r => r.Values).Concat([-joint, joint]), target: 4);
        var panel = new Panel(Figure.Left, top, Figure.PanelWidth, ResidualHeight, time, axis);
        yield return panel.Frame(labelX: true);
        yield return panel.Guides(null, 0);
        yield return panel.Guides("4 3", -Figure.Errors, Figure.Errors);
        yield return panel.Guides("1 4", -joint, joint);
        double room = Figure.PanelWidth / residuals.Max(r => r.Times.Length), spread = Math.Min(Spread, 0.75 * room / residuals.Length);
        for (int i = 0; i < residuals.Length; i++)
        {
            double shift = spread * (i - (residuals.Length - 1) / 2.0);
            yield return panel.Points(residuals[i].Series, residuals[i].Times, residuals[i].Values, shift: shift);
        }
    }

    /// <summary>
    /// Standard errors within which all points of a size lie together with a chance of at least 95 per cent (Šidák, JASA 62, 1967, which
    /// holds for normal values however they are correlated).
    /// </summary>
    private static double Joint(int points) => Normal.InvCDF(0, 1, (1 + Math.Pow(0.95, 1.0 / Math.Max(1, points))) / 2);

    private static IEnumerable<Lines> TheoryLines(ExperimentResult result, string observable)
    {
        if (result.Theory.Observables.TryGetValue(observable, out Curve? exact))
        {
            yield return new Lines(Series.Theory(Captions.Theory(result.Theory)), result.Theory.Times, exact);
        }

        int index = 0;
        foreach (TheoryResult theory in result.Theories.Values)
        {
            if (theory.Observables.TryGetValue(observable, out Curve? curve))
            {
                yield return new Lines(Series.Further(Captions.Theory(theory), index), theory.Times, curve);
            }

            index++;
        }
    }

    private static IEnumerable<Dots> SizeDots(ExperimentResult result, string observable)
    {
        for (int i = 0; i < result.Sizes.Count; i++)
        {
            SizeSummary size = result.Sizes[i];
            if (size.Observables.TryGetValue(observable, out Curve? curve))
            {
                yield return new Dots(Series.Size(size.Size, i), size.Times, curve.Mean, curve.Error);
            }
        }
    }

    private static IEnumerable<Dots> Residuals(ExperimentResult result, string observable)
    {
        foreach (Check check in result.Verdict.Checks.Where(c => c.Observable == observable && c.Deviations.Any(double.IsFinite)))
        {
            int index = result.Sizes.ToList().FindIndex(s => s.Size == check.Size);
            yield return index < 0
                ? new Dots(Series.Limit, result.Theory.Times, check.Deviations, [])
                : new Dots(Series.Size(result.Sizes[index].Size, index), result.Sizes[index].Times, check.Deviations, []);
        }
    }

    private sealed record Lines(Series Series, double[] Times, Curve Curve);

    private sealed record Dots(Series Series, double[] Times, double[] Values, double[] Errors);
}
