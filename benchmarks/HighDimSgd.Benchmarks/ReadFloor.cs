using System.Numerics;
using System.Runtime.InteropServices;

namespace HighDimSgd.Benchmarks;

/// <summary>Reads memory as fast as a core can: eight independent vector sums.</summary>
internal static class ReadFloor
{
    /// <summary>Memory with pages of its own: an array never written to is all one page of zeros.</summary>
    public static float[] Touched(int length)
    {
        var data = new float[length];
        Array.Fill(data, 1f);
        return data;
    }

    public static float Sum(ReadOnlySpan<float> data)
    {
        ReadOnlySpan<Vector<float>> vectors = MemoryMarshal.Cast<float, Vector<float>>(data);
        Vector<float> a = default, b = a, c = a, d = a, e = a, f = a, g = a, h = a;
        int i = 0;
        for (; i + 8 <= vectors.Length; i += 8)
        {
            ReadOnlySpan<Vector<float>> eight = vectors.Slice(i, 8);
            a += eight[0];
            b += eight[1];
            c += eight[2];
            d += eight[3];
            e += eight[4];
            f += eight[5];
            g += eight[6];
            h += eight[7];
        }

        return Vector.Sum(a + b + c + d + e + f + g + h);
    }
}
