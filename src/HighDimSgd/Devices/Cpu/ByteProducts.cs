using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace HighDimSgd.Devices.Cpu;

/// <summary>Whole arithmetic on vectors of 32 bytes: exact, so the same on every machine, whatever it does in one operation.</summary>
internal static class ByteProducts
{
    /// <summary>
    /// Adds to each of eight sums four products of an unsigned and a signed byte. Pairs of products must stay within 16 signed bits.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<int> Add(Vector256<int> sums, Vector256<byte> numbers, Vector256<sbyte> factors)
    {
        if (AvxVnni.IsSupported)
            return AvxVnni.MultiplyWideningAndAdd(sums, numbers, factors);
        return Avx2.IsSupported ? AddByPairs(sums, numbers, factors) : sums + Plain(numbers, factors);
    }

    /// <summary>The same in three operations.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static Vector256<int> AddByPairs(Vector256<int> sums, Vector256<byte> numbers, Vector256<sbyte> factors) =>
        sums + Avx2.MultiplyAddAdjacent(Avx2.MultiplyAddAdjacent(numbers, factors), Vector256<short>.One);

    /// <summary>Bytes of four rows to groups of four from one column: group i of vector k of a half are bytes 4 k + i of the rows' halves.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Four256 Turn(Vector256<byte> a, Vector256<byte> b, Vector256<byte> c, Vector256<byte> d)
    {
        if (!Avx2.IsSupported)
            return PlainTurn(a, b, c, d);
        Vector256<short> ab = Avx2.UnpackLow(a, b).AsInt16(), cd = Avx2.UnpackLow(c, d).AsInt16();
        Vector256<short> abHigh = Avx2.UnpackHigh(a, b).AsInt16(), cdHigh = Avx2.UnpackHigh(c, d).AsInt16();
        return new(Avx2.UnpackLow(ab, cd).AsByte(), Avx2.UnpackHigh(ab, cd).AsByte(), Avx2.UnpackLow(abHigh, cdHigh).AsByte(), Avx2.UnpackHigh(abHigh, cdHigh).AsByte());
    }

    /// <summary>Sums over the lanes of each of four vectors.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<int> Sums(Vector256<int> a, Vector256<int> b, Vector256<int> c, Vector256<int> d)
    {
        if (!Avx2.IsSupported)
            return Vector128.Create(Vector256.Sum(a), Vector256.Sum(b), Vector256.Sum(c), Vector256.Sum(d));
        Vector256<int> halves = Avx2.HorizontalAdd(Avx2.HorizontalAdd(a, b), Avx2.HorizontalAdd(c, d));
        return halves.GetLower() + halves.GetUpper();
    }

    /// <summary>The sums of four products where no instruction makes them.</summary>
    internal static Vector256<int> Plain(Vector256<byte> numbers, Vector256<sbyte> factors)
    {
        Span<int> sums = stackalloc int[8];
        for (int i = 0; i < 32; i++)
            sums[i / 4] += numbers.GetElement(i) * factors.GetElement(i);
        return Vector256.Create<int>(sums);
    }

    /// <summary>The same as <see cref="Turn"/>, byte by byte.</summary>
    internal static Four256 PlainTurn(Vector256<byte> a, Vector256<byte> b, Vector256<byte> c, Vector256<byte> d)
    {
        ReadOnlySpan<Vector256<byte>> rows = [a, b, c, d];
        Span<byte> turned = stackalloc byte[128];
        for (int i = 0; i < 32; i++)
        {
            for (int row = 0; row < 4; row++)
                turned[(32 * (i % 16 / 4)) + (16 * (i / 16)) + (4 * (i % 4)) + row] = rows[row].GetElement(i);
        }

        return new(Vector256.Create<byte>(turned), Vector256.Create<byte>(turned[32..]), Vector256.Create<byte>(turned[64..]), Vector256.Create<byte>(turned[96..]));
    }

    /// <summary>Four vectors.</summary>
    internal readonly struct Four256(Vector256<byte> a, Vector256<byte> b, Vector256<byte> c, Vector256<byte> d)
    {
        public readonly Vector256<byte> A = a, B = b, C = c, D = d;
    }
}
