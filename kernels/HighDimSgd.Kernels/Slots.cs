namespace HighDimSgd.Kernels;

/// <summary>One array per replica of a batch, at a fixed stride in one view.</summary>
/// <typeparam name="TReal">Lane of reals.</typeparam>
/// <typeparam name="TWord">Lane of words.</typeparam>
/// <typeparam name="TView">Memory.</typeparam>
/// <param name="view">The memory.</param>
/// <param name="stride">Elements per replica, a multiple of 64.</param>
/// <param name="start">Where the first replica's array begins.</param>
public readonly struct Slots<TReal, TWord, TView>(TView view, long stride, long start = 0)
    where TReal : unmanaged, IReal<TReal, TWord>
    where TWord : unmanaged, IWord<TReal, TWord>
    where TView : struct, IView<TReal, TWord>
{
    /// <summary>The memory of the whole batch.</summary>
    public readonly TView View = view;

    /// <summary>Elements per replica.</summary>
    public readonly long Stride = stride;

    /// <summary>Where the first replica's array begins.</summary>
    public readonly long Start = start;

    /// <summary>The same arrays from their element <paramref name="index"/> on.</summary>
    public Slots<TReal, TWord, TView> From(long index) => new(View, Stride, Start + index);

    /// <summary>The arrays of the replicas from <paramref name="slot"/> on.</summary>
    public Slots<TReal, TWord, TView> Skip(int slot) => From(slot * Stride);

    /// <summary>Elements of the replica at <paramref name="slot"/> from <paramref name="index"/> on.</summary>
    public TReal Load(int slot, long index) => View.Load(Start + slot * Stride + index);

    /// <summary>Stores elements of the replica at <paramref name="slot"/>.</summary>
    public void Store(int slot, long index, TReal value) => View.Store(Start + slot * Stride + index, value);
}

/// <summary>
/// Where a table of rows and columns lies: plain row-major, or in blocks of columns (2^blockShift of them) each of which holds
/// all its rows together. The DMFT keeps its paths in blocks, so that one pass over the steps of a block is one stream.
/// </summary>
/// <param name="start">Offset of row 0, column 0; may be negative for a window on later rows.</param>
/// <param name="rowStride">Elements from one row to the next.</param>
/// <param name="blockShift">Binary logarithm of the columns per block; 30 for plain row-major.</param>
/// <param name="blockStride">Elements from one block to the next.</param>
public readonly struct TableLayout(long start, long rowStride, int blockShift, long blockStride)
{
    private readonly long start = start;
    private readonly long rowStride = rowStride;
    private readonly int blockShift = blockShift;
    private readonly long blockStride = blockStride;

    /// <summary>A plain row-major table.</summary>
    public static TableLayout Plain(long start, long rowStride) => new(start, rowStride, 30, 0);

    /// <summary>Offset of an element.</summary>
    public long At(int row, int column) =>
        start + row * rowStride + (column >> blockShift) * blockStride + (column & ((1 << blockShift) - 1));
}
