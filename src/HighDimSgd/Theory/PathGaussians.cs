using HighDimSgd.Devices;
using HighDimSgd.Kernels;
using HighDimSgd.Kernels.Bodies;
using HighDimSgd.Kernels.Random;
using MathNet.Numerics.LinearAlgebra;

namespace HighDimSgd.Theory;

/// <summary>
/// The Gaussian coordinates g_*, g_0, g_1, .. of the paths. Those of four consecutive steps are made orthonormal over the paths, to each
/// other and to g_*, as they are in the mean: this takes a third off the error of q and a quarter off that of m, at a bias of order 1/paths.
/// </summary>
internal sealed class PathGaussians<TReal, TWord, TView>
    where TReal : unmanaged, IReal<TReal, TWord>
    where TWord : unmanaged, IWord<TReal, TWord>
    where TView : struct, IView<TReal, TWord>
{
    private const int Group = 4;

    private readonly ISkeletons<TReal, TWord, TView> skeletons;
    private readonly TView table, triangle;
    private readonly PathTable shape;
    private readonly int steps, starts;
    private readonly RefinedField<TReal, TWord, TView> refined;

    /// <summary>The coordinates of <paramref name="steps"/> steps, each with one of every start, in the columns 0, 1, 3, 5, .. of a table.</summary>
    public PathGaussians(
        ISkeletons<TReal, TWord, TView> skeletons, TView table, PathTable shape, int steps, int starts, RefinedField<TReal, TWord, TView> refined)
    {
        this.starts = starts;
        this.skeletons = skeletons;
        this.table = table;
        this.shape = shape;
        this.steps = steps;
        this.refined = refined;
        triangle = skeletons.Allocate(((Group * starts) + 1) * ((Group * starts) + 1));
    }

    /// <summary>Draws g_* and g_0, by start.</summary>
    public void Start(RandomField[] fields)
    {
        Draw(table, shape.Columnwise(0, 1), 2, 0, fields[0]);
        for (int a = 1; a < starts; a++)
            Draw(table, shape.Columnwise(1 + (2 * a), 1), 1, 0, fields[a]);
        Orthonormalise(1, starts);
    }

    /// <summary>Draws the coordinates of the four steps that come after step <paramref name="k"/>, a multiple of 4.</summary>
    public void Fill(int k, RandomField[] fields)
    {
        for (int a = 0; a < starts; a++)
        {
            RandomField field = fields[a];
            refined.Fill(k, steps, 1 / Math.Sqrt(refined.Refinement), table, shape.Columnwise(1 + (2 * (starts + a)), 2 * starts), (target, layout, group) =>
                Draw(target, layout, refined.Refinement * steps, group, field));
        }

        Orthonormalise(1 + (2 * starts * (k + 1)), starts * Math.Min(Group, steps - k));
    }

    private void Draw(TView target, TableLayout layout, int rows, int group, RandomField field) =>
        skeletons.For(1, shape.Rows, new FieldBody<TReal, TWord, TView, NormalSource<TReal, TWord>>(
            new(target, 0), layout, rows, shape.Rows, group, 1, field, new(0, 1)));

    /// <summary>Gram and Schmidt on g_* and the columns next, next + 2, ..</summary>
    private void Orthonormalise(int next, int count)
    {
        int[] columns = [0, .. Enumerable.Range(0, count).Select(j => next + (2 * j))];
        Matrix<double> gram = Gram(columns) / shape.Rows, inverse = gram.Cholesky().Factor.Inverse();
        skeletons.Write(triangle, Array.ConvertAll(inverse.ToRowMajorArray(), x => (float)x));
        skeletons.For(1, shape.Rows, new TriangleBody<TReal, TWord, TView>(
            table, shape.Columnwise(0, 1), 0, next, 2, columns.Length, triangle));
    }

    private Matrix<double> Gram(int[] columns)
    {
        (int Row, int Column)[] pairs =
            [.. Enumerable.Range(0, columns.Length).SelectMany(i => Enumerable.Range(0, i + 1).Select(j => (i, j)))];
        var gram = Matrix<double>.Build.Dense(columns.Length, columns.Length);
        foreach ((int Row, int Column)[] four in pairs.Chunk(4))
        {
            Four<int> Pick(Func<(int Row, int Column), int> side)
            {
                int At(int i) => columns[side(four[Math.Min(i, four.Length - 1)])];
                return new(At(0), At(1), At(2), At(3));
            }

            Four<double> sums = skeletons.Reduce(0, shape.Rows, new PairSums<TReal, TWord, TView>(
                table, shape.Columnwise(0, 1), Pick(p => p.Row), Pick(p => p.Column), shape.Rows));
            foreach (((int Row, int Column) pair, double sum) in four.Zip([sums.A, sums.B, sums.C, sums.D]))
                gram[pair.Row, pair.Column] = gram[pair.Column, pair.Row] = sum;
        }

        return gram;
    }
}
