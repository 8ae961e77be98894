using System.Xml.Linq;
using static HighDimSgd.Results.Markup;

namespace HighDimSgd.Results.Plots;

/// <summary>A legend in rows above a plot, where it covers no data.</summary>
internal static class Legend
{
    /// <summary>Height of a row.</summary>
    public const double RowHeight = 20;

    private const double Sample = 26, Gap = 6, Between = 16;

    /// <summary>Draws the legend.</summary>
    /// <param name="entries">What is explained.</param>
    /// <param name="left">Left end.</param>
    /// <param name="top">Upper end.</param>
    /// <param name="width">Room; longer legends continue in a further row.</param>
    /// <returns>The legend and its height.</returns>
    public static (XElement Drawing, double Height) Draw(IEnumerable<Series> entries, double left, double top, double width)
    {
        var group = Svg("g", At("class", "legend"));
        double x = left, y = top;
        foreach (Series series in entries)
        {
            double length = Sample + Gap + TextWidth(series.Label);
            if (x > left && x + length > left + width)
            {
                (x, y) = (left, y + RowHeight);
            }

            double middle = y + RowHeight / 2;
            group.Add(
                Svg("g", At("class", series.Class), At("color", series.Colour), Key(series, x, middle)),
                Svg("text", At("class", "ink"), At("fill", Series.Ink), At("x", x + Sample + Gap), At("y", middle + 4.2), series.Label));
            x += length + Between;
        }

        return (group, y + RowHeight - top);
    }

    /// <summary>Width of a text at the drawings' font size, a little generous.</summary>
    public static double TextWidth(string text) => 6.9 * text.Length;

    private static IEnumerable<XElement> Key(Series series, double x, double middle)
    {
        if (series.Marker != Marker.None)
        {
            yield return Shapes.Mark(series.Marker, x + Sample / 2, middle);
            yield break;
        }

        if (series.HasBand)
        {
            yield return Svg("rect", At("x", x), At("y", middle - 5), At("width", Sample), At("height", 10),
                At("fill", "currentColor"), At("opacity", 0.2));
        }

        yield return Svg("line", At("x1", x), At("x2", x + Sample), At("y1", middle), At("y2", middle), At("stroke", "currentColor"),
            At("stroke-width", 1.8), series.Dash is null ? null : At("stroke-dasharray", series.Dash));
    }
}
