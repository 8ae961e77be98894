namespace HighDimSgd.Theory;

/// <summary>Exponential decay without cancellation; MathNet's Expm1 is off by 1e-8 for arguments about 0.1.</summary>
internal static class Decay
{
    /// <summary>int_0^t e^{-x s} ds = (1 - e^{-x t})/x, which is t at x = 0.</summary>
    public static double Integral(double x, double time)
    {
        double half = x * time / 2;
        if (half == 0)
            return time;
        return Math.Abs(half) < 1 ? 2 * Math.Exp(-half) * Math.Sinh(half) / x : (1 - Math.Exp(-x * time)) / x;
    }
}
