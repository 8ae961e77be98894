using System.Runtime.CompilerServices;
using HighDimSgd.Kernels.Physics;

namespace HighDimSgd.Kernels.Bodies;

/// <summary>The drift -grad R of a flow by the classical Runge-Kutta method, order 4.</summary>
/// <param name="arena">The paths, with room for three pieces per point.</param>
/// <param name="problem">The problem.</param>
public readonly struct FlowDrift<TReal, TWord, TView, TProblem>(FlowArena<TReal, TWord, TView> arena, TProblem problem)
    where TReal : unmanaged, IReal<TReal, TWord>
    where TWord : unmanaged, IWord<TReal, TWord>
    where TView : struct, IView<TReal, TWord>
    where TProblem : struct, IFlowProblem<TReal, TWord, TView>
{
    private readonly FlowArena<TReal, TWord, TView> arena = arena;
    private readonly TProblem problem = problem;

    /// <summary>Moves the points at x for a time; they go through each stage together, so that their chains of operations overlap.</summary>
    /// <param name="x">The points.</param>
    /// <param name="length">The time.</param>
    [MethodImpl(Functions.OwnMethod)]
    public void Run(Column<TReal, TWord, TView> x, float length)
    {
        int all = arena.Points * arena.Dimension;
        Column<TReal, TWord, TView> k = arena.Room(x, 0), stage = arena.Room(x, arena.Points), sum = arena.Room(x, 2 * arena.Points);
        Gradients(x, sum);
        stage.Combine(all, x, TReal.Of(-0.5f * length), sum);
        Gradients(stage, k);
        Stage(all, x, -0.5f * length, k, stage, sum);
        Gradients(stage, k);
        Stage(all, x, -length, k, stage, sum);
        Gradients(stage, k);
        TReal sixth = TReal.Of(-length / 6f);
        for (int i = 0; i < all; i++)
            x.Set(i, x.Get(i) + sixth * (sum.Get(i) + k.Get(i)));
    }

    /// <summary>The stage x + way k, and 2 k added to the sum.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Stage(
        int all, Column<TReal, TWord, TView> x, float way, Column<TReal, TWord, TView> k, Column<TReal, TWord, TView> stage, Column<TReal, TWord, TView> sum)
    {
        TReal w = TReal.Of(way), two = TReal.Of(2f);
        for (int i = 0; i < all; i++)
        {
            TReal slope = k.Get(i);
            sum.Set(i, sum.Get(i) + two * slope);
            stage.Set(i, x.Get(i) + w * slope);
        }
    }

    /// <summary>The gradients at some points, in the same order.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Gradients(Column<TReal, TWord, TView> points, Column<TReal, TWord, TView> into)
    {
        TProblem local = problem;
        int dimension = arena.Dimension, all = arena.Points * dimension;
        for (int at = 0; at < all; at += dimension)
            local.Gradient(points.From(at), into.From(at));
    }
}

/// <summary>
/// Puts the points at the end of the last step of a <see cref="FlowPath{TReal, TWord, TView, TProblem, TKick}"/>, half a step of the drift on, behind the points that the
/// path goes on from. Outer index: block; index: path.
/// </summary>
/// <param name="arena">The paths, with room for four pieces per point.</param>
/// <param name="problem">The problem.</param>
/// <param name="step">Step h.</param>
public readonly struct FlowRest<TReal, TWord, TView, TProblem>(FlowArena<TReal, TWord, TView> arena, TProblem problem, float step) : IForBody
    where TReal : unmanaged, IReal<TReal, TWord>
    where TWord : unmanaged, IWord<TReal, TWord>
    where TView : struct, IView<TReal, TWord>
    where TProblem : struct, IFlowProblem<TReal, TWord, TView>
{
    private readonly FlowArena<TReal, TWord, TView> arena = arena;
    private readonly FlowDrift<TReal, TWord, TView, TProblem> drift = new(arena, problem);
    private readonly float step = step;

    /// <inheritdoc/>
    public void Run(int outer, int index)
    {
        int all = arena.Points * arena.Dimension;
        Column<TReal, TWord, TView> path = arena.Path(outer, index), rest = path.From(all);
        for (int i = 0; i < all; i++)
            rest.Set(i, path.Get(i));
        drift.Run(rest, 0.5f * step);
    }
}
