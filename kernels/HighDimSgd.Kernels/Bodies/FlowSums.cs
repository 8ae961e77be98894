using HighDimSgd.Kernels.Physics;

namespace HighDimSgd.Kernels.Bodies;

/// <summary>What is averaged over the paths of a flow.</summary>
public enum FlowMoment
{
    /// <summary>Nothing: 0.</summary>
    None,

    /// <summary>First coordinate of a point.</summary>
    Coordinate,

    /// <summary>Inner product of two points, or a point's squared norm.</summary>
    Product,

    /// <summary>Squared distance of two points.</summary>
    Distance,

    /// <summary>Sine of the difference of the first coordinates of two points.</summary>
    Sine,

    /// <summary>Risk R of a point.</summary>
    Risk,

    /// <summary>|grad R|^2 of a point.</summary>
    Gradient,

    /// <summary>tr Sigma of a point, the sum over modes of |G_k|^2.</summary>
    Noise,
}

/// <summary>A moment of certain points.</summary>
/// <param name="moment">Which.</param>
/// <param name="first">First point.</param>
/// <param name="second">Second point.</param>
public readonly struct FlowTerm(FlowMoment moment, int first, int second)
{
    /// <summary>Which.</summary>
    public readonly FlowMoment Moment = moment;

    /// <summary>First point.</summary>
    public readonly int First = first;

    /// <summary>Second point.</summary>
    public readonly int Second = second;
}

/// <summary>Up to four moments of the paths of a block.</summary>
/// <param name="arena">The paths, with room for two pieces.</param>
/// <param name="problem">The problem.</param>
/// <param name="terms">The moments.</param>
public readonly struct FlowSums<TReal, TWord, TView, TProblem>(FlowArena<TReal, TWord, TView> arena, TProblem problem, Four<FlowTerm> terms) : IReduceBody<TReal>
    where TReal : unmanaged, IReal<TReal, TWord>
    where TWord : unmanaged, IWord<TReal, TWord>
    where TView : struct, IView<TReal, TWord>
    where TProblem : struct, IFlowProblem<TReal, TWord, TView>
{
    private readonly FlowArena<TReal, TWord, TView> arena = arena;
    private readonly TProblem problem = problem;
    private readonly Four<FlowTerm> terms = terms;

    /// <inheritdoc/>
    public Four<TReal> Run(int slot, int index)
    {
        Column<TReal, TWord, TView> path = arena.Path(slot, index);
        return new(Of(path, terms.A), Of(path, terms.B), Of(path, terms.C), Of(path, terms.D));
    }

    private TReal Of(Column<TReal, TWord, TView> path, FlowTerm term)
    {
        Column<TReal, TWord, TView> x = arena.Point(path, term.First), y = arena.Point(path, term.Second), room = arena.Room(path, 0);
        switch (term.Moment)
        {
            case FlowMoment.Coordinate:
                return x.Get(0);
            case FlowMoment.Product:
                return Inner(x, y);
            case FlowMoment.Distance:
                room.Combine(arena.Dimension, x, TReal.Of(-1f), y);
                return Inner(room, room);
            case FlowMoment.Sine:
                Functions.CosSinTurns<TReal, TWord>((x.Get(0) - y.Get(0)) * TReal.Of(0.15915494f), out _, out TReal sine);
                return sine;
            case FlowMoment.Risk:
                return problem.Risk(x);
            case FlowMoment.Gradient:
                problem.Gradient(x, room);
                return Inner(room, room);
            case FlowMoment.Noise:
                return Noise(x, room, arena.Room(path, 1));
            default:
                return TReal.Of(0f);
        }
    }

    private TReal Noise(Column<TReal, TWord, TView> x, Column<TReal, TWord, TView> gradient, Column<TReal, TWord, TView> mode)
    {
        TReal sum = TReal.Of(0f);
        problem.Gradient(x, gradient);
        for (int k = 0; k < problem.Modes; k++)
        {
            mode.Clear(arena.Dimension);
            problem.Mode(k, x, gradient, TReal.Of(1f), mode);
            sum += Inner(mode, mode);
        }

        return sum;
    }

    private TReal Inner(Column<TReal, TWord, TView> x, Column<TReal, TWord, TView> y)
    {
        TReal sum = TReal.Of(0f);
        for (int i = 0; i < arena.Dimension; i++)
            sum += x.Get(i) * y.Get(i);
        return sum;
    }
}
