using HighDimSgd.Devices;
using HighDimSgd.Experiments;
using HighDimSgd.Kernels;
using HighDimSgd.Kernels.Bodies;
using HighDimSgd.Kernels.Physics;
using HighDimSgd.Kernels.Random;
using HighDimSgd.Models;
using HighDimSgd.Simulation;

namespace HighDimSgd.Theory;

/// <summary>
/// The paths of a sweep: a table with the columns g_*, g_0, f_0, g_1, f_1, .., so that the preactivation r^k, the projections E[l g_j]
/// and the force covariances E[l f_p] all come from one pass over its first columns. Of two starts each step has a pair g, f for either column
/// (<see cref="SecondTime"/>), and the two share labels and the pass.
/// </summary>
internal sealed class DmftPaths<TReal, TWord, TView, TLoss>
    where TReal : unmanaged, IReal<TReal, TWord>
    where TWord : unmanaged, IWord<TReal, TWord>
    where TView : struct, IView<TReal, TWord>
    where TLoss : struct, ILoss<TReal>
{
    private readonly ISkeletons<TReal, TWord, TView> skeletons;
    private readonly Experiment experiment;
    private readonly int paths, steps;
    private readonly TLoss loss;
    private readonly PathTable shape;
    private readonly TView table, labels;
    private readonly PathGaussians<TReal, TWord, TView> gaussians;
    private readonly PathColumn<TReal, TWord, TView, TLoss>[] columns;
    private TwoTime first;
    private SecondTime? second;

    /// <summary>Allocates the memory of a sweep.</summary>
    public DmftPaths(ISkeletons<TReal, TWord, TView> skeletons, Experiment experiment, int refinement, TLoss loss)
    {
        this.skeletons = skeletons;
        this.experiment = experiment;
        this.loss = loss;
        (paths, steps) = (experiment.Theory.Paths, experiment.Algorithm.Steps);
        int count = experiment.Starts;
        shape = new(paths, 2 * count * (steps + 1));
        table = skeletons.Allocate(shape.Length);
        labels = skeletons.Allocate(paths);
        var refined = new RefinedField<TReal, TWord, TView>(skeletons, paths, refinement);
        gaussians = new(skeletons, table, shape, steps, count, refined);
        columns =
        [
            .. Enumerable.Range(0, count).Select(a => new PathColumn<TReal, TWord, TView, TLoss>(
                skeletons, experiment, new(table, skeletons.Allocate(paths), skeletons.Allocate(paths), shape, shape.Columnwise(2 + (2 * a), 2 * count)),
                labels, refined, loss)),
        ];
        first = Start();
    }

    /// <summary>Runs one sweep.</summary>
    public SweepResult Run(int sweep)
    {
        first = Start();
        if (experiment.Second is not null)
            second = new(first, experiment.Model, experiment.Second, steps);
        var curves = new double[DmftTheory.Rows(experiment).Count, experiment.RecordSteps.Count];
        var fresh = new FreshData(experiment.Model);
        RandomField[] coordinates = Fields(Purpose.PathGaussian, sweep), clocks = Fields(Purpose.PathClock, sweep);
        gaussians.Start(Fields(Purpose.PathTeacher, sweep));
        LabelSource.Draw(
            skeletons, experiment.Model.Label, new(table, 0), shape.Columnwise(0, 1), Math.Sqrt(experiment.Model.TeacherNorm),
            new(labels, 0), paths, Fields(Purpose.PathLabel, sweep)[0]);
        for (int k = 0, record = 0; k <= steps && record < experiment.RecordSteps.Count; k++)
        {
            if ((first.ExtendFactor(k) ?? second?.ExtendFactor(k)) is { } refusal)
                return new(curves, null, $"at t = {k * experiment.Algorithm.Step:g6}: {refusal}");
            if (k % 4 == 0 && k < steps)
            {
                gaussians.Fill(k, coordinates);
                for (int a = 0; a < columns.Length; a++)
                    columns[a].Forces.Fill(k, clocks[experiment.Second is { HasOwnClock: true } ? a : 0]);
            }

            if (k < steps)
                Advance(k);
            else
                TakeProducts(k);
            if (k != experiment.RecordSteps[record])
                continue;
            for (int a = 0; a < columns.Length; a++)
            {
                Four<double> sums = skeletons.Reduce(0, paths, new TrainSums<TReal, TWord, TView, TLoss>(
                    new(columns[a].Views.Products, 0), new(labels, 0), paths, loss));
                if (!double.IsFinite(sums.A) || !double.IsFinite(sums.C))
                    return new(curves, null, $"at t = {k * experiment.Algorithm.Step:g6}: the paths left the finite numbers");
                (double q, double m) = a == 0 ? (first.Covariance(k, k), first.Overlap(k)) : (second!.Norm(k), second.Overlap(k));
                ObservableValues.Write(experiment, fresh, q, m, sums, paths, curves, record, a);
            }

            if (second is not null)
                ObservableValues.WriteAcross(experiment, second.Between(k), second.Distance(k), curves, record);
            record++;
        }

        ResponseForm.Write(experiment, first.Response, curves);
        return new(curves, columns[0].Tangents is null ? null : first.Responses(), null);
    }

    private TwoTime Start()
    {
        ModelSpec model = experiment.Model;
        return new(steps, k => 1 - experiment.RidgeStep(k), model.TeacherNorm, model.StartNorm, model.StartOverlap, experiment.Algorithm.Momentum);
    }

    private void Advance(int k)
    {
        double rate = experiment.Algorithm.RateFactor(k), step = rate * experiment.Algorithm.Step, aspect = experiment.Aspect;
        // u^2 E zeta^2 = u^2 (D^2 + tau' delta D): the second term is the Ito diagonal (docs/concepts/proportional-limit.md).
        double drift = step * step / aspect, kick = rate * experiment.Algorithm.EffectiveTemperature(aspect) * step;
        (double[][] sums, Four<double> squares) = Pass(k);
        double[] force = [.. Past(0, 0), squares.A / paths * (drift + kick)];
        double[] responses = second?.OfFirst(k, j => Product(0, Coordinate(j))) ?? [.. Enumerable.Range(0, k + 2).Select(j => Product(0, Coordinate(j)))];
        columns[0].Forces.Make(k, squares.A);
        if (columns[0].Tangents is { } tangents)
        {
            double alongTeacher = responses[0] * Math.Sqrt(experiment.Model.TeacherNorm);
            tangents.Advance(k, first.Response, responses.AsSpan(1));
            responses[0] = first.TeacherResponse(k, responses.AsSpan(1), alongTeacher);
        }
        else
        {
            first.SolveByParts(responses);
        }

        first.Advance(k, responses[0], responses.AsSpan(1), force);
        if (second is null)
            return;
        columns[1].Forces.Make(k, squares.C);
        // Of two clocks the increments have no covariance.
        double cross = squares.B / paths * (drift + (experiment.Second!.HasOwnClock ? 0 : kick));
        second.Advance(k, new(responses[0], responses[1..], []), OfSecond(k, responses, j => Product(1, Coordinate(j))),
            [[force, [.. Past(0, 1), cross]], [[.. Past(1, 0), cross], [.. Past(1, 1), squares.C / paths * (drift + kick)]]]);

        double Product(int a, int column) => step * sums[a][column] / paths;
        IEnumerable<double> Past(int a, int b) => Enumerable.Range(0, k).Select(l => Product(a, Coordinate(Index(b, l)) + 1));
    }

    private ColumnResponse OfSecond(int k, double[] ofFirst, Func<int, double> projections)
    {
        if (columns[1].Tangents is not { } tangents)
            return second!.SolveByParts(k, [.. Enumerable.Range(0, (2 * k) + 3).Select(projections)]);
        var ofSecond = new double[k + 1];
        tangents.Advance(k, second!.Response, ofSecond);
        return second.Of(k, ofFirst.AsSpan(1), ofSecond, projections(0) * Math.Sqrt(experiment.Model.TeacherNorm));
    }

    /// <summary>Takes a step's r and l; the sums over the paths of l times each column by start, and those of l l, l l' and l' l'.</summary>
    private (double[][] Sums, Four<double> Squares) Pass(int k)
    {
        int used = 2 * columns.Length * (k + 1);
        if (second is null)
        {
            PathViews<TView> views = columns[0].Views;
            var sums = new double[used];
            double squares = skeletons.TallSkinny(
                table, shape, Coefficients(k), new PathRow<TReal, TWord, TView, TLoss>(views.Products, views.Slopes, labels, paths, loss), sums);
            return ([sums], new(squares, 0, 0, 0));
        }

        var both = new double[2 * used];
        skeletons.TallSkinnyBlock(1, new(table, 0), shape, Coefficients(k), Pair(), both);
        return (
            [.. Enumerable.Range(0, 2).Select(a => Enumerable.Range(0, used).Select(j => both[(2 * j) + a]).ToArray())],
            skeletons.Reduce(0, paths, new CrossSums<TReal, TWord, TView>(columns[0].Views.Slopes, columns[1].Views.Slopes)));
    }

    /// <summary>Takes the r of the last step.</summary>
    private void TakeProducts(int k)
    {
        if (second is null)
            skeletons.TallSkinny(table, shape, Coefficients(k), new ProductRow<TReal, TWord, TView>(new(columns[0].Views.Products, 0)), []);
        else
            skeletons.TallSkinnyBlock(1, new(table, 0), shape, Coefficients(k), Pair(), new double[PairRow<TReal, TWord, TView, TLoss>.Projected]);
    }

    private PairRow<TReal, TWord, TView, TLoss> Pair()
    {
        (PathViews<TView> a, PathViews<TView> b) = (columns[0].Views, columns[1].Views);
        return new(a.Products, a.Slopes, b.Products, b.Slopes, labels, (float)second!.Share, paths, loss);
    }

    /// <summary>r^k = sum_j L_kj g_j - sum_p R_th(k,p) f^p, as coefficients of the table's first columns, those of two columns side by side.</summary>
    private float[] Coefficients(int k)
    {
        int count = columns.Length;
        var coefficients = new float[2 * count * count * (k + 1)];
        for (int a = 0; a < count; a++)
        {
            for (int j = 0; j <= Index(a, k); j++)
                coefficients[(count * Coordinate(j)) + a] = (float)(second?.Factor(a, k, j) ?? first.Factor(k, j));
            for (int p = 0; p < k; p++)
                coefficients[Force(a, p) + a] = (float)-(a == 0 ? first.Response(k, p) : second!.Response(k, p));
        }

        for (int p = 0; second is not null && p < k; p++)
            coefficients[Force(0, p) + 1] = (float)-second.ResponseToFirst(k, p);
        return coefficients;

        int Force(int b, int p) => count * (Coordinate(Index(b, p)) + 1);
    }

    /// <summary>Number of the Gaussian coordinate of a column and step; 0 is the teacher's.</summary>
    private int Index(int column, int k) => 1 + (columns.Length * k) + column;

    /// <summary>Column of a Gaussian coordinate; the force of the same column and step stands behind it.</summary>
    private static int Coordinate(int j) => j == 0 ? 0 : (2 * j) - 1;

    /// <summary>The random fields of a purpose by start.</summary>
    private RandomField[] Fields(Purpose purpose, int sweep) =>
        [.. Enumerable.Range(0, columns.Length).Select(a => new RandomField(experiment.Seed, purpose, 0, (uint)sweep + ((uint)a * SecondStart.Address)))];
}
