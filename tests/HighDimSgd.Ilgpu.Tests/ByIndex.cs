using HighDimSgd.Kernels;
using ILGPU;

namespace HighDimSgd.Ilgpu;

/// <summary>
/// Where a launch enters a body: one thread per index. X is the index, row or path; Y the outer index or the slot of a replica.
/// </summary>
public static class Entry
{
    /// <summary>Runs a body of the skeleton <c>For</c>.</summary>
    /// <param name="index">(index, outer).</param>
    /// <param name="body">The body.</param>
    public static void For<TBody>(Index2D index, TBody body)
        where TBody : struct, IForBody => body.Run(index.Y, index.X);

    /// <summary>Turns the products of rows into their weights.</summary>
    /// <param name="index">(row, slot).</param>
    /// <param name="products">r_i = x_i.theta.</param>
    /// <param name="weights">Receives f_i.</param>
    /// <param name="body">The row body.</param>
    public static void Row<TBody>(
        Index2D index, Slots<Real1, Word1, DeviceView> products, Slots<Real1, Word1, DeviceView> weights, TBody body)
        where TBody : struct, IRowBody<Real1> =>
        weights.Store(index.Y, index.X, body.Run(index.Y, index.X, products.Load(index.Y, index.X)));

    /// <summary>Writes the four summands of each index side by side.</summary>
    /// <param name="index">(index, slot).</param>
    /// <param name="summands">Receives four numbers per index.</param>
    /// <param name="body">The body of the skeleton <c>Reduce</c>.</param>
    public static void Summands<TBody>(Index2D index, Slots<Real1, Word1, DeviceView> summands, TBody body)
        where TBody : struct, IReduceBody<Real1>
    {
        Four<Real1> four = body.Run(index.Y, index.X);
        long place = 4L * index.X;
        summands.Store(index.Y, place, four.A);
        summands.Store(index.Y, place + 1, four.B);
        summands.Store(index.Y, place + 2, four.C);
        summands.Store(index.Y, place + 3, four.D);
    }
}
