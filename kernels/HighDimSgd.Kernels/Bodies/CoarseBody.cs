using System.Runtime.CompilerServices;

namespace HighDimSgd.Kernels.Bodies;

/// <summary>Sums rows of a plain table: row <paramref name="first"/> + outer of the target becomes the scaled sum of <paramref name="count"/>
/// rows of the source. Outer index: row of the target, from 0 on; index: path.</summary>
/// <param name="source">The source.</param>
/// <param name="stride">Elements from one row of it to the next.</param>
/// <param name="count">Rows summed.</param>
/// <param name="scale">Factor of the sum.</param>
/// <param name="target">The target.</param>
/// <param name="layout">Its layout.</param>
/// <param name="first">First row of it.</param>
public readonly struct CoarseBody<TReal, TWord, TView>(
    TView source, int stride, int count, float scale, TView target, TableLayout layout, int first) : IForBody
    where TReal : unmanaged, IReal<TReal, TWord>
    where TWord : unmanaged, IWord<TReal, TWord>
    where TView : struct, IView<TReal, TWord>
{
    private readonly TView source = source;
    private readonly int stride = stride;
    private readonly int count = count;
    private readonly float scale = scale;
    private readonly TView target = target;
    private readonly TableLayout layout = layout;
    private readonly int first = first;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Run(int outer, int index)
    {
        long row = (long)outer * count * stride;
        TReal sum = source.Load(row + index);
        for (int i = 1; i < count; i++)
            sum += source.Load(row + (long)i * stride + index);
        target.Store(layout.At(first + outer, index), TReal.Of(scale) * sum);
    }
}
