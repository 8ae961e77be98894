using System.Runtime.CompilerServices;
using HighDimSgd.Kernels.Physics;

namespace HighDimSgd.Kernels.Bodies;

/// <summary>
/// Row body of an iteration on fresh samples: weighs row i of the batch by u l(r_i; y_i) rate/B, and the rows after it, which belong to
/// later batches, by zero.
/// </summary>
/// <param name="labels">Labels y of the batch.</param>
/// <param name="batch">Batch size B.</param>
/// <param name="temperature">u rate/B, u the schedule's factor on the rate.</param>
/// <param name="loss">The loss.</param>
public readonly struct FreshRow<TReal, TWord, TView, TLoss>(
    Slots<TReal, TWord, TView> labels, int batch, float temperature, TLoss loss) : IRowBody<TReal>
    where TReal : unmanaged, IReal<TReal, TWord>
    where TWord : unmanaged, IWord<TReal, TWord>
    where TView : struct, IView<TReal, TWord>
    where TLoss : struct, ILoss<TReal>
{
    private readonly Slots<TReal, TWord, TView> labels = labels;
    private readonly int batch = batch;
    private readonly float temperature = temperature;
    private readonly TLoss loss = loss;

    /// <inheritdoc/>
    public static bool WantsGradient => true;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public TReal Run(int slot, int row, TReal product) => Functions.Keep<TReal, TWord>(
        row, batch, loss.Slope(product, labels.Load(slot, row)) * TReal.Of(temperature));
}

/// <summary>
/// theta becomes theta - (decay * theta + g). Where decay = lambda rate/d is small this keeps it to full precision, which the factor
/// 1 - decay in 32 bits would not: its rounding adds up over the iterations. Outer index: slot; index: coordinate.
/// </summary>
/// <param name="theta">The parameter.</param>
/// <param name="gradient">g = (rate/B) sum x l.</param>
/// <param name="decay">lambda rate/d, times the schedule's factors u v.</param>
public readonly struct DecayBody<TReal, TWord, TView>(
    Slots<TReal, TWord, TView> theta, Slots<TReal, TWord, TView> gradient, float decay) : IForBody
    where TReal : unmanaged, IReal<TReal, TWord>
    where TWord : unmanaged, IWord<TReal, TWord>
    where TView : struct, IView<TReal, TWord>
{
    private readonly Slots<TReal, TWord, TView> theta = theta;
    private readonly Slots<TReal, TWord, TView> gradient = gradient;
    private readonly float decay = decay;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Run(int outer, int index)
    {
        TReal now = theta.Load(outer, index);
        theta.Store(outer, index, now - (TReal.Of(decay) * now + gradient.Load(outer, index)));
    }
}
