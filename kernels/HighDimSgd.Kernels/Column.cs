using System.Runtime.CompilerServices;

namespace HighDimSgd.Kernels;

/// <summary>
/// The numbers of one replica in a table kept in blocks of 64 replicas: element i lies 64 floats after element i - 1, so that lanes over replicas load
/// consecutive floats and all numbers of a block stay together in the cache.
/// </summary>
/// <typeparam name="TReal">Lane of reals; a lane is a replica.</typeparam>
/// <typeparam name="TWord">Lane of words.</typeparam>
/// <typeparam name="TView">Memory.</typeparam>
/// <param name="view">The memory.</param>
/// <param name="start">Where element 0 lies.</param>
public readonly struct Column<TReal, TWord, TView>(TView view, long start)
    where TReal : unmanaged, IReal<TReal, TWord>
    where TWord : unmanaged, IWord<TReal, TWord>
    where TView : struct, IView<TReal, TWord>
{
    private readonly TView view = view;
    private readonly long start = start;

    /// <summary>Element <paramref name="i"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public TReal Get(int i) => view.Load(start + ((long)i << 6));

    /// <summary>Sets element <paramref name="i"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Set(int i, TReal value) => view.Store(start + ((long)i << 6), value);

    /// <summary>Adds to element <paramref name="i"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Add(int i, TReal value) => Set(i, Get(i) + value);

    /// <summary>The elements from <paramref name="i"/> on.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Column<TReal, TWord, TView> From(int i) => new(view, start + ((long)i << 6));

    /// <summary>Zero in the first <paramref name="count"/> elements.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Clear(int count)
    {
        for (int i = 0; i < count; i++)
            Set(i, TReal.Of(0f));
    }

    /// <summary>a + w b in the first <paramref name="count"/> elements; a or b may be this column.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Combine(int count, Column<TReal, TWord, TView> a, TReal w, Column<TReal, TWord, TView> b)
    {
        for (int i = 0; i < count; i++)
            Set(i, a.Get(i) + w * b.Get(i));
    }
}
