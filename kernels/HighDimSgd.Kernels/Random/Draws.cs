using System.Runtime.CompilerServices;

namespace HighDimSgd.Kernels.Random;

/// <summary>The numbers that a source makes of a field at one component, one after another: draw p is that of step p.</summary>
public struct Draws<TReal, TWord, TSource>
    where TReal : unmanaged, IReal<TReal, TWord>
    where TWord : unmanaged, IWord<TReal, TWord>
    where TSource : struct, ISource<TReal, TWord>
{
    private readonly RandomField field;
    private readonly TSource source;
    private readonly int component;
    private int next;
    private Four<TReal> numbers;

    /// <summary>The numbers from one on.</summary>
    /// <param name="field">The field.</param>
    /// <param name="source">The source.</param>
    /// <param name="component">First component of the lanes.</param>
    /// <param name="first">The first draw p.</param>
    public Draws(RandomField field, TSource source, int component, int first)
    {
        this.field = field;
        this.source = source;
        this.component = component;
        next = first;
        numbers = default;
        if ((first & 3) != 0)
            Fill();
    }

    /// <summary>The next number.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public TReal Next()
    {
        int place = next & 3;
        if (place == 0)
            Fill();
        next++;
        return place == 0 ? numbers.A : place == 1 ? numbers.B : place == 2 ? numbers.C : numbers.D;
    }

    // Two methods, so that the rounds of the generator find registers.
    [MethodImpl(Functions.OwnMethod)]
    private void Fill() => numbers = source.Draw(Words());

    [MethodImpl(Functions.OwnMethod)]
    private readonly Four<TWord> Words() => field.Words<TReal, TWord>(0, next >> 2, component);
}
