using HighDimSgd.Kernels;
using ILGPU;

namespace HighDimSgd.Ilgpu;

/// <summary>Memory of a device, one element per thread.</summary>
/// <param name="data">The elements.</param>
public readonly struct DeviceView(ArrayView<float> data) : IView<Real1, Word1>
{
    /// <summary>The elements.</summary>
    public ArrayView<float> Data { get; } = data;

    /// <inheritdoc/>
    public Real1 Load(long index) => new(Data[index]);

    /// <inheritdoc/>
    public void Store(long index, Real1 value) => Data[index] = value.Value;

    /// <inheritdoc/>
    public Real1 Spread(long index) => new(Data[index]);

    /// <inheritdoc/>
    public Real1 Gather(Word1 index) => new(Data[(long)index.Value]);

    /// <inheritdoc/>
    public int Whole(long index) => (int)Data[index];
}
