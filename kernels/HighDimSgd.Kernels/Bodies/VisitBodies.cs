using System.Runtime.CompilerServices;
using HighDimSgd.Kernels.Physics;

namespace HighDimSgd.Kernels.Bodies;

/// <summary>Row body of visits one after another: weighs the sample of visit p by l(r; y_p) times the visit's own factor.</summary>
/// <param name="labels">Labels y by visit.</param>
/// <param name="factors">Factors by visit: rate/B, for SVAG (rate/(l B)) (1+-sqrt(2l-1))/2.</param>
/// <param name="loss">The loss.</param>
public readonly struct VisitRow<TReal, TWord, TView, TLoss>(
    Slots<TReal, TWord, TView> labels, Slots<TReal, TWord, TView> factors, TLoss loss) : IRowBody<TReal>
    where TReal : unmanaged, IReal<TReal, TWord>
    where TWord : unmanaged, IWord<TReal, TWord>
    where TView : struct, IView<TReal, TWord>
    where TLoss : struct, ILoss<TReal>
{
    private readonly Slots<TReal, TWord, TView> labels = labels;
    private readonly Slots<TReal, TWord, TView> factors = factors;
    private readonly TLoss loss = loss;

    /// <inheritdoc/>
    public static bool WantsGradient => true;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public TReal Run(int slot, int row, TReal product) =>
        loss.Slope(product, labels.Load(slot, row)) * factors.Load(slot, row);
}
