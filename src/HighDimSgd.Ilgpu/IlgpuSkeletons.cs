using HighDimSgd.Devices;
using HighDimSgd.Kernels;
using ILGPU;
using ILGPU.Runtime;

namespace HighDimSgd.Ilgpu;

/// <summary>The skeletons on one accelerator of ILGPU, as launches of <see cref="Entry"/>.</summary>
/// <param name="launcher">Where and how kernels are launched.</param>
internal sealed partial class IlgpuSkeletons(Launcher launcher) : ISkeletons<Real1, Word1, DeviceView>
{
    private readonly List<MemoryBuffer> buffers = [];
    private MemoryBuffer1D<float, Stride1D.Dense>? scratch, coefficients;
    private MemoryBuffer1D<double, Stride1D.Dense>? sums;
    private MemoryBuffer1D<int, Stride1D.Dense>? visits;

    /// <inheritdoc/>
    public DeviceView Allocate(long count)
    {
        MemoryBuffer1D<float, Stride1D.Dense> buffer = launcher.Allocate<float>(count);
        buffer.MemSetToZero();
        buffers.Add(buffer);
        return new(buffer.View.BaseView);
    }

    /// <inheritdoc/>
    public void Write(DeviceView target, ReadOnlySpan<float> source, long at = 0)
    {
        if (!source.IsEmpty)
            target.Data.SubView(at, source.Length).CopyFromCPU(launcher.Stream, source);
    }

    /// <inheritdoc/>
    public void Read(DeviceView source, Span<float> target, long at = 0)
    {
        if (!target.IsEmpty)
            source.Data.SubView(at, target.Length).CopyToCPU(launcher.Stream, target);
    }

    /// <inheritdoc/>
    public void For<TBody>(int outer, int count, TBody body)
        where TBody : struct, IForBody => launcher.For(outer, count, body);

    /// <inheritdoc/>
    public double TallSkinny<TBody>(DeviceView basis, PathTable layout, ReadOnlySpan<float> coefficients, TBody body, Span<double> sums)
        where TBody : struct, IRowBody<Real1>
    {
        var shape = new TallShape(layout, coefficients.Length, sums.Length);
        DeviceView weights = Coefficients(coefficients);
        DeviceView partial = OfBlocks(shape, TBody.WantsGradient ? shape.Wanted + 1 : 0);
        launcher.TallPass(shape, basis, weights, partial, body);
        if (!TBody.WantsGradient)
            return 0;
        var all = new double[shape.Wanted + 1];
        Join(partial, shape, all);
        all.AsSpan(0, sums.Length).CopyTo(sums);
        return all[^1];
    }

    /// <inheritdoc/>
    public void TallSkinnyBlock<TBody>(
        int batch, Slots<Real1, Word1, DeviceView> bases, PathTable layout, ReadOnlySpan<float> coefficients, TBody body, Span<double> sums)
        where TBody : struct, IBlockBody<Real1>
    {
        var shape = new TallShape(layout, coefficients.Length / (batch * TBody.Combined), sums.Length / batch);
        DeviceView weights = Coefficients(coefficients);
        DeviceView partial = OfBlocks(shape, sums.Length);
        launcher.BlockPass(batch, shape, bases, weights, partial, body);
        Join(partial, shape, sums);
    }

    /// <inheritdoc/>
    public Four<double> Reduce<TBody>(int slot, int count, TBody body)
        where TBody : struct, IReduceBody<Real1> => Reduce(slot, 1, count, body)[0];

    /// <inheritdoc/>
    public Four<double>[] ReduceEach<TBody>(int batch, int count, TBody body)
        where TBody : struct, IReduceBody<Real1> => Reduce(0, batch, count, body);

    /// <inheritdoc/>
    public void Dispose()
    {
        launcher.Stream.Synchronize();
        foreach (MemoryBuffer buffer in buffers)
            buffer.Dispose();
        buffers.Clear();
        scratch?.Dispose();
        coefficients?.Dispose();
        sums?.Dispose();
        visits?.Dispose();
    }

    /// <summary>Room for sums of the blocks of tables.</summary>
    private DeviceView OfBlocks(TallShape shape, int sums) => Scratch((long)BlockSums.Together * Fours(sums) * shape.Blocks);

    private static int Fours(int sums) => (sums + BlockSums.Together - 1) / BlockSums.Together;

    /// <summary>Sums over the blocks.</summary>
    private void Join(DeviceView partial, TallShape shape, Span<double> sums)
    {
        Four<double>[] all = Reduce(0, Fours(sums.Length), shape.Blocks, new BlockSums(partial, shape.Blocks));
        for (int j = 0; j < sums.Length; j++)
        {
            Four<double> four = all[j / BlockSums.Together];
            sums[j] = (j % BlockSums.Together) switch { 0 => four.A, 1 => four.B, 2 => four.C, _ => four.D };
        }
    }

    private Four<double>[] Reduce<TBody>(int slot, int batch, int count, TBody body)
        where TBody : struct, IReduceBody<Real1>
    {
        if (batch == 0)
            return [];
        int chunks = (count + Entry.ReduceChunk - 1) / Entry.ReduceChunk;
        int length = checked(4 * batch * chunks);
        ArrayView<double> view = Grown(ref sums, length).View.BaseView.SubView(0, length);
        launcher.Reduce(slot, batch, count, chunks, view, body);
        var parts = new double[length];
        view.CopyToCPU(launcher.Stream, parts.AsSpan());
        var all = new Four<double>[batch];
        for (int s = 0; s < batch; s++)
            all[s] = new(Sum(s, 0), Sum(s, 1), Sum(s, 2), Sum(s, 3));
        return all;

        double Sum(int s, int place)
        {
            double sum = 0;
            for (int part = s * chunks; part < (s + 1) * chunks; part++)
                sum += parts[(4 * part) + place];
            return sum;
        }
    }

    /// <summary>Memory that lives until the next call.</summary>
    private DeviceView Scratch(long count) => new(Grown(ref scratch, count).View.BaseView);

    /// <summary>The same for each replica of a batch.</summary>
    private Slots<Real1, Word1, DeviceView> Scratch(int batch, long count) => new(Scratch(batch * count), count);

    /// <summary>Numbers on the device until the next call.</summary>
    private DeviceView Coefficients(ReadOnlySpan<float> numbers)
    {
        DeviceView view = new(Grown(ref coefficients, Math.Max(1, numbers.Length)).View.BaseView);
        Write(view, numbers);
        return view;
    }

    /// <summary>A buffer of that many elements at least. What grows with the steps grows by halves, since each time all that is under way is waited for.</summary>
    private MemoryBuffer1D<T, Stride1D.Dense> Grown<T>(ref MemoryBuffer1D<T, Stride1D.Dense>? buffer, long count)
        where T : unmanaged
    {
        if (buffer is null || buffer.Length < count)
        {
            launcher.Stream.Synchronize();
            long least = (buffer?.Length ?? 0) * 3 / 2;
            buffer?.Dispose();
            buffer = launcher.Allocate<T>(Math.Max(count, least));
        }

        return buffer;
    }
}
