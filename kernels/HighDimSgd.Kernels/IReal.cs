namespace HighDimSgd.Kernels;

/// <summary>
/// A lane of single-precision reals: one float in a GPU thread, sixteen in a CPU core. Every operation acts lane by lane and
/// is correctly rounded, and multiplication and addition are never contracted on the CPU, so that all lane types give equal bits.
/// </summary>
/// <typeparam name="TReal">The lane type itself.</typeparam>
/// <typeparam name="TWord">The lane of 32-bit words of the same width.</typeparam>
public interface IReal<TReal, TWord>
    where TReal : unmanaged, IReal<TReal, TWord>
    where TWord : unmanaged, IWord<TReal, TWord>
{
    /// <summary>Sum.</summary>
    static abstract TReal operator +(TReal a, TReal b);

    /// <summary>Difference.</summary>
    static abstract TReal operator -(TReal a, TReal b);

    /// <summary>Product.</summary>
    static abstract TReal operator *(TReal a, TReal b);

    /// <summary>Quotient.</summary>
    static abstract TReal operator /(TReal a, TReal b);

    /// <summary>The same number in every lane.</summary>
    static abstract TReal Of(float x);

    /// <summary>Square root.</summary>
    static abstract TReal Sqrt(TReal x);

    /// <summary>Lane by lane: <paramref name="yes"/> where a is below b, else (NaN included) <paramref name="no"/>.</summary>
    static abstract TReal WhereLess(TReal a, TReal b, TReal yes, TReal no);

    /// <summary>The bits of each lane.</summary>
    static abstract TWord Bits(TReal x);
}

/// <summary>A lane of 32-bit words; arithmetic wraps.</summary>
/// <typeparam name="TReal">The lane of reals of the same width.</typeparam>
/// <typeparam name="TWord">The lane type itself.</typeparam>
public interface IWord<TReal, TWord>
    where TReal : unmanaged, IReal<TReal, TWord>
    where TWord : unmanaged, IWord<TReal, TWord>
{
    /// <summary>Sum modulo 2^32.</summary>
    static abstract TWord operator +(TWord a, TWord b);

    /// <summary>Difference modulo 2^32.</summary>
    static abstract TWord operator -(TWord a, TWord b);

    /// <summary>Bitwise exclusive or.</summary>
    static abstract TWord operator ^(TWord a, TWord b);

    /// <summary>Bitwise and.</summary>
    static abstract TWord operator &(TWord a, TWord b);

    /// <summary>The same word in every lane.</summary>
    static abstract TWord Of(uint x);

    /// <summary>first, first + 1, ... over the lanes.</summary>
    static abstract TWord Sequence(uint first);

    /// <summary>Low 32 bits of the product.</summary>
    static abstract TWord MultiplyLow(TWord a, uint b);

    /// <summary>High 32 bits of the unsigned product.</summary>
    static abstract TWord MultiplyHigh(TWord a, uint b);

    /// <summary>Shift left.</summary>
    static abstract TWord ShiftLeft(TWord a, int count);

    /// <summary>Shift right, zeros coming in.</summary>
    static abstract TWord ShiftRight(TWord a, int count);

    /// <summary>Shift right, each lane by its own count below 32, zeros coming in.</summary>
    static abstract TWord ShiftRight(TWord a, TWord counts);

    /// <summary>Shift right as a signed number.</summary>
    static abstract TWord ShiftRightSigned(TWord a, int count);

    /// <summary>Lane by lane: 1 where a is at least b as unsigned numbers, else 0.</summary>
    static abstract TReal AtLeast(TWord a, TWord b);

    /// <summary>Each lane as a signed integer, rounded to the nearest real.</summary>
    static abstract TReal ToReal(TWord a);

    /// <summary>The real with these bits.</summary>
    static abstract TReal AsReal(TWord a);
}

/// <summary>Four values of one kind: the four words of a Philox block, or what they were turned into.</summary>
/// <typeparam name="T">Lane type.</typeparam>
/// <param name="a">First.</param>
/// <param name="b">Second.</param>
/// <param name="c">Third.</param>
/// <param name="d">Fourth.</param>
public readonly struct Four<T>(T a, T b, T c, T d)
    where T : unmanaged
{
    /// <summary>First.</summary>
    public readonly T A = a;

    /// <summary>Second.</summary>
    public readonly T B = b;

    /// <summary>Third.</summary>
    public readonly T C = c;

    /// <summary>Fourth.</summary>
    public readonly T D = d;
}
