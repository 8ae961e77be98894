using System.Runtime.CompilerServices;
using HighDimSgd.Kernels;

namespace HighDimSgd.Devices.Cpu;

/// <content>
/// The row pass over a design of signs. Four numbers have sixteen signed sums, which fit into one vector of lanes, and four bits of a
/// lane's word name one of them: so a look-up and an addition do 64 entries, and no sum runs across lanes. Products and gradient are
/// the same loop over the two halves of the table. Per 64 entries and direction: 8 bytes, a permutation, an addition and a shift. Sums
/// are joined every 1024 entries, whatever the threads.
/// </content>
internal sealed unsafe partial class CpuSkeletons<TReal, TWord>
{
    // Words whose tables of sums stay in the first-level cache: 16 KiB.
    private const int SignChunk = 32;
    private const int Quads = 8;

    public void SignPass<TBody>(
        int batch,
        Slots<TReal, TWord, HostView<TReal, TWord>> signs,
        SignTable table,
        Slots<TReal, TWord, HostView<TReal, TWord>> theta,
        Slots<TReal, TWord, HostView<TReal, TWord>> gradient,
        TBody body)
        where TBody : struct, IRowBody<TReal>
    {
        int rows = table.Rows;
        float* products = Scratch(2L * table.PaddedRows), weights = products + table.PaddedRows;
        for (int slot = 0; slot < batch; slot++)
        {
            float* words = signs.View.Data + signs.Start + (slot * signs.Stride), sums = gradient.View.Data + gradient.Start + (slot * gradient.Stride);
            SignedSums(words + table.RowStart, table.RowWords, table.PaddedRows, theta.View.Data + theta.Start + (slot * theta.Stride), products);
            int replica = slot;
            new Span<float>(weights, table.PaddedRows).Clear();
            Each((rows + Chunk - 1) / Chunk, Chunk, chunk =>
            {
                for (int row = (int)chunk * Chunk; row < Math.Min(rows, (chunk + 1) * Chunk); row += Lanes)
                    TReal.Store(Functions.Keep<TReal, TWord>(row, rows, body.Run(replica, row, TReal.Load(products + row))), weights + row);
            });
            if (!TBody.WantsGradient)
                continue;
            SignedSums(words, table.ColumnWords, table.PaddedColumns, weights, sums);
            for (int j = table.Columns / Lanes * Lanes; j < table.PaddedColumns; j += Lanes)
                TReal.Store(Functions.Keep<TReal, TWord>(j, table.Columns, TReal.Load(sums + j)), sums + j);
        }
    }

    /// <summary>For every lane the sum of the values, those subtracted whose bit is set in the lane's words.</summary>
    private void SignedSums(float* signs, int words, int lanes, float* values, float* sums) =>
        Each((lanes + Chunk - 1) / Chunk, words * Chunk / 4, part =>
        {
            TReal* tables = stackalloc TReal[SignChunk * Quads];
            for (int first = 0; first < words; first += SignChunk)
            {
                int count = Math.Min(SignChunk, words - first);
                SumTables(values + (32 * first), count * Quads, tables);
                for (int lane = (int)part * Chunk; lane < Math.Min(lanes, ((int)part + 1) * Chunk); lane += 4 * Lanes)
                    LookUpBlocks(signs + ((((long)lane / Lanes * words) + first) * Lanes), words * Lanes, count, tables, sums + lane, first > 0);
            }
        });

    /// <summary>For each four values a, b, c, d the sixteen sums (+-a +- b) + (+-c +- d), a's sign by the lowest bit of the place.</summary>
    private static void SumTables(float* values, int quads, TReal* tables)
    {
        TWord top = TWord.Of(0x80000000u), places = TWord.Sequence(0);
        TWord a = TWord.ShiftLeft(places, 31), b = TWord.ShiftLeft(places, 30) & top, c = TWord.ShiftLeft(places, 29) & top, d = TWord.ShiftLeft(places, 28) & top;
        for (int q = 0; q < quads; q++, values += 4)
            tables[q] = Signed(values[0], a) + Signed(values[1], b) + (Signed(values[2], c) + Signed(values[3], d));

        static TReal Signed(float value, TWord sign) => TWord.AsReal(TReal.Bits(TReal.Of(value)) ^ sign);
    }

    /// <summary>Signed sums of four blocks of lanes over a chunk of words, stored, or added to those of earlier chunks.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void LookUpBlocks(float* signs, long block, int words, TReal* tables, float* sums, bool adds)
    {
        TReal a = TReal.Of(0f), b = a, c = a, d = a;
        for (int w = 0; w < words; w++, signs += Lanes)
        {
            TWord p = TReal.Bits(TReal.Load(signs)), q = TReal.Bits(TReal.Load(signs + block));
            TWord r = TReal.Bits(TReal.Load(signs + (2 * block))), s = TReal.Bits(TReal.Load(signs + (3 * block)));
            for (TReal* end = tables + Quads; tables < end; tables++)
            {
                TReal table = *tables;
                a += TReal.LookUp(table, p);
                b += TReal.LookUp(table, q);
                c += TReal.LookUp(table, r);
                d += TReal.LookUp(table, s);
                p = TWord.ShiftRight(p, 4);
                q = TWord.ShiftRight(q, 4);
                r = TWord.ShiftRight(r, 4);
                s = TWord.ShiftRight(s, 4);
            }
        }

        TReal.Store(adds ? TReal.Load(sums) + a : a, sums);
        TReal.Store(adds ? TReal.Load(sums + Lanes) + b : b, sums + Lanes);
        TReal.Store(adds ? TReal.Load(sums + (2 * Lanes)) + c : c, sums + (2 * Lanes));
        TReal.Store(adds ? TReal.Load(sums + (3 * Lanes)) + d : d, sums + (3 * Lanes));
    }
}
