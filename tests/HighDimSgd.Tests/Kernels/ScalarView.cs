using HighDimSgd.Kernels;

namespace HighDimSgd.Tests.Kernels;

/// <summary>An array, one element per lane: the plainest memory a kernel body can run over.</summary>
internal readonly struct ScalarView(float[] data) : IView<Real1, Word1>
{
    public Real1 Load(long index) => new(data[index]);

    public void Store(long index, Real1 value) => data[index] = value.Value;

    public Real1 Spread(long index) => new(data[index]);

    public Real1 Gather(Word1 index) => new(data[index.Value]);

    public int Whole(long index) => (int)data[index];
}
