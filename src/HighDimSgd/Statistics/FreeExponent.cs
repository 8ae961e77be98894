using MathNet.Numerics.Distributions;
using MathNet.Numerics.RootFinding;

namespace HighDimSgd.Statistics;

/// <summary>
/// The exponent a of limit + c/d^a by its profile likelihood: chi-square, least over limit and c, as a function of a. The interval holds
/// every a whose chi-square is within the squared 95 per cent point of Student's t of the least. Towards a = 0 the curve tends to
/// limit + c log d and towards infinity to a jump at the smallest size; where one of these is within, the interval has no bound there.
/// </summary>
/// <param name="sizes">The dimensions, ascending.</param>
/// <param name="freedoms">Degrees of freedom of the errors.</param>
internal sealed class FreeExponent(IReadOnlyList<int> sizes, int[] freedoms)
{
    private const double Level = 0.95, Least = 0.02;
    private const int Points = 120;

    private readonly double[] logs = [.. sizes.Select(d => Math.Log((double)d / sizes[0]))];

    /// <summary>Best exponent and interval; NaN as in <see cref="Results.ExponentFit"/>.</summary>
    public (double Value, double Low, double High) Fit(double[] means, double[] errors)
    {
        double most = Math.Log(1e4) / logs[1], ratio = Math.Log(most / Least) / (Points - 1);
        double[] grid = [0, .. Enumerable.Range(0, Points).Select(i => Least * Math.Exp(ratio * i)), double.PositiveInfinity];
        double[] misfits = [.. grid.Select(a => ChiSquare(a, means, errors))];
        int best = Array.IndexOf(misfits, misfits.Min());
        double value = double.NaN, floor = misfits[best];
        if (best > 0 && best < grid.Length - 2)
        {
            value = Minimum(grid[best - 1], grid[best + 1], means, errors);
            floor = Math.Min(floor, ChiSquare(value, means, errors));
        }

        double bound = floor + Math.Pow(StudentT.InvCDF(0, 1, freedoms.Min(), (1 + Level) / 2), 2);
        int first = Array.FindIndex(misfits, m => m <= bound), last = Array.FindLastIndex(misfits, m => m <= bound);
        return (
            value,
            first == 0 ? double.NaN : Crossing(grid[first - 1], grid[first], bound, means, errors),
            last >= grid.Length - 2 ? double.NaN : Crossing(grid[last], grid[last + 1], bound, means, errors));
    }

    /// <summary>Chi-square of the best limit + c/d^a.</summary>
    public double ChiSquare(double exponent, double[] means, double[] errors) =>
        LackOfFit.OfLine([.. logs.Select(l => Regressor(exponent, l))], means, errors, freedoms).ChiSquare;

    /// <summary>d^-a, shifted and scaled to run from 0 at the smallest size to 1 at the largest, with its limits at 0 and infinity.</summary>
    private double Regressor(double exponent, double log) => exponent switch
    {
        0 => log / logs[^1],
        double.PositiveInfinity => log > 0 ? 1 : 0,
        _ => (1 - Math.Exp(-exponent * log)) / (1 - Math.Exp(-exponent * logs[^1])),
    };

    private double Crossing(double from, double to, double bound, double[] means, double[] errors) =>
        Brent.FindRoot(a => ChiSquare(a, means, errors) - bound, from, to, 1e-9, 200);

    /// <summary>Golden section.</summary>
    private double Minimum(double low, double high, double[] means, double[] errors)
    {
        double golden = (Math.Sqrt(5) - 1) / 2;
        double a = high - (golden * (high - low)), b = low + (golden * (high - low));
        double atA = ChiSquare(a, means, errors), atB = ChiSquare(b, means, errors);
        while (high - low > 1e-7 * high)
        {
            if (atA < atB)
            {
                (high, b, atB) = (b, a, atA);
                a = high - (golden * (high - low));
                atA = ChiSquare(a, means, errors);
            }
            else
            {
                (low, a, atA) = (a, b, atB);
                b = low + (golden * (high - low));
                atB = ChiSquare(b, means, errors);
            }
        }

        return (low + high) / 2;
    }
}
