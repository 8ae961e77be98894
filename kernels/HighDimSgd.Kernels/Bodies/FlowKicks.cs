using System.Runtime.CompilerServices;
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

    /// <summary>Adds weight times the noise at x, whose gradient is known.</summary>
    void Add(
        TProblem problem, Column<TReal, TWord, TView> x, Column<TReal, TWord, TView> gradient, TReal weight, Column<TReal, TWord, TView> change,
        Column<TReal, TWord, TView> room);
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
    public void Add(
        TProblem problem, Column<TReal, TWord, TView> x, Column<TReal, TWord, TView> gradient, TReal weight, Column<TReal, TWord, TView> change,
        Column<TReal, TWord, TView> room)
    {
    }
}

/// <summary>Noise of the stochastic modified flow: sum_k G_k(x) N_k, one normal per mode. Room: the normals.</summary>
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
            room.Set(k, draws.Next());
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly void Add(
        TProblem problem, Column<TReal, TWord, TView> x, Column<TReal, TWord, TView> gradient, TReal weight, Column<TReal, TWord, TView> change,
        Column<TReal, TWord, TView> room)
    {
        for (int k = 0; k < problem.Modes; k++)
            problem.Mode(k, x, gradient, weight * room.Get(k), change);
    }
}

/// <summary>
/// The same noise from SGD's own samples: grad R(x) - grad R~(x, mark), of the right covariance and, where the noise is symmetric, without third moment.
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
    public readonly void Add(
        TProblem problem, Column<TReal, TWord, TView> x, Column<TReal, TWord, TView> gradient, TReal weight, Column<TReal, TWord, TView> change,
        Column<TReal, TWord, TView> room)
    {
        problem.Sample(word, x, TReal.Of(0f) - weight, change);
        change.Combine(problem.Dimension, change, weight, gradient);
    }
}

/// <summary>
/// Noise of the stochastic modified equation: Sigma(x)^{1/2} N, the symmetric root, one normal per coordinate. Room: three pieces, Sigma, and the
/// table of its eigenvectors.
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
            room.Set(i, draws.Next());
    }

    /// <inheritdoc/>
    public readonly void Add(
        TProblem problem, Column<TReal, TWord, TView> x, Column<TReal, TWord, TView> gradient, TReal weight, Column<TReal, TWord, TView> change,
        Column<TReal, TWord, TView> room)
    {
        int d = problem.Dimension;
        Column<TReal, TWord, TView> normals = room, mode = room.From(d), turned = room.From(2 * d), sigma = room.From(3 * d), vectors = room.From((3 + d) * d);
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
                change.Add(i, weight * vectors.Get(i * d + j) * turned.Get(j));
        }
    }
}
