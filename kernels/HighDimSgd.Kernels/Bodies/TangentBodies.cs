using System.Runtime.CompilerServices;
using HighDimSgd.Kernels.Physics;

namespace HighDimSgd.Kernels.Bodies;

/// <summary>
/// Tangents of the single-sample process (docs/concepts/proportional-limit.md, how it is solved). With D(k,l) = d r^k / d w^l =
/// 1{k=l} - sum over l &lt;= p &lt; k of R_th(k,p) A(p,l), it leaves l'(r^k) D(k,l) in row l of <paramref name="now"/> and
/// A(k,l) = u l'(r^k) D(k,l) zeta^k / delta in row k(k+1)/2 + l of <paramref name="past"/>. Outer index: l; index: path.
/// </summary>
/// <param name="products">Preactivations r^k.</param>
/// <param name="labels">Labels y.</param>
/// <param name="increments">The increments zeta of this step.</param>
/// <param name="past">Table of the A(p,l).</param>
/// <param name="pastLayout">Its layout.</param>
/// <param name="now">Table of l' D(k,l).</param>
/// <param name="nowLayout">Its layout.</param>
/// <param name="response">R_th(k,p) at element p.</param>
/// <param name="step">The step k.</param>
/// <param name="paths">Number of paths.</param>
/// <param name="inverseAspect">u/delta, u the schedule's factor on the rate.</param>
/// <param name="loss">The loss.</param>
public readonly struct TangentBody<TReal, TWord, TView, TLoss>(
    TView products,
    TView labels,
    TView increments,
    TView past,
    TableLayout pastLayout,
    TView now,
    TableLayout nowLayout,
    TView response,
    int step,
    int paths,
    float inverseAspect,
    TLoss loss) : IForBody
    where TReal : unmanaged, IReal<TReal, TWord>
    where TWord : unmanaged, IWord<TReal, TWord>
    where TView : struct, IView<TReal, TWord>
    where TLoss : struct, ILoss<TReal>
{
    private readonly TView products = products;
    private readonly TView labels = labels;
    private readonly TView increments = increments;
    private readonly TView past = past;
    private readonly TableLayout pastLayout = pastLayout;
    private readonly TView now = now;
    private readonly TableLayout nowLayout = nowLayout;
    private readonly TView response = response;
    private readonly int step = step;
    private readonly int paths = paths;
    private readonly float inverseAspect = inverseAspect;
    private readonly TLoss loss = loss;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Run(int outer, int index)
    {
        TReal tangent = TReal.Of(outer == step ? 1f : 0f);
        for (int p = outer; p < step; p++)
            tangent -= response.Spread(p) * past.Load(pastLayout.At((p * (p + 1) / 2) + outer, index));
        tangent = Functions.Keep<TReal, TWord>(index, paths, tangent * loss.Curvature(products.Load(index), labels.Load(index)));
        now.Store(nowLayout.At(outer, index), tangent);
        TReal zeta = increments.Load(index);
        past.Store(pastLayout.At((step * (step + 1) / 2) + outer, index), tangent * zeta * TReal.Of(inverseAspect));
    }
}

/// <summary>Row body that weighs every path by one, for column means.</summary>
/// <param name="paths">Number of paths.</param>
public readonly struct UnitRow<TReal, TWord>(int paths) : IRowBody<TReal>
    where TReal : unmanaged, IReal<TReal, TWord>
    where TWord : unmanaged, IWord<TReal, TWord>
{
    private readonly int paths = paths;

    /// <inheritdoc/>
    public static bool WantsGradient => true;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public TReal Run(int slot, int row, TReal product) => Functions.Keep<TReal, TWord>(row, paths, TReal.Of(1f));
}
