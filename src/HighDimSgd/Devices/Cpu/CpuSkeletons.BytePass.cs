using HighDimSgd.Kernels;

namespace HighDimSgd.Devices.Cpu;

/// <content>
/// The row pass over a design of signed bytes, in whole numbers: parameters and the weights of sixteen rows become fixed-point numbers
/// of 20 bits and a sign, three digits each, which are multiplied by bytes without unpacking these. Sums are exact, so that no order matters,
/// and become floats once a row, and once a column of sixteen rows. Per 32 entries: their bytes, three products and a change of sign to take
/// the product; for the gradient three products, and three operations to sign and turn them; and one and a half to make floats of sums.
/// </content>
internal sealed unsafe partial class CpuSkeletons<TReal, TWord>
{
    private void BytePass<TBody>(
        int batch,
        Slots<TReal, TWord, HostView<TReal, TWord>> design,
        int rowStride,
        int rows,
        Slots<TReal, TWord, HostView<TReal, TWord>> theta,
        Slots<TReal, TWord, HostView<TReal, TWord>> gradient,
        TBody body)
        where TBody : struct, IRowBody<TReal>
    {
        int panelRows = PanelRows(rows), panels = (rows + panelRows - 1) / panelRows;
        float* partial = Scratch((panels + 1L) * rowStride);
        var digits = (sbyte*)(partial + ((long)panels * rowStride));
        for (int slot = 0; slot < batch; slot++)
        {
            var entries = (sbyte*)(design.View.Data + design.Start + (slot * design.Stride));
            FixedPoint.Row parameters = FixedPoint.Split(theta.View.Data + theta.Start + (slot * theta.Stride), rowStride, digits);
            int replica = slot;
            Each(panels, panelRows * rowStride / 64, panel =>
            {
                int first = (int)panel * panelRows;
                BytePanel(replica, entries, rowStride, first, Math.Min(rows, first + panelRows), parameters, partial + (panel * rowStride), body);
            });
            if (!TBody.WantsGradient)
                continue;
            SumPanels(partial, panels, rowStride, partial);
            FixedPoint.ToColumns(partial, rowStride, gradient.View.Data + gradient.Start + (slot * gradient.Stride));
        }
    }

    private static void BytePanel<TBody>(int slot, sbyte* design, int stride, int first, int end, FixedPoint.Row parameters, float* sum, TBody body)
        where TBody : struct, IRowBody<TReal>
    {
        byte* room = stackalloc byte[FixedPoint.WeightBytes + (4 * Lanes * sizeof(float)) + 63];
        float* digits = (float*)(((nint)room + 63) & ~63), weights = digits + (3 * Lanes);
        var factors = (sbyte*)(weights + Lanes);
        new Span<float>(sum, stride).Clear();
        for (int row = first; row < end; row += Lanes)
        {
            sbyte* rows = design + ((long)row * stride), next = rows + (Lanes * (long)stride);
            for (int s = 0; s < Lanes; s += 4)
                FixedPoint.Products(rows + ((long)s * stride), stride, parameters, (int*)digits + s, next + (s / 2 * (long)stride));
            TReal f = body.Run(slot, row, TReal.Of(parameters.Unit) * TReal.FusedMultiplyAdd(
                TReal.Of(1 << 14), Whole(digits), TReal.FusedMultiplyAdd(TReal.Of(1 << 7), Whole(digits + Lanes), Whole(digits + (2 * Lanes)))));
            if (!TBody.WantsGradient)
                continue;
            TReal.Store(Functions.Keep<TReal, TWord>(row, end, f), weights);
            FixedPoint.AddRows(rows, stride, factors, FixedPoint.Split(weights, factors), sum, next + (8 * (long)stride));
        }

        static TReal Whole(float* digits) => TWord.ToReal(TReal.Bits(TReal.Load(digits)));
    }
}
