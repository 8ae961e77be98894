using System.Xml.Linq;
using HighDimSgd.Results.Plots;

namespace HighDimSgd.Results.Report;

/// <summary>The data's share of an observable's variance over time, by size.</summary>
internal static class VarianceFigure
{
    private const double Height = 284, Spread = 6.5;

    /// <summary>Draws the figure, or null where replicas do not share designs.</summary>
    public static XElement? Draw(ExperimentResult result, string observable)
    {
        (Series Series, double[] Times, VarianceComponents Parts)[] sizes =
        [
            .. from indexed in result.Sizes.Select((size, i) => (size, i))
               let parts = indexed.size.VarianceComponents?[observable]
               where parts is not null
               select (Series.Size(indexed.size.Size, indexed.i), indexed.size.Times, parts),
        ];
        if (sizes.Length == 0)
        {
            return null;
        }

        var time = Axis.Linear("time t (steps × D)", sizes.SelectMany(s => s.Times), 0.025, 6);
        var share = Axis.Linear("data’s share", [0, 1, .. sizes.SelectMany(s => Figure.Reach(s.Parts.Share, s.Parts.ShareError))]);
        string title = $"The data’s share of the variance: {Captions.Of(observable).Axis}";
        return Figure.Compose(result.Experiment.Name, title, sizes.Select(s => s.Series), Height, top =>
        {
            var panel = new Panel(Figure.Left, top, Figure.PanelWidth, Height - Figure.Below, time, share);
            return
            [
                panel.Frame(labelX: true),
                panel.Guides("4 3", 0, 1),
                .. sizes.Select((s, i) => panel.Points(
                    s.Series, s.Times, s.Parts.Share, Figure.Halves(s.Parts.ShareError), Spread * (i - ((sizes.Length - 1) / 2.0)))),
            ];
        });
    }
}
