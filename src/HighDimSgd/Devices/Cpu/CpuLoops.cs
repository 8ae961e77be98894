using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using HighDimSgd.Kernels;

namespace HighDimSgd.Devices.Cpu;

/// <summary>
/// Loops on threads and vectors, of whatever number of lanes. How work is cut into chunks depends on its shape alone, never on the number of threads, and
/// partial sums are joined in order, always sixteen side by side: so the bits depend neither on the threads nor on the lanes.
/// </summary>
internal unsafe class CpuLoops<TReal, TWord>(int threads) : ILoops<TReal, TWord, HostView<TReal, TWord>>
    where TReal : unmanaged, IReal<TReal, TWord>, ICpuLanes<TReal>
    where TWord : unmanaged, IWord<TReal, TWord>
{
    /// <summary>Lanes of sums.</summary>
    private const int Lanes = 16;

    protected const int Chunk = 4096;

    private readonly List<nint> allocations = [];
    private float* scratch;
    private long scratchLength;

    /// <summary>How many threads.</summary>
    protected ParallelOptions Options { get; } = new() { MaxDegreeOfParallelism = threads };

    /// <summary>Bytes of memory that are held.</summary>
    public long HeldBytes { get; private set; }

    public HostView<TReal, TWord> Allocate(long count)
    {
        float* data = AllocateFloats(count);
        allocations.Add((nint)data);
        return new(data);
    }

    public void Write(HostView<TReal, TWord> target, ReadOnlySpan<float> source) =>
        source.CopyTo(new Span<float>(target.Data, source.Length));

    public void Read(HostView<TReal, TWord> source, Span<float> target) =>
        new ReadOnlySpan<float>(source.Data, target.Length).CopyTo(target);

    public void For<TBody>(int outer, int count, TBody body)
        where TBody : struct, IForBody
    {
        int chunks = (count + Chunk - 1) / Chunk;
        Each((long)outer * chunks, Math.Min(count, Chunk), item =>
        {
            int first = (int)(item % chunks) * Chunk;
            ForRange((int)(item / chunks), first, Math.Min(count, first + Chunk), body);
        });
    }

    public Four<double> Reduce<TBody>(int slot, int count, TBody body)
        where TBody : struct, IReduceBody<TReal>
    {
        int chunks = (count + Chunk - 1) / Chunk;
        var partial = new Four<double>[chunks];
        Each(chunks, Chunk, chunk =>
        {
            int first = (int)chunk * Chunk;
            partial[chunk] = ReduceRange(slot, first, Math.Min(count, first + Chunk), body);
        });
        double a = 0, b = 0, c = 0, d = 0;
        foreach (Four<double> part in partial)
        {
            a += part.A;
            b += part.B;
            c += part.C;
            d += part.D;
        }

        return new(a, b, c, d);
    }

    public Four<double>[] ReduceEach<TBody>(int batch, int count, TBody body)
        where TBody : struct, IReduceBody<TReal> => [.. Enumerable.Range(0, batch).Select(slot => Reduce(slot, count, body))];

    public void Dispose()
    {
        foreach (nint data in allocations)
            NativeMemory.AlignedFree((void*)data);
        allocations.Clear();
        NativeMemory.AlignedFree(scratch);
        scratch = null;
        (scratchLength, HeldBytes) = (0, 0);
    }

    protected float* AllocateFloats(long count)
    {
        var bytes = (nuint)((count + 63) / 64 * 64 * sizeof(float));
        HeldBytes += (long)bytes;
        bool large = bytes >= HugePages.Size;
        float* data = (float*)NativeMemory.AlignedAlloc(bytes, large ? HugePages.Size : 64);
        if (large)
            HugePages.Advise(data, bytes);
        NativeMemory.Clear(data, bytes);
        return data;
    }

    private static void ForRange<TBody>(int outer, int first, int end, TBody body)
        where TBody : struct, IForBody
    {
        for (int i = first; i < end; i += TReal.Count)
            body.Run(outer, i);
    }

    private static Four<double> ReduceRange<TBody>(int slot, int first, int end, TBody body)
        where TBody : struct, IReduceBody<TReal>
    {
        double* sums = stackalloc double[4 * Lanes];
        new Span<double>(sums, 4 * Lanes).Clear();
        for (int i = first; i < end; i += TReal.Count)
        {
            Four<TReal> v = body.Run(slot, i);
            TReal.AddTo(v.A, sums);
            TReal.AddTo(v.B, sums + Lanes);
            TReal.AddTo(v.C, sums + (2 * Lanes));
            TReal.AddTo(v.D, sums + (3 * Lanes));
        }

        return new(Tree(sums), Tree(sums + Lanes), Tree(sums + (2 * Lanes)), Tree(sums + (3 * Lanes)));
    }

    /// <summary>Sum of sixteen numbers by halving.</summary>
    protected static double Tree(double* sums)
    {
        for (int width = Lanes / 2; width > 0; width /= 2)
        {
            for (int i = 0; i < width; i++)
                sums[i] += sums[i + width];
        }

        return sums[0];
    }

    /// <summary>Scratch memory that lives until the next call.</summary>
    protected float* Scratch(long count)
    {
        if (count > scratchLength)
        {
            NativeMemory.AlignedFree(scratch);
            HeldBytes -= (scratchLength + 63) / 64 * 64 * sizeof(float);
            scratch = AllocateFloats(count);
            scratchLength = count;
        }

        return scratch;
    }

    /// <summary>Runs every item, on several threads where there are some and the work is worth them.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    protected void Each(long items, int workPerItem, Action<long> action)
    {
        if (Options.MaxDegreeOfParallelism == 1 || items * workPerItem < 2 * Chunk || items == 1)
        {
            for (long item = 0; item < items; item++)
                action(item);
        }
        else
        {
            Parallel.For(0, items, Options, action);
        }
    }
}
