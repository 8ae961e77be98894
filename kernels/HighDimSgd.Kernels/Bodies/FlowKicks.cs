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

    /// <summary>Draws the noise of a step; x is the first point.</summary>
    void Draw(TProblem problem, Column<TReal, TWord, TView> x, Column<TReal, TWord, TView> room);

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
    public void Draw(TProblem problem, Column<TReal, TWord, TView> x, Column<TReal, TWord, TView> room)
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
    private Draws<TReal, TWord, NormalSource<TReal, TWord>> draws;

    /// <inheritdoc/>
    public static bool IsNone => false;

    /// <inheritdoc/>
    public void Start(TProblem problem, RandomField field, int path, int step) => draws = new(field, new(0, 1), path, step * problem.Modes);

    /// <inheritdoc/>
    public void Draw(TProblem problem, Column<TReal, TWord, TView> x, Column<TReal, TWord, TView> room)
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
    private Draws<TReal, TWord, WordSource<TReal, TWord>> draws;
    private TWord word;

    /// <inheritdoc/>
    public static bool IsNone => false;

    /// <inheritdoc/>
    public void Start(TProblem problem, RandomField field, int path, int step) => draws = new(field, default, path, step);

    /// <inheritdoc/>
    public void Draw(TProblem problem, Column<TReal, TWord, TView> x, Column<TReal, TWord, TView> room) => word = TReal.Bits(draws.Next());

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
/// Noise of the stochastic modified equation: Sigma(x)^{1/2} N, the symmetric root, one normal per coordinate. Room: four pieces, Sigma, and the table of
/// its eigenvectors. Instead of normals N may be Sigma(x)^{-1/2} times the noise of SGD's own sample at the first point x: of the right covariance and,
/// where the noise is symmetric, without third moment; the first point then goes the way of the stochastic modified flow. In directions in which
/// Sigma vanishes there, N is a sign.
/// </summary>
/// <param name="isSampled">1 for N from samples, 0 for normals.</param>
public struct RootKick<TReal, TWord, TView, TProblem>(int isSampled) : IFlowKick<TReal, TWord, TView, TProblem>
    where TReal : unmanaged, IReal<TReal, TWord>
    where TWord : unmanaged, IWord<TReal, TWord>
    where TView : struct, IView<TReal, TWord>
    where TProblem : struct, IFlowProblem<TReal, TWord, TView>
{
    // Covariances below this count as none.
    private const float Least = 1e-20f;

    private readonly int isSampled = isSampled;
    private Draws<TReal, TWord, NormalSource<TReal, TWord>> normals;
    private Draws<TReal, TWord, WordSource<TReal, TWord>> words;

    /// <inheritdoc/>
    public static bool IsNone => false;

    /// <inheritdoc/>
    public void Start(TProblem problem, RandomField field, int path, int step)
    {
        normals = new(field, new(0, 1), path, step * problem.Dimension);
        words = new(field, default, path, step);
    }

    /// <inheritdoc/>
    public void Draw(TProblem problem, Column<TReal, TWord, TView> x, Column<TReal, TWord, TView> room)
    {
        int d = problem.Dimension;
        Column<TReal, TWord, TView> noise = room.From(3 * d);
        if (isSampled == 0)
        {
            for (int i = 0; i < d; i++)
                room.Set(i, normals.Next());
            return;
        }

        problem.Gradient(x, noise);
        Diagonalise(problem, x, noise, room);
        TWord word = TReal.Bits(words.Next());
        problem.Sample(word, x, TReal.Of(-1f), noise);
        Turn(d, noise, room, isInverse: 1);
        Fill(d, word, room);
        room.Clear(d);
        Back(d, TReal.Of(1f), room, room);
    }

    /// <inheritdoc/>
    public readonly void Add(
        TProblem problem, Column<TReal, TWord, TView> x, Column<TReal, TWord, TView> gradient, TReal weight, Column<TReal, TWord, TView> change,
        Column<TReal, TWord, TView> room)
    {
        Diagonalise(problem, x, gradient, room);
        Turn(problem.Dimension, room, room, isInverse: 0);
        Back(problem.Dimension, weight, room, change);
    }

    /// <summary>Eigenvalues and eigenvectors of Sigma(x).</summary>
    private static void Diagonalise(
        TProblem problem, Column<TReal, TWord, TView> x, Column<TReal, TWord, TView> gradient, Column<TReal, TWord, TView> room)
    {
        int d = problem.Dimension;
        Column<TReal, TWord, TView> mode = room.From(d), sigma = room.From(4 * d);
        sigma.Clear(d * d);
        for (int k = 0; k < problem.Modes; k++)
        {
            mode.Clear(d);
            problem.Mode(k, x, gradient, TReal.Of(1f), mode);
            for (int i = 0; i < d; i++)
                sigma.From(i * d).Combine(d, sigma.From(i * d), mode.Get(i), mode);
        }

        SymmetricRoot.Diagonalise<TReal, TWord, TView>(d, sigma, sigma.From(d * d));
    }

    /// <summary>A vector in the eigenvectors' coordinates, times the roots of the eigenvalues or their inverses.</summary>
    private static void Turn(int d, Column<TReal, TWord, TView> vector, Column<TReal, TWord, TView> room, int isInverse)
    {
        Column<TReal, TWord, TView> turned = room.From(2 * d), sigma = room.From(4 * d), vectors = sigma.From(d * d);
        for (int j = 0; j < d; j++)
        {
            TReal along = TReal.Of(0f), zero = TReal.Of(0f), root = TReal.Sqrt(Functions.Max<TReal, TWord>(TReal.Of(Least), sigma.Get(j * d + j)));
            for (int i = 0; i < d; i++)
                along += vectors.Get(i * d + j) * vector.Get(i);
            TReal scaled = isInverse == 0 ? along * root : along / root;
            turned.Set(j, TReal.WhereLess(TReal.Of(Least), sigma.Get(j * d + j), scaled, zero));
        }
    }

    /// <summary>Signs in the directions in which Sigma(x) vanishes: it need not vanish at the other points.</summary>
    private static void Fill(int d, TWord word, Column<TReal, TWord, TView> room)
    {
        Column<TReal, TWord, TView> turned = room.From(2 * d), sigma = room.From(4 * d);
        for (int j = 0; j < d; j++)
        {
            // The low bits, which hardly touch the choice of a sample.
            TWord sign = TWord.ShiftLeft(word, 31 - (j & 15)) & TWord.Of(0x80000000u);
            TReal one = TWord.AsReal(TReal.Bits(TReal.Of(1f)) ^ sign);
            turned.Set(j, TReal.WhereLess(TReal.Of(Least), sigma.Get(j * d + j), turned.Get(j), one));
        }
    }

    /// <summary>Adds weight times what was turned, in x's own coordinates.</summary>
    private static void Back(int d, TReal weight, Column<TReal, TWord, TView> room, Column<TReal, TWord, TView> into)
    {
        Column<TReal, TWord, TView> turned = room.From(2 * d), vectors = room.From((4 + d) * d);
        for (int i = 0; i < d; i++)
        {
            for (int j = 0; j < d; j++)
                into.Add(i, weight * vectors.Get(i * d + j) * turned.Get(j));
        }
    }
}
