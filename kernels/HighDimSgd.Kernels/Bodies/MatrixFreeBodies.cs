using System.Runtime.CompilerServices;
using HighDimSgd.Kernels.Physics;

namespace HighDimSgd.Kernels.Bodies;

/// <summary>
/// First pass of a step on a design that is not stored (Lu, Householder Dice, IEEE Trans. Inf. Theory 67, 2021). The table holds, column by
/// column, the images a_j = sqrt(d) X v_j of the directions that theta has taken, and an orthonormal basis u_i of the forces f so far; the
/// residual of the last force and fresh normals z wait in the next columns. The pass finishes both: u = (residual - U c')/|.|,
/// a = z - U (U^T z) + (chi - u.z) u, the image of theta's new direction; then r_i = sum_j theta_j a_ij and f_i = u l(r_i; y_i) zeta_i/delta,
/// which waits in the column after u. Combines U c', U (U^T z) and the known part of r; gives f and the next z. Rows: samples.
/// </summary>
/// <param name="table">The table.</param>
/// <param name="layout">Its columns as rows.</param>
/// <param name="left">Column of the residual that becomes u; below 0 where no direction is new.</param>
/// <param name="right">Column of the normals that become a; below 0 where none does.</param>
/// <param name="force">Column that receives f.</param>
/// <param name="next">Column of the next normals.</param>
/// <param name="numbers">1/|residual - U c'|, chi - u.z, theta's coordinate along the new direction, u/delta.</param>
/// <param name="samples">Samples n; f is 0 past them.</param>
/// <param name="products">Receives r.</param>
/// <param name="labels">Labels y.</param>
/// <param name="clock">Increments zeta.</param>
/// <param name="clockStart">Where those of this step begin.</param>
/// <param name="loss">The loss.</param>
public readonly struct ImageRow<TReal, TWord, TView, TLoss>(
    TView table,
    TableLayout layout,
    int left,
    int right,
    int force,
    int next,
    Four<float> numbers,
    int samples,
    TView products,
    TView labels,
    TView clock,
    int clockStart,
    TLoss loss) : IBlockBody<TReal>
    where TReal : unmanaged, IReal<TReal, TWord>
    where TWord : unmanaged, IWord<TReal, TWord>
    where TView : struct, IView<TReal, TWord>
    where TLoss : struct, ILoss<TReal>
{
    private readonly TView table = table;
    private readonly TableLayout layout = layout;
    private readonly int left = left;
    private readonly int right = right;
    private readonly int force = force;
    private readonly int next = next;
    private readonly Four<float> numbers = numbers;
    private readonly int samples = samples;
    private readonly TView products = products;
    private readonly TView labels = labels;
    private readonly TView clock = clock;
    private readonly int clockStart = clockStart;
    private readonly TLoss loss = loss;

    /// <inheritdoc/>
    public static int Combined => 3;

    /// <inheritdoc/>
    public static int Projected => 2;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Four<TReal> Run(int row, Four<TReal> combined)
    {
        TReal r = combined.C;
        if (left >= 0)
        {
            TReal u = TReal.Of(numbers.A) * (table.Load(layout.At(left, row)) - combined.A);
            table.Store(layout.At(left, row), u);
            if (right >= 0)
            {
                TReal image = table.Load(layout.At(right, row)) - combined.B + TReal.Of(numbers.B) * u;
                table.Store(layout.At(right, row), image);
                r += TReal.Of(numbers.C) * image;
            }
        }

        products.Store(row, r);
        TReal f = loss.Slope(r, labels.Load(row)) * clock.Load(clockStart + row) * TReal.Of(numbers.D);
        f = Functions.Keep<TReal, TWord>(row, samples, f);
        table.Store(layout.At(force, row), f);
        return new(f, table.Load(layout.At(next, row)), f, f);
    }
}

/// <summary>
/// Second pass: the residual f - U (U^T f) of the force, in its place. Its projections are those onto U that rounding left, to be taken out
/// by the next pass, and those onto the images, the known part of X^T f. Rows: samples.
/// </summary>
/// <param name="table">The table.</param>
/// <param name="layout">Its columns as rows.</param>
/// <param name="force">Column of f.</param>
public readonly struct ResidualRow<TReal, TWord, TView>(TView table, TableLayout layout, int force) : IBlockBody<TReal>
    where TReal : unmanaged, IReal<TReal, TWord>
    where TWord : unmanaged, IWord<TReal, TWord>
    where TView : struct, IView<TReal, TWord>
{
    private readonly TView table = table;
    private readonly TableLayout layout = layout;
    private readonly int force = force;

    /// <inheritdoc/>
    public static int Combined => 1;

    /// <inheritdoc/>
    public static int Projected => 1;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Four<TReal> Run(int row, Four<TReal> combined)
    {
        long place = layout.At(force, row);
        TReal residual = table.Load(place) - combined.A;
        table.Store(place, residual);
        return new(residual, residual, residual, residual);
    }
}
