using System.Runtime.CompilerServices;

namespace HighDimSgd.Kernels;

/// <summary>
/// The project's own elementary functions. They use only correctly rounded lane operations in a fixed order, so their bits are
/// equal on every CPU. Errors are in units of the last place (ulp) of the result against float64, or absolute where said; tests
/// measure them over the whole stated range.
/// </summary>
public static class Functions
{
    /// <summary>
    /// Of methods that are compiled on their own, fully and at once: inlined everywhere they would use up the compiler's budget for inlining, and find no registers.
    /// </summary>
    internal const MethodImplOptions OwnMethod = MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization;

    // 1.5 * 2^23: adding and subtracting it rounds to the nearest integer for magnitudes below 2^22.
    private const float Rounder = 12582912f;

    /// <summary>The smaller; b where either is NaN.</summary>
    public static TReal Min<TReal, TWord>(TReal a, TReal b)
        where TReal : unmanaged, IReal<TReal, TWord>
        where TWord : unmanaged, IWord<TReal, TWord> => TReal.WhereLess(a, b, a, b);

    /// <summary>The larger; b where either is NaN.</summary>
    public static TReal Max<TReal, TWord>(TReal a, TReal b)
        where TReal : unmanaged, IReal<TReal, TWord>
        where TWord : unmanaged, IWord<TReal, TWord> => TReal.WhereLess(b, a, a, b);

    /// <summary>
    /// exp(x), error below 1.5 ulp for -87.3 &lt;= x &lt;= 88; outside, x is moved to the nearer end, so the result stays positive
    /// and finite. NaN stays NaN.
    /// </summary>
    [MethodImpl(OwnMethod)]
    public static TReal Exp<TReal, TWord>(TReal x)
        where TReal : unmanaged, IReal<TReal, TWord>
        where TWord : unmanaged, IWord<TReal, TWord>
    {
        x = Max<TReal, TWord>(TReal.Of(-87.3f), Min<TReal, TWord>(TReal.Of(88f), x));
        TReal shifted = x * TReal.Of(1.44269504f) + TReal.Of(Rounder);
        TReal n = shifted - TReal.Of(Rounder);
        // ln 2 in two parts, the first with few enough bits that n * part is exact.
        TReal r = x - n * TReal.Of(0.693359375f) - n * TReal.Of(-2.12194440e-4f);
        TReal p = TReal.Of(1.9875691500e-4f);
        p = p * r + TReal.Of(1.3981999507e-3f);
        p = p * r + TReal.Of(8.3334519073e-3f);
        p = p * r + TReal.Of(4.1665795894e-2f);
        p = p * r + TReal.Of(1.6666665459e-1f);
        p = p * r + TReal.Of(5.0000001201e-1f);
        p = p * (r * r) + r + TReal.Of(1f);
        return TWord.AsReal(TReal.Bits(p) + TWord.ShiftLeft(TReal.Bits(shifted), 23));
    }

    /// <summary>log(x), error below 2 ulp for normal x; x below the smallest normal number is moved up to it.</summary>
    [MethodImpl(OwnMethod)]
    public static TReal Log<TReal, TWord>(TReal x)
        where TReal : unmanaged, IReal<TReal, TWord>
        where TWord : unmanaged, IWord<TReal, TWord>
    {
        x = Max<TReal, TWord>(TReal.Of(1.17549435e-38f), x);
        // x = 2^e (1 + r) with 1 + r in [1/sqrt 2, sqrt 2).
        TWord bits = TReal.Bits(x);
        TWord exponent = TWord.ShiftRightSigned(bits - TWord.Of(0x3f3504f3), 23);
        TReal e = TWord.ToReal(exponent);
        TReal r = TWord.AsReal(bits - TWord.ShiftLeft(exponent, 23)) - TReal.Of(1f);
        TReal r2 = r * r;
        TReal p = TReal.Of(7.0376836292e-2f);
        p = p * r - TReal.Of(1.1514610310e-1f);
        p = p * r + TReal.Of(1.1676998740e-1f);
        p = p * r - TReal.Of(1.2420140846e-1f);
        p = p * r + TReal.Of(1.4249322787e-1f);
        p = p * r - TReal.Of(1.6668057665e-1f);
        p = p * r + TReal.Of(2.0000714765e-1f);
        p = p * r - TReal.Of(2.4999993993e-1f);
        p = p * r + TReal.Of(3.3333331174e-1f);
        p = p * r * r2 + e * TReal.Of(-2.12194440e-4f) - TReal.Of(0.5f) * r2;
        return r + p + e * TReal.Of(0.693359375f);
    }

    /// <summary>
    /// cos and sin of <paramref name="turns"/> full turns, that is of 2 pi turns: absolute error below 1.5e-7 for |turns| up to
    /// 2^21. In turns the reduction to an eighth of the circle is exact.
    /// </summary>
    [MethodImpl(OwnMethod)]
    public static void CosSinTurns<TReal, TWord>(TReal turns, out TReal cos, out TReal sin)
        where TReal : unmanaged, IReal<TReal, TWord>
        where TWord : unmanaged, IWord<TReal, TWord>
    {
        TReal part = turns - (turns + TReal.Of(Rounder) - TReal.Of(Rounder));
        TReal shifted = part * TReal.Of(4f) + TReal.Of(Rounder);
        TWord quadrant = TReal.Bits(shifted);
        TReal x = (part - (shifted - TReal.Of(Rounder)) * TReal.Of(0.25f)) * TReal.Of(6.28318531f);
        TReal x2 = x * x;
        TReal s = TReal.Of(-1.9515295891e-4f);
        s = s * x2 + TReal.Of(8.3321608736e-3f);
        s = s * x2 - TReal.Of(1.6666654611e-1f);
        s = s * x2 * x + x;
        TReal c = TReal.Of(2.443315711809948e-5f);
        c = c * x2 - TReal.Of(1.388731625493765e-3f);
        c = c * x2 + TReal.Of(4.166664568298827e-2f);
        c = c * (x2 * x2) - TReal.Of(0.5f) * x2 + TReal.Of(1f);
        // Odd quadrants swap sine and cosine; bit 1 of the quadrant (for the cosine, of the next one) is the sign.
        TReal odd = TWord.ToReal(quadrant & TWord.Of(1));
        TWord sinSign = TWord.ShiftLeft(quadrant & TWord.Of(2), 30);
        TWord cosSign = TWord.ShiftLeft((quadrant + TWord.Of(1)) & TWord.Of(2), 30);
        TReal half = TReal.Of(0.5f);
        cos = TWord.AsReal(TReal.Bits(TReal.WhereLess(half, odd, s, c)) ^ cosSign);
        sin = TWord.AsReal(TReal.Bits(TReal.WhereLess(half, odd, c, s)) ^ sinSign);
    }

    /// <summary>The logistic function 1/(1+exp(-x)), error below 3 ulp for |x| up to 87.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TReal Sigmoid<TReal, TWord>(TReal x)
        where TReal : unmanaged, IReal<TReal, TWord>
        where TWord : unmanaged, IWord<TReal, TWord> =>
        TReal.Of(1f) / (TReal.Of(1f) + Exp<TReal, TWord>(TReal.Of(0f) - x));

    /// <summary>tanh(x) = 1 - 2/(1+exp(2x)), absolute error below 2e-7.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TReal Tanh<TReal, TWord>(TReal x)
        where TReal : unmanaged, IReal<TReal, TWord>
        where TWord : unmanaged, IWord<TReal, TWord> =>
        TReal.Of(1f) - TReal.Of(2f) / (TReal.Of(1f) + Exp<TReal, TWord>(x + x));

    /// <summary>log(1+exp(x)), error below 4 ulp for x above -87.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TReal Softplus<TReal, TWord>(TReal x)
        where TReal : unmanaged, IReal<TReal, TWord>
        where TWord : unmanaged, IWord<TReal, TWord>
    {
        TReal zero = TReal.Of(0f), one = TReal.Of(1f);
        TReal e = Exp<TReal, TWord>(Min<TReal, TWord>(zero - x, x));
        // log(1+e) without loss for small e: the rounding error of u = 1+e cancels in log(u) e/(u-1).
        TReal u = one + e;
        TReal spread = u - one;
        TReal log = TReal.WhereLess(zero, spread, Log<TReal, TWord>(u) * (e / Max<TReal, TWord>(spread, TReal.Of(1e-30f))), e);
        return Max<TReal, TWord>(zero, x) + log;
    }

    /// <summary>Zero in the lanes whose index, counted from <paramref name="first"/>, is at or past <paramref name="count"/> (at most 2^24).</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TReal Keep<TReal, TWord>(int first, int count, TReal value)
        where TReal : unmanaged, IReal<TReal, TWord>
        where TWord : unmanaged, IWord<TReal, TWord> =>
        TReal.WhereLess(TWord.ToReal(TWord.Sequence((uint)first)), TReal.Of(count), value, TReal.Of(0f));
}
