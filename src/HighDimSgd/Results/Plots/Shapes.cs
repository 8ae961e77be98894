using System.Xml.Linq;
using static HighDimSgd.Results.Markup;

namespace HighDimSgd.Results.Plots;

/// <summary>Outlines of the markers, of about equal area.</summary>
internal static class Shapes
{
    /// <summary>A marker at a pixel: open, so that markers that overlap remain visible; stars and dots are full.</summary>
    public static XElement Mark(Marker marker, double x, double y)
    {
        bool full = marker is Marker.Star or Marker.Dot;
        return Svg("path", At("class", full ? "mark full" : "mark"), At("d", Outline(marker, x, y)),
            At("fill", full ? "currentColor" : "#ffffff"), At("stroke", "currentColor"), At("stroke-width", 1.5),
            At("stroke-linejoin", "round"));
    }

    private static string Outline(Marker marker, double x, double y) => marker switch
    {
        Marker.Square => Polygon(x, y, 4, 4.6, 45),
        Marker.Triangle => Polygon(x, y, 3, 4.9, -90),
        Marker.Diamond => Polygon(x, y, 4, 4.8, 0),
        Marker.Nabla => Polygon(x, y, 3, 4.9, 90),
        Marker.Cross => $"M{Number(x - 3.4)} {Number(y - 3.4)}l6.8 6.8m0 -6.8l-6.8 6.8",
        Marker.Star => Polygon(x, y, 10, 5, -90, inner: 2.2),
        _ => $"M{Number(x - 3.6)} {Number(y)}a3.6 3.6 0 1 0 7.2 0a3.6 3.6 0 1 0 -7.2 0Z",
    };

    private static string Polygon(double x, double y, int corners, double radius, double degrees, double? inner = null)
    {
        IEnumerable<string> points = Enumerable.Range(0, corners).Select(k =>
        {
            double r = k % 2 == 1 ? inner ?? radius : radius;
            (double sin, double cos) = Math.SinCos((degrees + 360.0 * k / corners) * Math.PI / 180);
            return $"{Number(x + r * cos)} {Number(y + r * sin)}";
        });
        return $"M{string.Join('L', points)}Z";
    }
}
