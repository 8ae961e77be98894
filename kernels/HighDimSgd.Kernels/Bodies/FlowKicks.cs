using HighDimSgd.Kernels.Physics;
using HighDimSgd.Kernels.Random;

namespace HighDimSgd.Kernels.Bodies;

/// <summary>The noise of a flow over a step, the same for all points.</summary>
public interface IFlowKick<TReal, TWord, TView, TProblem>
    where TReal : unmanaged, IReal<TReal, TWord>
    where TWord : unmanaged, IWord<TReal, TWord>
    where TView : struct, IView<TReal, TWord>
    where TProblem : struct, IFlowProblem<TReal, TWord, TView>
{
    /// <summary>True where there is no noise.</summary>
    static abstract bool IsNone { get; }

    /// <summary>Goes to a step of a path.</summary>
    void Start(TProblem problem, RandomField field, int path, int step);

    /// <summary>Draws the noise of a step.</summary>
    void Draw(TProblem problem, Column<TReal, TWord, TView> room);

    /// <summary>Kicks a point: x + weight times the noise at x.</summary>
    void Apply(TProblem problem, Column<TReal, TWord, TView> x, TReal weight, Column<TReal, TWord, TView> room);
}

/// <summary>No noise.</summary>
public readonly struct NoKick<TReal, TWord, TView, TProblem> : IFlowKick<TReal, TWord, TView, TProblem>
    where TReal : unmanaged, IReal<TReal, TWord>
    where TWord : unmanaged, IWord<TReal, TWord>
    where TView : struct, IView<TReal, TWord>
    where TProblem : struct, IFlowProblem<TReal, TWord, TView>
{
    /// <inheritdoc/>
    public static bool IsNone => true;

    /// <inheritdoc/>
    public void Start(TProblem problem, RandomField field, int path, int step)
    {
    }

    /// <inheritdoc/>
    public void Draw(TProblem problem, Column<TReal, TWord, TView> room)
    {
    }

    /// <inheritdoc/>
    public void Apply(TProblem problem, Column<TReal, TWord, TView> x, TReal weight, Column<TReal, TWord, TView> room)
    {
    }
}

/// <summary>Noise of the stochastic modified flow: sum_k G_k(x) N_k, one normal per mode. Room: two pieces, then the normals.</summary>
public struct ModeKick<TReal, TWord, TView, TProblem> : IFlowKick<TReal, TWord, TView, TProblem>
    where TReal : unmanaged, IReal<TReal, TWord>
    where TWord : unmanaged, IWord<TReal, TWord>
    where TView : struct, IView<TReal, TWord>
    where TProblem : struct, IFlowProblem<TReal, TWord, TView>
{
    private NormalDraws<TReal, TWord> draws;

    /// <inheritdoc/>
    public static bool IsNone => false;

    /// <inheritdoc/>
    public void Start(TProblem problem, RandomField field, int path, int step) => draws = new(field, path, step * problem.Modes);

    /// <inheritdoc/>
    public void Draw(TProblem problem, Column<TReal, TWord, TView> room)
    {
        for (int k = 0; k < problem.Modes; k++)
            room.Set(2 * problem.Dimension + k, draws.Next());
    }

    /// <inheritdoc/>
    public readonly void Apply(TProblem problem, Column<TReal, TWord, TView> x, TReal weight, Column<TReal, TWord, TView> room)
    {
        int d = problem.Dimension;
        Column<TReal, TWord, TView> gradient = room, change = room.From(d);
        problem.Gradient(x, gradient);
        change.Clear(d);
        for (int k = 0; k < problem.Modes; k++)
            problem.Mode(k, x, gradient, weight * room.Get(2 * d + k), change);
        x.Combine(d, x, TReal.Of(1f), change);
    }
}

/// <summary>
/// The same noise from SGD's own samples: grad R(x) - grad R~(x, mark), of the right covariance and, where the noise is symmetric, without third moment.
/// Room: two pieces.
/// </summary>
public struct SampleKick<TReal, TWord, TView, TProblem> : IFlowKick<TReal, TWord, TView, TProblem>
    where TReal : unmanaged, IReal<TReal, TWord>
    where TWord : unmanaged, IWord<TReal, TWord>
    where TView : struct, IView<TReal, TWord>
    where TProblem : struct, IFlowProblem<TReal, TWord, TView>
{
    private WordDraws<TReal, TWord> draws;
    private TWord word;

    /// <inheritdoc/>
    public static bool IsNone => false;

    /// <inheritdoc/>
    public void Start(TProblem problem, RandomField field, int path, int step) => draws = new(field, path, step);

    /// <inheritdoc/>
    public void Draw(TProblem problem, Column<TReal, TWord, TView> room) => word = draws.Next();

    /// <inheritdoc/>
    public readonly void Apply(TProblem problem, Column<TReal, TWord, TView> x, TReal weight, Column<TReal, TWord, TView> room)
    {
        int d = problem.Dimension;
        Column<TReal, TWord, TView> gradient = room, change = room.From(d);
        problem.Gradient(x, gradient);
        change.Clear(d);
        problem.Sample(word, x, TReal.Of(-1f), change);
        change.Combine(d, change, TReal.Of(1f), gradient);
        x.Combine(d, x, weight, change);
    }
}

/// <summary>
/// Noise of the stochastic modified equation: Sigma(x)^{1/2} N, the symmetric root, one normal per coordinate. Room: four pieces, Sigma, and the table of
/// its eigenvectors.
/// </summary>
public struct RootKick<TReal, TWord, TView, TProblem> : IFlowKick<TReal, TWord, TView, TProblem>
    where TReal : unmanaged, IReal<TReal, TWord>
    where TWord : unmanaged, IWord<TReal, TWord>
    where TView : struct, IView<TReal, TWord>
    where TProblem : struct, IFlowProblem<TReal, TWord, TView>
{
    private NormalDraws<TReal, TWord> draws;

    /// <inheritdoc/>
    public static bool IsNone => false;

    /// <inheritdoc/>
    public void Start(TProblem problem, RandomField field, int path, int step) => draws = new(field, path, step * problem.Dimension);

    /// <inheritdoc/>
    public void Draw(TProblem problem, Column<TReal, TWord, TView> room)
    {
        for (int i = 0; i < problem.Dimension; i++)
            room.Set(2 * problem.Dimension + i, draws.Next());
    }

    /// <inheritdoc/>
    public readonly void Apply(TProblem problem, Column<TReal, TWord, TView> x, TReal weight, Column<TReal, TWord, TView> room)
    {
        int d = problem.Dimension;
        Column<TReal, TWord, TView> gradient = room, mode = room.From(d), normals = room.From(2 * d), turned = room.From(3 * d);
        Column<TReal, TWord, TView> sigma = room.From(4 * d), vectors = room.From((4 + d) * d);
        problem.Gradient(x, gradient);
        sigma.Clear(d * d);
        for (int k = 0; k < problem.Modes; k++)
        {
            mode.Clear(d);
            problem.Mode(k, x, gradient, TReal.Of(1f), mode);
            for (int i = 0; i < d; i++)
                sigma.From(i * d).Combine(d, sigma.From(i * d), mode.Get(i), mode);
        }

        SymmetricRoot.Diagonalise<TReal, TWord, TView>(d, sigma, vectors);
        for (int j = 0; j < d; j++)
        {
            TReal along = TReal.Of(0f);
            for (int i = 0; i < d; i++)
                along += vectors.Get(i * d + j) * normals.Get(i);
            turned.Set(j, along * TReal.Sqrt(Functions.Max<TReal, TWord>(TReal.Of(0f), sigma.Get(j * d + j))));
        }

        for (int i = 0; i < d; i++)
        {
            for (int j = 0; j < d; j++)
                x.Add(i, weight * vectors.Get(i * d + j) * turned.Get(j));
        }
    }
}
