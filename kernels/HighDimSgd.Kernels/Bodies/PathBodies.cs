using System.Runtime.CompilerServices;
using HighDimSgd.Kernels.Physics;

namespace HighDimSgd.Kernels.Bodies;

/// <summary>
/// One step of the DMFT's single-sample process (page A, A5): r arrives as the combination of Gaussian coordinates and past forces,
/// the increment zeta waiting in the force's place becomes f = l(r; y) zeta / delta, and l is returned, so that the pass yields
/// the sums of l g_j and of l f_j. Index: path.
/// </summary>
/// <param name="products">Receives r.</param>
/// <param name="labels">Labels y.</param>
/// <param name="forces">Table whose row <paramref name="step"/> holds zeta and receives f.</param>
/// <param name="layout">Layout of that table.</param>
/// <param name="step">The step k.</param>
/// <param name="paths">Number of paths.</param>
/// <param name="inverseAspect">1/delta.</param>
/// <param name="loss">The loss.</param>
public readonly struct PathRow<TReal, TWord, TView, TLoss>(
    TView products,
    TView labels,
    TView forces,
    TableLayout layout,
    int step,
    int paths,
    float inverseAspect,
    TLoss loss) : IRowBody<TReal>
    where TReal : unmanaged, IReal<TReal, TWord>
    where TWord : unmanaged, IWord<TReal, TWord>
    where TView : struct, IView<TReal, TWord>
    where TLoss : struct, ILoss<TReal>
{
    private readonly TView products = products;
    private readonly TView labels = labels;
    private readonly TView forces = forces;
    private readonly TableLayout layout = layout;
    private readonly int step = step;
    private readonly int paths = paths;
    private readonly float inverseAspect = inverseAspect;
    private readonly TLoss loss = loss;

    /// <inheritdoc/>
    public static bool WantsGradient => true;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public TReal Run(int slot, int row, TReal product)
    {
        products.Store(row, product);
        TReal slope = loss.Slope(product, labels.Load(row));
        long place = layout.At(step, row);
        forces.Store(place, slope * forces.Load(place) * TReal.Of(inverseAspect));
        return Functions.Keep<TReal, TWord>(row, paths, slope);
    }
}
