using HighDimSgd.Kernels;
using HighDimSgd.Tests.Kernels;
using ILGPU;
using ILGPU.Runtime;
using ILGPU.Runtime.CPU;

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

/// <summary>ILGPU's CPU accelerator, which runs what ILGPU's compiler made of the body.</summary>
internal sealed class DevicePlace : IPlace<DeviceView>, IDisposable
{
    private readonly Context context = Context.Create(builder => builder.CPU().EnableAlgorithms());
    private readonly CPUAccelerator accelerator;
    private readonly List<MemoryBuffer> buffers = [];

    public DevicePlace() => accelerator = context.CreateCPUAccelerator(0);

    public Held<DeviceView> Hold(params float[] data)
    {
        MemoryBuffer1D<float, Stride1D.Dense> buffer = accelerator.Allocate1D(data);
        buffers.Add(buffer);
        return new(new(buffer.View.BaseView), data.Length, () => buffer.GetAsArray1D());
    }

    public void For<TBody>(int outer, int count, TBody body)
        where TBody : struct, IForBody
    {
        accelerator.LoadAutoGroupedStreamKernel<Index2D, TBody>(Entry.For)(new(count, outer), body);
        accelerator.Synchronize();
    }

    public void Row<TBody>(int slots, int rows, Held<DeviceView> products, Held<DeviceView> weights, TBody body)
        where TBody : struct, IRowBody<Real1>
    {
        accelerator.LoadAutoGroupedStreamKernel<Index2D, Slots<Real1, Word1, DeviceView>, Slots<Real1, Word1, DeviceView>, TBody>(Entry.Row)(
            new(rows, slots), products.Slots(slots), weights.Slots(slots), body);
        accelerator.Synchronize();
    }

    public void Summands<TBody>(int slots, int count, Held<DeviceView> summands, TBody body)
        where TBody : struct, IReduceBody<Real1>
    {
        accelerator.LoadAutoGroupedStreamKernel<Index2D, Slots<Real1, Word1, DeviceView>, TBody>(Entry.Summands)(
            new(count, slots), summands.Slots(slots), body);
        accelerator.Synchronize();
    }

    public void Dispose()
    {
        foreach (MemoryBuffer buffer in buffers)
            buffer.Dispose();
        accelerator.Dispose();
        context.Dispose();
    }
}
