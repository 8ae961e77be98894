using HighDimSgd.Devices;
using HighDimSgd.Kernels;
using HighDimSgd.Kernels.Bodies;
using HighDimSgd.Kernels.Random;

namespace HighDimSgd.Ilgpu.Tests;

/// <summary>
/// The skeletons over designs of small entries, and iterations on batches of rows, of three replicas of n rows and columns: all numbers they leave.
/// </summary>
/// <param name="size">Rows and columns.</param>
internal sealed class DesignRun(int size) : IDeviceProgram<(float[] Packed, float[] Iterated)>
{
    private const int Batch = 3, Iterations = 5, Visits = 6;

    private static readonly float[] Decays = [0.1f, 0f, 0.05f, 0.2f, 0.01f];

    /// <inheritdoc/>
    public (float[] Packed, float[] Iterated) Run<TReal, TWord, TView>(ISkeletons<TReal, TWord, TView> skeletons)
        where TReal : unmanaged, IReal<TReal, TWord>
        where TWord : unmanaged, IWord<TReal, TWord>
        where TView : struct, IView<TReal, TWord>
    {
        float[] packed =
        [
            .. Packed<TReal, TWord, TView, Int8Entries<TReal, TWord>>(skeletons), .. Packed<TReal, TWord, TView, BFloat16Entries<TReal, TWord>>(skeletons),
            .. Signs(skeletons),
        ];
        return (packed, [.. Iterated(skeletons, 1), .. Iterated(skeletons, Visits)]);
    }

    /// <summary>The same iterations by their definition in float64.</summary>
    public double[] ReferenceIterated()
    {
        var all = new List<double>();
        foreach (int visits in (int[])[1, Visits])
        {
            for (int s = 0; s < Batch; s++)
            {
                float[] design = Design(s);
                double[] theta = [.. Vector(s).Select(t => (double)t)];
                int[] order = Order(s, visits);
                for (int k = 0; k < Iterations; k++)
                {
                    double[] products = [.. Enumerable.Range(k * visits, visits).Select(v => theta.Select((t, j) => t * design[(order[v] * size) + j]).Sum())];
                    theta = [.. theta.Select((t, j) => t - (Decays[k] * t) - products.Select((p, b) => p * design[(order[(k * visits) + b] * size) + j]).Sum())];
                }

                all.AddRange(theta);
            }
        }

        return [.. all];
    }

    private float[] Iterated<TReal, TWord, TView>(ISkeletons<TReal, TWord, TView> skeletons, int visits)
        where TReal : unmanaged, IReal<TReal, TWord>
        where TWord : unmanaged, IWord<TReal, TWord>
        where TView : struct, IView<TReal, TWord>
    {
        int stride = (size + 15) / 16 * 16;
        Slots<TReal, TWord, TView> design = Filled(skeletons, (size + 16) * stride, s => Padded(Design(s), stride));
        Slots<TReal, TWord, TView> theta = Filled(skeletons, stride, Vector), kept = Filled(skeletons, (Iterations * visits) + 16, _ => []);
        skeletons.Iterate(
            Batch, design, stride, [.. Enumerable.Range(0, Batch).SelectMany(s => Order(s, visits))], Decays, theta, new PassRow<TReal, TWord, TView>(kept));
        return Read(skeletons, theta, size);
    }

    private float[] Packed<TReal, TWord, TView, TFormat>(ISkeletons<TReal, TWord, TView> skeletons)
        where TReal : unmanaged, IReal<TReal, TWord>
        where TWord : unmanaged, IWord<TReal, TWord>
        where TView : struct, IView<TReal, TWord>
        where TFormat : struct, IEntryFormat<TReal, TWord>
    {
        int block = 16 * TFormat.Columns, stride = (size + block - 1) / block * block, words = stride / TFormat.Columns, groups = (size + 3) / 4;
        Slots<TReal, TWord, TView> design = Filled(skeletons, (size + 16) * words, _ => []), theta = Filled(skeletons, stride, Vector);
        Slots<TReal, TWord, TView> gradient = Filled(skeletons, stride, _ => []), products = Filled(skeletons, size + 16, _ => []);
        skeletons.For(Batch * groups, words, new PackBody<TReal, TWord, TView, TFormat>(design, words, size, size, Field));
        skeletons.PackedPass<TFormat, TrainlessRow<TReal, TWord, TView>>(Batch, design, stride, size, theta, gradient, new(products, (float)(1 / TFormat.Deviation)));
        return [.. Read(skeletons, products, size), .. Read(skeletons, gradient, size)];
    }

    private float[] Signs<TReal, TWord, TView>(ISkeletons<TReal, TWord, TView> skeletons)
        where TReal : unmanaged, IReal<TReal, TWord>
        where TWord : unmanaged, IWord<TReal, TWord>
        where TView : struct, IView<TReal, TWord>
    {
        var table = new SignTable(size, size);
        Slots<TReal, TWord, TView> signs = Filled(skeletons, (int)table.Length, _ => []), theta = Filled(skeletons, table.PaddedColumns, Vector);
        Slots<TReal, TWord, TView> gradient = Filled(skeletons, table.PaddedColumns, _ => []), products = Filled(skeletons, size + 16, _ => []);
        skeletons.For(Batch * table.ColumnWords, table.PaddedColumns, new SignBody<TReal, TWord, TView>(signs, table.ColumnLayout, table.ColumnWords, Field));
        skeletons.For(Batch * table.RowWords, table.PaddedRows, new TurnBody<TReal, TWord, TView>(
            signs, table.ColumnLayout, signs, table.RowLayout, table.RowWords));
        skeletons.SignPass(Batch, signs, table, theta, gradient, new TrainlessRow<TReal, TWord, TView>(products, 1));
        return [.. Read(skeletons, products, size), .. Read(skeletons, gradient, table.PaddedColumns)];
    }

    private RandomField Field => new(7, Purpose.Design, size, 2);

    private static Slots<TReal, TWord, TView> Filled<TReal, TWord, TView>(ISkeletons<TReal, TWord, TView> skeletons, int length, Func<int, float[]> values)
        where TReal : unmanaged, IReal<TReal, TWord>
        where TWord : unmanaged, IWord<TReal, TWord>
        where TView : struct, IView<TReal, TWord>
    {
        int stride = (length + 63) / 64 * 64;
        var all = new float[Batch * stride];
        for (int s = 0; s < Batch; s++)
            values(s).CopyTo(all, s * stride);
        var slots = new Slots<TReal, TWord, TView>(skeletons.Allocate(all.Length), stride);
        skeletons.Write(slots.View, all);
        return slots;
    }

    private static float[] Read<TReal, TWord, TView>(ISkeletons<TReal, TWord, TView> skeletons, Slots<TReal, TWord, TView> slots, int count)
        where TReal : unmanaged, IReal<TReal, TWord>
        where TWord : unmanaged, IWord<TReal, TWord>
        where TView : struct, IView<TReal, TWord>
    {
        var all = new float[Batch * slots.Stride];
        skeletons.Read(slots.View, all);
        return [.. Enumerable.Range(0, Batch).SelectMany(s => all.AsSpan(s * (int)slots.Stride, count).ToArray())];
    }

    private float[] Design(int slot)
    {
        var random = new System.Random((1000 * size) + slot);
        return [.. Enumerable.Range(0, size * size).Select(_ => (float)((random.NextDouble() - 0.5) / Math.Sqrt(size)))];
    }

    private float[] Padded(float[] design, int stride)
    {
        var padded = new float[(size + 16) * stride];
        for (int i = 0; i < size; i++)
            design.AsSpan(i * size, size).CopyTo(padded.AsSpan(i * stride));
        return padded;
    }

    private float[] Vector(int slot)
    {
        var random = new System.Random(slot);
        return [.. Enumerable.Range(0, size).Select(_ => (float)(random.NextDouble() - 0.3))];
    }

    private int[] Order(int slot, int visits)
    {
        var random = new System.Random(slot + 50);
        return [.. Enumerable.Range(0, Iterations * visits).Select(_ => random.Next(size))];
    }
}

/// <summary>Row body that keeps the products times a unit, and weighs rows by them.</summary>
public readonly struct TrainlessRow<TReal, TWord, TView>(Slots<TReal, TWord, TView> products, float unit) : IRowBody<TReal>
    where TReal : unmanaged, IReal<TReal, TWord>
    where TWord : unmanaged, IWord<TReal, TWord>
    where TView : struct, IView<TReal, TWord>
{
    private readonly Slots<TReal, TWord, TView> products = products;
    private readonly float unit = unit;

    /// <inheritdoc/>
    public static bool WantsGradient => true;

    /// <inheritdoc/>
    public TReal Run(int slot, int row, TReal product)
    {
        product *= TReal.Of(unit);
        products.Store(slot, row, product);
        return product * TReal.Of(unit);
    }
}
