using HighDimSgd.Devices;
using HighDimSgd.Experiments;
using HighDimSgd.Kernels;
using HighDimSgd.Kernels.Bodies;
using HighDimSgd.Kernels.Random;
using HighDimSgd.Simulation;

namespace HighDimSgd.Theory;

/// <summary>Where a step of the paths stands.</summary>
/// <param name="Table">The table.</param>
/// <param name="Products">Preactivations r.</param>
/// <param name="Slopes">Derivatives l.</param>
/// <param name="Shape">Shape of the table.</param>
/// <param name="Forces">Where the forces stand in it, a row per step.</param>
internal readonly record struct PathViews<TView>(TView Table, TView Products, TView Slopes, PathTable Shape, TableLayout Forces);

/// <summary>
/// The clock of the paths and their forces f = u l zeta / delta. The chance correlations over the paths of the clock's noise with l, l^2
/// and r l, which are 0 in the mean, are taken out: this alone takes 40 per cent off the error of q.
/// </summary>
internal sealed class PathForces<TReal, TWord, TView>
    where TReal : unmanaged, IReal<TReal, TWord>
    where TWord : unmanaged, IWord<TReal, TWord>
    where TView : struct, IView<TReal, TWord>
{
    private readonly ISkeletons<TReal, TWord, TView> skeletons;
    private readonly AlgorithmSpec algorithm;
    private readonly PathViews<TView> views;
    private readonly RefinedField<TReal, TWord, TView> refined;
    private readonly ClockSource<TReal, TWord, TView> clock;
    private readonly double aspect;
    private readonly bool noisy;

    /// <summary>The forces of an experiment.</summary>
    public PathForces(
        ISkeletons<TReal, TWord, TView> skeletons, Experiment experiment, PathViews<TView> views, RefinedField<TReal, TWord, TView> refined)
    {
        this.skeletons = skeletons;
        this.views = views;
        this.refined = refined;
        algorithm = experiment.Algorithm;
        int finer = refined.Refinement;
        clock = new(skeletons, algorithm with { Step = algorithm.Step / finer, Steps = algorithm.Steps * finer }, experiment.Aspect);
        aspect = experiment.Aspect;
        noisy = algorithm.EffectiveTemperature(experiment.Aspect) > 0;
        Increments = skeletons.Allocate(views.Shape.Rows);
    }

    /// <summary>The increments zeta of the last step.</summary>
    public TView Increments { get; }

    /// <summary>Draws the increments of four steps from <paramref name="k"/> on; they wait where the forces will stand.</summary>
    public void Fill(int k, RandomField field) => refined.Fill(k, algorithm.Steps, 1, views.Table, views.Forces, (target, layout, group) =>
        clock.Fill(new(target, 0), layout, views.Shape.Rows, group, field));

    /// <summary>Makes the force of a step out of l and zeta.</summary>
    /// <param name="k">The step.</param>
    /// <param name="squares">Sum of l^2 over the paths.</param>
    public void Make(int k, double squares) => skeletons.For(1, views.Shape.Rows, new ForceBody<TReal, TWord, TView>(
        views.Products, views.Slopes, views.Table, views.Forces, Increments, k, (float)(algorithm.RateFactor(k) / aspect), noisy ? Projections(k, squares) : new(0, 0, 0, 0)));

    private Four<float> Projections(int k, double squares)
    {
        int paths = views.Shape.Rows;
        Four<double> a = skeletons.Reduce(0, paths, new ClockSums<TReal, TWord, TView>(
            views.Products, views.Slopes, views.Table, views.Forces, k, (float)algorithm.Step));
        Four<double> b = skeletons.Reduce(0, paths, new SlopeSums<TReal, TWord, TView>(views.Products, views.Slopes));
        double[,] gram = { { squares, a.D, b.B }, { a.D, b.A, b.C }, { b.B, b.C, b.D } };
        double[] x = Projection.Coefficients(gram, [a.A, a.B, a.C]);
        return new((float)x[0], (float)x[1], (float)x[2], 0);
    }
}
