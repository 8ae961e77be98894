using HighDimSgd.Devices;
using HighDimSgd.Kernels;

namespace HighDimSgd.Simulation;

/// <summary>Memory of engines.</summary>
internal static class SlotMemory
{
    /// <summary>An array of at least <paramref name="length"/> elements for each replica of a batch.</summary>
    public static Slots<TReal, TWord, TView> AllocateSlots<TReal, TWord, TView>(this ISkeletons<TReal, TWord, TView> skeletons, int batch, long length)
        where TReal : unmanaged, IReal<TReal, TWord>
        where TWord : unmanaged, IWord<TReal, TWord>
        where TView : struct, IView<TReal, TWord>
    {
        length = (length + 63) / 64 * 64;
        return new(skeletons.Allocate(batch * length), length);
    }
}
