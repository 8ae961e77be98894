using HighDimSgd.Devices;
using HighDimSgd.Kernels;
using HighDimSgd.Kernels.Random;

namespace HighDimSgd.Ilgpu;

/// <content>Steps one after another in one launch, of designs that are small enough for the caches.</content>
internal sealed partial class IlgpuSkeletons
{
    /// <inheritdoc/>
    public bool TrySteps<TDraw, TUpdate, TBody>(
        StepRange range,
        ReadOnlySpan<float> factors,
        Slots<Real1, Word1, DeviceView> design,
        int rowStride,
        Slots<Real1, Word1, DeviceView> theta,
        Slots<Real1, Word1, DeviceView> gradient,
        TDraw draw,
        TUpdate update,
        TBody row)
        where TDraw : struct, IForBody, IStep<TDraw>
        where TUpdate : struct, IForBody, IStep<TUpdate>
        where TBody : struct, IRowBody<Real1>, IStep<TBody> =>
        TryPackedSteps<FloatEntries, TDraw, TUpdate, TBody>(range, factors, design, rowStride, theta, gradient, draw, update, row);

    /// <inheritdoc/>
    public bool TryPackedSteps<TFormat, TDraw, TUpdate, TBody>(
        StepRange range,
        ReadOnlySpan<float> factors,
        Slots<Real1, Word1, DeviceView> design,
        int rowStride,
        Slots<Real1, Word1, DeviceView> theta,
        Slots<Real1, Word1, DeviceView> gradient,
        TDraw draw,
        TUpdate update,
        TBody row)
        where TFormat : struct, IEntryFormat<Real1, Word1>
        where TDraw : struct, IForBody, IStep<TDraw>
        where TUpdate : struct, IForBody, IStep<TUpdate>
        where TBody : struct, IRowBody<Real1>, IStep<TBody>
    {
        var shape = new RowShape(range.Rows, rowStride / TFormat.Columns, rowStride);
        if (!IsKept((long)shape.Rows * shape.Words))
            return false;
        Slots<Real1, Word1, DeviceView> partial = shape.Panels > 1 ? Scratch(range.Batch, (long)shape.Panels * rowStride) : gradient;
        launcher.Steps<TFormat, TDraw, TUpdate, TBody>(
            shape, range, Coefficients(factors), design, theta, partial, new(partial, shape, gradient), draw, update, row);
        return true;
    }

    /// <inheritdoc/>
    public bool TrySignSteps<TDraw, TUpdate, TBody>(
        StepRange range,
        ReadOnlySpan<float> factors,
        Slots<Real1, Word1, DeviceView> signs,
        SignTable table,
        Slots<Real1, Word1, DeviceView> theta,
        Slots<Real1, Word1, DeviceView> gradient,
        TDraw draw,
        TUpdate update,
        TBody row)
        where TDraw : struct, IForBody, IStep<TDraw>
        where TUpdate : struct, IForBody, IStep<TUpdate>
        where TBody : struct, IRowBody<Real1>, IStep<TBody>
    {
        if (!IsKept(table.Length))
            return false;
        launcher.SignSteps(
            range, Coefficients(factors), table, signs, theta, Scratch(range.Batch, table.PaddedRows), gradient, draw, update, row);
        return true;
    }

    private bool IsKept(long words) => words * sizeof(float) <= launcher.KeptBytes;
}
