using HighDimSgd.Kernels;

namespace HighDimSgd.Devices.Cpu;

/// <summary>The skeletons on threads and vectors. How work is cut into panels depends on its shape alone, too.</summary>
internal sealed unsafe partial class CpuSkeletons<TReal, TWord>(int threads)
    : CpuLoops<TReal, TWord>(threads), ISkeletons<TReal, TWord, HostView<TReal, TWord>>
    where TReal : unmanaged, IReal<TReal, TWord>, ICpuReal<TReal, TWord>
    where TWord : unmanaged, IWord<TReal, TWord>
{
    private const int Lanes = ICpuReal<TReal, TWord>.Lanes;
}
