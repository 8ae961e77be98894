using HighDimSgd.Devices;
using HighDimSgd.Kernels;
using HighDimSgd.Kernels.Bodies;
using HighDimSgd.Kernels.Random;

namespace HighDimSgd.Ilgpu.Tests;

/// <summary>What one run of the skeletons on random data of some size gives.</summary>
/// <param name="Words">Random words, as they are.</param>
/// <param name="Products">r = X theta of three replicas.</param>
/// <param name="Gradients">X^T r.</param>
/// <param name="Table">B c of a tall table.</param>
/// <param name="Projections">B^T B c, and |B c|^2.</param>
/// <param name="Several">B^T (B c, B (c' + c'')) of three vectors of coefficients at once, on each of three tables.</param>
/// <param name="Sums">Sums of theta^2 and theta theta* of three replicas.</param>
internal sealed record SkeletonNumbers(
    uint[] Words, double[] Products, double[] Gradients, double[] Table, double[] Projections, double[] Several, double[] Sums)
{
    /// <summary>All but the words.</summary>
    public double[][] Reals => [Products, Gradients, Table, Projections, Several, Sums];
}

/// <summary>All skeletons on the same data, whatever the device: n rows, or paths, of n columns and of 37.</summary>
internal sealed class SkeletonRun(int size) : IDeviceProgram<SkeletonNumbers>
{
    private const int Batch = 3, Columns = 37, Used = 35;

    private int Stride => (size + 15) / 16 * 16;

    private int Padded => (size + 16 + 63) / 64 * 64;

    /// <inheritdoc/>
    public SkeletonNumbers Run<TReal, TWord, TView>(ISkeletons<TReal, TWord, TView> skeletons)
        where TReal : unmanaged, IReal<TReal, TWord>
        where TWord : unmanaged, IWord<TReal, TWord>
        where TView : struct, IView<TReal, TWord>
    {
        Slots<TReal, TWord, TView> words = New(Padded), design = New((long)Padded * Stride), theta = New(Stride), star = New(Stride);
        Slots<TReal, TWord, TView> gradient = New(Stride), products = New(Padded);
        skeletons.For(Batch, size, new FieldBody<TReal, TWord, TView, WordSource<TReal, TWord>>(
            words, TableLayout.Plain(0, 0), 1, size, 0, 1, new(3, Purpose.Label, size, 5), default));
        skeletons.Write(design.View, Design());
        skeletons.Write(theta.View, Vectors(1));
        skeletons.Write(star.View, Vectors(2));
        skeletons.RowPass(Batch, design, Stride, size, theta, gradient, new PassRow<TReal, TWord, TView>(products));
        // A design of stride 0 is every replica's, and each has the numbers of a pass of its own.
        Slots<TReal, TWord, TView> one = new(design.View, 0), shared = New(Stride), alone = New(Stride), kept = New(Padded), own = New(Padded);
        skeletons.RowPass(Batch, one, Stride, size, theta, shared, new PassRow<TReal, TWord, TView>(kept));
        for (int s = 0; s < Batch; s++)
        {
            skeletons.RowPass(1, one, Stride, size, theta.From(s * theta.Stride), alone.From(s * alone.Stride), new PassRow<TReal, TWord, TView>(own.From(s * own.Stride)));
        }

        Assert.Equal(Read(alone, size), Read(shared, size));
        Assert.Equal(Read(own, size), Read(kept, size));
        Four<double>[] sums = skeletons.ReduceEach(Batch, size, new OverlapSums<TReal, TWord, TView>(theta, star));
        Four<double> third = skeletons.Reduce(2, size, new OverlapSums<TReal, TWord, TView>(theta, star));
        Assert.Equal((sums[2].A, sums[2].B), (third.A, third.B));

        var shape = new PathTable(size, Columns);
        TView table = skeletons.Allocate(Batch * shape.Length), combined = skeletons.Allocate(Padded);
        for (int s = 0; s < Batch; s++)
            skeletons.Write(table, Table(shape, s), s * shape.Length);
        var projections = new double[Used];
        double squares = skeletons.TallSkinny(
            table, shape, Coefficients(), new PassRow<TReal, TWord, TView>(new(combined, 0)), projections);
        var several = new double[Batch * 2 * Used];
        Slots<TReal, TWord, TView> tables = new(table, shape.Length);
        skeletons.TallSkinnyBlock(Batch, tables, shape, SeveralCoefficients(0, Batch), default(JoinTwo<TReal, TWord>), several);
        for (int s = 0; s < Batch; s++)
        {
            // A table of a batch has the sums of a pass of its own, and those over more columns at weight 0.
            var apart = new double[2 * Used];
            skeletons.TallSkinnyBlock(
                1, tables.From(s * shape.Length), shape, [.. SeveralCoefficients(s, s + 1), .. new float[3 * (Columns - Used)]], default(JoinTwo<TReal, TWord>), apart);
            Assert.Equal(apart, several.AsSpan(s * apart.Length, apart.Length).ToArray());
        }

        return new(
            Array.ConvertAll(Read(words, size), BitConverter.SingleToUInt32Bits), Wide(Read(products, size)), Wide(Read(gradient, size)),
            Wide(Read(new(combined, 0), size)), [.. projections, squares], several, [.. sums.SelectMany(s => new[] { s.A, s.B })]);

        Slots<TReal, TWord, TView> New(long length) => new(skeletons.Allocate(Batch * ((length + 63) / 64 * 64)), (length + 63) / 64 * 64);

        float[] Read(Slots<TReal, TWord, TView> slots, int count)
        {
            int each = (int)slots.Stride, batch = each == 0 ? 1 : Batch;
            var all = new float[Math.Max(each, count) * batch];
            skeletons.Read(slots.View, all);
            return [.. Enumerable.Range(0, batch).SelectMany(s => all.AsSpan(s * each, count).ToArray())];
        }
    }

    /// <summary>The same in float64 by the definitions, and the size of the terms that were summed.</summary>
    public (SkeletonNumbers Numbers, SkeletonNumbers Terms) Reference()
    {
        float[] design = Design(), theta = Vectors(1), star = Vectors(2), c = Coefficients();
        float[][] tables = [.. Enumerable.Range(0, Batch).Select(s => Table(new(size, Columns), s))];
        int each = (Stride + 63) / 64 * 64;
        long designs = (((long)Padded * Stride) + 63) / 64 * 64;
        return (Make(x => x), Make(Math.Abs));

        SkeletonNumbers Make(Func<double, double> f)
        {
            double[] products = new double[Batch * size], gradients = new double[Batch * size], sums = new double[2 * Batch];
            double[] combined = new double[size], projections = new double[Used + 1];
            double[] several = new double[Batch * 2 * Used];
            for (int s = 0; s < Batch; s++)
            {
                for (int i = 0; i < size; i++)
                {
                    double r = 0;
                    for (int j = 0; j < size; j++)
                        r += f(X(s, i, j) * theta[(s * each) + j]);
                    products[(s * size) + i] = r;
                    for (int j = 0; j < size; j++)
                        gradients[(s * size) + j] += f(X(s, i, j) * r);
                    sums[2 * s] += f(theta[(s * each) + i] * theta[(s * each) + i]);
                    sums[(2 * s) + 1] += f(theta[(s * each) + i] * star[(s * each) + i]);
                }
            }

            for (int i = 0; i < size; i++)
            {
                for (int j = 0; j < Used; j++)
                    combined[i] += f(c[j] * B(0, i, j));
                for (int j = 0; j < Used; j++)
                    projections[j] += f(B(0, i, j) * combined[i]);
                projections[Used] += combined[i] * combined[i];
                for (int s = 0; s < Batch; s++)
                {
                    double one = Enumerable.Range(0, Used).Sum(j => f(Coefficient(j, 0, s) * B(s, i, j)));
                    double two = Enumerable.Range(0, Used).Sum(j => f(Coefficient(j, 1, s) * B(s, i, j)) + f(Coefficient(j, 2, s) * B(s, i, j)));
                    for (int j = 0; j < Used; j++)
                    {
                        several[2 * ((s * Used) + j)] += f(B(s, i, j) * one);
                        several[(2 * ((s * Used) + j)) + 1] += f(B(s, i, j) * two);
                    }
                }
            }

            return new([], products, gradients, combined, projections, several, sums);
        }

        double X(int s, int i, int j) => design[(s * designs) + ((long)i * Stride) + j];
        double B(int s, int i, int j) => tables[s][((((i / 64 * Columns) + j) * 64L) + (i % 64))];
    }

    private static double[] Wide(float[] values) => Array.ConvertAll(values, v => (double)v);

    private float[] Design()
    {
        long each = (((long)Padded * Stride) + 63) / 64 * 64;
        var random = new System.Random(size);
        var design = new float[Batch * each];
        for (int s = 0; s < Batch; s++)
        {
            for (int i = 0; i < size; i++)
            {
                for (int j = 0; j < size; j++)
                    design[(s * each) + ((long)i * Stride) + j] = (float)((random.NextDouble() - 0.5) / Math.Sqrt(size));
            }
        }

        return design;
    }

    private float[] Vectors(int seed)
    {
        int each = (Stride + 63) / 64 * 64;
        var random = new System.Random(seed);
        var vectors = new float[Batch * each];
        for (int k = 0; k < vectors.Length; k++)
        {
            if (k % each < size)
                vectors[k] = (float)(random.NextDouble() - 0.3);
        }

        return vectors;
    }

    private float[] Table(PathTable shape, int slot)
    {
        var random = new System.Random(7 + slot);
        var table = new float[shape.Length];
        for (long k = 0; k < table.LongLength; k++)
            table[k] = k / 64 / Columns * 64 + (k % 64) < size ? (float)(random.NextDouble() - 0.5) : 0;
        return table;
    }

    private static float[] Coefficients() => [.. Enumerable.Range(0, Used).Select(j => Coefficient(j, 0))];

    private static float[] SeveralCoefficients(int first, int end) =>
        [.. Enumerable.Range(first, end - first).SelectMany(s => Enumerable.Range(0, 3 * Used).Select(k => Coefficient(k / 3, k % 3, s)))];

    private static float Coefficient(int column, int vector, int slot = 0) => (float)Math.Cos(column + vector + (5 * slot));
}

/// <summary>From three combinations the first, and the sum of the others.</summary>
public readonly struct JoinTwo<TReal, TWord> : IBlockBody<TReal>
    where TReal : unmanaged, IReal<TReal, TWord>
    where TWord : unmanaged, IWord<TReal, TWord>
{
    /// <inheritdoc/>
    public static int Combined => 3;

    /// <inheritdoc/>
    public static int Projected => 2;

    /// <inheritdoc/>
    public Four<TReal> Run(int slot, int row, Four<TReal> combined) => new(combined.A, combined.B + combined.C, combined.A, combined.A);
}

/// <summary>Row body that keeps the products and weighs the size by them.</summary>
public readonly struct PassRow<TReal, TWord, TView>(Slots<TReal, TWord, TView> products) : IRowBody<TReal>
    where TReal : unmanaged, IReal<TReal, TWord>
    where TWord : unmanaged, IWord<TReal, TWord>
    where TView : struct, IView<TReal, TWord>
{
    private readonly Slots<TReal, TWord, TView> products = products;

    /// <inheritdoc/>
    public static bool WantsGradient => true;

    /// <inheritdoc/>
    public TReal Run(int slot, int row, TReal product)
    {
        products.Store(slot, row, product);
        return product;
    }
}
