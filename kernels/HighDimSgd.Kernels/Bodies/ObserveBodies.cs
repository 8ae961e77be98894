using System.Runtime.CompilerServices;
using HighDimSgd.Kernels.Physics;

namespace HighDimSgd.Kernels.Bodies;

/// <summary>
/// Sums over samples or paths of: the loss; the error (1 where y r is negative, 1/2 where it is 0 or not a number); l^2; l^4.
/// </summary>
/// <param name="products">Preactivations r.</param>
/// <param name="labels">Labels y.</param>
/// <param name="count">Number of samples.</param>
/// <param name="loss">The loss.</param>
public readonly struct TrainSums<TReal, TWord, TView, TLoss>(
    Slots<TReal, TWord, TView> products, Slots<TReal, TWord, TView> labels, int count, TLoss loss) : IReduceBody<TReal>
    where TReal : unmanaged, IReal<TReal, TWord>
    where TWord : unmanaged, IWord<TReal, TWord>
    where TView : struct, IView<TReal, TWord>
    where TLoss : struct, ILoss<TReal>
{
    private readonly Slots<TReal, TWord, TView> products = products;
    private readonly Slots<TReal, TWord, TView> labels = labels;
    private readonly int count = count;
    private readonly TLoss loss = loss;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Four<TReal> Run(int slot, int index)
    {
        TReal r = products.Load(slot, index), y = labels.Load(slot, index), zero = TReal.Of(0f);
        TReal margin = y * r, slope = loss.Slope(r, y), square = slope * slope;
        TReal error = TReal.WhereLess(margin, zero, TReal.Of(1f), TReal.WhereLess(zero, margin, zero, TReal.Of(0.5f)));
        return new(
            Functions.Keep<TReal, TWord>(index, count, loss.Value(r, y)),
            Functions.Keep<TReal, TWord>(index, count, error),
            Functions.Keep<TReal, TWord>(index, count, square),
            Functions.Keep<TReal, TWord>(index, count, square * square));
    }
}

/// <summary>Sums over coordinates of theta^2 and theta theta*; padding holds zeros.</summary>
/// <param name="theta">The parameter.</param>
/// <param name="teacher">The teacher.</param>
public readonly struct OverlapSums<TReal, TWord, TView>(
    Slots<TReal, TWord, TView> theta, Slots<TReal, TWord, TView> teacher) : IReduceBody<TReal>
    where TReal : unmanaged, IReal<TReal, TWord>
    where TWord : unmanaged, IWord<TReal, TWord>
    where TView : struct, IView<TReal, TWord>
{
    private readonly Slots<TReal, TWord, TView> theta = theta;
    private readonly Slots<TReal, TWord, TView> teacher = teacher;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Four<TReal> Run(int slot, int index)
    {
        TReal t = theta.Load(slot, index), zero = TReal.Of(0f);
        return new(t * t, t * teacher.Load(slot, index), zero, zero);
    }
}

/// <summary>Sums over coordinates of theta theta' and (theta - theta')^2, the iterates of two starts; padding holds zeros.</summary>
/// <param name="theta">The parameters of the first.</param>
/// <param name="other">Those of the second.</param>
public readonly struct BetweenSums<TReal, TWord, TView>(
    Slots<TReal, TWord, TView> theta, Slots<TReal, TWord, TView> other) : IReduceBody<TReal>
    where TReal : unmanaged, IReal<TReal, TWord>
    where TWord : unmanaged, IWord<TReal, TWord>
    where TView : struct, IView<TReal, TWord>
{
    private readonly Slots<TReal, TWord, TView> theta = theta;
    private readonly Slots<TReal, TWord, TView> other = other;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Four<TReal> Run(int slot, int index)
    {
        TReal first = theta.Load(slot, index), second = other.Load(slot, index), apart = first - second, zero = TReal.Of(0f);
        return new(first * second, apart * apart, zero, zero);
    }
}
