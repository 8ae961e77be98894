using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.X86;
using HighDimSgd.Kernels;
using HighDimSgd.Kernels.Random;

namespace HighDimSgd.Devices.Cpu;

/// <content>
/// The row pass over a design of entries with fewer bits, two rows at a time, while the two after them are asked for. Entries are unpacked
/// once, for the product; the group that was unpacked stays in the first-level cache as floats, each vector of which is added to the sum
/// just before the next group's takes its place. Rows too long for that, and entries that a single operation unpacks, are unpacked again.
/// The sums have the order and so the bits of the same design in floats. Per entry: its own bytes from where the design lives, 2 fused
/// multiply-adds, and 2.5 operations to unpack it and 4 bytes to the nearest cache and back (int8), or twice 1 (bfloat16).
/// </content>
internal sealed unsafe partial class CpuSkeletons<TReal, TWord>
{
    // Two rows of floats, theta and the sum then take three quarters of a first-level cache of 48 KiB.
    private const int LongestKept = 2304;

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
        if (batch > 1 && design.Stride == 0)
            SharedPass(batch, new PackedGroups<TFormat>(words, rowStride), rowStride, rows, theta, gradient, body);
        else if (TFormat.Columns > 2 && rowStride <= LongestKept && Options.MaxDegreeOfParallelism == 1)
            Pass(batch, rowStride, rows, theta, gradient, body, Rows<Kept>);
        else
            Pass(batch, rowStride, rows, theta, gradient, body, Rows<Unkept>);

        PackedRows<TFormat, TKeep> Rows<TKeep>(int slot, HostView<TReal, TWord> kept)
            where TKeep : struct, IChoice => new(words + (slot * design.Stride), kept.Data, rowStride);
    }

    /// <summary>Products of two rows, and two weighted rows of the group before onto the sum.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void UnpackingSweep<TFormat, TKeep>(
        float* words, float* old, float* kept, int stride, float* theta, TReal* products, float* weights, float* sum)
        where TFormat : struct, IEntryFormat<TReal, TWord>
        where TKeep : struct, IChoice
    {
        long row = stride / TFormat.Columns, pitch = stride + Lanes;
        TReal a = TReal.Of(0f), b = a, wa = TReal.Of(weights[0]), wb = TReal.Of(weights[1]);
        for (float* last = words + row; words < last; words += Lanes, old += Lanes)
        {
            FetchLine(words + (2 * row));
            FetchLine(words + (3 * row));
            TWord u = TReal.Bits(TReal.Load(words)), v = TReal.Bits(TReal.Load(words + row));
            TWord p = TKeep.IsYes ? u : TReal.Bits(TReal.Load(old)), q = TKeep.IsYes ? v : TReal.Bits(TReal.Load(old + row));
            TReal x = TFormat.Unpack(u, 0), y = TFormat.Unpack(v, 0), t = TReal.Load(theta);
            a = TReal.FusedMultiplyAdd(x, t, a);
            b = TReal.FusedMultiplyAdd(y, t, b);
            Add<TFormat, TKeep>(x, y, p, q, 0, kept, pitch, wa, wb, sum);
            x = TFormat.Unpack(u, 1);
            y = TFormat.Unpack(v, 1);
            t = TReal.Load(theta + Lanes);
            a = TReal.FusedMultiplyAdd(x, t, a);
            b = TReal.FusedMultiplyAdd(y, t, b);
            Add<TFormat, TKeep>(x, y, p, q, 1, kept + Lanes, pitch, wa, wb, sum + Lanes);
            if (TFormat.Columns > 2)
            {
                x = TFormat.Unpack(u, 2);
                y = TFormat.Unpack(v, 2);
                t = TReal.Load(theta + (2 * Lanes));
                a = TReal.FusedMultiplyAdd(x, t, a);
                b = TReal.FusedMultiplyAdd(y, t, b);
                Add<TFormat, TKeep>(x, y, p, q, 2, kept + (2 * Lanes), pitch, wa, wb, sum + (2 * Lanes));
                x = TFormat.Unpack(u, 3);
                y = TFormat.Unpack(v, 3);
                t = TReal.Load(theta + (3 * Lanes));
                a = TReal.FusedMultiplyAdd(x, t, a);
                b = TReal.FusedMultiplyAdd(y, t, b);
                Add<TFormat, TKeep>(x, y, p, q, 3, kept + (3 * Lanes), pitch, wa, wb, sum + (3 * Lanes));
            }

            kept += TFormat.Columns * Lanes;
            theta += TFormat.Columns * Lanes;
            sum += TFormat.Columns * Lanes;
        }

        products[0] = a;
        products[1] = b;
    }

    /// <summary>Adds the weighted rows of the group before, which are kept or in the words p and q, and keeps x and y in their place.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Add<TFormat, TKeep>(
        TReal x, TReal y, TWord p, TWord q, int place, float* kept, long pitch, TReal wa, TReal wb, float* sum)
        where TFormat : struct, IEntryFormat<TReal, TWord>
        where TKeep : struct, IChoice
    {
        TReal first = TKeep.IsYes ? TReal.Load(kept) : TFormat.Unpack(p, place), second = TKeep.IsYes ? TReal.Load(kept + pitch) : TFormat.Unpack(q, place);
        TReal.Store(TReal.FusedMultiplyAdd(wb, second, TReal.FusedMultiplyAdd(wa, first, TReal.Load(sum))), sum);
        if (TKeep.IsYes)
        {
            TReal.Store(x, kept);
            TReal.Store(y, kept + pitch);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void FetchLine(float* line)
    {
        if (Sse.IsSupported)
            Sse.Prefetch0(line);
    }

    /// <summary>A choice that the compiler knows.</summary>
    private interface IChoice
    {
        /// <summary>The choice.</summary>
        static abstract bool IsYes { get; }
    }

    private readonly struct Kept : IChoice
    {
        public static bool IsYes => true;
    }

    private readonly struct Unkept : IChoice
    {
        public static bool IsYes => false;
    }

    /// <summary>Rows of packed entries.</summary>
    private readonly struct PackedRows<TFormat, TKeep>(float* design, float* kept, int stride) : IRows
        where TFormat : struct, IEntryFormat<TReal, TWord>
        where TKeep : struct, IChoice
    {
        public static bool KeepsGroup => TKeep.IsYes;

        // Rows of a group as floats, with theta and the sum, stay below 48 KiB.
        public static int GroupRows(int stride) => stride <= 640 ? 16 : stride <= 1152 ? 8 : TKeep.IsYes ? 2 : 4;

        public void Sweep(int group, int row, int pending, float* theta, TReal* products, float* weights, float* sum)
        {
            long words = stride / TFormat.Columns;
            for (int s = 0; s < group; s += 2)
            {
                UnpackingSweep<TFormat, TKeep>(
                    design + ((row + s) * words), design + ((pending + s) * words), kept + ((long)s * (stride + Lanes)), stride, theta, products + s, weights + s, sum);
            }
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
