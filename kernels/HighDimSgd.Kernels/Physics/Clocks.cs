using System.Runtime.CompilerServices;
using HighDimSgd.Kernels.Random;

namespace HighDimSgd.Kernels.Physics;

// Clocks are sources: the increments zeta_i[k] of four consecutive steps from four words.
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
/// A clock that jumps: <paramref name="start"/> plus the sum of the jumps whose thresholds the word reaches. Threshold j is 2^32 times
/// the chance of an outcome below j + 1, so outcomes are equal on every device. Poisson: every jump tau delta; Bernoulli batches of
/// fraction b: the one jump D/b at (1-b) 2^32.
/// </summary>
/// <param name="start">Increment where no threshold is reached.</param>
/// <param name="table">Ascending thresholds, as words; after them the jumps.</param>
/// <param name="count">Number of thresholds.</param>
public readonly struct JumpClock<TReal, TWord, TView>(float start, TView table, int count) : ISource<TReal, TWord>
    where TReal : unmanaged, IReal<TReal, TWord>
    where TWord : unmanaged, IWord<TReal, TWord>
    where TView : struct, IView<TReal, TWord>
{
    private readonly float start = start;
    private readonly TView table = table;
    private readonly int count = count;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Four<TReal> Draw(Four<TWord> words)
    {
        TReal a = TReal.Of(start), b = a, c = a, d = a;
        for (int j = 0; j < count; j++)
        {
            TWord threshold = TReal.Bits(table.Spread(j));
            TReal jump = table.Spread(count + j);
            a += jump * TWord.AtLeast(words.A, threshold);
            b += jump * TWord.AtLeast(words.B, threshold);
            c += jump * TWord.AtLeast(words.C, threshold);
            d += jump * TWord.AtLeast(words.D, threshold);
        }

        return new(a, b, c, d);
    }
}
