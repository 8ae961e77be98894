using System.Runtime.CompilerServices;
using HighDimSgd.Kernels;

namespace HighDimSgd.Devices.Cpu;

/// <summary>Memory of the host: a pointer.</summary>
internal readonly unsafe struct HostView<TReal, TWord>(float* data) : IView<TReal, TWord>
    where TReal : unmanaged, IReal<TReal, TWord>, ICpuReal<TReal, TWord>
    where TWord : unmanaged, IWord<TReal, TWord>
{
    public readonly float* Data = data;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public TReal Load(long index) => TReal.Load(Data + index);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Store(long index, TReal value) => TReal.Store(value, Data + index);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public TReal Spread(long index) => TReal.Of(Data[index]);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public TReal Gather(TWord index)
    {
        uint* at = stackalloc uint[ICpuReal<TReal, TWord>.Lanes];
        float* values = stackalloc float[ICpuReal<TReal, TWord>.Lanes];
        Unsafe.WriteUnaligned(at, index);
        for (int lane = 0; lane < ICpuReal<TReal, TWord>.Lanes; lane++)
            values[lane] = Data[at[lane]];
        return Unsafe.ReadUnaligned<TReal>(values);
    }
}
