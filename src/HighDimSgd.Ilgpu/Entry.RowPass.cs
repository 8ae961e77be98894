using HighDimSgd.Kernels;
using HighDimSgd.Kernels.Random;
using ILGPU;

namespace HighDimSgd.Ilgpu;

/// <content>The fused row pass: a group takes a panel of rows, whose gradient is its own.</content>
public static partial class Entry
{
    /// <summary>The skeletons <c>RowPass</c> and <c>PackedPass</c>; a group per replica and panel.</summary>
    /// <param name="shape">How it is cut.</param>
    /// <param name="design">Designs.</param>
    /// <param name="theta">Parameters.</param>
    /// <param name="partial">Receives the panels' gradients: panel after panel, replica after replica.</param>
    /// <param name="body">The row body.</param>
    public static void RowPass<TFormat, TBody>(
        RowShape shape,
        Slots<Real1, Word1, DeviceView> design,
        Slots<Real1, Word1, DeviceView> theta,
        Slots<Real1, Word1, DeviceView> partial,
        TBody body)
        where TFormat : struct, IEntryFormat<Real1, Word1>
        where TBody : struct, IRowBody<Real1>
    {
        ArrayView<float> products = SharedMemory.Allocate<float>(RowsAtOnce * MostLanes);
        ArrayView<float> weights = SharedMemory.Allocate<float>(RowsAtOnce);
        int slot = Grid.IdxX / shape.Panels;
        PanelPass<TFormat, TBody>(shape, slot, Grid.IdxX - (slot * shape.Panels), design, theta, partial, products, weights, body);
    }

    private static void PanelPass<TFormat, TBody>(
        RowShape shape,
        int slot,
        int panel,
        Slots<Real1, Word1, DeviceView> design,
        Slots<Real1, Word1, DeviceView> theta,
        Slots<Real1, Word1, DeviceView> partial,
        ArrayView<float> products,
        ArrayView<float> weights,
        TBody body)
        where TFormat : struct, IEntryFormat<Real1, Word1>
        where TBody : struct, IRowBody<Real1>
    {
        int first = panel * RowShape.PanelRows, end = Math.Min(shape.Rows, first + RowShape.PanelRows);
        long sums = partial.Start + (slot * partial.Stride) + ((long)panel * shape.Columns);
        for (int row = first; row < end; row += RowsAtOnce)
        {
            int last = Math.Min(RowsAtOnce, end - row) - 1;
            long x = design.Start + (slot * design.Stride) + ((long)row * shape.Words);
            // A row past the end is the last one again, and weighs nothing.
            var rows = new Four<long>(x, x + (Math.Min(1, last) * shape.Words), x + (Math.Min(2, last) * shape.Words), x + (last * shape.Words));
            FourRows<TFormat, TBody>(shape, design.View, rows, theta, slot, row, last + 1, products, weights, partial.View, sums, row == first, body);
        }
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
            sum += partial.Load(outer, ((long)panel * shape.Columns) + index);
        gradient.Store(outer, index, sum);
    }
}
