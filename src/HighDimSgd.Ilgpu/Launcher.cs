using HighDimSgd.Devices;
using HighDimSgd.Kernels;
using HighDimSgd.Kernels.Random;
using ILGPU;
using ILGPU.Runtime;
using Replicas = HighDimSgd.Kernels.Slots<HighDimSgd.Kernels.Real1, HighDimSgd.Kernels.Word1, HighDimSgd.Ilgpu.DeviceView>;

namespace HighDimSgd.Ilgpu;

/// <summary>Compiles the entries of an accelerator once for each body, and launches them.</summary>
/// <param name="accelerator">The accelerator.</param>
/// <param name="mostThreads">Most threads of a group; nothing of the result depends on it.</param>
/// <param name="keptBytes">Bytes of a design that a group keeps in the caches over many steps; nor on this.</param>
internal sealed class Launcher(Accelerator accelerator, int mostThreads, long keptBytes)
{
    /// <summary>What a group may count on: a second-level cache of tens of MB serves some hundred groups at a time.</summary>
    public const long CacheShare = 1 << 17;

    private const int Warp = 32;

    private readonly Dictionary<(string, Type), Delegate> kernels = [];
    private readonly int most = Math.Min(mostThreads, accelerator.MaxNumThreadsPerGroup);

    /// <summary>Launches so far.</summary>
    public int Launches { get; private set; }

    /// <summary>Bytes of a design that a group keeps in the caches.</summary>
    public long KeptBytes => keptBytes;

    /// <summary>The stream of all launches and copies.</summary>
    public AcceleratorStream Stream => accelerator.DefaultStream;

    /// <summary>Memory padded to 64 elements.</summary>
    public MemoryBuffer1D<T, Stride1D.Dense> Allocate<T>(long count)
        where T : unmanaged => accelerator.Allocate1D<T>((Math.Max(1, count) + 63) / 64 * 64);

    /// <summary>Launches <see cref="Entry.For"/>.</summary>
    public void For<TBody>(int outer, int count, TBody body)
        where TBody : struct, IForBody
    {
        if (outer == 0 || count == 0)
            return;
        int threads = Math.Min(most, (count + Warp - 1) / Warp * Warp), groups = (count + threads - 1) / threads;
        Load<TBody, Action<KernelConfig, int, int, TBody>>(
            nameof(Entry.For), () => accelerator.LoadStreamKernel<int, int, TBody>(Entry.For))(new(checked(outer * groups), threads), count, groups, body);
    }

    /// <summary>Launches <see cref="Entry.RowPass"/>.</summary>
    public void RowPass<TFormat, TBody>(int batch, RowShape shape, Replicas design, Replicas theta, Replicas partial, TBody body)
        where TFormat : struct, IEntryFormat<Real1, Word1>
        where TBody : struct, IRowBody<Real1> =>
        Load<(TFormat, TBody), Action<KernelConfig, RowShape, Replicas, Replicas, Replicas, TBody>>(
            nameof(Entry.RowPass), () => accelerator.LoadStreamKernel<RowShape, Replicas, Replicas, Replicas, TBody>(Entry.RowPass<TFormat, TBody>))(
                new(checked(batch * shape.Panels), Threads(shape.LaneShift)), shape, design, theta, partial, body);

    /// <summary>Launches <see cref="Entry.Steps"/>.</summary>
    public void Steps<TFormat, TDraw, TUpdate, TBody>(
        RowShape shape, StepRange range, DeviceView factors, Replicas design, Replicas theta, Replicas partial, PanelBody sum, TDraw draw, TUpdate update, TBody row)
        where TFormat : struct, IEntryFormat<Real1, Word1>
        where TDraw : struct, IForBody, IStep<TDraw>
        where TUpdate : struct, IForBody, IStep<TUpdate>
        where TBody : struct, IRowBody<Real1>, IStep<TBody> =>
        Load<(TFormat, TDraw, TUpdate, TBody), Action<KernelConfig, RowShape, StepRange, DeviceView, Replicas, Replicas, Replicas, PanelBody, TDraw, TUpdate, TBody>>(
            nameof(Entry.Steps),
            () => accelerator.LoadStreamKernel<RowShape, StepRange, DeviceView, Replicas, Replicas, Replicas, PanelBody, TDraw, TUpdate, TBody>(
                Entry.Steps<TFormat, TDraw, TUpdate, TBody>))(
                    new(range.Batch, Threads(shape.LaneShift)), shape, range, factors, design, theta, partial, sum, draw, update, row);

    /// <summary>Launches <see cref="Entry.SignSteps"/>.</summary>
    public void SignSteps<TDraw, TUpdate, TBody>(
        StepRange range, DeviceView factors, SignTable table, Replicas signs, Replicas theta, Replicas weights, Replicas gradient, TDraw draw, TUpdate update, TBody row)
        where TDraw : struct, IForBody, IStep<TDraw>
        where TUpdate : struct, IForBody, IStep<TUpdate>
        where TBody : struct, IRowBody<Real1>, IStep<TBody> =>
        Load<(TDraw, TUpdate, TBody), Action<KernelConfig, StepRange, DeviceView, SignTable, Replicas, Replicas, Replicas, Replicas, TDraw, TUpdate, TBody>>(
            nameof(Entry.SignSteps),
            () => accelerator.LoadStreamKernel<StepRange, DeviceView, SignTable, Replicas, Replicas, Replicas, Replicas, TDraw, TUpdate, TBody>(Entry.SignSteps))(
                new(range.Batch, Threads(Lanes.Shift(table.PaddedRows))), range, factors, table, signs, theta, weights, gradient, draw, update, row);

    /// <summary>Launches <see cref="Entry.Iterate"/>.</summary>
    public void Iterate<TBody>(
        int replicas, RowShape shape, int iterations, int batch, Replicas design, ArrayView<int> visits, DeviceView decays, Replicas theta, Replicas sums,
        int rolls, Replicas velocity, float momentum, TBody body)
        where TBody : struct, IRowBody<Real1> =>
        Load<TBody, Action<KernelConfig, RowShape, int, int, Replicas, ArrayView<int>, DeviceView, Replicas, Replicas, int, Replicas, float, TBody>>(
            nameof(Entry.Iterate),
            () => accelerator.LoadStreamKernel<RowShape, int, int, Replicas, ArrayView<int>, DeviceView, Replicas, Replicas, int, Replicas, float, TBody>(Entry.Iterate))(
                new(replicas, Threads(shape.LaneShift)), shape, iterations, batch, design, visits, decays, theta, sums, rolls, velocity, momentum, body);

    /// <summary>Launches <see cref="Entry.TallPass"/>.</summary>
    public void TallPass<TBody>(TallShape shape, DeviceView table, DeviceView coefficients, DeviceView partial, TBody body)
        where TBody : struct, IRowBody<Real1> => Load<TBody, Action<KernelConfig, TallShape, DeviceView, DeviceView, DeviceView, TBody>>(
            nameof(Entry.TallPass), () => accelerator.LoadStreamKernel<TallShape, DeviceView, DeviceView, DeviceView, TBody>(Entry.TallPass))(
                new(shape.Blocks, Math.Min(most, Entry.MostLanes)), shape, table, coefficients, partial, body);

    /// <summary>Launches <see cref="Entry.BlockPass"/>.</summary>
    public void BlockPass<TBody>(int batch, TallShape shape, Replicas tables, DeviceView coefficients, DeviceView partial, TBody body)
        where TBody : struct, IBlockBody<Real1> => Load<TBody, Action<KernelConfig, TallShape, Replicas, DeviceView, DeviceView, TBody>>(
            nameof(Entry.BlockPass), () => accelerator.LoadStreamKernel<TallShape, Replicas, DeviceView, DeviceView, TBody>(Entry.BlockPass))(
                new(checked(batch * shape.Blocks), Math.Min(most, Entry.MostLanes)), shape, tables, coefficients, partial, body);

    /// <summary>Launches <see cref="Entry.Reduce"/>.</summary>
    public void Reduce<TBody>(int slot, int batch, int count, int chunks, ArrayView<double> sums, TBody body)
        where TBody : struct, IReduceBody<Real1> => Load<TBody, Action<KernelConfig, int, int, int, ArrayView<double>, TBody>>(
            nameof(Entry.Reduce), () => accelerator.LoadStreamKernel<int, int, int, ArrayView<double>, TBody>(Entry.Reduce))(
                new(checked(batch * chunks), Threads(Lanes.Shift(count / 4))), slot, count, chunks, sums, body);

    private int Threads(int laneShift) => Math.Min(most, 1 << laneShift);

    private TKernel Load<TBody, TKernel>(string entry, Func<TKernel> load)
        where TKernel : Delegate
    {
        Launches++;
        if (!kernels.TryGetValue((entry, typeof(TBody)), out Delegate? kernel))
            kernels[(entry, typeof(TBody))] = kernel = load();
        return (TKernel)kernel;
    }
}
