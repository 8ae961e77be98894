using System.Runtime.CompilerServices;
using HighDimSgd.Kernels.Physics;
using HighDimSgd.Kernels.Random;

namespace HighDimSgd.Kernels.Bodies;

/// <summary>
/// Steps of a flow dX = -grad(R + (eta/4)|grad R|^2) dt + noise, all points under the same noise, by Strang splitting: half a step of the drift -grad R
/// (classical Runge-Kutta, order 4), a kick by the noise and the rest of the drift, both at the point reached, half a step of the drift. Noise is of size
/// sqrt(eta) and the rest of size eta, so the weak error at step h is O(h^4 + eta h^2 + eta^2 h), which is O(eta^3) for h = eta: one order above what
/// separates the flows from SGD.
/// The last half waits for the next step, with which it is one whole, or for <see cref="FlowRest{TReal, TWord, TView, TProblem}"/>: so when moments are
/// taken does not touch the path. Outer index: block; index: path.
/// </summary>
/// <param name="arena">The paths, with room for four pieces per point and then the kick's.</param>
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
    /// <summary>Pieces of room per point that the step takes; the kick's follow.</summary>
    public const int Pieces = 4;

    // The second derivative of the risk along its gradient is a central difference over this fraction of the gradient: off by about 1e-5 of the cubed
    // gradient times the fourth derivative, and by 1e-5 at random for rounding, which eta/2 makes small against eta^2.
    private const float Probe = 1f / 256;

    private readonly FlowArena<TReal, TWord, TView> arena = arena;
    private readonly TProblem problem = problem;
    private readonly FlowDrift<TReal, TWord, TView, TProblem> drift = new(arena, problem);
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
        noise.Start(problem, field, firstPath + outer * FlowArena.Block + index, firstStep);
        for (int s = 0; s < steps; s++)
        {
            // The halves of neighbouring steps are one whole; without kicks all are whole.
            drift.Run(path, !hasKick || firstStep + s > 0 ? step : 0.5f * step);
            if (!hasKick)
                continue;
            noise.Draw(problem, path, arena.Room(path, Pieces * arena.Points));
            Kick(path, ref noise);
        }
    }

    /// <summary>The noise, and for order 2 the step h of -(eta/2) (Hessian of R) grad R, both at x.</summary>
    [MethodImpl(Functions.OwnMethod)]
    private void Kick(Column<TReal, TWord, TView> x, ref TKick noise)
    {
        int all = arena.Points * arena.Dimension;
        Column<TReal, TWord, TView> gradient = arena.Room(x, 0), change = arena.Room(x, arena.Points), room = arena.Room(x, Pieces * arena.Points);
        drift.Gradients(x, gradient);
        change.Clear(all);
        if (order == 2)
        {
            Column<TReal, TWord, TView> beside = arena.Room(x, 2 * arena.Points), slope = arena.Room(x, 3 * arena.Points);
            TReal bend = TReal.Of(step * rate / (4f * Probe));
            beside.Combine(all, x, TReal.Of(Probe), gradient);
            drift.Gradients(beside, slope);
            change.Combine(all, change, TReal.Of(0f) - bend, slope);
            beside.Combine(all, x, TReal.Of(-Probe), gradient);
            drift.Gradients(beside, slope);
            change.Combine(all, change, bend, slope);
        }

        TProblem local = problem;
        for (int at = 0; at < all; at += arena.Dimension)
            noise.Add(local, x.From(at), gradient.From(at), TReal.Of(weight), change.From(at), room);

        x.Combine(all, x, TReal.Of(1f), change);
    }
}
