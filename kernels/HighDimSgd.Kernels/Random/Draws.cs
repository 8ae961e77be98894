using System.Runtime.CompilerServices;

namespace HighDimSgd.Kernels.Random;

/// <summary>The numbers that a source makes of a field at one component, one after another: draw p is that of step p.</summary>
/// <param name="field">The field.</param>
/// <param name="source">The source.</param>
/// <param name="component">First component of the lanes.</param>
/// <param name="first">The first draw p.</param>
public struct Draws<TReal, TWord, TSource>(RandomField field, TSource source, int component, int first)
    where TReal : unmanaged, IReal<TReal, TWord>
    where TWord : unmanaged, IWord<TReal, TWord>
    where TSource : struct, ISource<TReal, TWord>
{
    private readonly RandomField field = field;
    private readonly TSource source = source;
    private readonly int component = component;
    private int next = first;
    private Four<TReal> numbers = (first & 3) == 0 ? default : source.Draw(field.Words<TReal, TWord>(0, first >> 2, component));

    /// <summary>The next number.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public TReal Next()
    {
        int place = next & 3;
        if (place == 0)
            numbers = source.Draw(field.Words<TReal, TWord>(0, next >> 2, component));
        next++;
        return place == 0 ? numbers.A : place == 1 ? numbers.B : place == 2 ? numbers.C : numbers.D;
    }
}
