using System.Runtime.CompilerServices;
using HighDimSgd.Kernels.Physics;

namespace HighDimSgd.Kernels.Bodies;

/// <summary>
/// Row body of a training step: keeps r_i and weighs row i by f_i = u l(r_i; y_i) zeta_i / delta
/// (theta[k+1] = theta[k] - u D h - X^T f), u the schedule's factor on the rate.
/// </summary>
/// <param name="products">Receives r.</param>
/// <param name="labels">Labels y.</param>
/// <param name="clock">Increments zeta of a group of steps.</param>
/// <param name="clockStride">Increments from one step to the next.</param>
/// <param name="step">The step.</param>
/// <param name="inverseAspect">u/delta, times <paramref name="unit"/>.</param>
/// <param name="loss">The loss.</param>
/// <param name="unit">What a stored entry of 1 stands for: r_i is this times the product with the row as it is stored.</param>
public readonly struct TrainRow<TReal, TWord, TView, TLoss>(
    Slots<TReal, TWord, TView> products,
    Slots<TReal, TWord, TView> labels,
    Slots<TReal, TWord, TView> clock,
    int clockStride,
    int step,
    float inverseAspect,
    TLoss loss,
    float unit = 1) : IRowBody<TReal>, IStep<TrainRow<TReal, TWord, TView, TLoss>>
    where TReal : unmanaged, IReal<TReal, TWord>
    where TWord : unmanaged, IWord<TReal, TWord>
    where TView : struct, IView<TReal, TWord>
    where TLoss : struct, ILoss<TReal>
{
    private readonly Slots<TReal, TWord, TView> products = products;
    private readonly Slots<TReal, TWord, TView> labels = labels;
    private readonly Slots<TReal, TWord, TView> clock = clock;
    private readonly int clockStride = clockStride;
    private readonly int clockStart = step % StepGroup.Size * clockStride;
    private readonly float inverseAspect = inverseAspect;
    private readonly TLoss loss = loss;
    private readonly float unit = unit;

    /// <inheritdoc/>
    public static bool WantsGradient => true;

    /// <summary>The row body of a step; its factor is u/delta, times the unit.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public TrainRow<TReal, TWord, TView, TLoss> At(int step, float factor) => new(products, labels, clock, clockStride, step, factor, loss, unit);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public TReal Run(int slot, int row, TReal product)
    {
        product = TReal.Of(unit) * product;
        products.Store(slot, row, product);
        return loss.Slope(product, labels.Load(slot, row)) * clock.Load(slot, clockStart + row) * TReal.Of(inverseAspect);
    }
}

/// <summary>Row body that only keeps the products r_i.</summary>
/// <param name="products">Receives r.</param>
/// <param name="unit">What a stored entry of 1 stands for.</param>
public readonly struct ProductRow<TReal, TWord, TView>(Slots<TReal, TWord, TView> products, float unit = 1) : IRowBody<TReal>
    where TReal : unmanaged, IReal<TReal, TWord>
    where TWord : unmanaged, IWord<TReal, TWord>
    where TView : struct, IView<TReal, TWord>
{
    private readonly Slots<TReal, TWord, TView> products = products;
    private readonly float unit = unit;

    /// <inheritdoc/>
    public static bool WantsGradient => false;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public TReal Run(int slot, int row, TReal product)
    {
        products.Store(slot, row, TReal.Of(unit) * product);
        return product;
    }
}

/// <summary>theta becomes shrink * theta - g, shrink = 1 - lambda D u v with the schedule's factors. Outer index: slot; index: coordinate.</summary>
/// <param name="theta">The parameter.</param>
/// <param name="gradient">g = X^T f.</param>
/// <param name="shrink">1 - lambda D u v.</param>
public readonly struct UpdateBody<TReal, TWord, TView>(
    Slots<TReal, TWord, TView> theta, Slots<TReal, TWord, TView> gradient, float shrink) : IForBody, IStep<UpdateBody<TReal, TWord, TView>>
    where TReal : unmanaged, IReal<TReal, TWord>
    where TWord : unmanaged, IWord<TReal, TWord>
    where TView : struct, IView<TReal, TWord>
{
    private readonly Slots<TReal, TWord, TView> theta = theta;
    private readonly Slots<TReal, TWord, TView> gradient = gradient;
    private readonly float shrink = shrink;

    /// <summary>The update of a step; its factor is 1 - lambda D u v.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public UpdateBody<TReal, TWord, TView> At(int step, float factor) => new(theta, gradient, factor);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Run(int outer, int index) =>
        theta.Store(outer, index, TReal.Of(shrink) * theta.Load(outer, index) - gradient.Load(outer, index));
}

/// <summary>Heavy ball: v becomes beta v - (ridge * theta + g), theta becomes theta + v. Outer index: slot; index: coordinate.</summary>
/// <param name="theta">The parameter.</param>
/// <param name="velocity">v.</param>
/// <param name="gradient">g = X^T f.</param>
/// <param name="momentum">beta.</param>
/// <param name="ridge">lambda D u v.</param>
public readonly struct MomentumBody<TReal, TWord, TView>(
    Slots<TReal, TWord, TView> theta, Slots<TReal, TWord, TView> velocity, Slots<TReal, TWord, TView> gradient, float momentum, float ridge)
    : IForBody, IStep<MomentumBody<TReal, TWord, TView>>
    where TReal : unmanaged, IReal<TReal, TWord>
    where TWord : unmanaged, IWord<TReal, TWord>
    where TView : struct, IView<TReal, TWord>
{
    private readonly Slots<TReal, TWord, TView> theta = theta;
    private readonly Slots<TReal, TWord, TView> velocity = velocity;
    private readonly Slots<TReal, TWord, TView> gradient = gradient;
    private readonly float momentum = momentum;
    private readonly float ridge = ridge;

    /// <summary>The update of a step; its factor is lambda D u v.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public MomentumBody<TReal, TWord, TView> At(int step, float factor) => new(theta, velocity, gradient, momentum, factor);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Run(int outer, int index)
    {
        TReal now = theta.Load(outer, index);
        TReal v = TReal.Of(momentum) * velocity.Load(outer, index) - (TReal.Of(ridge) * now + gradient.Load(outer, index));
        velocity.Store(outer, index, v);
        theta.Store(outer, index, now + v);
    }
}
