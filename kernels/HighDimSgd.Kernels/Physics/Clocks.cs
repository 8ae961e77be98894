using System.Runtime.CompilerServices;
using HighDimSgd.Kernels.Random;

namespace HighDimSgd.Kernels.Physics;

// Clocks are sources: the increments zeta_i[k] of four consecutive steps from four words (spec: "the sample clock").
// The Gaussian clock of SGF is NormalSource(D, sqrt(tau delta D)).

/// <summary>The clock of gradient descent: every increment is D.</summary>
/// <param name="step">The step D.</param>
public readonly struct SteadyClock<TReal, TWord>(float step) : ISource<TReal, TWord>
    where TReal : unmanaged, IReal<TReal, TWord>
    where TWord : unmanaged, IWord<TReal, TWord>
{
    private readonly float step = step;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Four<TReal> Draw(Four<TWord> words) => new(TReal.Of(step), TReal.Of(step), TReal.Of(step), TReal.Of(step));
}

/// <summary>
/// A clock that jumps: the increment is <paramref name="jump"/> times a count, the number of thresholds that the word reaches.
/// Threshold j is 2^32 P(count at most j), so counts are equal on every device. Poisson: jump tau delta, mean D/(tau delta).
/// Bernoulli batches of fraction b: jump D/b, the one threshold (1-b) 2^32.
/// </summary>
/// <param name="jump">Increment per count.</param>
/// <param name="thresholds">Ascending thresholds, as words.</param>
/// <param name="count">Number of thresholds.</param>
public readonly struct JumpClock<TReal, TWord, TView>(float jump, TView thresholds, int count) : ISource<TReal, TWord>
    where TReal : unmanaged, IReal<TReal, TWord>
    where TWord : unmanaged, IWord<TReal, TWord>
    where TView : struct, IView<TReal, TWord>
{
    private readonly float jump = jump;
    private readonly TView thresholds = thresholds;
    private readonly int count = count;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Four<TReal> Draw(Four<TWord> words)
    {
        TReal a = TReal.Of(0f), b = a, c = a, d = a;
        for (int j = 0; j < count; j++)
        {
            TWord threshold = TReal.Bits(thresholds.Spread(j));
            a += TWord.AtLeast(words.A, threshold);
            b += TWord.AtLeast(words.B, threshold);
            c += TWord.AtLeast(words.C, threshold);
            d += TWord.AtLeast(words.D, threshold);
        }

        TReal size = TReal.Of(jump);
        return new(size * a, size * b, size * c, size * d);
    }
}
