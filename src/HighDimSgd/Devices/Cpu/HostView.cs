using System.Runtime.CompilerServices;
using HighDimSgd.Kernels;

namespace HighDimSgd.Devices.Cpu;

/// <summary>Memory of the host: a pointer.</summary>
internal readonly unsafe struct HostView<TReal, TWord>(float* data) : IView<TReal, TWord>
    where TReal : unmanaged, IReal<TReal, TWord>, ICpuLanes<TReal>
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
        Unsafe.SkipInit(out TReal values);
        uint* at = (uint*)&index;
        float* gathered = (float*)&values;
        for (int lane = 0; lane < TReal.Count; lane++)
            gathered[lane] = Data[at[lane]];
        return values;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public int Whole(long index) => (int)Data[index];
}
