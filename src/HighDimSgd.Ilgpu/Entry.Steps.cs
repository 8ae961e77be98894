using HighDimSgd.Devices;
using HighDimSgd.Kernels;
using HighDimSgd.Kernels.Random;
using ILGPU;

namespace HighDimSgd.Ilgpu;

/// <content>
/// Steps one after another in one launch: a group takes a replica through all of them, whose design stays in the caches and whose increments it draws itself.
/// </content>
public static partial class Entry
{
    /// <summary>The skeletons <c>TrySteps</c> and <c>TryPackedSteps</c>; a group per replica, which takes all panels in turn.</summary>
    /// <param name="shape">How a pass is cut.</param>
    /// <param name="range">The steps.</param>
    /// <param name="factors">For each step that of its update and that of its rows.</param>
    /// <param name="design">Designs.</param>
    /// <param name="theta">Parameters.</param>
    /// <param name="partial">Room for the panels' gradients.</param>
    /// <param name="sum">Adds them.</param>
    /// <param name="draw">The draw.</param>
    /// <param name="update">The update.</param>
    /// <param name="row">The row body.</param>
    public static void Steps<TFormat, TDraw, TUpdate, TBody>(
        RowShape shape,
        StepRange range,
        DeviceView factors,
        Slots<Real1, Word1, DeviceView> design,
        Slots<Real1, Word1, DeviceView> theta,
        Slots<Real1, Word1, DeviceView> partial,
        PanelBody sum,
        TDraw draw,
        TUpdate update,
        TBody row)
        where TFormat : struct, IEntryFormat<Real1, Word1>
        where TDraw : struct, IForBody, IStep<TDraw>
        where TUpdate : struct, IForBody, IStep<TUpdate>
        where TBody : struct, IRowBody<Real1>, IStep<TBody>
    {
        ArrayView<float> products = SharedMemory.Allocate<float>(RowsAtOnce * MostLanes);
        ArrayView<float> weights = SharedMemory.Allocate<float>(RowsAtOnce);
        int slot = Grid.IdxX;
        for (int k = 0; k < range.Count; k++)
        {
            BeforePass(range, k, slot, factors, draw, update);
            TBody body = row.At(range.First + k, factors.Load((2 * k) + 1).Value);
            for (int panel = 0; panel < shape.Panels; panel++)
                PanelPass<TFormat, TBody>(shape, slot, panel, design, theta, partial, products, weights, body);
            Group.Barrier();
            for (int j = Group.IdxX; j < shape.Columns; j += Group.DimX)
                sum.Run(slot, j);
            Group.Barrier();
        }
    }

    /// <summary>The skeleton <c>TrySignSteps</c>; a group per replica, a thread per row and then per column.</summary>
    /// <param name="range">The steps.</param>
    /// <param name="factors">For each step that of its update and that of its rows.</param>
    /// <param name="table">Shape of the signs.</param>
    /// <param name="signs">The signs.</param>
    /// <param name="theta">Parameters.</param>
    /// <param name="weights">Room for the weights of rows.</param>
    /// <param name="gradient">Gradients.</param>
    /// <param name="draw">The draw.</param>
    /// <param name="update">The update.</param>
    /// <param name="row">The row body.</param>
    public static void SignSteps<TDraw, TUpdate, TBody>(
        StepRange range,
        DeviceView factors,
        SignTable table,
        Slots<Real1, Word1, DeviceView> signs,
        Slots<Real1, Word1, DeviceView> theta,
        Slots<Real1, Word1, DeviceView> weights,
        Slots<Real1, Word1, DeviceView> gradient,
        TDraw draw,
        TUpdate update,
        TBody row)
        where TDraw : struct, IForBody, IStep<TDraw>
        where TUpdate : struct, IForBody, IStep<TUpdate>
        where TBody : struct, IRowBody<Real1>, IStep<TBody>
    {
        int slot = Grid.IdxX;
        var columns = new SignColumn(new(signs, table.ColumnLayout, table.ColumnWords), weights, gradient, table.Columns);
        for (int k = 0; k < range.Count; k++)
        {
            BeforePass(range, k, slot, factors, draw, update);
            var rows = new SignRow<TBody>(
                new(signs, table.RowLayout, table.RowWords), theta, weights, table.Rows, row.At(range.First + k, factors.Load((2 * k) + 1).Value));
            for (int i = Group.IdxX; i < table.PaddedRows; i += Group.DimX)
                rows.Run(slot, i);
            Group.Barrier();
            for (int j = Group.IdxX; j < table.PaddedColumns; j += Group.DimX)
                columns.Run(slot, j);
            Group.Barrier();
        }
    }

    /// <summary>The update, and where a group of steps begins the draw.</summary>
    private static void BeforePass<TDraw, TUpdate>(StepRange range, int k, int slot, DeviceView factors, TDraw draw, TUpdate update)
        where TDraw : struct, IForBody, IStep<TDraw>
        where TUpdate : struct, IForBody, IStep<TUpdate>
    {
        int step = range.First + k;
        TUpdate updated = update.At(step, factors.Load(2 * k).Value);
        for (int j = Group.IdxX; j < range.Size; j += Group.DimX)
            updated.Run(slot, j);
        if (step % StepGroup.Size == 0)
        {
            TDraw drawn = draw.At(step, 0f);
            for (int i = Group.IdxX; i < range.Rows; i += Group.DimX)
                drawn.Run(slot, i);
        }

        Group.Barrier();
    }
}
