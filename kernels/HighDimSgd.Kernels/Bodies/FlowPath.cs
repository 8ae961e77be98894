using System.Runtime.CompilerServices;
using HighDimSgd.Kernels.Physics;
using HighDimSgd.Kernels.Random;

namespace HighDimSgd.Kernels.Bodies;

/// <summary>
/// Steps of a flow dX = -grad(R + (eta/4)|grad R|^2) dt + noise, all points under the same noise, by Strang splitting: half a step of the drift -grad R
/// (classical Runge-Kutta, order 4), a kick by the noise and the rest of the drift, both at the point reached, half a step of the drift. Noise is of size
/// sqrt(eta) and the rest of size eta, so the weak error at step h is O(h^4 + eta h^2 + eta^2 h), which is O(eta^3) for h = eta: one order above what
/// separates the flows from SGD.
/// Outer index: block; index: path.
/// </summary>
/// <param name="arena">The paths, with room for four pieces and then the kick's.</param>
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
    /// <summary>Pieces of room that the step takes; the kick's follow.</summary>
    public const int Pieces = 4;

    // Compiled on their own: together they are too much for the compiler to keep in registers.
    private const MethodImplOptions OwnMethod = MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization;

    // The second derivative of the risk along its gradient is a central difference over this fraction of the gradient: off by about 1e-5 of the cubed
    // gradient times the fourth derivative, and by 1e-5 at random for rounding, which eta/2 makes small against eta^2.
    private const float Probe = 1f / 256;

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
        Column<TReal, TWord, TView> path = arena.Path(outer, index);
        bool hasKick = !TKick.IsNone || order == 2;
        TKick noise = kick;
        noise.Start(problem, field, firstPath + outer * FlowArena<TReal, TWord, TView>.Block + index, firstStep);
        for (int s = 0; s < steps; s++)
        {
            // The halves of neighbouring steps are one whole; without kicks all are.
            float length = !hasKick || s > 0 ? step : 0.5f * step;
            for (int p = 0; p < arena.Points; p++)
                Drift(path, arena.Point(path, p), length);
            if (!hasKick)
                continue;
            noise.Draw(problem, arena.Point(path, 0), arena.Room(path, Pieces));
            for (int p = 0; p < arena.Points; p++)
                Kick(path, arena.Point(path, p), noise);
        }

        if (!hasKick)
            return;
        for (int p = 0; p < arena.Points; p++)
            Drift(path, arena.Point(path, p), 0.5f * step);
    }

    [MethodImpl(OwnMethod)]
    private void Drift(Column<TReal, TWord, TView> path, Column<TReal, TWord, TView> x, float length)
    {
        int d = arena.Dimension;
        Column<TReal, TWord, TView> k = arena.Room(path, 0), stage = arena.Room(path, 1), sum = arena.Room(path, 2);
        problem.Gradient(x, sum);
        stage.Combine(d, x, TReal.Of(-0.5f * length), sum);
        problem.Gradient(stage, k);
        sum.Combine(d, sum, TReal.Of(2f), k);
        stage.Combine(d, x, TReal.Of(-0.5f * length), k);
        problem.Gradient(stage, k);
        sum.Combine(d, sum, TReal.Of(2f), k);
        stage.Combine(d, x, TReal.Of(-length), k);
        problem.Gradient(stage, k);
        sum.Combine(d, sum, TReal.Of(1f), k);
        x.Combine(d, x, TReal.Of(-length / 6f), sum);
    }

    /// <summary>The noise, and for order 2 the step h of -(eta/2) (Hessian of R) grad R, both at x.</summary>
    [MethodImpl(OwnMethod)]
    private void Kick(Column<TReal, TWord, TView> path, Column<TReal, TWord, TView> x, TKick noise)
    {
        int d = arena.Dimension;
        Column<TReal, TWord, TView> gradient = arena.Room(path, 0), change = arena.Room(path, 1);
        problem.Gradient(x, gradient);
        change.Clear(d);
        if (order == 2)
        {
            Column<TReal, TWord, TView> beside = arena.Room(path, 2), slope = arena.Room(path, 3);
            TReal bend = TReal.Of(step * rate / (4f * Probe));
            beside.Combine(d, x, TReal.Of(Probe), gradient);
            problem.Gradient(beside, slope);
            change.Combine(d, change, TReal.Of(0f) - bend, slope);
            beside.Combine(d, x, TReal.Of(-Probe), gradient);
            problem.Gradient(beside, slope);
            change.Combine(d, change, bend, slope);
        }

        noise.Add(problem, x, gradient, TReal.Of(weight), change, arena.Room(path, Pieces));
        x.Combine(d, x, TReal.Of(1f), change);
    }
}
