using HighDimSgd.Kernels;

namespace HighDimSgd.Tests.Kernels;

/// <summary>
/// Largest errors of the elementary functions against float64, over their whole stated ranges: every float whose bits are a
/// multiple of a prime stride, the ends of the range, and the neighbours of powers of two.
/// </summary>
public class FunctionTests
{
    private const int Stride = 197;

    [Fact]
    public void ExpIsWithinItsError() => Assert.InRange(
        LargestUlps(-87.3f, 88f, x => Functions.Exp<Real1, Word1>(new(x)).Value, Math.Exp), 0.5, 1.5);

    [Fact]
    public void LogIsWithinItsError() => Assert.InRange(
        LargestUlps(1.17549435e-38f, float.MaxValue, x => Functions.Log<Real1, Word1>(new(x)).Value, Math.Log), 0.5, 2);

    [Fact]
    public void SigmoidIsWithinItsError() => Assert.InRange(
        LargestUlps(-87f, 87f, x => Functions.Sigmoid<Real1, Word1>(new(x)).Value, x => 1 / (1 + Math.Exp(-x))), 0.5, 3);

    [Fact]
    public void SoftplusIsWithinItsError() => Assert.InRange(
        LargestUlps(-87f, 1e6f, x => Functions.Softplus<Real1, Word1>(new(x)).Value, Softplus), 0.5, 4);

    [Fact]
    public void CosineAndSineInTurnsAreWithinTheirError()
    {
        double largest = 0;
        foreach (float turns in Floats(-2097152f, 2097152f))
        {
            Functions.CosSinTurns<Real1, Word1>(new(turns), out Real1 cos, out Real1 sin);
            double angle = 2 * Math.PI * (turns - Math.Round((double)turns));
            largest = Math.Max(largest, Math.Max(Math.Abs(cos.Value - Math.Cos(angle)), Math.Abs(sin.Value - Math.Sin(angle))));
        }

        Assert.InRange(largest, 1e-8, 1.5e-7);
    }

    [Theory]
    [InlineData(float.NegativeInfinity)]
    [InlineData(-1e30f)]
    [InlineData(1e30f)]
    [InlineData(float.PositiveInfinity)]
    public void ExpStaysPositiveAndFinite(float x)
    {
        float e = Functions.Exp<Real1, Word1>(new(x)).Value;
        Assert.True(e > 0 && float.IsFinite(e));
    }

    [Fact]
    public void NotANumberStaysVisible() => Assert.True(float.IsNaN(Functions.Exp<Real1, Word1>(new(float.NaN)).Value));

    private static double Softplus(double x) => Math.Max(x, 0) + (double.Abs(x) < 1e300 ? Log1P(Math.Exp(-Math.Abs(x))) : 0);

    // log(1+e) in float64 without loss (Kahan).
    private static double Log1P(double e)
    {
        double u = 1 + e;
        return u == 1 ? e : Math.Log(u) * e / (u - 1);
    }

    private static double LargestUlps(float from, float to, Func<float, float> ours, Func<double, double> exact)
    {
        double largest = 0;
        foreach (float x in Floats(from, to))
        {
            double expected = exact(x);
            double ulp = MathF.BitIncrement(Math.Abs((float)expected)) - Math.Abs((float)expected);
            largest = Math.Max(largest, Math.Abs(ours(x) - expected) / Math.Max(ulp, 1.4e-45));
        }

        return largest;
    }

    private static IEnumerable<float> Floats(float from, float to)
    {
        yield return from;
        yield return to;
        for (long bits = 0; bits < uint.MaxValue; bits += Stride)
        {
            float x = BitConverter.UInt32BitsToSingle((uint)bits);
            if (x >= from && x <= to && (float.IsNormal(x) || x == 0))
                yield return x;
        }
    }
}
