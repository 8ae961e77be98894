using System.Xml.Linq;
using HighDimSgd.Results.Plots;
using static HighDimSgd.Results.Markup;

namespace HighDimSgd.Results.Report;

/// <summary>What all figures share: size, title, legend and the order from top to bottom.</summary>
internal static class Figure
{
    /// <summary>Width of a figure in its own pixels.</summary>
    public const double Width = 520;

    /// <summary>Left edge of the panels.</summary>
    public const double Left = 74;

    /// <summary>Width of the panels.</summary>
    public const double PanelWidth = Width - Left - 14;

    /// <summary>Room below the last panel, for labels and the title of the x axis.</summary>
    public const double Below = 48;

    /// <summary>Standard errors that a bar or band reaches to either side.</summary>
    public const double Errors = 2;

    private const double TitleHeight = 32;

    /// <summary>Half-lengths of bars and bands.</summary>
    public static double[] Halves(double[] errors) => [.. errors.Select(e => Errors * e)];

    /// <summary>The values and the ends of their bars, for the range of an axis.</summary>
    public static IEnumerable<double> Reach(double[] values, double[] errors) =>
        values.Zip(errors, (v, e) => double.IsFinite(e) ? new[] { v - Errors * e, v + Errors * e } : [v]).SelectMany(v => v);

    /// <summary>Puts a figure together.</summary>
    /// <param name="experiment">Name of the experiment, for the hidden title.</param>
    /// <param name="title">The visible title.</param>
    /// <param name="legend">Legend entries.</param>
    /// <param name="height">Height of all that stands below the legend.</param>
    /// <param name="draw">Draws it, given the upper end.</param>
    public static XElement Compose(
        string experiment, string title, IEnumerable<Series> legend, double height, Func<double, IEnumerable<XElement>> draw)
    {
        (XElement entries, double legendHeight) = Legend.Draw(legend, Left, TitleHeight, PanelWidth);
        double top = TitleHeight + legendHeight + 10, total = top + height;
        return Svg("svg", At("viewBox", $"0 0 {Number(Width)} {Number(total)}"), At("width", Width), At("height", total), At("role", "img"),
            At("font-family", "system-ui, 'Segoe UI', 'Helvetica Neue', Arial, sans-serif"), At("font-size", 13),
            Svg("title", $"{experiment}: {title}"),
            Svg("rect", At("class", "paper"), At("width", "100%"), At("height", "100%"), At("fill", "#ffffff")),
            Svg("text", At("class", "ink heading"), At("fill", Series.Ink), At("x", Left), At("y", 20), At("font-size", 15),
                At("font-weight", 600), title),
            entries, draw(top));
    }
}
