using HighDimSgd.Devices;
using HighDimSgd.Kernels;
using HighDimSgd.Tests.Kernels;

namespace HighDimSgd.Ilgpu.Tests;

/// <summary>Where a body runs, one index at a time.</summary>
internal interface IPlace<TView>
    where TView : struct, IView<Real1, Word1>
{
    /// <summary>Memory that holds a copy of the data.</summary>
    Held<TView> Hold(params float[] data);

    void For<TBody>(int outer, int count, TBody body)
        where TBody : struct, IForBody;

    void Row<TBody>(int slots, int rows, Held<TView> products, Held<TView> weights, TBody body)
        where TBody : struct, IRowBody<Real1>;

    /// <summary>The combinations stand four to a row, and so do the numbers that are given.</summary>
    void Block<TBody>(int slots, int rows, Held<TView> combined, Held<TView> given, TBody body)
        where TBody : struct, IBlockBody<Real1>;

    void Summands<TBody>(int slots, int count, Held<TView> summands, TBody body)
        where TBody : struct, IReduceBody<Real1>;
}

/// <summary>Memory and how to read it.</summary>
internal sealed record Held<TView>(TView View, int Length, Func<float[]> Read)
    where TView : struct, IView<Real1, Word1>
{
    /// <summary>The memory cut into equal arrays, one per replica.</summary>
    public Slots<Real1, Word1, TView> Slots(int slots) => new(View, Length / slots);
}

/// <summary>Plain C# loops: the reference.</summary>
internal sealed class ScalarPlace : IPlace<ScalarView>
{
    /// <summary>The bodies that were run.</summary>
    public HashSet<Type> Bodies { get; } = [];

    public Held<ScalarView> Hold(params float[] data)
    {
        float[] copy = [.. data];
        return new(new(copy), copy.Length, () => copy);
    }

    public void For<TBody>(int outer, int count, TBody body)
        where TBody : struct, IForBody => Each<TBody>(outer, count, body.Run);

    public void Row<TBody>(int slots, int rows, Held<ScalarView> products, Held<ScalarView> weights, TBody body)
        where TBody : struct, IRowBody<Real1> => Each<TBody>(
            slots, rows, (slot, row) => weights.Slots(slots).Store(slot, row, body.Run(slot, row, products.Slots(slots).Load(slot, row))));

    public void Block<TBody>(int slots, int rows, Held<ScalarView> combined, Held<ScalarView> given, TBody body)
        where TBody : struct, IBlockBody<Real1> => Each<TBody>(slots, rows, (slot, row) =>
        {
            Four<Real1> four = body.Run(slot, row, new(At(0), At(1), At(2), At(3)));
            Real1[] values = [four.A, four.B, four.C, four.D];
            for (int v = 0; v < 4; v++)
                given.Slots(slots).Store(slot, (4 * row) + v, values[v]);

            Real1 At(int v) => v < TBody.Combined ? combined.Slots(slots).Load(slot, (4 * row) + v) : new(0f);
        });

    public void Summands<TBody>(int slots, int count, Held<ScalarView> summands, TBody body)
        where TBody : struct, IReduceBody<Real1> => Each<TBody>(slots, count, (slot, index) =>
        {
            Four<Real1> four = body.Run(slot, index);
            Real1[] values = [four.A, four.B, four.C, four.D];
            for (int k = 0; k < 4; k++)
                summands.Slots(slots).Store(slot, (4 * index) + k, values[k]);
        });

    private void Each<TBody>(int outer, int count, Action<int, int> run)
    {
        Bodies.Add(typeof(TBody));
        for (int o = 0; o < outer; o++)
        {
            for (int i = 0; i < count; i++)
                run(o, i);
        }
    }
}

/// <summary>A device's own skeletons, so that what runs is what ILGPU made of skeleton and body together.</summary>
internal sealed class DevicePlace(ISkeletons<Real1, Word1, DeviceView> skeletons) : IPlace<DeviceView>
{
    public Held<DeviceView> Hold(params float[] data)
    {
        DeviceView view = skeletons.Allocate(data.Length);
        skeletons.Write(view, data);
        return new(view, data.Length, () => Read(view, data.Length));
    }

    public void For<TBody>(int outer, int count, TBody body)
        where TBody : struct, IForBody => skeletons.For(outer, count, body);

    /// <summary>A design of one column, the products, and a parameter of one.</summary>
    public void Row<TBody>(int slots, int rows, Held<DeviceView> products, Held<DeviceView> weights, TBody body)
        where TBody : struct, IRowBody<Real1>
    {
        const int Stride = 16;
        float[] values = products.Read(), design = new float[slots * (rows + 16) * Stride], theta = new float[slots * Stride];
        for (int slot = 0; slot < slots; slot++)
        {
            theta[slot * Stride] = 1;
            for (int row = 0; row < rows; row++)
                design[((slot * (rows + 16)) + row) * Stride] = values[(slot * rows) + row];
        }

        skeletons.RowPass(
            slots, Hold(design).Slots(slots), Stride, rows, Hold(theta).Slots(slots), Hold(new float[theta.Length]).Slots(slots),
            new KeepWeights<TBody>(body, weights.Slots(slots)));
    }

    /// <summary>Tables whose columns are the combinations.</summary>
    public void Block<TBody>(int slots, int rows, Held<DeviceView> combined, Held<DeviceView> given, TBody body)
        where TBody : struct, IBlockBody<Real1>
    {
        var layout = new PathTable(rows, TBody.Combined);
        int each = TBody.Combined * TBody.Combined;
        float[] values = combined.Read(), table = new float[slots * layout.Length], coefficients = new float[slots * each];
        TableLayout columns = layout.Columnwise(0, 1);
        for (int slot = 0; slot < slots; slot++)
        {
            for (int v = 0; v < TBody.Combined; v++)
            {
                coefficients[(slot * each) + (v * TBody.Combined) + v] = 1;
                for (int row = 0; row < rows; row++)
                    table[(slot * layout.Length) + columns.At(v, row)] = values[(4 * ((slot * rows) + row)) + v];
            }
        }

        skeletons.TallSkinnyBlock(
            slots, Hold(table).Slots(slots), layout, coefficients, new KeepGiven<TBody>(body, given.Slots(slots)), new double[slots * TBody.Projected]);
    }

    public void Summands<TBody>(int slots, int count, Held<DeviceView> summands, TBody body)
        where TBody : struct, IReduceBody<Real1> => skeletons.ReduceEach(slots, count, new KeepSummands<TBody>(body, summands.Slots(slots)));

    private float[] Read(DeviceView view, int length)
    {
        var data = new float[length];
        skeletons.Read(view, data);
        return data;
    }
}

/// <summary>A row body whose weights are kept. Public, since ILGPU's launchers are an assembly of their own.</summary>
public readonly struct KeepWeights<TBody>(TBody body, Slots<Real1, Word1, DeviceView> weights) : IRowBody<Real1>
    where TBody : struct, IRowBody<Real1>
{
    private readonly TBody body = body;
    private readonly Slots<Real1, Word1, DeviceView> weights = weights;

    /// <inheritdoc/>
    public static bool WantsGradient => TBody.WantsGradient;

    /// <inheritdoc/>
    public Real1 Run(int slot, int row, Real1 product)
    {
        Real1 weight = body.Run(slot, row, product);
        weights.Store(slot, row, weight);
        return weight;
    }
}

/// <summary>A body on blocks of a table, the numbers it gives kept four to a row.</summary>
public readonly struct KeepGiven<TBody>(TBody body, Slots<Real1, Word1, DeviceView> given) : IBlockBody<Real1>
    where TBody : struct, IBlockBody<Real1>
{
    private readonly TBody body = body;
    private readonly Slots<Real1, Word1, DeviceView> given = given;

    /// <inheritdoc/>
    public static int Combined => TBody.Combined;

    /// <inheritdoc/>
    public static int Projected => TBody.Projected;

    /// <inheritdoc/>
    public Four<Real1> Run(int slot, int row, Four<Real1> combined)
    {
        Four<Real1> four = body.Run(slot, row, combined);
        long place = 4L * row;
        given.Store(slot, place, four.A);
        given.Store(slot, place + 1, four.B);
        given.Store(slot, place + 2, four.C);
        given.Store(slot, place + 3, four.D);
        return four;
    }
}

/// <summary>A body of sums whose summands are kept, four numbers per index side by side.</summary>
public readonly struct KeepSummands<TBody>(TBody body, Slots<Real1, Word1, DeviceView> summands) : IReduceBody<Real1>
    where TBody : struct, IReduceBody<Real1>
{
    private readonly TBody body = body;
    private readonly Slots<Real1, Word1, DeviceView> summands = summands;

    /// <inheritdoc/>
    public Four<Real1> Run(int slot, int index)
    {
        Four<Real1> four = body.Run(slot, index);
        long place = 4L * index;
        summands.Store(slot, place, four.A);
        summands.Store(slot, place + 1, four.B);
        summands.Store(slot, place + 2, four.C);
        summands.Store(slot, place + 3, four.D);
        return four;
    }
}
