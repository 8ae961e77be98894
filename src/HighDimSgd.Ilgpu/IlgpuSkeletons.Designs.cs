using HighDimSgd.Devices;
using HighDimSgd.Kernels;
using HighDimSgd.Kernels.Random;
using ILGPU;
using ILGPU.Runtime;

namespace HighDimSgd.Ilgpu;

/// <content>Passes over designs, and iterations on their rows.</content>
internal sealed partial class IlgpuSkeletons
{
    /// <inheritdoc/>
    public void RowPass<TBody>(
        int batch,
        Slots<Real1, Word1, DeviceView> design,
        int rowStride,
        int rows,
        Slots<Real1, Word1, DeviceView> theta,
        Slots<Real1, Word1, DeviceView> gradient,
        TBody body)
        where TBody : struct, IRowBody<Real1> => PackedPass<FloatEntries, TBody>(batch, design, rowStride, rows, theta, gradient, body);

    /// <inheritdoc/>
    public void PackedPass<TFormat, TBody>(
        int batch,
        Slots<Real1, Word1, DeviceView> design,
        int rowStride,
        int rows,
        Slots<Real1, Word1, DeviceView> theta,
        Slots<Real1, Word1, DeviceView> gradient,
        TBody body)
        where TFormat : struct, IEntryFormat<Real1, Word1>
        where TBody : struct, IRowBody<Real1>
    {
        var shape = new RowShape(rows, rowStride / TFormat.Columns, rowStride);
        bool joined = TBody.WantsGradient && shape.Panels > 1;
        Slots<Real1, Word1, DeviceView> partial = joined ? Scratch(batch, (long)shape.Panels * rowStride) : gradient;
        launcher.RowPass<TFormat, TBody>(batch, shape, design, theta, partial, body);
        if (joined)
            For(batch, rowStride, new PanelBody(partial, shape, gradient));
    }

    /// <inheritdoc/>
    public void SignPass<TBody>(
        int batch,
        Slots<Real1, Word1, DeviceView> signs,
        SignTable table,
        Slots<Real1, Word1, DeviceView> theta,
        Slots<Real1, Word1, DeviceView> gradient,
        TBody body)
        where TBody : struct, IRowBody<Real1>
    {
        Slots<Real1, Word1, DeviceView> weights = Scratch(batch, table.PaddedRows);
        For(batch, table.PaddedRows, new SignRow<TBody>(new(signs, table.RowLayout, table.RowWords), theta, weights, table.Rows, body));
        if (TBody.WantsGradient)
            For(batch, table.PaddedColumns, new SignColumn(new(signs, table.ColumnLayout, table.ColumnWords), weights, gradient, table.Columns));
    }

    /// <inheritdoc/>
    public void Iterate<TBody>(
        int batch,
        Slots<Real1, Word1, DeviceView> design,
        int rowStride,
        ReadOnlySpan<int> visits,
        ReadOnlySpan<float> decays,
        Slots<Real1, Word1, DeviceView> theta,
        TBody body)
        where TBody : struct, IRowBody<Real1> => Iterate(batch, design, rowStride, visits, decays, theta, 0, theta, 0, body);

    /// <inheritdoc/>
    public void Iterate<TBody>(
        int batch,
        Slots<Real1, Word1, DeviceView> design,
        int rowStride,
        ReadOnlySpan<int> visits,
        ReadOnlySpan<float> decays,
        Slots<Real1, Word1, DeviceView> theta,
        Slots<Real1, Word1, DeviceView> velocity,
        float momentum,
        TBody body)
        where TBody : struct, IRowBody<Real1> => Iterate(batch, design, rowStride, visits, decays, theta, 1, velocity, momentum, body);

    private void Iterate<TBody>(
        int batch,
        Slots<Real1, Word1, DeviceView> design,
        int rowStride,
        ReadOnlySpan<int> visits,
        ReadOnlySpan<float> decays,
        Slots<Real1, Word1, DeviceView> theta,
        int rolls,
        Slots<Real1, Word1, DeviceView> velocity,
        float momentum,
        TBody body)
        where TBody : struct, IRowBody<Real1>
    {
        int iterations = decays.Length;
        ArrayView<int> order = Grown(ref this.visits, visits.Length).View.BaseView.SubView(0, visits.Length);
        order.CopyFromCPU(launcher.Stream, visits);
        launcher.Iterate(
            batch, new(0, rowStride, rowStride), iterations, visits.Length / (batch * iterations), design, order, Coefficients(decays), theta,
            Scratch(batch, rowStride), rolls, velocity, momentum, body);
    }
}
