namespace HighDimSgd.Results.Plots;

/// <summary>A labelled value of an axis.</summary>
internal readonly record struct Tick(double Value, string Label);

/// <summary>An axis: the interval that it shows, where its ticks are, and its title with units.</summary>
internal sealed record Axis(string Title, double Min, double Max, IReadOnlyList<Tick> Ticks, bool IsLog = false)
{
    private static readonly double[] Steps = [1, 2, 5];

    /// <summary>
    /// A linear axis around the finite ones of the values, with ticks at 1, 2 or 5 times powers of ten; very small and very
    /// large values are labelled in units of a power of ten, which the title then names.
    /// </summary>
    /// <param name="title">The title.</param>
    /// <param name="values">What has to be seen.</param>
    /// <param name="margin">Free room at either end, as a fraction of the range.</param>
    /// <param name="target">About how many ticks.</param>
    public static Axis Linear(string title, IEnumerable<double> values, double margin = 0.05, int target = 5)
    {
        (double min, double max) = Range(values.Where(double.IsFinite));
        double room = max > min ? margin * (max - min) : Math.Max(0.05 * Math.Abs(max), 1e-6);
        (min, max) = (min - room, max + room);
        double step = NiceStep((max - min) / target), largest = Math.Max(Math.Abs(min), Math.Abs(max));
        int exponent = largest is >= 1e-3 and < 1e5 ? 0 : (int)Math.Floor(Math.Log10(largest));
        double unit = Math.Pow(10, exponent);
        int decimals = Math.Max(0, -(int)Math.Floor(Math.Log10(step / unit) + 1e-9));
        var ticks = new List<Tick>();
        for (double k = Math.Ceiling(min / step); k * step <= max; k++)
        {
            ticks.Add(new Tick(k * step, Digits.Fixed(k * step / unit, decimals)));
        }

        return new Axis(exponent == 0 ? title : $"{title} / 10{Digits.Superscript(exponent)}", min, max, ticks);
    }

    /// <summary>A logarithmic axis around the positive ones of the values, with ticks at powers of ten, and at 2 and 5 times these where it is short.</summary>
    public static Axis Log(string title, IEnumerable<double> values)
    {
        (double min, double max) = Range(values.Where(v => v > 0 && double.IsFinite(v)));
        (min, max) = (min / 1.2, max * 1.2);
        int first = (int)Math.Ceiling(Math.Log10(min)), last = (int)Math.Floor(Math.Log10(max));
        int every = 1 + Math.Max(0, last - first) / 6;
        var ticks = new List<Tick>();
        for (int e = first; e <= last; e += every)
        {
            ticks.Add(new Tick(Math.Pow(10, e), "10" + Digits.Superscript(e)));
        }

        if (ticks.Count < 2)
        {
            double[] places = [.. from e in Enumerable.Range(first - 1, last - first + 2) from k in Steps select k * Math.Pow(10, e)];
            ticks = [.. places.Where(p => p >= min && p <= max).Select(p => new Tick(p, Digits.Plain(p)))];
        }

        return new Axis(title, min, max, ticks, IsLog: true);
    }

    /// <summary>Logarithmic where the values are positive and span more than two and a half decades, else linear.</summary>
    public static Axis Suited(string title, IReadOnlyCollection<double> values)
    {
        (double min, double max) = Range(values.Where(double.IsFinite));
        return min > 0 && max / min > 300 ? Log(title, values) : Linear(title, values);
    }

    /// <summary>Where a value lies between the ends, 0 to 1. What a logarithm cannot take lies at the lower end.</summary>
    public double Fraction(double value) =>
        IsLog ? Math.Log(Math.Max(value, Min) / Min) / Math.Log(Max / Min) : (value - Min) / (Max - Min);

    private static (double Min, double Max) Range(IEnumerable<double> values)
    {
        double[] all = [.. values];
        return all.Length == 0 ? (1, 1) : (all.Min(), all.Max());
    }

    private static double NiceStep(double rough)
    {
        double unit = Math.Pow(10, Math.Floor(Math.Log10(rough)));
        return unit * (rough / unit) switch { < 1.5 => 1, < 3.5 => 2, < 7.5 => 5, _ => 10 };
    }
}
