using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace HighDimSgd.Devices.Cpu;

/// <summary>
/// Products of signed bytes, which stand for 2^24 times their value, with fixed-point numbers: multiples of a unit, which is 2^-20 of the
/// largest magnitude, in three digits of 7 bits between -64 and 64, the highest first. Bytes are taken as unsigned ones, 128 more than they
/// are, and as much is taken off again. Bytes lie in blocks of 64 columns as <see cref="Kernels.Random.IEntryFormat{TReal,TWord}"/> has them:
/// byte 4 l + p is column 16 p + l. Sums are of 32 bits: those of a row are exact up to 264 000 columns whatever the numbers.
/// </summary>
internal static unsafe class FixedPoint
{
    /// <summary>Bytes that the weights of sixteen rows take: three digits of four groups of rows, and three starts.</summary>
    public const int WeightBytes = Starts + (3 * Digit);

    // Bytes of a digit's vector, of a row's or group's three digits, and of the groups that come before the starts.
    private const int Digit = 32, Digits = 3 * Digit, Starts = 4 * Digits;

    private const float Largest = 1 << 20;
    private const float EntryUnit = 1 << 24;

    // Numbers below have the same unit still, so that its inverse is finite.
    private const float Least = 1e-30f;

    // 1.5 * 2^23: adding it rounds to the nearest integer, which then is in the low bits.
    private const float Rounder = 12582912f;

    /// <summary>The column, in its block, of each sum.</summary>
    private static readonly byte[] Columns =
        [.. Enumerable.Range(0, 64).Select(i => (byte)((16 * (i % 4)) + (8 * (i / 32)) + (4 * (i / 4 % 2)) + (i / 8 % 4)))];

    /// <summary>A row of fixed-point numbers.</summary>
    /// <param name="Digits">For every 32 bytes of a row as many highest digits, then as many middle and lowest ones.</param>
    /// <param name="Shift">128 times the sums of the digits.</param>
    /// <param name="Unit">What a product with bytes has to be multiplied by; not finite where a number is not, and for numbers above 2e37.</param>
    public readonly record struct Row(nint Digits, Vector128<int> Shift, float Unit);

    /// <summary>Splits a row of numbers, a multiple of 64.</summary>
    public static Row Split(float* numbers, int count, sbyte* digits)
    {
        Vector256<int> most = Vector256<int>.Zero;
        for (int j = 0; j < count; j += 8)
            most = Vector256.Max(most, Magnitude(numbers + j));
        (float scale, float unit) = Scale(most);
        Vector256<int> high = Vector256<int>.Zero, middle = high, low = high, byteOf = Vector256.Create(0xFF);
        sbyte* target = digits;
        for (int half = 0; half < count / 32; half++, target += Digits)
        {
            float* first = numbers + (64 * (half / 2)) + (8 * (half % 2));
            Vector256<int> a = Rounded(first, scale), b = Rounded(first + 16, scale), c = Rounded(first + 32, scale), d = Rounded(first + 48, scale);
            high += Store(High(a), High(b), High(c), High(d), target);
            middle += Store(Middle(a), Middle(b), Middle(c), Middle(d), target + Digit);
            low += Store(Low(a), Low(b), Low(c), Low(d), target + (2 * Digit));
        }

        return new((nint)digits, Vector128.Create(Vector256.Sum(high), Vector256.Sum(middle), Vector256.Sum(low), 0) * 128, unit);

        Vector256<int> Store(Vector256<int> a, Vector256<int> b, Vector256<int> c, Vector256<int> d, sbyte* place)
        {
            ((a & byteOf) | ((b & byteOf) << 8) | ((c & byteOf) << 16) | (d << 24)).AsSByte().Store(place);
            return a + b + c + d;
        }
    }

    /// <summary>Splits the weights of sixteen rows; the unit.</summary>
    public static float Split(float* weights, sbyte* factors)
    {
        (float scale, float unit) = Scale(Vector256.Max(Magnitude(weights), Magnitude(weights + 8)));
        Vector256<int> a = Rounded(weights, scale), b = Rounded(weights + 8, scale);
        Store(High(a), High(b), factors);
        Store(Middle(a), Middle(b), factors + Digit);
        Store(Low(a), Low(b), factors + (2 * Digit));
        return unit;

        static void Store(Vector256<int> a, Vector256<int> b, sbyte* place)
        {
            Vector256<short> shorts = Vector256.Narrow(a, b);
            Vector128<int> groups = Vector128.Narrow(shorts.GetLower(), shorts.GetUpper()).AsInt32();
            for (int g = 0; g < 4; g++)
                Vector256.Create(groups.GetElement(g)).AsSByte().Store(place + (Digits * g));
            Vector256.Create(-128 * Vector256.Sum(a + b)).AsSByte().Store(place + Starts);
        }
    }

    /// <summary>
    /// The whole sums of products of four rows of bytes with a row's digits, while as many
    /// lines from <paramref name="next"/> on are asked for as two rows have: those of the highest, sixteen later those of the middle ones, of the lowest.
    /// </summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static void Products(sbyte* x, int stride, Row row, int* products, sbyte* next)
    {
        Vector256<int> a = default, b = a, c = a, d = a, e = a, f = a, g = a, h = a, i = a, j = a, k = a, l = a;
        var digits = (sbyte*)row.Digits;
        long pitch = stride;
        for (sbyte* last = x + stride; x < last; x += Digit, digits += Digits, next += 64)
        {
            CacheLine.Fetch(next);
            Vector256<sbyte> high = Vector256.Load(digits), middle = Vector256.Load(digits + Digit), low = Vector256.Load(digits + (2 * Digit));
            Vector256<byte> entries = Bytes(x);
            a = ByteProducts.Add(a, entries, high);
            b = ByteProducts.Add(b, entries, middle);
            c = ByteProducts.Add(c, entries, low);
            entries = Bytes(x + pitch);
            d = ByteProducts.Add(d, entries, high);
            e = ByteProducts.Add(e, entries, middle);
            f = ByteProducts.Add(f, entries, low);
            entries = Bytes(x + (2 * pitch));
            g = ByteProducts.Add(g, entries, high);
            h = ByteProducts.Add(h, entries, middle);
            i = ByteProducts.Add(i, entries, low);
            entries = Bytes(x + (3 * pitch));
            j = ByteProducts.Add(j, entries, high);
            k = ByteProducts.Add(k, entries, middle);
            l = ByteProducts.Add(l, entries, low);
        }

        (ByteProducts.Sums(a, d, g, j) - Vector128.Create(row.Shift[0])).Store(products);
        (ByteProducts.Sums(b, e, h, k) - Vector128.Create(row.Shift[1])).Store(products + 16);
        (ByteProducts.Sums(c, f, i, l) - Vector128.Create(row.Shift[2])).Store(products + 32);
    }

    /// <summary>
    /// Adds sixteen weighted rows of bytes to sums in the order of <see cref="ByteProducts.Turn"/>, while as many lines from <paramref name="next"/> on are
    /// asked for as eight rows have.
    /// </summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static void AddRows(sbyte* x, int stride, sbyte* factors, float unit, float* sum, sbyte* next)
    {
        Vector256<float> units = Vector256.Create(unit);
        long pitch = stride, four = 4 * pitch;
        for (sbyte* last = x + stride; x < last; x += Digit, sum += Digit)
        {
            Vector256<int> a = Vector256.Load(factors + Starts).AsInt32(), b = a, c = a, d = a;
            Vector256<int> e = Vector256.Load(factors + Starts + Digit).AsInt32(), f = e, g = e, h = e;
            Vector256<int> i = Vector256.Load(factors + Starts + (2 * Digit)).AsInt32(), j = i, k = i, l = i;
            sbyte* rows = x;
            for (sbyte* weight = factors; weight < factors + Starts; weight += Digits, rows += four, next += 64)
            {
                CacheLine.Fetch(next);
                ByteProducts.Four256 columns = ByteProducts.Turn(
                    Bytes(rows), Bytes(rows + pitch), Bytes(rows + (2 * pitch)), Bytes(rows + (3 * pitch)));
                Vector256<sbyte> high = Vector256.Load(weight);
                a = ByteProducts.Add(a, columns.A, high);
                b = ByteProducts.Add(b, columns.B, high);
                c = ByteProducts.Add(c, columns.C, high);
                d = ByteProducts.Add(d, columns.D, high);
                Vector256<sbyte> middle = Vector256.Load(weight + Digit);
                e = ByteProducts.Add(e, columns.A, middle);
                f = ByteProducts.Add(f, columns.B, middle);
                g = ByteProducts.Add(g, columns.C, middle);
                h = ByteProducts.Add(h, columns.D, middle);
                Vector256<sbyte> low = Vector256.Load(weight + (2 * Digit));
                i = ByteProducts.Add(i, columns.A, low);
                j = ByteProducts.Add(j, columns.B, low);
                k = ByteProducts.Add(k, columns.C, low);
                l = ByteProducts.Add(l, columns.D, low);
            }

            Add(a, e, i, units, sum);
            Add(b, f, j, units, sum + 8);
            Add(c, g, k, units, sum + 16);
            Add(d, h, l, units, sum + 24);
        }
    }

    /// <summary>Sums in the order of <see cref="AddRows"/> to the order of columns.</summary>
    public static void ToColumns(float* sums, int stride, float* columns)
    {
        fixed (byte* column = Columns)
        {
            for (float* last = sums + stride; sums < last; sums += 64, columns += 64)
            {
                for (int place = 0; place < 64; place++)
                    columns[column[place]] = sums[place];
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Add(Vector256<int> high, Vector256<int> middle, Vector256<int> low, Vector256<float> unit, float* sum)
    {
        // Of sixteen entries up to 127 and numbers up to 2^20 the sum is below 2^31.
        Vector256<int> whole = (((high << 7) + middle) << 7) + low;
        Vector256.FusedMultiplyAdd(Vector256.ConvertToSingle(whole), unit, Vector256.Load(sum)).Store(sum);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<byte> Bytes(sbyte* entries) => Vector256.Load((byte*)entries) ^ Vector256.Create((byte)0x80);

    private static Vector256<int> Magnitude(float* numbers) => Vector256.Load((int*)numbers) & Vector256.Create(int.MaxValue);

    /// <summary>What numbers up to the largest magnitude, of whose bits this is the maximum, are multiplied by; and a product's unit.</summary>
    private static (float Scale, float Unit) Scale(Vector256<int> magnitudes)
    {
        Vector128<int> four = Vector128.Max(magnitudes.GetLower(), magnitudes.GetUpper());
        float most = BitConverter.Int32BitsToSingle(Math.Max(Math.Max(four[0], four[1]), Math.Max(four[2], four[3])));
        if (!float.IsFinite(most))
            return (0, float.NaN);
        most = Math.Max(most, Least);
        return (Largest / most, most * (EntryUnit / Largest));
    }

    /// <summary>Whole numbers, with 64 of the lowest digit and 64 of the middle one added.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<int> Rounded(float* numbers, float scale) =>
        ((Vector256.Load(numbers) * scale) + Vector256.Create(Rounder)).AsInt32()
            - Vector256.Create(BitConverter.SingleToInt32Bits(Rounder) - (64 * 129));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<int> High(Vector256<int> rounded) => rounded >> 14;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<int> Middle(Vector256<int> rounded) => ((rounded >> 7) & Vector256.Create(127)) - Vector256.Create(64);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<int> Low(Vector256<int> rounded) => (rounded & Vector256.Create(127)) - Vector256.Create(64);
}
