using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using HighDimSgd.Devices;
using HighDimSgd.Devices.Cpu;
using HighDimSgd.Experiments;
using HighDimSgd.Kernels;
using HighDimSgd.Kernels.Bodies;
using HighDimSgd.Kernels.Random;
using HighDimSgd.Simulation;
using MathNet.Numerics;

namespace HighDimSgd.Tests.Simulation;

/// <summary>Passes over designs of few bits against passes over the same entries as floats, and the laws of the entries.</summary>
public class SmallEntriesTests
{
    private static readonly RandomField Field = new(11, Purpose.Design, 99, 3);

    /// <summary>Rows and columns about the width of vectors, of groups, of words, and past the longest rows that are kept.</summary>
    public static TheoryData<int, int> Shapes => new()
    {
        { 1, 1 }, { 3, 31 }, { 31, 33 }, { 33, 16 }, { 127, 64 }, { 1027, 127 }, { 600, 1027 }, { 70, 1200 }, { 40, 2500 }, { 4200, 5 },
    };

    [Theory]
    [MemberData(nameof(Shapes))]
    public void PackedRowsGiveTheBitsOfFloats(int rows, int columns)
    {
        foreach (CpuDevice device in Devices())
        {
            foreach (bool whole in new[] { false, true })
            {
                Passes passes = device.Run(new PackedAndFloats(false, rows, columns, Parameters(columns)), whole);
                Assert.Equal(passes.Floats.Select(BitConverter.SingleToInt32Bits), passes.Packed.Select(BitConverter.SingleToInt32Bits));
            }
        }
    }

    /// <summary>Bytes times fixed-point numbers: an error of half a unit, 2^-21 of the largest number, an entry, beside the rounding of float32 sums.</summary>
    [Theory]
    [MemberData(nameof(Shapes))]
    public void BytesGiveTheSumsOfWholeNumbers(int rows, int columns)
    {
        float[]? first = null;
        foreach (CpuDevice device in Devices())
        {
            foreach (bool whole in new[] { false, true })
            {
                Passes passes = device.Run(new PackedAndFloats(true, rows, columns, Parameters(columns)), whole);
                first ??= passes.Packed;
                Assert.Equal(first.Select(BitConverter.SingleToInt32Bits), passes.Packed.Select(BitConverter.SingleToInt32Bits));
                if (device.Workers > 1 || whole)
                    continue;
                for (int slot = 0; slot < 2; slot++)
                    CheckSums(passes, slot, rows, columns);
            }
        }
    }

    /// <summary>The largest number sets the unit, however large or small, and one that is not finite spoils its own replica only.</summary>
    [Fact]
    public void UnitsOfFixedPointFollowTheNumbers()
    {
        const int Rows = 40, Columns = 70;
        foreach (float size in new[] { 0, 1e-29f, 1e-12f, 1e28f })
        {
            Passes passes = new CpuDevice(1, 256).Run(new PackedAndFloats(true, Rows, Columns, [.. Parameters(Columns).Select(t => t * size)]), false);
            double most = passes.Floats.Take(Rows).Max(Math.Abs);
            Assert.All(passes.Packed.Zip(passes.Floats).Take(Rows), p => Assert.Equal(p.Second, p.First, 4e-6 * most));
        }

        foreach (float bad in new[] { float.NaN, float.PositiveInfinity, float.NegativeInfinity })
        {
            float[] parameters = Parameters(Columns);
            parameters[33] = bad;
            Passes passes = new CpuDevice(1, 256).Run(new PackedAndFloats(true, Rows, Columns, parameters, Parameters(Columns)), false);
            Assert.All(passes.Packed.Take(Rows), r => Assert.Equal(float.NaN, r));
            Assert.All(passes.Packed.Skip(2 * Rows).Take(Columns), g => Assert.Equal(float.NaN, g));
            Assert.DoesNotContain(float.NaN, passes.Packed.Skip(Rows).Take(Rows));
            CheckSums(passes, 1, Rows, Columns);
        }
    }

    /// <summary>Whatever instructions a machine has, four products are added exactly, and rows are turned alike.</summary>
    [Fact]
    public void ByteProductsAreThoseOfPlainArithmetic()
    {
        var random = new Random(5);
        for (int trial = 0; trial < 200; trial++)
        {
            byte[] bytes = new byte[128];
            random.NextBytes(bytes);
            bool extreme = trial % 4 == 0;
            var most = Vector256.Create((byte)(extreme ? 255 : 0));
            Vector256<byte>[] rows = [.. Enumerable.Range(0, 4).Select(r => Vector256.Create<byte>(bytes.AsSpan(32 * r)) | most)];
            sbyte[] digits = [.. Enumerable.Range(0, 32).Select(_ => (sbyte)(extreme ? 64 - (trial % 8 * 32) : random.Next(-64, 65)))];
            var factors = Vector256.Create<sbyte>(digits);
            Vector256<int> sums = ByteProducts.Plain(rows[0], factors), start = Vector256.Create(trial - 100);
            for (int i = 0; i < 8; i++)
                Assert.Equal(Enumerable.Range(4 * i, 4).Sum(b => rows[0][b] * factors[b]), sums[i]);
            Assert.Equal(start + sums, ByteProducts.Add(start, rows[0], factors));
            if (Avx2.IsSupported)
                Assert.Equal(start + sums, ByteProducts.AddByPairs(start, rows[0], factors));
            ByteProducts.Four256 one = ByteProducts.Turn(rows[0], rows[1], rows[2], rows[3]);
            ByteProducts.Four256 other = ByteProducts.PlainTurn(rows[0], rows[1], rows[2], rows[3]);
            Assert.Equal([other.A, other.B, other.C, other.D], new[] { one.A, one.B, one.C, one.D });
            for (int i = 0; i < 32; i++)
                Assert.Equal(rows[i % 4][((i / 16) * 16) + (i % 16 / 4)], one.A[i]);
            Vector256<int>[] whole = [.. rows.Select(r => r.AsInt32() >> 8)];
            Assert.Equal(Vector128.Create<int>([.. whole.Select(Vector256.Sum)]), ByteProducts.Sums(whole[0], whole[1], whole[2], whole[3]));
        }
    }

    private static void CheckSums(Passes passes, int slot, int rows, int columns)
    {
        ReadOnlySpan<float> products = passes.Packed.AsSpan(slot * rows, rows);
        ReadOnlySpan<float> gradient = passes.Packed.AsSpan((2 * rows) + (slot * passes.GradientStride));
        float[] theta = passes.Parameters[slot], weights = new float[rows];
        double most = theta.Max(Math.Abs);
        for (int i = 0; i < rows; i++)
        {
            double sum = 0, size = 0;
            for (int j = 0; j < columns; j++)
                (sum, size) = (sum + (passes.Entry(slot, i, j) * (double)theta[j]), size + Math.Abs(passes.Entry(slot, i, j)));
            Assert.InRange(products[i] - sum, (-5e-7 * most * size) - (2e-7 * Math.Abs(sum)), (5e-7 * most * size) + (2e-7 * Math.Abs(sum)));
            weights[i] = products[i] - Shift(i);
        }

        for (int j = 0; j < columns; j++)
        {
            double sum = 0, error = 0, size = 0;
            for (int i = 0; i < rows; i++)
            {
                (sum, size) = (sum + (passes.Entry(slot, i, j) * (double)weights[i]), size + Math.Abs(passes.Entry(slot, i, j) * weights[i]));
                error += 5e-7 * Math.Abs(passes.Entry(slot, i, j)) * weights.Skip(i / 16 * 16).Take(16).Max(Math.Abs);
            }

            error += (4 + (rows / 16)) * 6e-8 * size;
            Assert.InRange(gradient[j] - sum, -error, error);
        }
    }

    [Theory]
    [MemberData(nameof(Shapes))]
    public void SignsGiveTheSumsOfPlusAndMinusOne(int rows, int columns)
    {
        float[]? first = null;
        foreach (CpuDevice device in Devices())
        {
            foreach (bool whole in new[] { false, true })
            {
                float[] result = device.Run(new Signs(rows, columns), whole);
                first ??= result;
                Assert.Equal(first, result);
            }
        }

        // Float32 sums of k numbers by tables of four and chunks of 1024: an error below (16 + k / 1024) ulp of the sum of magnitudes.
        float[] theta = Parameters(columns), weights = new float[rows];
        for (int i = 0; i < rows; i++)
        {
            double sum = 0, size = 0;
            for (int j = 0; j < columns; j++)
                (sum, size) = (sum + (Sign(i, j) * theta[j]), size + Math.Abs(theta[j]));
            Assert.InRange(first![i] - sum, -1e-6 * size, 1e-6 * size);
            weights[i] = first[i] - Shift(i);
        }

        for (int j = 0; j < columns; j++)
        {
            double sum = 0, size = 0;
            for (int i = 0; i < rows; i++)
                (sum, size) = (sum + (Sign(i, j) * (double)weights[i]), size + Math.Abs(weights[i]));
            Assert.InRange(first![rows + j] - sum, -1e-6 * size, 1e-6 * size);
        }

        Assert.All(first!.Skip(rows + columns), padding => Assert.Equal(0, padding));
    }

    [Fact]
    public void StoragesDifferInHashAndBytes()
    {
        DesignStorage[] storages = [DesignStorage.Float32, DesignStorage.BFloat16, DesignStorage.Int8, DesignStorage.Bit];
        Experiment[] all = [.. storages.Select(s => (Settings.Small(size: 1000, aspect: 2) with
        {
            Design = new(s == DesignStorage.Bit ? DesignLaw.Rademacher : DesignLaw.Gaussian, s),
        }).Validate())];
        Assert.Equal(storages, all.Select(e => e.Design.Storage));
        Assert.Equal(4, all.Select(e => UnitStore.HashOfSimulation(e, "cpu")).Distinct().Count());
        double[] bits = [.. all.Select(e => Simulator.Bytes(e, 1000, 1) * 8 / 2e6)];
        foreach ((double expected, double actual) in new[] { 32, 16, 8, 2 }.Zip(bits))
            Assert.InRange(actual, expected, (expected * 1.06) + 0.4);
    }

    /// <summary>The moments of rounded normals by the probabilities of their cells; the entries are drawn as the nearest there are.</summary>
    [Fact]
    public void EntriesHaveTheMomentsThatAreStated()
    {
        double[] whole = [.. Enumerable.Range(0, 200).Select(k => (double)k)];
        Moments<Int8Entries<Real1, Word1>>([.. whole.Select(k => k / 22)], 22 * Math.ScaleB(1, 24));
        Moments<BFloat16Entries<Real1, Word1>>(
            [0, .. Enumerable.Range(-30, 34).SelectMany(e => Enumerable.Range(128, 128).Select(m => Math.ScaleB(m, e - 7)))], 1);
    }

    // 2^20 entries: a variance or fourth moment off by more than 5 standard errors (0.7% and 5%) would be found; a false alarm has probability 2e-6.
    private static void Moments<TFormat>(double[] magnitudes, double scale)
        where TFormat : struct, IEntryFormat<Real1, Word1>
    {
        double second = 0, fourth = 0;
        for (int k = 1; k < magnitudes.Length; k++)
        {
            double low = (magnitudes[k - 1] + magnitudes[k]) / 2, high = k + 1 < magnitudes.Length ? (magnitudes[k] + magnitudes[k + 1]) / 2 : 50;
            double p = SpecialFunctions.Erfc(low / Math.Sqrt(2)) - SpecialFunctions.Erfc(high / Math.Sqrt(2)), square = magnitudes[k] * magnitudes[k];
            (second, fourth) = (second + (p * square), fourth + (p * square * square));
        }

        Assert.Equal(TFormat.Deviation / scale, Math.Sqrt(second), 1e-12);
        Assert.Equal(TFormat.FourthMoment, fourth / (second * second), 1e-11);
        double[] sums = new double[4];
        const int Count = 1 << 20;
        for (int i = 0; i < Count / 4; i++)
        {
            Four<Real1> normals = new NormalSource<Real1, Word1>(0, 1).Draw(Field.Words<Real1, Word1>(0, i, 7));
            foreach (Four<Real1> part in TFormat.Columns == 4 ? [normals] : (Four<Real1>[])[normals, new(normals.C, normals.D, normals.A, normals.B)])
            {
                Word1 word = TFormat.Pack(part);
                Real1[] exact = [part.A, part.B, part.C, part.D];
                for (int place = 0; place < TFormat.Columns; place++)
                {
                    double entry = TFormat.Unpack(word, place).Value / scale, normal = exact[place].Value;
                    int above = Array.BinarySearch(magnitudes, Math.Abs(normal));
                    above = Math.Clamp(above < 0 ? ~above : above, 1, magnitudes.Length - 1);
                    double nearest = Math.Min(Math.Abs(magnitudes[above] - Math.Abs(normal)), Math.Abs(magnitudes[above - 1] - Math.Abs(normal)));
                    Assert.Equal(nearest, Math.Abs(entry - normal), 1e-6);
                    double unit = entry * scale / TFormat.Deviation;
                    sums[0] += unit;
                    sums[1] += unit * unit;
                    sums[2] += Math.Pow(unit, 4);
                }
            }
        }

        Assert.InRange(sums[0] / Count, -5 / Math.Sqrt(Count), 5 / Math.Sqrt(Count));
        Assert.InRange((sums[1] / Count) - 1, -5 * Math.Sqrt(2.0 / Count), 5 * Math.Sqrt(2.0 / Count));
        Assert.InRange((sums[2] / Count) - 3, -5 * Math.Sqrt(96.0 / Count), 5 * Math.Sqrt(96.0 / Count));
    }

    private static IEnumerable<CpuDevice> Devices() => Vector512.IsHardwareAccelerated
        ? [new(1, 256), new(3, 256), new(2, 512)]
        : [new(1, 256), new(3, 256)];

    private static float[] Parameters(int count) => [.. Enumerable.Range(0, count).Select(j => (float)Math.Sin(1 + (7.1 * j)))];

    private static float Shift(int row) => 0.3f * (row % 5);

    private static int Sign(int row, int column)
    {
        Four<Word1> words = Field.Words<Real1, Word1>(0, row / 4, column);
        Word1 word = (row % 4) switch { 0 => words.A, 1 => words.B, 2 => words.C, _ => words.D };
        return word.Value >> 31 == 0 ? 1 : -1;
    }

    /// <summary>Keeps the products and weighs a row by product - <see cref="Shift"/>.</summary>
    private readonly struct Weigh<TReal, TWord, TView>(Slots<TReal, TWord, TView> products, Slots<TReal, TWord, TView> shifts) : IRowBody<TReal>
        where TReal : unmanaged, IReal<TReal, TWord>
        where TWord : unmanaged, IWord<TReal, TWord>
        where TView : struct, IView<TReal, TWord>
    {
        public static bool WantsGradient => true;

        public TReal Run(int slot, int row, TReal product)
        {
            products.Store(slot, row, product);
            return product - shifts.Load(slot, row);
        }
    }

    /// <summary>Passes of two replicas over a packed design and over the same entries in floats, and these.</summary>
    private sealed record Passes(float[] Packed, float[] Floats, float[] Entries, float[][] Parameters, int Rows, int Stride)
    {
        public int GradientStride => (Packed.Length - (2 * Rows)) / 2;

        public float Entry(int slot, int row, int column) => Entries[(slot * (Entries.Length / 2)) + (row * Stride) + column];
    }

    /// <summary>Makes both passes; the second replica has the parameters in reverse, or others.</summary>
    private sealed class PackedAndFloats(bool isInt8, int rows, int columns, float[] parameters, float[]? others = null) : IDeviceProgram<Passes>
    {
        public Passes Run<TReal, TWord, TView>(ISkeletons<TReal, TWord, TView> skeletons)
            where TReal : unmanaged, IReal<TReal, TWord>
            where TWord : unmanaged, IWord<TReal, TWord>
            where TView : struct, IView<TReal, TWord> => isInt8
                ? Make<TReal, TWord, TView, Int8Entries<TReal, TWord>, Int8Entries<Real1, Word1>>(skeletons)
                : Make<TReal, TWord, TView, BFloat16Entries<TReal, TWord>, BFloat16Entries<Real1, Word1>>(skeletons);

        private Passes Make<TReal, TWord, TView, TFormat, TScalar>(ISkeletons<TReal, TWord, TView> skeletons)
            where TReal : unmanaged, IReal<TReal, TWord>
            where TWord : unmanaged, IWord<TReal, TWord>
            where TView : struct, IView<TReal, TWord>
            where TFormat : struct, IEntryFormat<TReal, TWord>
            where TScalar : struct, IEntryFormat<Real1, Word1>
        {
            int block = 16 * TFormat.Columns, stride = (columns + block - 1) / block * block, words = stride / TFormat.Columns, padded = rows + 16;
            Slots<TReal, TWord, TView> packed = skeletons.AllocateSlots(2, (long)padded * words), floats = skeletons.AllocateSlots(2, (long)padded * stride);
            skeletons.For(2 * ((rows + 3) / 4), words, new PackBody<TReal, TWord, TView, TFormat>(packed, words, rows, columns, Field));
            float[] bits = new float[2 * packed.Stride], entries = new float[2 * floats.Stride];
            skeletons.Read(packed.View, bits);
            bool padding = false;
            for (int place = 0; place < 2 * padded * stride; place++)
            {
                (int row, int j) = Math.DivRem(place, stride);
                (int slot, int i) = Math.DivRem(row, padded);
                float word = bits[(slot * packed.Stride) + ((long)i * words) + (j / block * 16) + (j % 16)];
                float entry = TScalar.Unpack(new(BitConverter.SingleToUInt32Bits(word)), j % block / 16).Value;
                entries[(slot * floats.Stride) + ((long)i * stride) + j] = entry;
                padding |= entry != 0 && (i >= rows || j >= columns);
            }

            Assert.False(padding);
            skeletons.Write(floats.View, entries);
            var theta = skeletons.AllocateSlots(2, stride);
            float[] written = new float[2 * theta.Stride], second = others ?? [.. parameters.Reverse()];
            parameters.CopyTo(written, 0);
            second.CopyTo(written, theta.Stride);
            skeletons.Write(theta.View, written);
            return new(
                Results(
                    (gradient, body) => skeletons.PackedPass<TFormat, Weigh<TReal, TWord, TView>>(2, packed, stride, rows, theta, gradient, body),
                    isInt8 ? float.NaN : 0),
                Results((gradient, body) => skeletons.RowPass(2, floats, stride, rows, theta, gradient, body), 0),
                entries, [parameters, second], rows, stride);

            // Weights of rows past the last are dropped with bytes; in floats they must be finite.
            float[] Results(Action<Slots<TReal, TWord, TView>, Weigh<TReal, TWord, TView>> pass, float beyond) =>
                Pass<TReal, TWord, TView>(skeletons, rows, 2, columns, (products, gradient, shifts) => pass(gradient, new(products, shifts)), beyond);
        }
    }

    /// <summary>Products, gradient and the gradient's padding of a design of signs.</summary>
    private sealed class Signs(int rows, int columns) : IDeviceProgram<float[]>
    {
        public float[] Run<TReal, TWord, TView>(ISkeletons<TReal, TWord, TView> skeletons)
            where TReal : unmanaged, IReal<TReal, TWord>
            where TWord : unmanaged, IWord<TReal, TWord>
            where TView : struct, IView<TReal, TWord>
        {
            var table = new SignTable(rows, columns);
            Slots<TReal, TWord, TView> signs = skeletons.AllocateSlots(1, table.Length), theta = skeletons.AllocateSlots(1, columns);
            skeletons.For(table.ColumnWords, table.PaddedColumns, new SignBody<TReal, TWord, TView>(signs, table.ColumnLayout, table.ColumnWords, Field));
            skeletons.For(table.RowWords, table.PaddedRows, new TurnBody<TReal, TWord, TView>(
                signs, table.ColumnLayout, signs, table.RowLayout, table.RowWords));
            skeletons.Write(theta.View, Parameters(columns));
            return Pass<TReal, TWord, TView>(skeletons, rows, 1, columns, (products, gradient, shifts) =>
                skeletons.SignPass(1, signs, table, theta, gradient, new Weigh<TReal, TWord, TView>(products, shifts)), float.NaN);
        }
    }

    private static float[] Pass<TReal, TWord, TView>(
        ISkeletons<TReal, TWord, TView> skeletons, int rows, int batch, int columns,
        Action<Slots<TReal, TWord, TView>, Slots<TReal, TWord, TView>, Slots<TReal, TWord, TView>> pass, float beyond = 0)
        where TReal : unmanaged, IReal<TReal, TWord>
        where TWord : unmanaged, IWord<TReal, TWord>
        where TView : struct, IView<TReal, TWord>
    {
        Slots<TReal, TWord, TView> products = skeletons.AllocateSlots(batch, rows + 16), shifts = skeletons.AllocateSlots(batch, rows + 16);
        Slots<TReal, TWord, TView> gradient = skeletons.AllocateSlots(batch, columns + 128);
        float[] shift = new float[batch * shifts.Stride], product = new float[shift.Length], sums = new float[batch * gradient.Stride];
        for (int i = 0; i < shift.Length; i++)
            shift[i] = i % shifts.Stride < rows ? Shift((int)(i % shifts.Stride)) : beyond;
        skeletons.Write(shifts.View, shift);
        pass(products, gradient, shifts);
        skeletons.Read(products.View, product);
        skeletons.Read(gradient.View, sums);
        return [.. Enumerable.Range(0, batch).SelectMany(s => product.Skip((int)(s * products.Stride)).Take(rows)), .. sums];
    }
}
