using System.Runtime.CompilerServices;
using HighDimSgd.Kernels;

namespace HighDimSgd.Devices.Cpu;

/// <content>
/// The fused row pass. A group of rows at a time, as many as fit into the first-level cache: one sweep of the columns takes the
/// products of the new group and adds the weighted rows of the group before, so that waiting for new rows and working on near ones
/// overlap; between sweeps the row body turns products into weights. Per design entry: 4 bytes from where the design lives, 4 more
/// from the nearest cache, 2 fused multiply-adds. Neither the grouping nor the overlap changes the order of any sum.
/// </content>
internal sealed unsafe partial class CpuSkeletons<TReal, TWord>
{
    public void RowPass<TBody>(
        int batch,
        Slots<TReal, TWord, HostView<TReal, TWord>> design,
        int rowStride,
        int rows,
        Slots<TReal, TWord, HostView<TReal, TWord>> theta,
        Slots<TReal, TWord, HostView<TReal, TWord>> gradient,
        TBody body)
        where TBody : struct, IRowBody<TReal>
    {
        float* x = design.View.Data + design.Start;
        if (batch > 1 && design.Stride == 0)
            SharedPass(batch, new FloatGroups(x, rowStride), rowStride, rows, theta, gradient, body);
        else
            Pass(batch, rowStride, rows, theta, gradient, body, slot => new FloatRows(x + (slot * design.Stride), rowStride));
    }

    private void Pass<TRows, TBody>(
        int batch,
        int rowStride,
        int rows,
        Slots<TReal, TWord, HostView<TReal, TWord>> theta,
        Slots<TReal, TWord, HostView<TReal, TWord>> gradient,
        TBody body,
        Func<int, TRows> rowsOf)
        where TRows : struct, IRows
        where TBody : struct, IRowBody<TReal>
    {
        int panelRows = PanelRows(rows), panels = (rows + panelRows - 1) / panelRows;
        // Side by side, a panel must not touch the rows after its last, which a group of fewer than sixteen rows does.
        int group = panels > 1 && Options.MaxDegreeOfParallelism > 1 ? Lanes : Math.Min(TRows.GroupRows(rowStride), rows <= 4 ? 4 : rows <= 8 ? 8 : 16);
        float* partial = Scratch((long)panels * rowStride);
        for (int slot = 0; slot < batch; slot++)
        {
            float* t = theta.View.Data + theta.Start + (slot * theta.Stride);
            int replica = slot;
            Each(panels, panelRows * rowStride / 64, panel =>
            {
                int first = (int)panel * panelRows;
                PanelPass(replica, group, rowsOf(replica), rowStride, first, Math.Min(rows, first + panelRows), t, partial + (panel * rowStride), body);
            });
            if (TBody.WantsGradient)
                SumPanels(partial, panels, rowStride, gradient.View.Data + gradient.Start + (slot * gradient.Stride));
        }
    }

    /// <summary>Rows of a panel, whose partial gradient is summed on its own; the panels are then added in order.</summary>
    private static int PanelRows(int rows) => Math.Max(512, (((rows + 63) / 64) + Lanes - 1) / Lanes * Lanes);

    private static void SumPanels(float* partial, int panels, int rowStride, float* gradient)
    {
        for (int j = 0; j < rowStride; j += Lanes)
        {
            TReal sum = TReal.Load(partial + j);
            for (int p = 1; p < panels; p++)
                sum += TReal.Load(partial + ((long)p * rowStride) + j);
            TReal.Store(sum, gradient + j);
        }
    }

    private static void PanelPass<TRows, TBody>(
        int slot, int group, TRows rows, int stride, int first, int end, float* theta, float* sum, TBody body)
        where TRows : struct, IRows
        where TBody : struct, IRowBody<TReal>
    {
        TReal* products = stackalloc TReal[Lanes];
        float* weights = stackalloc float[Lanes];
        for (int s = 0; s < Lanes; s++)
            products[s] = TReal.Of(0f);
        new Span<float>(weights, Lanes).Clear();
        new Span<float>(sum, stride).Clear();
        int pending = first;
        for (int row = first; row < end; row += group)
        {
            rows.Sweep(group, row, pending, theta, products, weights, sum);
            TReal f = body.Run(slot, row, TReal.SumRows(products));
            if (TBody.WantsGradient)
                TReal.Store(f, weights);
            pending = row;
        }

        if (TBody.WantsGradient)
            rows.Sweep(group, pending, pending, theta, products, weights, sum);
    }

    // Loops of their own: vectors that live across a call would be kept in memory, not in registers.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void Sweep8(float* x, float* old, int stride, float* theta, TReal* products, float* weights, float* sum)
    {
        long row = stride, four = 4 * row;
        TReal zero = TReal.Of(0f);
        TReal a = zero, b = zero, c = zero, d = zero, e = zero, f = zero, g = zero, h = zero;
        TReal wa = TReal.Of(weights[0]), wb = TReal.Of(weights[1]), wc = TReal.Of(weights[2]), wd = TReal.Of(weights[3]);
        TReal we = TReal.Of(weights[4]), wf = TReal.Of(weights[5]), wg = TReal.Of(weights[6]), wh = TReal.Of(weights[7]);
        for (float* last = x + stride; x < last; x += Lanes, old += Lanes, theta += Lanes, sum += Lanes)
        {
            TReal t = TReal.Load(theta), s = TReal.Load(sum);
            float* y = x + four;
            float* z = old + four;
            a = TReal.FusedMultiplyAdd(TReal.Load(x), t, a);
            s = TReal.FusedMultiplyAdd(wa, TReal.Load(old), s);
            b = TReal.FusedMultiplyAdd(TReal.Load(x + row), t, b);
            s = TReal.FusedMultiplyAdd(wb, TReal.Load(old + row), s);
            c = TReal.FusedMultiplyAdd(TReal.Load(x + (2 * row)), t, c);
            s = TReal.FusedMultiplyAdd(wc, TReal.Load(old + (2 * row)), s);
            d = TReal.FusedMultiplyAdd(TReal.Load(x + (3 * row)), t, d);
            s = TReal.FusedMultiplyAdd(wd, TReal.Load(old + (3 * row)), s);
            e = TReal.FusedMultiplyAdd(TReal.Load(y), t, e);
            s = TReal.FusedMultiplyAdd(we, TReal.Load(z), s);
            f = TReal.FusedMultiplyAdd(TReal.Load(y + row), t, f);
            s = TReal.FusedMultiplyAdd(wf, TReal.Load(z + row), s);
            g = TReal.FusedMultiplyAdd(TReal.Load(y + (2 * row)), t, g);
            s = TReal.FusedMultiplyAdd(wg, TReal.Load(z + (2 * row)), s);
            h = TReal.FusedMultiplyAdd(TReal.Load(y + (3 * row)), t, h);
            s = TReal.FusedMultiplyAdd(wh, TReal.Load(z + (3 * row)), s);
            TReal.Store(s, sum);
        }

        products[0] = a;
        products[1] = b;
        products[2] = c;
        products[3] = d;
        products[4] = e;
        products[5] = f;
        products[6] = g;
        products[7] = h;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void Sweep4(float* x, float* old, int stride, float* theta, TReal* products, float* weights, float* sum)
    {
        long row = stride;
        TReal zero = TReal.Of(0f);
        TReal a = zero, b = zero, c = zero, d = zero;
        TReal wa = TReal.Of(weights[0]), wb = TReal.Of(weights[1]), wc = TReal.Of(weights[2]), wd = TReal.Of(weights[3]);
        for (float* last = x + stride; x < last; x += Lanes, old += Lanes, theta += Lanes, sum += Lanes)
        {
            TReal t = TReal.Load(theta), s = TReal.Load(sum);
            a = TReal.FusedMultiplyAdd(TReal.Load(x), t, a);
            s = TReal.FusedMultiplyAdd(wa, TReal.Load(old), s);
            b = TReal.FusedMultiplyAdd(TReal.Load(x + row), t, b);
            s = TReal.FusedMultiplyAdd(wb, TReal.Load(old + row), s);
            c = TReal.FusedMultiplyAdd(TReal.Load(x + (2 * row)), t, c);
            s = TReal.FusedMultiplyAdd(wc, TReal.Load(old + (2 * row)), s);
            d = TReal.FusedMultiplyAdd(TReal.Load(x + (3 * row)), t, d);
            s = TReal.FusedMultiplyAdd(wd, TReal.Load(old + (3 * row)), s);
            TReal.Store(s, sum);
        }

        products[0] = a;
        products[1] = b;
        products[2] = c;
        products[3] = d;
    }

    /// <summary>A design in one of its storages.</summary>
    private interface IRows
    {
        /// <summary>Rows of a group.</summary>
        static abstract int GroupRows(int stride);

        /// <summary>Products of the group at <paramref name="row"/>, and the weighted rows at <paramref name="pending"/> onto the sum.</summary>
        void Sweep(int group, int row, int pending, float* theta, TReal* products, float* weights, float* sum);
    }

    /// <summary>Rows of floats.</summary>
    private readonly struct FloatRows(float* design, int stride) : IRows
    {
        // With theta and the sum they stay below 48 KiB.
        public static int GroupRows(int stride) => stride <= 640 ? 16 : stride <= 1152 ? 8 : 4;

        public void Sweep(int group, int row, int pending, float* theta, TReal* products, float* weights, float* sum)
        {
            float* x = design + ((long)row * stride), old = design + ((long)pending * stride);
            bool eight = TReal.RowsAtOnce == 8 && group >= 8;
            for (int s = 0; s < group; s += eight ? 8 : 4, x += (eight ? 8L : 4L) * stride, old += (eight ? 8L : 4L) * stride)
            {
                if (eight)
                    Sweep8(x, old, stride, theta, products + s, weights + s, sum);
                else
                    Sweep4(x, old, stride, theta, products + s, weights + s, sum);
            }
        }
    }
}
