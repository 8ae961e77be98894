using System.Runtime.CompilerServices;
using HighDimSgd.Kernels.Physics;

namespace HighDimSgd.Kernels.Bodies;

/// <summary>
/// One step of the DMFT's single-sample process: r arrives as the combination of Gaussian coordinates and past forces,
/// and l(r; y) is returned, so that the pass yields the sums of l g_j and of l f_j. Index: path.
/// </summary>
/// <param name="products">Receives r.</param>
/// <param name="slopes">Receives l, 0 past the last path.</param>
/// <param name="labels">Labels y.</param>
/// <param name="paths">Number of paths.</param>
/// <param name="loss">The loss.</param>
public readonly struct PathRow<TReal, TWord, TView, TLoss>(TView products, TView slopes, TView labels, int paths, TLoss loss) : IRowBody<TReal>
    where TReal : unmanaged, IReal<TReal, TWord>
    where TWord : unmanaged, IWord<TReal, TWord>
    where TView : struct, IView<TReal, TWord>
    where TLoss : struct, ILoss<TReal>
{
    private readonly TView products = products;
    private readonly TView slopes = slopes;
    private readonly TView labels = labels;
    private readonly int paths = paths;
    private readonly TLoss loss = loss;

    /// <inheritdoc/>
    public static bool WantsGradient => true;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public TReal Run(int slot, int row, TReal product)
    {
        products.Store(row, product);
        TReal slope = Functions.Keep<TReal, TWord>(row, paths, loss.Slope(product, labels.Load(row)));
        slopes.Store(row, slope);
        return slope;
    }
}

/// <summary>
/// The same step of two processes with the same labels, those of two starts on the same data, in the columns A, the first, and B, the second less a share
/// of the first: r_A and r_B arrive, l_A and l_B are returned. Index: path.
/// </summary>
/// <param name="products">Receives r of the first.</param>
/// <param name="slopes">Receives l of the first, 0 past the last path.</param>
/// <param name="otherProducts">Receives r of the second, r_B + share r_A.</param>
/// <param name="otherSlopes">Receives l_B, l of the second less share times that of the first, 0 past the last path.</param>
/// <param name="labels">Labels y.</param>
/// <param name="share">The share.</param>
/// <param name="paths">Number of paths.</param>
/// <param name="loss">The loss.</param>
public readonly struct PairRow<TReal, TWord, TView, TLoss>(
    TView products, TView slopes, TView otherProducts, TView otherSlopes, TView labels, float share, int paths, TLoss loss) : IBlockBody<TReal>
    where TReal : unmanaged, IReal<TReal, TWord>
    where TWord : unmanaged, IWord<TReal, TWord>
    where TView : struct, IView<TReal, TWord>
    where TLoss : struct, ILoss<TReal>
{
    private readonly PathRow<TReal, TWord, TView, TLoss> first = new(products, slopes, labels, paths, loss);
    private readonly PathRow<TReal, TWord, TView, TLoss> second = new(otherProducts, otherSlopes, labels, paths, loss);
    private readonly TView otherSlopes = otherSlopes;
    private readonly float share = share;

    /// <inheritdoc/>
    public static int Combined => 2;

    /// <inheritdoc/>
    public static int Projected => 2;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Four<TReal> Run(int slot, int row, Four<TReal> combined)
    {
        TReal part = TReal.Of(share), slope = first.Run(slot, row, combined.A);
        TReal other = second.Run(slot, row, combined.B + part * combined.A) - part * slope;
        otherSlopes.Store(row, other);
        return new(slope, other, slope, other);
    }
}

/// <summary>
/// The force f^k = u l zeta / delta of a step, with the increment zeta that waits in its place freed of its chance projections:
/// zeta - a l - b l^2 - c r l. The true means of (zeta - D) times l, l^2 and r l are 0, and with the right a, b, c so are the sample's.
/// Index: path.
/// </summary>
/// <param name="products">Preactivations r.</param>
/// <param name="slopes">Derivatives l.</param>
/// <param name="forces">Table whose row <paramref name="step"/> holds zeta and receives f.</param>
/// <param name="layout">Layout of that table.</param>
/// <param name="increments">Receives the freed zeta.</param>
/// <param name="step">The step k.</param>
/// <param name="inverseAspect">u/delta, u the schedule's factor on the rate.</param>
/// <param name="projections">a, b and c; the last is not used.</param>
public readonly struct ForceBody<TReal, TWord, TView>(
    TView products,
    TView slopes,
    TView forces,
    TableLayout layout,
    TView increments,
    int step,
    float inverseAspect,
    Four<float> projections) : IForBody
    where TReal : unmanaged, IReal<TReal, TWord>
    where TWord : unmanaged, IWord<TReal, TWord>
    where TView : struct, IView<TReal, TWord>
{
    private readonly TView products = products;
    private readonly TView slopes = slopes;
    private readonly TView forces = forces;
    private readonly TableLayout layout = layout;
    private readonly TView increments = increments;
    private readonly int step = step;
    private readonly float inverseAspect = inverseAspect;
    private readonly Four<float> projections = projections;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Run(int outer, int index)
    {
        TReal r = products.Load(index), l = slopes.Load(index);
        long place = layout.At(step, index);
        TReal chance = TReal.Of(projections.A) + TReal.Of(projections.B) * l + TReal.Of(projections.C) * r;
        TReal zeta = forces.Load(place) - l * chance;
        increments.Store(index, zeta);
        forces.Store(place, l * zeta * TReal.Of(inverseAspect));
    }
}

/// <summary>
/// Makes columns of a table orthogonal: column i becomes sum over j &lt;= i of T(i,j) times column j. Index: path.
/// </summary>
/// <param name="table">The table.</param>
/// <param name="layout">Its layout, a row per column of the table.</param>
/// <param name="first">Row that comes first.</param>
/// <param name="next">Row that comes second; the others follow at <paramref name="stride"/>.</param>
/// <param name="stride">Rows from one to the next.</param>
/// <param name="count">How many there are.</param>
/// <param name="triangle">T, <paramref name="count"/> numbers a row.</param>
public readonly struct TriangleBody<TReal, TWord, TView>(
    TView table, TableLayout layout, int first, int next, int stride, int count, TView triangle) : IForBody
    where TReal : unmanaged, IReal<TReal, TWord>
    where TWord : unmanaged, IWord<TReal, TWord>
    where TView : struct, IView<TReal, TWord>
{
    private readonly TView table = table;
    private readonly TableLayout layout = layout;
    private readonly int first = first;
    private readonly int next = next;
    private readonly int stride = stride;
    private readonly int count = count;
    private readonly TView triangle = triangle;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Run(int outer, int index)
    {
        for (int i = count - 1; i >= 0; i--)
        {
            TReal sum = triangle.Spread(i * count) * table.Load(layout.At(first, index));
            for (int j = 1; j <= i; j++)
                sum += triangle.Spread(i * count + j) * table.Load(Place(j, index));
            table.Store(i == 0 ? layout.At(first, index) : Place(i, index), sum);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private long Place(int column, int index) => layout.At(next + (column - 1) * stride, index);
}
