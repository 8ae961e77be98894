using HighDimSgd.Kernels;
using ILGPU;

namespace HighDimSgd.Ilgpu;

/// <summary>How a row pass is cut; a function of the design's shape alone.</summary>
/// <param name="rows">Rows n.</param>
/// <param name="rowStride">Elements from one row to the next.</param>
public readonly struct RowShape(int rows, int rowStride)
{
    /// <summary>Rows of a panel, whose gradient is summed by one group.</summary>
    public const int PanelRows = 128;

    /// <summary>Rows n.</summary>
    public int Rows { get; } = rows;

    /// <summary>Elements from one row to the next.</summary>
    public int RowStride { get; } = rowStride;

    /// <summary>Panels.</summary>
    public int Panels { get; } = (rows + PanelRows - 1) / PanelRows;

    /// <summary>Binary logarithm of the virtual lanes over columns: about four columns to a lane.</summary>
    public int LaneShift { get; } = Lanes.Shift(rowStride / 4);
}

/// <summary>Virtual lanes of a group.</summary>
public static class Lanes
{
    /// <summary>Binary logarithm of the lanes for so many numbers: 32 to 256 lanes.</summary>
    public static int Shift(int count) => count > 128 ? 8 : count > 64 ? 7 : count > 32 ? 6 : 5;
}

/// <content>
/// The fused row pass. A group takes a panel of rows four at a time: products by virtual lanes over the columns, the tree, the row body
/// on four threads, then the weighted rows onto the panel's gradient. The rows' second reading comes from the cache, four being small;
/// so the design is read once from memory. Of the gradient each thread touches columns of its own.
/// </content>
public static partial class Entry
{
    private const int RowsAtOnce = 4;

    /// <summary>The skeleton <c>RowPass</c>; a group per replica and panel.</summary>
    /// <param name="shape">How it is cut.</param>
    /// <param name="design">Designs.</param>
    /// <param name="theta">Parameters.</param>
    /// <param name="partial">Receives the panels' gradients: panel after panel, replica after replica.</param>
    /// <param name="body">The row body.</param>
    public static void RowPass<TBody>(
        RowShape shape,
        Slots<Real1, Word1, DeviceView> design,
        Slots<Real1, Word1, DeviceView> theta,
        Slots<Real1, Word1, DeviceView> partial,
        TBody body)
        where TBody : struct, IRowBody<Real1>
    {
        ArrayView<float> products = SharedMemory.Allocate<float>(RowsAtOnce * MostLanes);
        ArrayView<float> weights = SharedMemory.Allocate<float>(RowsAtOnce);
        int stride = shape.RowStride, shift = shape.LaneShift, lanes = 1 << shift;
        int slot = Grid.IdxX / shape.Panels, panel = Grid.IdxX - (slot * shape.Panels);
        int first = panel * RowShape.PanelRows, end = Math.Min(shape.Rows, first + RowShape.PanelRows);
        long sums = partial.Start + (slot * partial.Stride) + ((long)panel * stride);
        for (int row = first; row < end; row += RowsAtOnce)
        {
            long x = design.Start + (slot * design.Stride) + ((long)row * stride);
            for (int lane = Group.IdxX; lane < lanes; lane += Group.DimX)
                Products(design.View, x, theta, slot, stride, lane, shift, products);
            Tree(products, RowsAtOnce, shift);
            for (int r = Group.IdxX; r < RowsAtOnce; r += Group.DimX)
                weights[r] = row + r < end ? body.Run(slot, row + r, new(products[r << shift])).Value : 0f;
            Group.Barrier();
            if (TBody.WantsGradient)
            {
                for (int j = Group.IdxX; j < stride; j += Group.DimX)
                    Add(design.View, x + j, stride, weights, partial.View, sums + j, row == first);
            }
        }
    }

    private static void Products(
        DeviceView design, long x, Slots<Real1, Word1, DeviceView> theta, int slot, int stride, int lane, int shift, ArrayView<float> products)
    {
        float a = 0f, b = 0f, c = 0f, d = 0f;
        for (int j = lane; j < stride; j += 1 << shift)
        {
            float t = theta.Load(slot, j).Value;
            a += design.Load(x + j).Value * t;
            b += design.Load(x + stride + j).Value * t;
            c += design.Load(x + (2L * stride) + j).Value * t;
            d += design.Load(x + (3L * stride) + j).Value * t;
        }

        products[lane] = a;
        products[(1 << shift) + lane] = b;
        products[(2 << shift) + lane] = c;
        products[(3 << shift) + lane] = d;
    }

    private static void Add(DeviceView design, long x, int stride, ArrayView<float> weights, DeviceView partial, long place, bool isFirst)
    {
        float sum = isFirst ? 0f : partial.Load(place).Value;
        sum += weights[0] * design.Load(x).Value;
        sum += weights[1] * design.Load(x + stride).Value;
        sum += weights[2] * design.Load(x + (2L * stride)).Value;
        sum += weights[3] * design.Load(x + (3L * stride)).Value;
        partial.Store(place, new(sum));
    }
}

/// <summary>Adds the gradients of a replica's panels in order. Outer index: slot; index: coordinate.</summary>
/// <param name="partial">The panels' gradients.</param>
/// <param name="shape">How the pass was cut.</param>
/// <param name="gradient">Receives their sum.</param>
public readonly struct PanelBody(
    Slots<Real1, Word1, DeviceView> partial, RowShape shape, Slots<Real1, Word1, DeviceView> gradient) : IForBody
{
    private readonly Slots<Real1, Word1, DeviceView> partial = partial;
    private readonly RowShape shape = shape;
    private readonly Slots<Real1, Word1, DeviceView> gradient = gradient;

    /// <inheritdoc/>
    public void Run(int outer, int index)
    {
        Real1 sum = partial.Load(outer, index);
        for (int panel = 1; panel < shape.Panels; panel++)
            sum += partial.Load(outer, ((long)panel * shape.RowStride) + index);
        gradient.Store(outer, index, sum);
    }
}
