using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using HighDimSgd.Kernels;

namespace HighDimSgd.Devices.Cpu;

/// <summary>Sixteen reals in two 256-bit vectors, for machines without AVX-512.</summary>
internal readonly unsafe struct Real256(Vector256<float> low, Vector256<float> high) : IReal<Real256, Word256>, ICpuReal<Real256, Word256>
{
    public readonly Vector256<float> Low = low;
    public readonly Vector256<float> High = high;

    public static int Count => ICpuReal<Real256, Word256>.Lanes;

    public static int RowsAtOnce => 4;

    public static Real256 operator +(Real256 a, Real256 b) => new(a.Low + b.Low, a.High + b.High);

    public static Real256 operator -(Real256 a, Real256 b) => new(a.Low - b.Low, a.High - b.High);

    public static Real256 operator *(Real256 a, Real256 b) => new(a.Low * b.Low, a.High * b.High);

    public static Real256 operator /(Real256 a, Real256 b) => new(a.Low / b.Low, a.High / b.High);

    public static Real256 Of(float x) => new(Vector256.Create(x), Vector256.Create(x));

    public static Real256 Sqrt(Real256 x) => new(Vector256.Sqrt(x.Low), Vector256.Sqrt(x.High));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Real256 WhereLess(Real256 a, Real256 b, Real256 yes, Real256 no) => new(
        Vector256.ConditionalSelect(Vector256.LessThan(a.Low, b.Low), yes.Low, no.Low),
        Vector256.ConditionalSelect(Vector256.LessThan(a.High, b.High), yes.High, no.High));

    public static Word256 Bits(Real256 x) => new(x.Low.AsUInt32(), x.High.AsUInt32());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Real256 FusedMultiplyAdd(Real256 a, Real256 b, Real256 c) => new(
        Vector256.FusedMultiplyAdd(a.Low, b.Low, c.Low), Vector256.FusedMultiplyAdd(a.High, b.High, c.High));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Real256 Load(float* source) => new(Vector256.Load(source), Vector256.Load(source + 8));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(Real256 value, float* target)
    {
        value.Low.Store(target);
        value.High.Store(target + 8);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void AddTo(Real256 value, double* sums)
    {
        (Vector256.Load(sums) + Vector256.WidenLower(value.Low)).Store(sums);
        (Vector256.Load(sums + 4) + Vector256.WidenUpper(value.Low)).Store(sums + 4);
        (Vector256.Load(sums + 8) + Vector256.WidenLower(value.High)).Store(sums + 8);
        (Vector256.Load(sums + 12) + Vector256.WidenUpper(value.High)).Store(sums + 12);
    }

    public static Real256 SumRows(Real256* rows) => Avx.IsSupported
        ? new(SumEight(rows), SumEight(rows + 8))
        : SumRowsByElement(rows);

    public static Real256 Sum(Real256 value) => Of(SumOf(value.Low + value.High));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Real256 LookUp(Real256 table, Word256 places) => new(LookUp(table, places.Low), LookUp(table, places.High));

    /// <summary>Eight lanes by the tree (i, i+4), (i, i+2), (i, i+1).</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static float SumOf(Vector256<float> eight)
    {
        Vector128<float> four = eight.GetLower() + eight.GetUpper();
        Vector128<float> two = four + Vector128.Shuffle(four, Vector128.Create(2, 3, 0, 1));
        return two[0] + two[1];
    }

    private static Vector256<float> SumEight(Real256* rows)
    {
        Vector256<float> a = Pair(rows, 0), b = Pair(rows, 1), c = Pair(rows, 2), d = Pair(rows, 3);
        Vector256<float> ab = Avx.Shuffle(a, b, 0b01_00_01_00) + Avx.Shuffle(a, b, 0b11_10_11_10);
        Vector256<float> cd = Avx.Shuffle(c, d, 0b01_00_01_00) + Avx.Shuffle(c, d, 0b11_10_11_10);
        return Avx.Shuffle(ab, cd, 0b10_00_10_00) + Avx.Shuffle(ab, cd, 0b11_01_11_01);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<float> LookUp(Real256 table, Vector256<uint> places)
    {
        Vector256<int> place = (places & Vector256.Create(7u)).AsInt32();
        Vector256<float> low = Vector256.ShuffleNative(table.Low, place), high = Vector256.ShuffleNative(table.High, place);
        return Vector256.ConditionalSelect(Vector256.Equals(places & Vector256.Create(8u), Vector256<uint>.Zero).AsSingle(), low, high);
    }

    /// <summary>Rows s and s+4 folded to four lanes each.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<float> Pair(Real256* rows, int s)
    {
        Vector256<float> u = rows[s].Low + rows[s].High, v = rows[s + 4].Low + rows[s + 4].High;
        return Avx.Permute2x128(u, v, 0x20) + Avx.Permute2x128(u, v, 0x31);
    }

    private static Real256 SumRowsByElement(Real256* rows)
    {
        float* sums = stackalloc float[16];
        for (int s = 0; s < 16; s++)
            sums[s] = SumOf(rows[s].Low + rows[s].High);

        return Load(sums);
    }
}

/// <summary>Sixteen words in two 256-bit vectors.</summary>
internal readonly struct Word256(Vector256<uint> low, Vector256<uint> high) : IWord<Real256, Word256>
{
    public readonly Vector256<uint> Low = low;
    public readonly Vector256<uint> High = high;

    public static Word256 operator +(Word256 a, Word256 b) => new(a.Low + b.Low, a.High + b.High);

    public static Word256 operator -(Word256 a, Word256 b) => new(a.Low - b.Low, a.High - b.High);

    public static Word256 operator ^(Word256 a, Word256 b) => new(a.Low ^ b.Low, a.High ^ b.High);

    public static Word256 operator &(Word256 a, Word256 b) => new(a.Low & b.Low, a.High & b.High);

    public static Word256 Of(uint x) => new(Vector256.Create(x), Vector256.Create(x));

    public static Word256 Sequence(uint first) =>
        new(Vector256.Create(first) + Vector256<uint>.Indices, Vector256.Create(first + 8) + Vector256<uint>.Indices);

    public static Word256 MultiplyLow(Word256 a, uint b) => new(a.Low * Vector256.Create(b), a.High * Vector256.Create(b));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Word256 MultiplyHigh(Word256 a, uint b) => new(MultiplyHigh(a.Low, b), MultiplyHigh(a.High, b));

    public static Word256 ShiftLeft(Word256 a, int count) => new(a.Low << count, a.High << count);

    public static Word256 ShiftRight(Word256 a, int count) => new(a.Low >>> count, a.High >>> count);

    public static Word256 ShiftRight(Word256 a, Word256 counts) => new(ShiftRight(a.Low, counts.Low), ShiftRight(a.High, counts.High));

    public static Word256 ShiftRightSigned(Word256 a, int count) =>
        new((a.Low.AsInt32() >> count).AsUInt32(), (a.High.AsInt32() >> count).AsUInt32());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Real256 AtLeast(Word256 a, Word256 b) => new(
        Vector256.GreaterThanOrEqual(a.Low, b.Low).AsSingle() & Vector256.Create(1f),
        Vector256.GreaterThanOrEqual(a.High, b.High).AsSingle() & Vector256.Create(1f));

    public static Real256 ToReal(Word256 a) => new(Vector256.ConvertToSingle(a.Low.AsInt32()), Vector256.ConvertToSingle(a.High.AsInt32()));

    public static Real256 AsReal(Word256 a) => new(a.Low.AsSingle(), a.High.AsSingle());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<uint> ShiftRight(Vector256<uint> a, Vector256<uint> counts)
    {
        if (Avx2.IsSupported)
            return Avx2.ShiftRightLogicalVariable(a, counts);
        Vector256<uint> shifted = default;
        for (int lane = 0; lane < 8; lane++)
            shifted = shifted.WithElement(lane, a[lane] >> (int)counts[lane]);
        return shifted;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<uint> MultiplyHigh(Vector256<uint> a, uint b)
    {
        Vector256<ulong> even, odd;
        if (Avx2.IsSupported)
        {
            Vector256<uint> factor = Vector256.Create(b);
            even = Avx2.Multiply(a, factor);
            odd = Avx2.Multiply(Vector256.ShiftRightLogical(a.AsUInt64(), 32).AsUInt32(), factor);
        }
        else
        {
            even = (a.AsUInt64() & Vector256.Create(0xFFFFFFFFul)) * b;
            odd = Vector256.ShiftRightLogical(a.AsUInt64(), 32) * b;
        }

        return Vector256.ConditionalSelect(
            Vector256.Create(0x00000000FFFFFFFFul).AsUInt32(), Vector256.ShiftRightLogical(even, 32).AsUInt32(), odd.AsUInt32());
    }
}
