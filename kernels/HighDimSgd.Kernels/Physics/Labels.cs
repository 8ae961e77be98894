using System.Runtime.CompilerServices;
using HighDimSgd.Kernels.Random;

namespace HighDimSgd.Kernels.Physics;

/// <summary>A label channel: y from the teacher's preactivation w* and two random words.</summary>
/// <typeparam name="TReal">Lane of reals.</typeparam>
/// <typeparam name="TWord">Lane of words.</typeparam>
public interface ILabel<TReal, TWord>
    where TReal : unmanaged, IReal<TReal, TWord>
    where TWord : unmanaged, IWord<TReal, TWord>
{
    /// <summary>The label.</summary>
    TReal Draw(TReal teacher, TWord first, TWord second);
}

/// <summary>y = w* + noise z, z standard normal.</summary>
/// <param name="noise">Standard deviation of the noise.</param>
public readonly struct LinearLabel<TReal, TWord>(float noise) : ILabel<TReal, TWord>
    where TReal : unmanaged, IReal<TReal, TWord>
    where TWord : unmanaged, IWord<TReal, TWord>
{
    private readonly float noise = noise;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public TReal Draw(TReal teacher, TWord first, TWord second)
    {
        Maps.Normals<TReal, TWord>(first, second, out TReal z, out _);
        return teacher + TReal.Of(noise) * z;
    }
}

/// <summary>y = sign(w*); +1 at 0.</summary>
public readonly struct SignLabel<TReal, TWord> : ILabel<TReal, TWord>
    where TReal : unmanaged, IReal<TReal, TWord>
    where TWord : unmanaged, IWord<TReal, TWord>
{
    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public TReal Draw(TReal teacher, TWord first, TWord second) =>
        TReal.WhereLess(teacher, TReal.Of(0f), TReal.Of(-1f), TReal.Of(1f));
}

/// <summary>y = 1 with probability 1/(1+exp(-slope w*)), else -1.</summary>
/// <param name="slope">Slope kappa.</param>
public readonly struct LogisticLabel<TReal, TWord>(float slope) : ILabel<TReal, TWord>
    where TReal : unmanaged, IReal<TReal, TWord>
    where TWord : unmanaged, IWord<TReal, TWord>
{
    private readonly float slope = slope;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public TReal Draw(TReal teacher, TWord first, TWord second) => TReal.WhereLess(
        Maps.Uniform<TReal, TWord>(first), Functions.Sigmoid<TReal, TWord>(TReal.Of(slope) * teacher), TReal.Of(1f), TReal.Of(-1f));
}
