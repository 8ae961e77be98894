using System.Runtime.CompilerServices;

namespace HighDimSgd.Kernels.Random;

/// <summary>
/// Entries of fewer than 32 bits: rounded normals, those of several columns of a row side by side in a word. They are independent with a
/// discrete law of their own, whose moments are those of the normal law rounded; what is unpacked has standard deviation
/// <see cref="Deviation"/>, by which the design's unit is divided.
/// </summary>
/// <typeparam name="TReal">Lane of reals.</typeparam>
/// <typeparam name="TWord">Lane of words.</typeparam>
public interface IEntryFormat<TReal, TWord>
    where TReal : unmanaged, IReal<TReal, TWord>
    where TWord : unmanaged, IWord<TReal, TWord>
{
    /// <summary>Columns in a word, 2 or 4. In a block of 16 words, place k of word l is column 16 k + l of the block.</summary>
    static abstract int Columns { get; }

    /// <summary>Standard deviation of the numbers that are unpacked.</summary>
    static abstract double Deviation { get; }

    /// <summary>Fourth moment over the square of the variance; 3 is the normal law's.</summary>
    static abstract double FourthMoment { get; }

    /// <summary>A word of as many standard normals, whose magnitudes are up to 5.77; those past its columns are left out.</summary>
    static abstract TWord Pack(Four<TReal> normals);

    /// <summary>The number at a place, 0 to <see cref="Columns"/> - 1.</summary>
    static abstract TReal Unpack(TWord word, int place);
}

/// <summary>
/// Normals times 22 rounded to whole numbers of magnitude up to 127. Variance 22^2 + 1/12, for what rounding adds to a smooth law is
/// uniform to all orders; unpacked as multiples of 2^24, which saves a shift.
/// </summary>
public readonly struct Int8Entries<TReal, TWord> : IEntryFormat<TReal, TWord>
    where TReal : unmanaged, IReal<TReal, TWord>
    where TWord : unmanaged, IWord<TReal, TWord>
{
    private const float Scale = 22;

    // 1.5 * 2^23: adding it rounds to the nearest integer, which then is in the low bits.
    private const float Rounder = 12582912f;

    /// <inheritdoc/>
    public static int Columns => 4;

    /// <inheritdoc/>
    public static double Deviation => (1 << 24) * Math.Sqrt((Scale * Scale) + (1 / 12.0));

    /// <inheritdoc/>
    public static double FourthMoment => 2.99999996443863;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TWord Pack(Four<TReal> normals) =>
        Byte(normals.A) + TWord.ShiftLeft(Byte(normals.B), 8) + TWord.ShiftLeft(Byte(normals.C), 16) + TWord.ShiftLeft(Byte(normals.D), 24);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TReal Unpack(TWord word, int place)
    {
        TWord shifted = place == 3 ? word : TWord.ShiftLeft(word, 24 - (8 * place));
        return TWord.ToReal(place == 0 ? shifted : shifted & TWord.Of(0xFF000000u));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TWord Byte(TReal normal) => TReal.Bits((normal * TReal.Of(Scale)) + TReal.Of(Rounder)) & TWord.Of(0xFF);
}

/// <summary>Normals rounded to the nearest bfloat16: eight bits of precision, ties to even.</summary>
public readonly struct BFloat16Entries<TReal, TWord> : IEntryFormat<TReal, TWord>
    where TReal : unmanaged, IReal<TReal, TWord>
    where TWord : unmanaged, IWord<TReal, TWord>
{
    /// <inheritdoc/>
    public static int Columns => 2;

    /// <inheritdoc/>
    public static double Deviation => 0.99999858287820;

    /// <inheritdoc/>
    public static double FourthMoment => 3.00003482445340;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TWord Pack(Four<TReal> normals) =>
        TWord.ShiftRight(Rounded(normals.A), 16) + (Rounded(normals.B) & TWord.Of(0xFFFF0000u));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TReal Unpack(TWord word, int place) =>
        TWord.AsReal(place == 0 ? TWord.ShiftLeft(word, 16) : word & TWord.Of(0xFFFF0000u));

    /// <summary>Bits whose upper half is the rounded number.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TWord Rounded(TReal x)
    {
        TWord bits = TReal.Bits(x);
        return bits + TWord.Of(0x7FFF) + (TWord.ShiftRight(bits, 16) & TWord.Of(1));
    }
}
