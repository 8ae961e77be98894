namespace HighDimSgd.Statistics;

/// <summary>
/// Quantities that are the same in every replica, such as q and m at the start, carry no variance but the rounding of
/// 32-bit floats. They are recognised and compared with a tolerance instead of a standard error.
/// </summary>
internal static class Exactness
{
    /// <summary>Relative tolerance, well above the rounding of 32-bit floats.</summary>
    public const double Tolerance = 1e-6;

    /// <summary>
    /// Absolute tolerance at one time of a curve: relative to its value, and at the start, where the value may be 0 by
    /// construction, to the curve's largest value.
    /// </summary>
    public static double At(double[] times, double[] curve, int time)
    {
        var scale = Math.Abs(curve[time]);
        if (times[time] == 0)
            scale = Largest(curve);
        return Tolerance * scale;
    }

    /// <summary>Largest absolute value of a curve where it is defined, 0 where it is nowhere.</summary>
    public static double Largest(double[] curve) => curve.Where(double.IsFinite).Select(Math.Abs).DefaultIfEmpty(0).Max();
}
