using System.Runtime.CompilerServices;
using HighDimSgd.Kernels;
using HighDimSgd.Kernels.Random;

namespace HighDimSgd.Devices.Cpu;

/// <content>
/// The row pass over a design of entries with fewer bits: in whole numbers over bytes; over others two rows at a time, while the two after them
/// are asked for. Entries are unpacked for the product and, with the next group's, again for the gradient, an operation each: keeping them as floats
/// would cost as much. The sums have the order and so the bits of the same design in floats.
/// </content>
internal sealed unsafe partial class CpuSkeletons<TReal, TWord>
{
    public void PackedPass<TFormat, TBody>(
        int batch,
        Slots<TReal, TWord, HostView<TReal, TWord>> design,
        int rowStride,
        int rows,
        Slots<TReal, TWord, HostView<TReal, TWord>> theta,
        Slots<TReal, TWord, HostView<TReal, TWord>> gradient,
        TBody body)
        where TFormat : struct, IEntryFormat<TReal, TWord>
        where TBody : struct, IRowBody<TReal>
    {
        float* words = design.View.Data + design.Start;
        if (typeof(TFormat) == typeof(Int8Entries<TReal, TWord>))
            BytePass(batch, design, rowStride, rows, theta, gradient, body);
        else if (batch > 1 && design.Stride == 0)
            SharedPass(batch, new PackedGroups<TFormat>(words, rowStride), rowStride, rows, theta, gradient, body);
        else
            Pass(batch, rowStride, rows, theta, gradient, body, slot => new PackedRows<TFormat>(words + (slot * design.Stride), rowStride));
    }

    /// <summary>Products of two rows, and two weighted rows of the group before onto the sum; two columns a word.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void UnpackingSweep<TFormat>(float* words, float* old, int stride, float* theta, TReal* products, float* weights, float* sum)
        where TFormat : struct, IEntryFormat<TReal, TWord>
    {
        long row = stride / 2;
        TReal a = TReal.Of(0f), b = a, wa = TReal.Of(weights[0]), wb = TReal.Of(weights[1]);
        for (float* last = words + row; words < last; words += Lanes, old += Lanes, theta += 2 * Lanes, sum += 2 * Lanes)
        {
            CacheLine.Fetch(words + (2 * row));
            CacheLine.Fetch(words + (3 * row));
            TWord u = TReal.Bits(TReal.Load(words)), v = TReal.Bits(TReal.Load(words + row));
            TWord p = TReal.Bits(TReal.Load(old)), q = TReal.Bits(TReal.Load(old + row));
            TReal t = TReal.Load(theta);
            a = TReal.FusedMultiplyAdd(TFormat.Unpack(u, 0), t, a);
            b = TReal.FusedMultiplyAdd(TFormat.Unpack(v, 0), t, b);
            TReal s = TReal.FusedMultiplyAdd(wa, TFormat.Unpack(p, 0), TReal.Load(sum));
            TReal.Store(TReal.FusedMultiplyAdd(wb, TFormat.Unpack(q, 0), s), sum);
            t = TReal.Load(theta + Lanes);
            a = TReal.FusedMultiplyAdd(TFormat.Unpack(u, 1), t, a);
            b = TReal.FusedMultiplyAdd(TFormat.Unpack(v, 1), t, b);
            s = TReal.FusedMultiplyAdd(wa, TFormat.Unpack(p, 1), TReal.Load(sum + Lanes));
            TReal.Store(TReal.FusedMultiplyAdd(wb, TFormat.Unpack(q, 1), s), sum + Lanes);
        }

        products[0] = a;
        products[1] = b;
    }

    /// <summary>Rows of packed entries.</summary>
    private readonly struct PackedRows<TFormat>(float* design, int stride) : IRows
        where TFormat : struct, IEntryFormat<TReal, TWord>
    {
        // Rows of a group, with theta and the sum, stay below 48 KiB.
        public static int GroupRows(int stride) => stride <= 640 ? 16 : stride <= 1152 ? 8 : 4;

        public void Sweep(int group, int row, int pending, float* theta, TReal* products, float* weights, float* sum)
        {
            long words = stride / 2;
            for (int s = 0; s < group; s += 2)
                UnpackingSweep<TFormat>(design + ((row + s) * words), design + ((pending + s) * words), stride, theta, products + s, weights + s, sum);
        }
    }

    /// <summary>Sixteen rows at a time of packed entries.</summary>
    private readonly struct PackedGroups<TFormat>(float* design, int stride) : IRowGroups
        where TFormat : struct, IEntryFormat<TReal, TWord>
    {
        public static bool NeedRoom => true;

        public float* Memory(int row) => design + (row * (long)(stride / TFormat.Columns));

        public float* Floats(int row, float* room)
        {
            float* words = Memory(row), target = room;
            for (float* last = Memory(row + Lanes); words < last; words += Lanes)
            {
                TWord word = TReal.Bits(TReal.Load(words));
                for (int place = 0; place < TFormat.Columns; place++, target += Lanes)
                    TReal.Store(TFormat.Unpack(word, place), target);
            }

            return room;
        }
    }
}
