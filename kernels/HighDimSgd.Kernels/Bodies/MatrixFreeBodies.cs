using System.Runtime.CompilerServices;
using HighDimSgd.Kernels.Physics;

namespace HighDimSgd.Kernels.Bodies;

/// <summary>Where the numbers of a replica stand that the two passes of a step take.</summary>
public static class ImageNumbers
{
    /// <summary>Column of the residual that becomes u; below 0 where no direction is new.</summary>
    public const int Left = 0;

    /// <summary>Column of the normals that become a; below 0 where none does.</summary>
    public const int Right = 1;

    /// <summary>Column that receives f.</summary>
    public const int Force = 2;

    /// <summary>Column of the next normals.</summary>
    public const int Next = 3;

    /// <summary>1/|residual - U c'|.</summary>
    public const int InverseLength = 4;

    /// <summary>chi - u.z.</summary>
    public const int Along = 5;

    /// <summary>Theta's coordinate along the new direction.</summary>
    public const int Coordinate = 6;

    /// <summary>u/delta.</summary>
    public const int Rate = 7;

    /// <summary>Numbers of a replica.</summary>
    public const int Count = 8;
}

/// <summary>
/// First pass of a step on a design that is not stored (Lu, Householder Dice, IEEE Trans. Inf. Theory 67, 2021). The table holds, column by
/// column, the images a_j = sqrt(d) X v_j of the directions that theta has taken, and an orthonormal basis u_i of the forces f so far; the
/// residual of the last force and fresh normals z wait in the next columns. The pass finishes both: u = (residual - U c')/|.|,
/// a = z - U (U^T z) + (chi - u.z) u, the image of theta's new direction; then r_i = sum_j theta_j a_ij and f_i = u l(r_i; y_i) zeta_i/delta,
/// which waits in the column after u. Combines U c', U (U^T z) and the known part of r; gives f and the next z. Rows: samples.
/// </summary>
/// <param name="table">The tables.</param>
/// <param name="layout">Their columns as rows.</param>
/// <param name="numbers">For every replica eight numbers, see <see cref="ImageNumbers"/>.</param>
/// <param name="samples">Samples n; f is 0 past them.</param>
/// <param name="products">Receives r.</param>
/// <param name="labels">Labels y.</param>
/// <param name="clock">Increments zeta.</param>
/// <param name="clockStart">Where those of this step begin.</param>
/// <param name="loss">The loss.</param>
public readonly struct ImageRow<TReal, TWord, TView, TLoss>(
    Slots<TReal, TWord, TView> table,
    TableLayout layout,
    TView numbers,
    int samples,
    Slots<TReal, TWord, TView> products,
    Slots<TReal, TWord, TView> labels,
    Slots<TReal, TWord, TView> clock,
    int clockStart,
    TLoss loss) : IBlockBody<TReal>
    where TReal : unmanaged, IReal<TReal, TWord>
    where TWord : unmanaged, IWord<TReal, TWord>
    where TView : struct, IView<TReal, TWord>
    where TLoss : struct, ILoss<TReal>
{
    private readonly Slots<TReal, TWord, TView> table = table;
    private readonly TableLayout layout = layout;
    private readonly TView numbers = numbers;
    private readonly int samples = samples;
    private readonly Slots<TReal, TWord, TView> products = products;
    private readonly Slots<TReal, TWord, TView> labels = labels;
    private readonly Slots<TReal, TWord, TView> clock = clock;
    private readonly int clockStart = clockStart;
    private readonly TLoss loss = loss;

    /// <inheritdoc/>
    public static int Combined => 3;

    /// <inheritdoc/>
    public static int Projected => 2;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Four<TReal> Run(int slot, int row, Four<TReal> combined)
    {
        long own = slot * (long)ImageNumbers.Count;
        int left = numbers.Whole(own + ImageNumbers.Left), right = numbers.Whole(own + ImageNumbers.Right);
        TReal r = combined.C;
        if (left >= 0)
        {
            TReal u = numbers.Spread(own + ImageNumbers.InverseLength) * (table.Load(slot, layout.At(left, row)) - combined.A);
            table.Store(slot, layout.At(left, row), u);
            if (right >= 0)
            {
                TReal image = table.Load(slot, layout.At(right, row)) - combined.B + numbers.Spread(own + ImageNumbers.Along) * u;
                table.Store(slot, layout.At(right, row), image);
                r += numbers.Spread(own + ImageNumbers.Coordinate) * image;
            }
        }

        products.Store(slot, row, r);
        TReal f = loss.Slope(r, labels.Load(slot, row)) * clock.Load(slot, clockStart + row) * numbers.Spread(own + ImageNumbers.Rate);
        f = Functions.Keep<TReal, TWord>(row, samples, f);
        table.Store(slot, layout.At(numbers.Whole(own + ImageNumbers.Force), row), f);
        return new(f, table.Load(slot, layout.At(numbers.Whole(own + ImageNumbers.Next), row)), f, f);
    }
}

/// <summary>
/// Second pass: the residual f - U (U^T f) of the force, in its place. Its projections are those onto U that rounding left, to be taken out
/// by the next pass, and those onto the images, the known part of X^T f. Rows: samples.
/// </summary>
/// <param name="table">The tables.</param>
/// <param name="layout">Their columns as rows.</param>
/// <param name="numbers">For every replica the numbers that the first pass had.</param>
public readonly struct ResidualRow<TReal, TWord, TView>(Slots<TReal, TWord, TView> table, TableLayout layout, TView numbers) : IBlockBody<TReal>
    where TReal : unmanaged, IReal<TReal, TWord>
    where TWord : unmanaged, IWord<TReal, TWord>
    where TView : struct, IView<TReal, TWord>
{
    private readonly Slots<TReal, TWord, TView> table = table;
    private readonly TableLayout layout = layout;
    private readonly TView numbers = numbers;

    /// <inheritdoc/>
    public static int Combined => 1;

    /// <inheritdoc/>
    public static int Projected => 1;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Four<TReal> Run(int slot, int row, Four<TReal> combined)
    {
        long place = layout.At(numbers.Whole((slot * (long)ImageNumbers.Count) + ImageNumbers.Force), row);
        TReal residual = table.Load(slot, place) - combined.A;
        table.Store(slot, place, residual);
        return new(residual, residual, residual, residual);
    }
}
