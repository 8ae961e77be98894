using System.Text;
using System.Xml.Linq;
using static HighDimSgd.Results.Markup;

namespace HighDimSgd.Results.Plots;

/// <summary>A rectangle with two axes, in which curves and points are drawn. Gaps are left where a value is NaN.</summary>
internal sealed class Panel(double left, double top, double width, double height, Axis x, Axis y)
{
    /// <summary>Length of a tick.</summary>
    private const double TickLength = 4;

    /// <summary>Distance of the y title from the panel.</summary>
    private const double TitleDistance = 58;

    /// <summary>Pixel of an x value.</summary>
    public double X(double value) => left + width * x.Fraction(value);

    /// <summary>Pixel of a y value.</summary>
    public double Y(double value) => top + height * (1 - y.Fraction(value));

    /// <summary>Grid, frame, ticks and titles; the x labels are left out where a panel below has the same axis.</summary>
    public XElement Frame(bool labelX)
    {
        double bottom = top + height;
        var grid = Svg("g", At("class", "grid"), At("stroke", "#e4e7eb"));
        var ink = Svg("g", At("class", "ink"), At("fill", Series.Ink), At("stroke", "none"));
        var ticks = new StringBuilder();
        foreach (Tick tick in y.Ticks)
        {
            double at = Y(tick.Value);
            grid.Add(Segment(left, at, left + width, at));
            ink.Add(Text(left - 7, at + 4.2, tick.Label, "end"));
        }

        double free = double.NegativeInfinity;
        foreach (Tick tick in x.Ticks)
        {
            double at = X(tick.Value);
            ticks.Append(Path('M', at, bottom)).Append(Path('L', at, bottom + TickLength));
            double half = Legend.TextWidth(tick.Label) / 2;
            if (labelX && at - half > free)
            {
                ink.Add(Text(at, bottom + 18, tick.Label, "middle"));
                free = at + half + 6;
            }
        }

        if (labelX)
        {
            ink.Add(Text(left + width / 2, bottom + 38, x.Title, "middle"));
        }

        double centre = top + height / 2;
        ink.Add(Text(left - TitleDistance, centre, y.Title, "middle", $"rotate(-90 {Number(left - TitleDistance)} {Number(centre)})"));
        string axes = Path('M', left, top) + Path('L', left, bottom) + Path('L', left + width, bottom) + ticks;
        return Svg("g", At("class", "axes"), grid, ink,
            Svg("path", At("class", "rule"), At("d", axes), At("fill", "none"), At("stroke", "#6a737d")));
    }

    /// <summary>A line through the points.</summary>
    public XElement Line(Series series, IReadOnlyList<double> xs, IReadOnlyList<double> ys)
    {
        var path = new StringBuilder();
        bool pen = false;
        for (int i = 0; i < xs.Count; i++)
        {
            bool seen = double.IsFinite(ys[i]);
            if (seen)
            {
                // A lone point between gaps becomes a dot of the line's width.
                path.Append(Path(pen ? 'L' : 'M', X(xs[i]), Y(ys[i]))).Append(pen ? "" : "h0");
            }

            pen = seen;
        }

        return Group(series, Svg("path", At("class", "curve"), At("d", path.ToString()), At("fill", "none"), At("stroke", "currentColor"),
            At("stroke-width", 1.8), At("stroke-linejoin", "round"), At("stroke-linecap", series.Dash is null ? "round" : "butt"),
            series.Dash is null ? null : At("stroke-dasharray", series.Dash)));
    }

    /// <summary>A shaded band of the given half-widths, one area per stretch without gaps.</summary>
    public XElement Band(Series series, IReadOnlyList<double> xs, IReadOnlyList<double> ys, IReadOnlyList<double> halves)
    {
        var path = new StringBuilder();
        for (int i = 0; i < xs.Count; i++)
        {
            int first = i;
            while (i < xs.Count && double.IsFinite(ys[i]) && double.IsFinite(halves[i]))
            {
                i++;
            }

            for (int k = first; k < i; k++)
            {
                path.Append(Path(k == first ? 'M' : 'L', X(xs[k]), Y(ys[k] + halves[k])));
            }

            for (int k = i - 1; k >= first; k--)
            {
                path.Append(Path('L', X(xs[k]), Y(ys[k] - halves[k]))).Append(k == first ? "Z" : "");
            }
        }

        return Group(series, Svg("path", At("class", "band"), At("d", path.ToString()), At("fill", "currentColor"), At("opacity", 0.2)));
    }

    /// <summary>Markers with error bars of the given half-lengths.</summary>
    /// <param name="series">How they look.</param>
    /// <param name="xs">x values.</param>
    /// <param name="ys">y values; NaN leaves a point out.</param>
    /// <param name="halves">Half-lengths of the error bars; NaN leaves a bar out.</param>
    /// <param name="shift">Shift to the right in pixels, where several series share their x values.</param>
    public XElement Points(
        Series series, IReadOnlyList<double> xs, IReadOnlyList<double> ys, IReadOnlyList<double>? halves = null, double shift = 0)
    {
        var bars = new StringBuilder();
        var marks = new List<XElement>();
        for (int i = 0; i < xs.Count; i++)
        {
            if (!double.IsFinite(ys[i]))
            {
                continue;
            }

            double at = X(xs[i]) + shift;
            marks.Add(Shapes.Mark(series.Marker, at, Y(ys[i])));
            if (halves is not null && double.IsFinite(halves[i]))
            {
                bars.Append(Path('M', at, Y(ys[i] - halves[i]))).Append(Path('L', at, Y(ys[i] + halves[i])));
            }
        }

        return Group(series,
            bars.Length == 0 ? null
                : Svg("path", At("class", "bars"), At("d", bars.ToString()), At("stroke", "currentColor"), At("stroke-width", 1.3)),
            marks);
    }

    /// <summary>Horizontal guide lines.</summary>
    public XElement Guides(string? dash, params ReadOnlySpan<double> values)
    {
        var group = Svg("g", At("class", "guide"), At("stroke", "#6a737d"), dash is null ? null : At("stroke-dasharray", dash));
        foreach (double value in values)
        {
            group.Add(Segment(left, Y(value), left + width, Y(value)));
        }

        return group;
    }

    private static XElement Group(Series series, params object?[] content) =>
        Svg("g", At("class", series.Class), At("color", series.Colour), content);

    private static XElement Segment(double x1, double y1, double x2, double y2) =>
        Svg("line", At("x1", x1), At("y1", y1), At("x2", x2), At("y2", y2));

    private static XElement Text(double x, double y, string text, string anchor, string? transform = null) =>
        Svg("text", At("x", x), At("y", y), At("text-anchor", anchor), transform is null ? null : At("transform", transform), text);

    private static string Path(char command, double x, double y) => $"{command}{Number(x)} {Number(y)}";
}
