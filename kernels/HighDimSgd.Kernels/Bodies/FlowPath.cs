using HighDimSgd.Kernels.Physics;
using HighDimSgd.Kernels.Random;

namespace HighDimSgd.Kernels.Bodies;

/// <summary>
/// Steps of a flow dX = -grad(R + (eta/4)|grad R|^2) dt + noise, all points under the same noise, by Strang splitting: half a step of the drift (classical
/// Runge-Kutta, order 4), a kick at the point reached, half a step of the drift. With noise of size sqrt(eta) the weak error at step h is
/// O(h^4 + eta h^2 + eta^2 h), which is O(eta^3) for h = eta: one order above what separates the flows from SGD.
/// Outer index: block; index: path.
/// </summary>
/// <param name="arena">The paths, with room for the drift's six pieces and then the kick's.</param>
/// <param name="problem">The problem.</param>
/// <param name="kick">The noise.</param>
/// <param name="field">Words of the noise.</param>
/// <param name="firstPath">Path at index 0 of block 0.</param>
/// <param name="firstStep">First step.</param>
/// <param name="steps">Number of steps, 1 at least.</param>
/// <param name="step">Step h.</param>
/// <param name="order">2 for the modified risk, 1 for the risk itself.</param>
/// <param name="rate">Learning rate eta.</param>
/// <param name="weight">sqrt(eta h/B).</param>
public readonly struct FlowPath<TReal, TWord, TView, TProblem, TKick>(
    FlowArena<TReal, TWord, TView> arena, TProblem problem, TKick kick, RandomField field, int firstPath, int firstStep, int steps, float step, int order,
    float rate, float weight) : IForBody
    where TReal : unmanaged, IReal<TReal, TWord>
    where TWord : unmanaged, IWord<TReal, TWord>
    where TView : struct, IView<TReal, TWord>
    where TProblem : struct, IFlowProblem<TReal, TWord, TView>
    where TKick : struct, IFlowKick<TReal, TWord, TView, TProblem>
{
    /// <summary>Pieces of room that the drift takes; the kick's follow.</summary>
    public const int DriftPieces = 6;

    // The second derivative of the risk along its gradient is a central difference over this fraction of the gradient: off by about 2e-4 of the
    // third derivative, which eta/2 makes small against eta^2.
    private const float Probe = 1f / 32;

    private readonly FlowArena<TReal, TWord, TView> arena = arena;
    private readonly TProblem problem = problem;
    private readonly TKick kick = kick;
    private readonly RandomField field = field;
    private readonly int firstPath = firstPath;
    private readonly int firstStep = firstStep;
    private readonly int steps = steps;
    private readonly float step = step;
    private readonly int order = order;
    private readonly float rate = rate;
    private readonly float weight = weight;

    /// <inheritdoc/>
    public void Run(int outer, int index)
    {
        Column<TReal, TWord, TView> path = arena.Path(outer, index), room = arena.Room(path, DriftPieces);
        TKick noise = kick;
        noise.Start(problem, field, firstPath + outer * FlowArena<TReal, TWord, TView>.Block + index, firstStep);
        for (int s = 0; s < steps; s++)
        {
            // The halves of neighbouring steps are one whole; without noise all are.
            float length = TKick.IsNone || s > 0 ? step : 0.5f * step;
            for (int p = 0; p < arena.Points; p++)
                Drift(path, arena.Point(path, p), length);
            if (TKick.IsNone)
                continue;
            noise.Draw(problem, room);
            for (int p = 0; p < arena.Points; p++)
                noise.Apply(problem, arena.Point(path, p), TReal.Of(weight), room);
        }

        if (TKick.IsNone)
            return;
        for (int p = 0; p < arena.Points; p++)
            Drift(path, arena.Point(path, p), 0.5f * step);
    }

    private void Drift(Column<TReal, TWord, TView> path, Column<TReal, TWord, TView> x, float length)
    {
        int d = arena.Dimension;
        Column<TReal, TWord, TView> k = arena.Room(path, 0), stage = arena.Room(path, 1), sum = arena.Room(path, 2);
        Slope(path, x, k);
        sum.Combine(d, k, TReal.Of(0f), k);
        stage.Combine(d, x, TReal.Of(-0.5f * length), k);
        Slope(path, stage, k);
        sum.Combine(d, sum, TReal.Of(2f), k);
        stage.Combine(d, x, TReal.Of(-0.5f * length), k);
        Slope(path, stage, k);
        sum.Combine(d, sum, TReal.Of(2f), k);
        stage.Combine(d, x, TReal.Of(-length), k);
        Slope(path, stage, k);
        sum.Combine(d, sum, TReal.Of(1f), k);
        x.Combine(d, x, TReal.Of(-length / 6f), sum);
    }

    /// <summary>grad R + (eta/2) (Hessian of R) grad R, the gradient of the modified risk.</summary>
    private void Slope(Column<TReal, TWord, TView> path, Column<TReal, TWord, TView> x, Column<TReal, TWord, TView> into)
    {
        problem.Gradient(x, into);
        if (order == 1)
            return;
        int d = arena.Dimension;
        Column<TReal, TWord, TView> beside = arena.Room(path, 3), ahead = arena.Room(path, 4), behind = arena.Room(path, 5);
        beside.Combine(d, x, TReal.Of(Probe), into);
        problem.Gradient(beside, ahead);
        beside.Combine(d, x, TReal.Of(-Probe), into);
        problem.Gradient(beside, behind);
        ahead.Combine(d, ahead, TReal.Of(-1f), behind);
        into.Combine(d, into, TReal.Of(rate / (4f * Probe)), ahead);
    }
}
