using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.X86;
using HighDimSgd.Kernels;

namespace HighDimSgd.Devices.Cpu;

/// <content>
/// The pass over a tall table. A block of 64 rows is combined, handed to the body and projected back while it lies in the
/// first-level cache, so the table is read once from memory. Projections are float32 sums over 4096 rows, float64 beyond.
/// </content>
internal sealed unsafe partial class CpuSkeletons<TReal, TWord>
{
    private const int Parts = PathTable.Block / ICpuReal<TReal, TWord>.Lanes;
    private const int BlocksPerChunk = Chunk / PathTable.Block;

    public double TallSkinny<TBody>(
        HostView<TReal, TWord> basis, PathTable layout, ReadOnlySpan<float> coefficients, TBody body, Span<double> sums)
        where TBody : struct, IRowBody<TReal>
    {
        int chunks = (layout.Blocks + BlocksPerChunk - 1) / BlocksPerChunk;
        int used = coefficients.Length, wanted = TBody.WantsGradient ? sums.Length : 0;
        int stride = wanted + 1;
        var partial = new double[(long)chunks * stride];
        fixed (float* c = coefficients)
        fixed (double* p = partial)
        {
            float* combine = c;
            double* parts = p;
            Each(chunks, Chunk, chunk =>
            {
                int first = (int)chunk * BlocksPerChunk;
                int end = Math.Min(layout.Blocks, first + BlocksPerChunk);
                ChunkPass(basis.Data, layout, first, end, combine, used, body, parts + (chunk * stride), wanted);
            });
        }

        for (int j = 0; j < wanted; j++)
            sums[j] = InOrder(partial, j, stride);
        return InOrder(partial, wanted, stride);
    }

    private static double InOrder(double[] partial, int first, int stride)
    {
        double sum = 0;
        for (long i = first; i < partial.LongLength; i += stride)
            sum += partial[i];
        return sum;
    }

    private static void ChunkPass<TBody>(
        float* basis, PathTable layout, int firstBlock, int endBlock, float* coefficients, int used, TBody body, double* sums, int wanted)
        where TBody : struct, IRowBody<TReal>
    {
        TReal* accumulated = stackalloc TReal[wanted];
        for (int j = 0; j < wanted; j++)
            accumulated[j] = TReal.Of(0f);
        TReal squares = TReal.Of(0f);
        TReal* rows = stackalloc TReal[Parts];
        for (int block = firstBlock; block < endBlock; block++)
        {
            float* table = basis + ((long)block * layout.Columns * PathTable.Block);
            Combine(table, coefficients, used, rows);
            int row = block * PathTable.Block;
            for (int part = 0; part < Parts; part++)
                rows[part] = body.Run(0, row + (part * Lanes), rows[part]);
            if (!TBody.WantsGradient)
                continue;
            for (int part = 0; part < Parts; part++)
                squares = TReal.FusedMultiplyAdd(rows[part], rows[part], squares);
            Project(table, rows, accumulated, wanted, (long)layout.Columns * PathTable.Block);
        }

        for (int j = 0; j < wanted; j++)
            sums[j] = SumLanes(accumulated[j]);
        sums[wanted] = SumLanes(squares);
    }

    // Loops of their own: vectors that live across a call would be kept in memory, not in registers.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void Combine(float* column, float* coefficients, int used, TReal* rows)
    {
        TReal a = TReal.Of(0f), b = a, c = a, d = a;
        for (int j = 0; j < used; j++, column += PathTable.Block)
        {
            TReal weight = TReal.Of(coefficients[j]);
            a = TReal.FusedMultiplyAdd(weight, TReal.Load(column), a);
            b = TReal.FusedMultiplyAdd(weight, TReal.Load(column + Lanes), b);
            c = TReal.FusedMultiplyAdd(weight, TReal.Load(column + (2 * Lanes)), c);
            d = TReal.FusedMultiplyAdd(weight, TReal.Load(column + (3 * Lanes)), d);
        }

        rows[0] = a;
        rows[1] = b;
        rows[2] = c;
        rows[3] = d;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void Project(float* column, TReal* rows, TReal* accumulated, int wanted, long next)
    {
        TReal a = rows[0], b = rows[1], c = rows[2], d = rows[3];
        for (int j = 0; j < wanted; j++, column += PathTable.Block)
        {
            Fetch(column + next);
            TReal sum = accumulated[j];
            sum = TReal.FusedMultiplyAdd(a, TReal.Load(column), sum);
            sum = TReal.FusedMultiplyAdd(b, TReal.Load(column + Lanes), sum);
            sum = TReal.FusedMultiplyAdd(c, TReal.Load(column + (2 * Lanes)), sum);
            accumulated[j] = TReal.FusedMultiplyAdd(d, TReal.Load(column + (3 * Lanes)), sum);
        }
    }

    private static double SumLanes(TReal value)
    {
        double* lanes = stackalloc double[Lanes];
        new Span<double>(lanes, Lanes).Clear();
        TReal.AddTo(value, lanes);
        return Tree(lanes);
    }

    /// <summary>Asks for 64 floats; a hint that may point anywhere.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Fetch(float* column)
    {
        if (!Sse.IsSupported)
            return;
        Sse.Prefetch1(column);
        Sse.Prefetch1(column + 16);
        Sse.Prefetch1(column + 32);
        Sse.Prefetch1(column + 48);
    }
}
