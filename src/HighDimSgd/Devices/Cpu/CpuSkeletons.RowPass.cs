using System.Runtime.CompilerServices;
using HighDimSgd.Kernels;

namespace HighDimSgd.Devices.Cpu;

/// <content>
/// The fused row pass. Sixteen rows at a time: their products (a few rows held in registers over one sweep of the columns), the row
/// body on all sixteen at once, then their weighted sum onto the gradient while they are still in cache. Per design entry: 4 bytes
/// from where the design lives, 4 more from the nearest cache, 2 fused multiply-adds.
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
        // A panel's partial gradient is summed on its own, the panels are then added in order.
        int panelRows = Math.Max(256, (((rows + 63) / 64) + Lanes - 1) / Lanes * Lanes);
        int panels = (rows + panelRows - 1) / panelRows;
        float* partial = TBody.WantsGradient ? Scratch((long)panels * rowStride) : null;
        for (int slot = 0; slot < batch; slot++)
        {
            float* x = design.View.Data + (slot * design.Stride);
            float* t = theta.View.Data + (slot * theta.Stride);
            int replica = slot;
            Each(panels, panelRows * rowStride / 64, panel =>
            {
                int first = (int)panel * panelRows;
                PanelPass(replica, x, rowStride, first, Math.Min(rows, first + panelRows), t, partial + (panel * rowStride), body);
            });
            if (TBody.WantsGradient)
                SumPanels(partial, panels, rowStride, gradient.View.Data + (slot * gradient.Stride));
        }
    }

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

    private static void PanelPass<TBody>(int slot, float* design, int stride, int first, int end, float* theta, float* sum, TBody body)
        where TBody : struct, IRowBody<TReal>
    {
        TReal* products = stackalloc TReal[Lanes];
        float* weights = stackalloc float[Lanes];
        if (TBody.WantsGradient)
            new Span<float>(sum, stride).Clear();
        for (int row = first; row < end; row += Lanes)
        {
            float* x = design + ((long)row * stride);
            for (int s = 0; s < Lanes; s += TReal.RowsAtOnce)
            {
                if (TReal.RowsAtOnce == 8)
                    Products8(x + ((long)s * stride), stride, theta, products + s);
                else
                    Products4(x + ((long)s * stride), stride, theta, products + s);
            }

            TReal f = body.Run(slot, row, TReal.SumRows(products));
            if (!TBody.WantsGradient)
                continue;
            TReal.Store(f, weights);
            for (int s = 0; s < Lanes; s += TReal.RowsAtOnce)
            {
                if (TReal.RowsAtOnce == 8)
                    Add8(x + ((long)s * stride), stride, weights + s, sum);
                else
                    Add4(x + ((long)s * stride), stride, weights + s, sum);
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Products8(float* x, int stride, float* theta, TReal* products)
    {
        long row = stride;
        TReal zero = TReal.Of(0f);
        TReal a = zero, b = zero, c = zero, d = zero, e = zero, f = zero, g = zero, h = zero;
        float* last = x + stride;
        float* y = x + (4 * row);
        for (; x < last; x += Lanes, y += Lanes, theta += Lanes)
        {
            TReal t = TReal.Load(theta);
            a = TReal.FusedMultiplyAdd(TReal.Load(x), t, a);
            b = TReal.FusedMultiplyAdd(TReal.Load(x + row), t, b);
            c = TReal.FusedMultiplyAdd(TReal.Load(x + (2 * row)), t, c);
            d = TReal.FusedMultiplyAdd(TReal.Load(x + (3 * row)), t, d);
            e = TReal.FusedMultiplyAdd(TReal.Load(y), t, e);
            f = TReal.FusedMultiplyAdd(TReal.Load(y + row), t, f);
            g = TReal.FusedMultiplyAdd(TReal.Load(y + (2 * row)), t, g);
            h = TReal.FusedMultiplyAdd(TReal.Load(y + (3 * row)), t, h);
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

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Products4(float* x, int stride, float* theta, TReal* products)
    {
        long row = stride;
        TReal zero = TReal.Of(0f);
        TReal a = zero, b = zero, c = zero, d = zero;
        for (float* last = x + stride; x < last; x += Lanes, theta += Lanes)
        {
            TReal t = TReal.Load(theta);
            a = TReal.FusedMultiplyAdd(TReal.Load(x), t, a);
            b = TReal.FusedMultiplyAdd(TReal.Load(x + row), t, b);
            c = TReal.FusedMultiplyAdd(TReal.Load(x + (2 * row)), t, c);
            d = TReal.FusedMultiplyAdd(TReal.Load(x + (3 * row)), t, d);
        }

        products[0] = a;
        products[1] = b;
        products[2] = c;
        products[3] = d;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Add8(float* x, int stride, float* weights, float* sum)
    {
        long row = stride;
        TReal a = TReal.Of(weights[0]), b = TReal.Of(weights[1]), c = TReal.Of(weights[2]), d = TReal.Of(weights[3]);
        TReal e = TReal.Of(weights[4]), f = TReal.Of(weights[5]), g = TReal.Of(weights[6]), h = TReal.Of(weights[7]);
        float* last = x + stride;
        float* y = x + (4 * row);
        for (; x < last; x += Lanes, y += Lanes, sum += Lanes)
        {
            TReal s = TReal.Load(sum);
            s = TReal.FusedMultiplyAdd(a, TReal.Load(x), s);
            s = TReal.FusedMultiplyAdd(b, TReal.Load(x + row), s);
            s = TReal.FusedMultiplyAdd(c, TReal.Load(x + (2 * row)), s);
            s = TReal.FusedMultiplyAdd(d, TReal.Load(x + (3 * row)), s);
            s = TReal.FusedMultiplyAdd(e, TReal.Load(y), s);
            s = TReal.FusedMultiplyAdd(f, TReal.Load(y + row), s);
            s = TReal.FusedMultiplyAdd(g, TReal.Load(y + (2 * row)), s);
            s = TReal.FusedMultiplyAdd(h, TReal.Load(y + (3 * row)), s);
            TReal.Store(s, sum);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Add4(float* x, int stride, float* weights, float* sum)
    {
        long row = stride;
        TReal a = TReal.Of(weights[0]), b = TReal.Of(weights[1]), c = TReal.Of(weights[2]), d = TReal.Of(weights[3]);
        for (float* last = x + stride; x < last; x += Lanes, sum += Lanes)
        {
            TReal s = TReal.Load(sum);
            s = TReal.FusedMultiplyAdd(a, TReal.Load(x), s);
            s = TReal.FusedMultiplyAdd(b, TReal.Load(x + row), s);
            s = TReal.FusedMultiplyAdd(c, TReal.Load(x + (2 * row)), s);
            s = TReal.FusedMultiplyAdd(d, TReal.Load(x + (3 * row)), s);
            TReal.Store(s, sum);
        }
    }
}
