using System.Runtime.CompilerServices;

namespace HighDimSgd.Kernels.Physics;

/// <summary>A loss of the preactivation r and the label y.</summary>
/// <typeparam name="TReal">Lane of reals.</typeparam>
public interface ILoss<TReal>
    where TReal : unmanaged
{
    /// <summary>The loss.</summary>
    TReal Value(TReal r, TReal y);

    /// <summary>Its derivative l(r; y) by r.</summary>
    TReal Slope(TReal r, TReal y);

    /// <summary>Its second derivative by r.</summary>
    TReal Curvature(TReal r, TReal y);
}

/// <summary>(r-y)^2/2.</summary>
public readonly struct SquaredLoss<TReal, TWord> : ILoss<TReal>
    where TReal : unmanaged, IReal<TReal, TWord>
    where TWord : unmanaged, IWord<TReal, TWord>
{
    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public TReal Value(TReal r, TReal y) => TReal.Of(0.5f) * (r - y) * (r - y);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public TReal Slope(TReal r, TReal y) => r - y;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public TReal Curvature(TReal r, TReal y) => TReal.Of(1f);
}

/// <summary>log(1+exp(-y r)) for labels y = +-1.</summary>
public readonly struct LogisticLoss<TReal, TWord> : ILoss<TReal>
    where TReal : unmanaged, IReal<TReal, TWord>
    where TWord : unmanaged, IWord<TReal, TWord>
{
    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public TReal Value(TReal r, TReal y) => Functions.Softplus<TReal, TWord>(TReal.Of(0f) - y * r);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public TReal Slope(TReal r, TReal y) => TReal.Of(0f) - y / (TReal.Of(1f) + Functions.Exp<TReal, TWord>(y * r));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public TReal Curvature(TReal r, TReal y)
    {
        TReal s = Functions.Sigmoid<TReal, TWord>(r);
        return s * (TReal.Of(1f) - s);
    }
}
