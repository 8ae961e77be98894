using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using HighDimSgd.Kernels;

namespace HighDimSgd.Devices.Cpu;

/// <summary>Sixty-four reals in four 512-bit vectors: four chains of operations side by side, where one waits for itself.</summary>
internal readonly unsafe struct Quad512(Vector512<float> a, Vector512<float> b, Vector512<float> c, Vector512<float> d) : IReal<Quad512, QuadWord512>, ICpuLanes<Quad512>
{
    public readonly Vector512<float> A = a;
    public readonly Vector512<float> B = b;
    public readonly Vector512<float> C = c;
    public readonly Vector512<float> D = d;

    public static int Count => 64;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Quad512 operator +(Quad512 a, Quad512 b) => new(a.A + b.A, a.B + b.B, a.C + b.C, a.D + b.D);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Quad512 operator -(Quad512 a, Quad512 b) => new(a.A - b.A, a.B - b.B, a.C - b.C, a.D - b.D);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Quad512 operator *(Quad512 a, Quad512 b) => new(a.A * b.A, a.B * b.B, a.C * b.C, a.D * b.D);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Quad512 operator /(Quad512 a, Quad512 b) => new(a.A / b.A, a.B / b.B, a.C / b.C, a.D / b.D);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Quad512 Of(float x)
    {
        Vector512<float> all = Vector512.Create(x);
        return new(all, all, all, all);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Quad512 Sqrt(Quad512 x) => new(
        Vector512.Sqrt(x.A),
        Vector512.Sqrt(x.B),
        Vector512.Sqrt(x.C),
        Vector512.Sqrt(x.D));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Quad512 WhereLess(Quad512 a, Quad512 b, Quad512 yes, Quad512 no) => new(
        Vector512.ConditionalSelect(Vector512.LessThan(a.A, b.A), yes.A, no.A),
        Vector512.ConditionalSelect(Vector512.LessThan(a.B, b.B), yes.B, no.B),
        Vector512.ConditionalSelect(Vector512.LessThan(a.C, b.C), yes.C, no.C),
        Vector512.ConditionalSelect(Vector512.LessThan(a.D, b.D), yes.D, no.D));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static QuadWord512 Bits(Quad512 x) => new(x.A.AsUInt32(), x.B.AsUInt32(), x.C.AsUInt32(), x.D.AsUInt32());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Quad512 Load(float* source) => new(
        Vector512.Load(source),
        Vector512.Load(source + 16),
        Vector512.Load(source + 32),
        Vector512.Load(source + 48));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(Quad512 value, float* target)
    {
        value.A.Store(target);
        value.B.Store(target + 16);
        value.C.Store(target + 32);
        value.D.Store(target + 48);
    }

    public static void AddTo(Quad512 value, double* sums)
    {
        Real512.AddTo(new(value.A), sums);
        Real512.AddTo(new(value.B), sums);
        Real512.AddTo(new(value.C), sums);
        Real512.AddTo(new(value.D), sums);
    }
}

/// <summary>Sixty-four words in four 512-bit vectors.</summary>
internal readonly struct QuadWord512(Vector512<uint> a, Vector512<uint> b, Vector512<uint> c, Vector512<uint> d) : IWord<Quad512, QuadWord512>
{
    public readonly Vector512<uint> A = a;
    public readonly Vector512<uint> B = b;
    public readonly Vector512<uint> C = c;
    public readonly Vector512<uint> D = d;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static QuadWord512 operator +(QuadWord512 a, QuadWord512 b) => new(
        a.A + b.A,
        a.B + b.B,
        a.C + b.C,
        a.D + b.D);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static QuadWord512 operator -(QuadWord512 a, QuadWord512 b) => new(
        a.A - b.A,
        a.B - b.B,
        a.C - b.C,
        a.D - b.D);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static QuadWord512 operator ^(QuadWord512 a, QuadWord512 b) => new(
        a.A ^ b.A,
        a.B ^ b.B,
        a.C ^ b.C,
        a.D ^ b.D);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static QuadWord512 operator &(QuadWord512 a, QuadWord512 b) => new(
        a.A & b.A,
        a.B & b.B,
        a.C & b.C,
        a.D & b.D);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static QuadWord512 Of(uint x)
    {
        Vector512<uint> all = Vector512.Create(x);
        return new(all, all, all, all);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static QuadWord512 Sequence(uint first) => new(
        Vector512.Create(first) + Vector512<uint>.Indices,
        Vector512.Create(first + 16) + Vector512<uint>.Indices,
        Vector512.Create(first + 32) + Vector512<uint>.Indices,
        Vector512.Create(first + 48) + Vector512<uint>.Indices);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static QuadWord512 MultiplyLow(QuadWord512 a, uint b) => new(
        a.A * Vector512.Create(b),
        a.B * Vector512.Create(b),
        a.C * Vector512.Create(b),
        a.D * Vector512.Create(b));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static QuadWord512 MultiplyHigh(QuadWord512 a, uint b) => new(
        Word512.MultiplyHigh(a.A, b),
        Word512.MultiplyHigh(a.B, b),
        Word512.MultiplyHigh(a.C, b),
        Word512.MultiplyHigh(a.D, b));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static QuadWord512 ShiftLeft(QuadWord512 a, int count) => new(
        a.A << count,
        a.B << count,
        a.C << count,
        a.D << count);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static QuadWord512 ShiftRight(QuadWord512 a, int count) => new(
        a.A >>> count,
        a.B >>> count,
        a.C >>> count,
        a.D >>> count);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static QuadWord512 ShiftRight(QuadWord512 a, QuadWord512 counts) => new(
        Avx512F.ShiftRightLogicalVariable(a.A, counts.A),
        Avx512F.ShiftRightLogicalVariable(a.B, counts.B),
        Avx512F.ShiftRightLogicalVariable(a.C, counts.C),
        Avx512F.ShiftRightLogicalVariable(a.D, counts.D));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static QuadWord512 ShiftRightSigned(QuadWord512 a, int count) => new(
        (a.A.AsInt32() >> count).AsUInt32(),
        (a.B.AsInt32() >> count).AsUInt32(),
        (a.C.AsInt32() >> count).AsUInt32(),
        (a.D.AsInt32() >> count).AsUInt32());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Quad512 AtLeast(QuadWord512 a, QuadWord512 b) => new(
        Word512.AtLeast(new(a.A), new(b.A)).V,
        Word512.AtLeast(new(a.B), new(b.B)).V,
        Word512.AtLeast(new(a.C), new(b.C)).V,
        Word512.AtLeast(new(a.D), new(b.D)).V);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Quad512 ToReal(QuadWord512 a) => new(
        Vector512.ConvertToSingle(a.A.AsInt32()),
        Vector512.ConvertToSingle(a.B.AsInt32()),
        Vector512.ConvertToSingle(a.C.AsInt32()),
        Vector512.ConvertToSingle(a.D.AsInt32()));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Quad512 AsReal(QuadWord512 a) => new(
        a.A.AsSingle(),
        a.B.AsSingle(),
        a.C.AsSingle(),
        a.D.AsSingle());
}
