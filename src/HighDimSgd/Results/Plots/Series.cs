namespace HighDimSgd.Results.Plots;

/// <summary>Marker shapes, told apart without colour.</summary>
internal enum Marker
{
    /// <summary>No marker: a line.</summary>
    None,

    /// <summary>Circle.</summary>
    Circle,

    /// <summary>Square.</summary>
    Square,

    /// <summary>Triangle.</summary>
    Triangle,

    /// <summary>Diamond.</summary>
    Diamond,

    /// <summary>Triangle on its tip.</summary>
    Nabla,

    /// <summary>Diagonal cross.</summary>
    Cross,

    /// <summary>Full star: an extrapolated limit.</summary>
    Star,

    /// <summary>Full circle: the theory at one point.</summary>
    Dot,
}

/// <summary>
/// How one thing is drawn everywhere. Colours stand in the drawing, so that it is complete by itself; a page may
/// override them by the class.
/// </summary>
/// <param name="Label">Its name in the legend.</param>
/// <param name="Class">CSS class.</param>
/// <param name="Colour">Colour on white.</param>
/// <param name="Marker">Its marker.</param>
/// <param name="Dash">Dash pattern of the line, or null for a solid one.</param>
/// <param name="HasBand">Whether an error band goes with its line.</param>
internal sealed record Series(
    string Label, string Class, string Colour, Marker Marker = Marker.None, string? Dash = null, bool HasBand = false)
{
    /// <summary>Colour of axes and text.</summary>
    public const string Ink = "#24292f";

    // Okabe and Ito's palette, safe for the colour-blind; the two lightest are darkened to be seen on white.
    private static readonly string[] SizeColours = ["#0072b2", "#d55e00", "#009e73", "#c0619a", "#b57f00", "#2791c9"];

    private static readonly string[] Dashes = ["7 4", "2 3", "9 3 2 3", "14 4", "4 4", "9 3 2 3 2 3"];

    /// <summary>The exact theory.</summary>
    public static Series Theory(string label) => new(label, "theory", Ink, HasBand: true);

    /// <summary>The <paramref name="index"/>-th further theory.</summary>
    public static Series Further(string label, int index) => new(label, "further", "#6e5494", Dash: Dashes[index % Dashes.Length]);

    /// <summary>The <paramref name="index"/>-th size of the ladder.</summary>
    public static Series Size(int size, int index) => Nth($"d = {size}", index);

    /// <summary>The <paramref name="index"/>-th of several things; from the seventh on the colours meet other markers.</summary>
    public static Series Nth(string label, int index)
    {
        int n = SizeColours.Length, k = index % n;
        return new(label, $"size-{k}", SizeColours[k], Marker.Circle + (k + index / n) % n);
    }

    /// <summary>The limit extrapolated from the ladder.</summary>
    public static Series Limit { get; } = new("fit to d → ∞", "limit", "#8a1f5c", Marker.Star);
}
