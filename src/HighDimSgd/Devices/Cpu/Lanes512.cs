using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using HighDimSgd.Kernels;

namespace HighDimSgd.Devices.Cpu;

/// <summary>Sixteen reals in one 512-bit vector.</summary>
internal readonly unsafe struct Real512(Vector512<float> v) : IReal<Real512, Word512>, ICpuReal<Real512, Word512>
{
    public readonly Vector512<float> V = v;

    public static int Count => ICpuReal<Real512, Word512>.Lanes;

    public static int RowsAtOnce => 8;

    public static Real512 operator +(Real512 a, Real512 b) => new(a.V + b.V);

    public static Real512 operator -(Real512 a, Real512 b) => new(a.V - b.V);

    public static Real512 operator *(Real512 a, Real512 b) => new(a.V * b.V);

    public static Real512 operator /(Real512 a, Real512 b) => new(a.V / b.V);

    public static Real512 Of(float x) => new(Vector512.Create(x));

    public static Real512 Sqrt(Real512 x) => new(Vector512.Sqrt(x.V));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Real512 WhereLess(Real512 a, Real512 b, Real512 yes, Real512 no) =>
        new(Vector512.ConditionalSelect(Vector512.LessThan(a.V, b.V), yes.V, no.V));

    public static Word512 Bits(Real512 x) => new(x.V.AsUInt32());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Real512 FusedMultiplyAdd(Real512 a, Real512 b, Real512 c) => new(Vector512.FusedMultiplyAdd(a.V, b.V, c.V));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Real512 Load(float* source) => new(Vector512.Load(source));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(Real512 value, float* target) => value.V.Store(target);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void AddTo(Real512 value, double* sums)
    {
        (Vector512.Load(sums) + Vector512.WidenLower(value.V)).Store(sums);
        (Vector512.Load(sums + 8) + Vector512.WidenUpper(value.V)).Store(sums + 8);
    }

    public static Real512 SumRows(Real512* rows)
    {
        Vector512<float> a = Quads(rows, 0), b = Quads(rows, 1), c = Quads(rows, 2), d = Quads(rows, 3);
        Vector512<float> ab = Avx512F.Shuffle(a, b, 0b01_00_01_00) + Avx512F.Shuffle(a, b, 0b11_10_11_10);
        Vector512<float> cd = Avx512F.Shuffle(c, d, 0b01_00_01_00) + Avx512F.Shuffle(c, d, 0b11_10_11_10);
        return new(Avx512F.Shuffle(ab, cd, 0b10_00_10_00) + Avx512F.Shuffle(ab, cd, 0b11_01_11_01));
    }

    public static Real512 Sum(Real512 value) => new(Vector512.Create(Real256.SumOf(value.V.GetLower() + value.V.GetUpper())));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Real512 LookUp(Real512 table, Word512 places) => new(Avx512F.PermuteVar16x32(table.V, places.V.AsInt32()));

    /// <summary>Rows s, s+4, s+8, s+12 folded to four lanes each.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<float> Quads(Real512* rows, int s)
    {
        Vector512<float> u = Halves(rows[s].V, rows[s + 4].V), v = Halves(rows[s + 8].V, rows[s + 12].V);
        return Avx512F.Shuffle4x128(u, v, 0b10_00_10_00) + Avx512F.Shuffle4x128(u, v, 0b11_01_11_01);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<float> Halves(Vector512<float> p, Vector512<float> q) =>
        Avx512F.Shuffle4x128(p, q, 0b01_00_01_00) + Avx512F.Shuffle4x128(p, q, 0b11_10_11_10);
}

/// <summary>Sixteen words in one 512-bit vector.</summary>
internal readonly struct Word512(Vector512<uint> v) : IWord<Real512, Word512>
{
    public readonly Vector512<uint> V = v;

    public static Word512 operator +(Word512 a, Word512 b) => new(a.V + b.V);

    public static Word512 operator -(Word512 a, Word512 b) => new(a.V - b.V);

    public static Word512 operator ^(Word512 a, Word512 b) => new(a.V ^ b.V);

    public static Word512 operator &(Word512 a, Word512 b) => new(a.V & b.V);

    public static Word512 Of(uint x) => new(Vector512.Create(x));

    public static Word512 Sequence(uint first) => new(Vector512.Create(first) + Vector512<uint>.Indices);

    public static Word512 MultiplyLow(Word512 a, uint b) => new(a.V * Vector512.Create(b));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Word512 MultiplyHigh(Word512 a, uint b) => new(MultiplyHigh(a.V, b));

    public static Word512 ShiftLeft(Word512 a, int count) => new(a.V << count);

    public static Word512 ShiftRight(Word512 a, int count) => new(a.V >>> count);

    public static Word512 ShiftRight(Word512 a, Word512 counts) => new(Avx512F.ShiftRightLogicalVariable(a.V, counts.V));

    public static Word512 ShiftRightSigned(Word512 a, int count) => new((a.V.AsInt32() >> count).AsUInt32());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Real512 AtLeast(Word512 a, Word512 b) =>
        new(Vector512.GreaterThanOrEqual(a.V, b.V).AsSingle() & Vector512.Create(1f));

    public static Real512 ToReal(Word512 a) => new(Vector512.ConvertToSingle(a.V.AsInt32()));

    public static Real512 AsReal(Word512 a) => new(a.V.AsSingle());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static Vector512<uint> MultiplyHigh(Vector512<uint> a, uint b)
    {
        Vector512<uint> factor = Vector512.Create(b);
        Vector512<ulong> even = Avx512F.Multiply(a, factor);
        Vector512<ulong> odd = Avx512F.Multiply(Vector512.ShiftRightLogical(a.AsUInt64(), 32).AsUInt32(), factor);
        return Vector512.ConditionalSelect(
            Vector512.Create(0x00000000FFFFFFFFul).AsUInt32(), Vector512.ShiftRightLogical(even, 32).AsUInt32(), odd.AsUInt32());
    }
}
