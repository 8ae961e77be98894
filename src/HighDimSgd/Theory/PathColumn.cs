using HighDimSgd.Devices;
using HighDimSgd.Experiments;
using HighDimSgd.Kernels;
using HighDimSgd.Kernels.Physics;

namespace HighDimSgd.Theory;

/// <summary>What the paths have of one column: where it stands, its forces, and where they are used its tangents.</summary>
internal sealed class PathColumn<TReal, TWord, TView, TLoss>
    where TReal : unmanaged, IReal<TReal, TWord>
    where TWord : unmanaged, IWord<TReal, TWord>
    where TView : struct, IView<TReal, TWord>
    where TLoss : struct, ILoss<TReal>
{
    /// <summary>Allocates the memory of a column.</summary>
    /// <param name="skeletons">The device.</param>
    /// <param name="experiment">The experiment.</param>
    /// <param name="views">Where it stands.</param>
    /// <param name="labels">Labels y.</param>
    /// <param name="refined">Draws its increments.</param>
    /// <param name="loss">The loss.</param>
    public PathColumn(
        ISkeletons<TReal, TWord, TView> skeletons, Experiment experiment, PathViews<TView> views, TView labels, RefinedField<TReal, TWord, TView> refined, TLoss loss)
    {
        Views = views;
        Forces = new(skeletons, experiment, views, refined);
        if (DmftSweeps.MethodOf(experiment) == ResponseMethod.Tangent)
            Tangents = new(skeletons, experiment, views.Products, labels, Forces.Increments, loss);
    }

    /// <summary>Where it stands: r of its start, l of the column.</summary>
    public PathViews<TView> Views { get; }

    /// <summary>Its clock and forces.</summary>
    public PathForces<TReal, TWord, TView> Forces { get; }

    /// <summary>The tangents of its start; null where responses are found by parts.</summary>
    public DmftTangents<TReal, TWord, TView, TLoss>? Tangents { get; }
}
