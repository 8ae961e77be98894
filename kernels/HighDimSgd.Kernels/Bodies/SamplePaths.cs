using HighDimSgd.Kernels.Physics;
using HighDimSgd.Kernels.Random;

namespace HighDimSgd.Kernels.Bodies;

/// <summary>Puts all points of all paths at their starts. Outer index: block; index: path.</summary>
/// <param name="arena">The paths.</param>
/// <param name="starts">The starts, coordinate by coordinate, point by point.</param>
public readonly struct FlowStart<TReal, TWord, TView>(FlowArena<TReal, TWord, TView> arena, TView starts) : IForBody
    where TReal : unmanaged, IReal<TReal, TWord>
    where TWord : unmanaged, IWord<TReal, TWord>
    where TView : struct, IView<TReal, TWord>
{
    private readonly FlowArena<TReal, TWord, TView> arena = arena;
    private readonly TView starts = starts;

    /// <inheritdoc/>
    public void Run(int outer, int index)
    {
        Column<TReal, TWord, TView> path = arena.Path(outer, index);
        for (int i = 0; i < arena.Points * arena.Dimension; i++)
            path.Set(i, starts.Spread(i));
    }
}

/// <summary>
/// Iterations of SGD and SVAG: x - (rate) sum_b w_b grad R~(x, mark_b), the same marks for all points, the first half of the draws with one weight and
/// the second with another (Li, Malladi and Arora, arXiv 2102.12470). Outer index: block; index: path.
/// </summary>
/// <param name="arena">The paths, with room for one piece per point, and a batch where its samples are distinct.</param>
/// <param name="problem">The problem.</param>
/// <param name="field">Words of the samples.</param>
/// <param name="firstPath">Path at index 0 of block 0.</param>
/// <param name="firstStep">First iteration.</param>
/// <param name="steps">Number of iterations.</param>
/// <param name="batch">Samples of one weight.</param>
/// <param name="draws">Samples per iteration: the batch, or twice as many.</param>
/// <param name="first">Weight of the first batch, rate included.</param>
/// <param name="second">Weight of the second batch, rate included.</param>
/// <param name="distinct">Number of samples where those of a batch are distinct; 0 where all draws are independent.</param>
public readonly struct SamplePath<TReal, TWord, TView, TProblem>(
    FlowArena<TReal, TWord, TView> arena, TProblem problem, RandomField field, int firstPath, int firstStep, int steps, int batch, int draws, float first,
    float second, int distinct)
    : IForBody
    where TReal : unmanaged, IReal<TReal, TWord>
    where TWord : unmanaged, IWord<TReal, TWord>
    where TView : struct, IView<TReal, TWord>
    where TProblem : struct, IFlowProblem<TReal, TWord, TView>
{
    private readonly FlowArena<TReal, TWord, TView> arena = arena;
    private readonly TProblem problem = problem;
    private readonly RandomField field = field;
    private readonly int firstPath = firstPath;
    private readonly int firstStep = firstStep;
    private readonly int steps = steps;
    private readonly int batch = batch;
    private readonly int draws = draws;
    private readonly float first = first;
    private readonly float second = second;
    private readonly int distinct = distinct;

    // Times a row, the least word that a sample of so many takes for it.
    private readonly uint stride = distinct == 0 ? 0 : (uint)(((1UL << 32) + (uint)distinct - 1) / (uint)distinct);

    /// <inheritdoc/>
    public void Run(int outer, int index)
    {
        Column<TReal, TWord, TView> path = arena.Path(outer, index), sum = arena.Room(path, 0);
        TProblem problem = this.problem;
        int dimension = arena.Dimension, all = arena.Points * dimension;
        var words = new Draws<TReal, TWord, WordSource<TReal, TWord>>(field, default, firstPath + outer * FlowArena.Block + index, firstStep * draws);
        for (int step = 0; step < steps; step++)
        {
            sum.Clear(all);
            for (int b = 0; b < draws; b++)
            {
                TWord word = distinct == 0 ? TReal.Bits(words.Next()) : Distinct(TReal.Bits(words.Next()), b < batch ? b : b - batch, arena.Room(path, arena.Points));
                TReal weight = TReal.Of(b < batch ? first : second);
                for (int at = 0; at < all; at += dimension)
                    problem.Sample(word, path.From(at), weight, sum.From(at));
            }

            for (int i = 0; i < all; i++)
                path.Set(i, path.Get(i) - sum.Get(i));
        }
    }

    /// <summary>The word of a row that is not among those drawn before it, which are kept in ascending order.</summary>
    private TWord Distinct(TWord word, int drawn, Column<TReal, TWord, TView> rows)
    {
        TReal row = TWord.ToReal(TWord.MultiplyHigh(word, (uint)(distinct - drawn))), one = TReal.Of(1f);
        for (int i = 0; i < drawn; i++)
            row = TReal.WhereLess(row, rows.Get(i), row, row + one);
        TReal larger = row;
        for (int i = 0; i < drawn; i++)
        {
            TReal kept = rows.Get(i);
            rows.Set(i, TReal.WhereLess(kept, larger, kept, larger));
            larger = TReal.WhereLess(kept, larger, larger, kept);
        }

        rows.Set(drawn, larger);
        // A whole number below 2^23 in the low bits of a real.
        return TWord.MultiplyLow(TReal.Bits(row + TReal.Of(8388608f)) & TWord.Of(0x7fffffu), stride);
    }
}

/// <summary>
/// Noisy gradient descent: x - rate grad R(x) + weight sum_k G_k(x) N_k, the same normals for all points. Outer index: block; index: path.
/// </summary>
/// <param name="arena">The paths, with room for two pieces and the normals.</param>
/// <param name="problem">The problem.</param>
/// <param name="field">Words of the normals.</param>
/// <param name="firstPath">Path at index 0 of block 0.</param>
/// <param name="firstStep">First iteration.</param>
/// <param name="steps">Number of iterations.</param>
/// <param name="rate">Learning rate eta.</param>
/// <param name="weight">eta times the root of a batch's share of the covariance, eta/sqrt(B).</param>
public readonly struct NoisyPath<TReal, TWord, TView, TProblem>(
    FlowArena<TReal, TWord, TView> arena, TProblem problem, RandomField field, int firstPath, int firstStep, int steps, float rate, float weight) : IForBody
    where TReal : unmanaged, IReal<TReal, TWord>
    where TWord : unmanaged, IWord<TReal, TWord>
    where TView : struct, IView<TReal, TWord>
    where TProblem : struct, IFlowProblem<TReal, TWord, TView>
{
    private readonly FlowArena<TReal, TWord, TView> arena = arena;
    private readonly TProblem problem = problem;
    private readonly RandomField field = field;
    private readonly int firstPath = firstPath;
    private readonly int firstStep = firstStep;
    private readonly int steps = steps;
    private readonly float rate = rate;
    private readonly float weight = weight;

    /// <inheritdoc/>
    public void Run(int outer, int index)
    {
        Column<TReal, TWord, TView> path = arena.Path(outer, index), gradient = arena.Room(path, 0), change = arena.Room(path, 1), room = arena.Room(path, 2);
        TProblem problem = this.problem;
        var noise = default(ModeKick<TReal, TWord, TView, TProblem>);
        noise.Start(problem, field, firstPath + outer * FlowArena.Block + index, firstStep);
        for (int step = 0; step < steps; step++)
        {
            noise.Draw(problem, path, room);
            for (int p = 0; p < arena.Points; p++)
            {
                Column<TReal, TWord, TView> x = arena.Point(path, p);
                problem.Gradient(x, gradient);
                change.Clear(arena.Dimension);
                noise.Add(problem, x, gradient, TReal.Of(weight), change, room);
                change.Combine(arena.Dimension, change, TReal.Of(-rate), gradient);
                x.Combine(arena.Dimension, x, TReal.Of(1f), change);
            }
        }
    }
}
