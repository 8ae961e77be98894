using HighDimSgd.Kernels;

namespace HighDimSgd.Devices;

/// <summary>Loops over indices that know nothing of one another, their sums, and the memory they run over. Not safe for concurrent use.</summary>
/// <typeparam name="TReal">Lane of reals of this device.</typeparam>
/// <typeparam name="TWord">Lane of words of this device.</typeparam>
/// <typeparam name="TView">Memory of this device.</typeparam>
public interface ILoops<TReal, TWord, TView> : IDisposable
    where TReal : unmanaged, IReal<TReal, TWord>
    where TWord : unmanaged, IWord<TReal, TWord>
    where TView : struct, IView<TReal, TWord>
{
    /// <summary>Zeroed memory of at least <paramref name="count"/> floats, padded to 64, freed when the skeletons are disposed.</summary>
    TView Allocate(long count);

    /// <summary>Copies host data to the front of a view.</summary>
    void Write(TView target, ReadOnlySpan<float> source);

    /// <summary>Copies the front of a view to the host.</summary>
    void Read(TView source, Span<float> target);

    /// <summary>Runs a body at every outer index in 0..outer-1 and every index in 0..count-1 (rounded up to whole lanes).</summary>
    void For<TBody>(int outer, int count, TBody body)
        where TBody : struct, IForBody;

    /// <summary>The sums over index of a body's four numbers at one slot, in float64 by a fixed tree.</summary>
    Four<double> Reduce<TBody>(int slot, int count, TBody body)
        where TBody : struct, IReduceBody<TReal>;

    /// <summary>The same at every slot of a batch.</summary>
    Four<double>[] ReduceEach<TBody>(int batch, int count, TBody body)
        where TBody : struct, IReduceBody<TReal>;
}

/// <summary>A computation of independent loops that runs on any device: the device closes the lane, word and view types.</summary>
/// <typeparam name="TResult">What it returns.</typeparam>
public interface ILoopProgram<out TResult>
{
    /// <summary>Runs on the loops of a device.</summary>
    TResult Run<TReal, TWord, TView>(ILoops<TReal, TWord, TView> loops)
        where TReal : unmanaged, IReal<TReal, TWord>
        where TWord : unmanaged, IWord<TReal, TWord>
        where TView : struct, IView<TReal, TWord>;
}

/// <summary>The same on the lanes of a device's skeletons.</summary>
/// <param name="program">The program.</param>
internal sealed class LoopProgram<TResult>(ILoopProgram<TResult> program) : IDeviceProgram<TResult>
{
    /// <inheritdoc/>
    public TResult Run<TReal, TWord, TView>(ISkeletons<TReal, TWord, TView> skeletons)
        where TReal : unmanaged, IReal<TReal, TWord>
        where TWord : unmanaged, IWord<TReal, TWord>
        where TView : struct, IView<TReal, TWord> => program.Run(skeletons);
}
