using System.Runtime.CompilerServices;

namespace HighDimSgd.Kernels.Bodies;

/// <summary>Sums over paths of (zeta - D) l, (zeta - D) l^2, (zeta - D) r l, and l^3.</summary>
/// <param name="products">Preactivations r.</param>
/// <param name="slopes">Derivatives l, 0 past the last path.</param>
/// <param name="clock">Table whose row <paramref name="step"/> holds zeta.</param>
/// <param name="layout">Layout of that table.</param>
/// <param name="step">The step k.</param>
/// <param name="mean">D.</param>
public readonly struct ClockSums<TReal, TWord, TView>(
    TView products, TView slopes, TView clock, TableLayout layout, int step, float mean) : IReduceBody<TReal>
    where TReal : unmanaged, IReal<TReal, TWord>
    where TWord : unmanaged, IWord<TReal, TWord>
    where TView : struct, IView<TReal, TWord>
{
    private readonly TView products = products;
    private readonly TView slopes = slopes;
    private readonly TView clock = clock;
    private readonly TableLayout layout = layout;
    private readonly int step = step;
    private readonly float mean = mean;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Four<TReal> Run(int slot, int index)
    {
        TReal r = products.Load(index), l = slopes.Load(index);
        TReal noise = (clock.Load(layout.At(step, index)) - TReal.Of(mean)) * l;
        return new(noise, noise * l, noise * r, l * l * l);
    }
}

/// <summary>Sums over paths of l^4, r l^2, r l^3 and r^2 l^2.</summary>
/// <param name="products">Preactivations r.</param>
/// <param name="slopes">Derivatives l, 0 past the last path.</param>
public readonly struct SlopeSums<TReal, TWord, TView>(TView products, TView slopes) : IReduceBody<TReal>
    where TReal : unmanaged, IReal<TReal, TWord>
    where TWord : unmanaged, IWord<TReal, TWord>
    where TView : struct, IView<TReal, TWord>
{
    private readonly TView products = products;
    private readonly TView slopes = slopes;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Four<TReal> Run(int slot, int index)
    {
        TReal r = products.Load(index), l = slopes.Load(index), square = l * l;
        return new(square * square, r * square, r * square * l, r * r * square);
    }
}

/// <summary>Sums over paths of l l, l l' and l' l', l and l' those of two starts.</summary>
/// <param name="first">Derivatives l, 0 past the last path.</param>
/// <param name="second">Derivatives l', 0 past the last path.</param>
public readonly struct CrossSums<TReal, TWord, TView>(TView first, TView second) : IReduceBody<TReal>
    where TReal : unmanaged, IReal<TReal, TWord>
    where TWord : unmanaged, IWord<TReal, TWord>
    where TView : struct, IView<TReal, TWord>
{
    private readonly TView first = first;
    private readonly TView second = second;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Four<TReal> Run(int slot, int index)
    {
        TReal a = first.Load(index), b = second.Load(index);
        return new(a * a, a * b, b * b, TReal.Of(0f));
    }
}

/// <summary>Sums over paths of the products of four pairs of a table's columns, as they stand in its layout's rows.</summary>
/// <param name="table">The table.</param>
/// <param name="layout">Its layout, a row per column of the table.</param>
/// <param name="left">Rows of the first factors.</param>
/// <param name="right">Rows of the second factors.</param>
/// <param name="paths">Number of paths.</param>
public readonly struct PairSums<TReal, TWord, TView>(
    TView table, TableLayout layout, Four<int> left, Four<int> right, int paths) : IReduceBody<TReal>
    where TReal : unmanaged, IReal<TReal, TWord>
    where TWord : unmanaged, IWord<TReal, TWord>
    where TView : struct, IView<TReal, TWord>
{
    private readonly TView table = table;
    private readonly TableLayout layout = layout;
    private readonly Four<int> left = left;
    private readonly Four<int> right = right;
    private readonly int paths = paths;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Four<TReal> Run(int slot, int index) =>
        new(Product(left.A, right.A, index), Product(left.B, right.B, index), Product(left.C, right.C, index), Product(left.D, right.D, index));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private TReal Product(int a, int b, int index) =>
        Functions.Keep<TReal, TWord>(index, paths, table.Load(layout.At(a, index)) * table.Load(layout.At(b, index)));
}
