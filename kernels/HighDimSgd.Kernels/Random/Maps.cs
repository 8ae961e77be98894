using System.Runtime.CompilerServices;

namespace HighDimSgd.Kernels.Random;

/// <summary>Maps from words to uniform and normal numbers.</summary>
public static class Maps
{
    /// <summary>
    /// A uniform number (k + 1/2) / 2^23, k the top 23 bits: exact in single precision, symmetric about 1/2, never 0 or 1.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TReal Uniform<TReal, TWord>(TWord word)
        where TReal : unmanaged, IReal<TReal, TWord>
        where TWord : unmanaged, IWord<TReal, TWord> =>
        (TWord.ToReal(TWord.ShiftRight(word, 9)) + TReal.Of(0.5f)) * TReal.Of(1f / 8388608f);

    /// <summary>Two independent standard normals by Box and Muller; magnitudes reach 5.77.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Normals<TReal, TWord>(TWord first, TWord second, out TReal a, out TReal b)
        where TReal : unmanaged, IReal<TReal, TWord>
        where TWord : unmanaged, IWord<TReal, TWord>
    {
        TReal radius = TReal.Sqrt(TReal.Of(-2f) * Functions.Log<TReal, TWord>(Uniform<TReal, TWord>(first)));
        Functions.CosSinTurns<TReal, TWord>(Uniform<TReal, TWord>(second), out TReal cos, out TReal sin);
        a = radius * cos;
        b = radius * sin;
    }
}

/// <summary>A source of numbers: turns the four words of a block into the numbers of four consecutive steps.</summary>
/// <typeparam name="TReal">Lane of reals.</typeparam>
/// <typeparam name="TWord">Lane of words.</typeparam>
public interface ISource<TReal, TWord>
    where TReal : unmanaged, IReal<TReal, TWord>
    where TWord : unmanaged, IWord<TReal, TWord>
{
    /// <summary>One number per word.</summary>
    Four<TReal> Draw(Four<TWord> words);
}

/// <summary>Normals of mean <paramref name="mean"/> and standard deviation <paramref name="deviation"/>.</summary>
/// <param name="mean">Mean.</param>
/// <param name="deviation">Standard deviation.</param>
public readonly struct NormalSource<TReal, TWord>(float mean, float deviation) : ISource<TReal, TWord>
    where TReal : unmanaged, IReal<TReal, TWord>
    where TWord : unmanaged, IWord<TReal, TWord>
{
    private readonly float mean = mean;
    private readonly float deviation = deviation;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Four<TReal> Draw(Four<TWord> words)
    {
        Maps.Normals<TReal, TWord>(words.A, words.B, out TReal a, out TReal b);
        Maps.Normals<TReal, TWord>(words.C, words.D, out TReal c, out TReal d);
        TReal mu = TReal.Of(mean), sigma = TReal.Of(deviation);
        return new(mu + sigma * a, mu + sigma * b, mu + sigma * c, mu + sigma * d);
    }
}

/// <summary>Plus or minus <paramref name="scale"/> with equal probability, by the top bit.</summary>
/// <param name="scale">The magnitude.</param>
public readonly struct RademacherSource<TReal, TWord>(float scale) : ISource<TReal, TWord>
    where TReal : unmanaged, IReal<TReal, TWord>
    where TWord : unmanaged, IWord<TReal, TWord>
{
    private readonly float scale = scale;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Four<TReal> Draw(Four<TWord> words) => new(Sign(words.A), Sign(words.B), Sign(words.C), Sign(words.D));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private TReal Sign(TWord word) => TWord.AsReal(TReal.Bits(TReal.Of(scale)) ^ (word & TWord.Of(0x80000000u)));
}

/// <summary>The words themselves, as the bits of reals.</summary>
public readonly struct WordSource<TReal, TWord> : ISource<TReal, TWord>
    where TReal : unmanaged, IReal<TReal, TWord>
    where TWord : unmanaged, IWord<TReal, TWord>
{
    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Four<TReal> Draw(Four<TWord> words) => new(TWord.AsReal(words.A), TWord.AsReal(words.B), TWord.AsReal(words.C), TWord.AsReal(words.D));
}
