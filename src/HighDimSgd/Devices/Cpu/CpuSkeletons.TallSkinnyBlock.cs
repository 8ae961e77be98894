using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using HighDimSgd.Kernels;

namespace HighDimSgd.Devices.Cpu;

/// <content>
/// The pass over a tall table for several vectors at once, as <see cref="TallSkinny"/>: a block of 64 rows is combined, handed to the
/// body and projected back while it lies in a near cache. Per element of the table: 4 bytes, and a fused multiply-add for each vector.
/// </content>
internal sealed unsafe partial class CpuSkeletons<TReal, TWord>
{
    public void TallSkinnyBlock<TBody>(
        int batch,
        Slots<TReal, TWord, HostView<TReal, TWord>> bases,
        PathTable layout,
        ReadOnlySpan<float> coefficients,
        TBody body,
        Span<double> sums)
        where TBody : struct, IBlockBody<TReal>
    {
        int given = coefficients.Length / batch, asked = sums.Length / batch;
        for (int slot = 0; slot < batch; slot++)
        {
            TallSkinnyBlock(
                slot, bases.View.Data + bases.Start + (slot * bases.Stride), layout, coefficients.Slice(slot * given, given), body,
                sums.Slice(slot * asked, asked));
        }
    }

    private void TallSkinnyBlock<TBody>(
        int slot, float* basis, PathTable layout, ReadOnlySpan<float> coefficients, TBody body, Span<double> sums)
        where TBody : struct, IBlockBody<TReal>
    {
        int chunks = (layout.Blocks + BlocksPerChunk - 1) / BlocksPerChunk, stride = sums.Length;
        int used = coefficients.Length / TBody.Combined, wanted = sums.Length / TBody.Projected;
        var partial = new double[(long)chunks * stride];
        fixed (float* c = coefficients)
        fixed (double* p = partial)
        {
            float* combine = c;
            double* parts = p;
            Each(chunks, Chunk, chunk =>
            {
                int first = (int)chunk * BlocksPerChunk;
                BlockPass(
                    slot, basis, layout, first, Math.Min(layout.Blocks, first + BlocksPerChunk), combine, used, body, parts + (chunk * stride), wanted);
            });
        }

        for (int j = 0; j < stride; j++)
            sums[j] = InOrder(partial, j, stride);
    }

    private static void BlockPass<TBody>(
        int slot, float* basis, PathTable layout, int firstBlock, int endBlock, float* coefficients, int used, TBody body, double* sums, int wanted)
        where TBody : struct, IBlockBody<TReal>
    {
        int count = wanted * TBody.Projected, groups = (count + Lanes - 1) / Lanes;
        var bytes = (nuint)(Math.Max(1, groups) * Lanes * sizeof(TReal));
        var accumulated = (TReal*)NativeMemory.AlignedAlloc(bytes, 64);
        NativeMemory.Clear(accumulated, bytes);
        Four<TReal>* rows = stackalloc Four<TReal>[Parts];
        for (int block = firstBlock; block < endBlock; block++)
        {
            float* table = basis + ((long)block * layout.Columns * PathTable.Block);
            CombineBlock<TBody>(table, coefficients, used, rows);
            int row = block * PathTable.Block;
            for (int part = 0; part < Parts; part++)
                rows[part] = body.Run(slot, row + (part * Lanes), rows[part]);
            ProjectBlock<TBody>(table, rows, accumulated, wanted, (long)layout.Columns * PathTable.Block);
        }

        float* lanes = stackalloc float[Lanes];
        for (int g = 0; g < groups; g++)
        {
            TReal.Store(TReal.SumRows(accumulated + (g * Lanes)), lanes);
            for (int j = g * Lanes; j < Math.Min(count, (g + 1) * Lanes); j++)
                sums[j] = lanes[j - (g * Lanes)];
        }

        NativeMemory.AlignedFree(accumulated);
    }

    // What a body does not combine or project is dropped by the compiler: the counts are constants of its type.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void CombineBlock<TBody>(float* column, float* coefficients, int used, Four<TReal>* rows)
        where TBody : struct, IBlockBody<TReal>
    {
        for (int part = 0; part < Parts; part += 2)
        {
            float* x = column + (part * Lanes), c = coefficients;
            TReal zero = TReal.Of(0f);
            TReal a0 = zero, b0 = zero, c0 = zero, d0 = zero, a1 = zero, b1 = zero, c1 = zero, d1 = zero;
            for (int j = 0; j < used; j++, x += PathTable.Block, c += TBody.Combined)
            {
                TReal p = TReal.Load(x), q = TReal.Load(x + Lanes), weight = TReal.Of(c[0]);
                a0 = TReal.FusedMultiplyAdd(weight, p, a0);
                a1 = TReal.FusedMultiplyAdd(weight, q, a1);
                if (TBody.Combined > 1)
                {
                    weight = TReal.Of(c[1]);
                    b0 = TReal.FusedMultiplyAdd(weight, p, b0);
                    b1 = TReal.FusedMultiplyAdd(weight, q, b1);
                }

                if (TBody.Combined > 2)
                {
                    weight = TReal.Of(c[2]);
                    c0 = TReal.FusedMultiplyAdd(weight, p, c0);
                    c1 = TReal.FusedMultiplyAdd(weight, q, c1);
                }

                if (TBody.Combined > 3)
                {
                    weight = TReal.Of(c[3]);
                    d0 = TReal.FusedMultiplyAdd(weight, p, d0);
                    d1 = TReal.FusedMultiplyAdd(weight, q, d1);
                }
            }

            rows[part] = new(a0, b0, c0, d0);
            rows[part + 1] = new(a1, b1, c1, d1);
        }
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void ProjectBlock<TBody>(float* column, Four<TReal>* rows, TReal* accumulated, int wanted, long next)
        where TBody : struct, IBlockBody<TReal>
    {
        for (int v = 0; v < TBody.Projected; v++)
        {
            TReal a = Pick(rows[0], v), b = Pick(rows[1], v), c = Pick(rows[2], v), d = Pick(rows[3], v);
            float* x = column;
            TReal* target = accumulated + v;
            for (int j = 0; j < wanted; j++, x += PathTable.Block, target += TBody.Projected)
            {
                if (v == 0)
                    Fetch(x + next);
                TReal sum = *target;
                sum = TReal.FusedMultiplyAdd(a, TReal.Load(x), sum);
                sum = TReal.FusedMultiplyAdd(b, TReal.Load(x + Lanes), sum);
                sum = TReal.FusedMultiplyAdd(c, TReal.Load(x + (2 * Lanes)), sum);
                *target = TReal.FusedMultiplyAdd(d, TReal.Load(x + (3 * Lanes)), sum);
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TReal Pick(Four<TReal> four, int v) => v switch { 0 => four.A, 1 => four.B, 2 => four.C, _ => four.D };
}
