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
/// and the force covariances E[l f_p] all come from one pass over its first columns. Each step has a pair g, f for every start, and the
/// starts share labels and the pass.
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
    private readonly PathStart<TReal, TWord, TView, TLoss>[] starts;
    private CrossTime? across;

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
        starts =
        [
            .. Enumerable.Range(0, count).Select(a => new PathStart<TReal, TWord, TView, TLoss>(
                skeletons, experiment.Start(a), new(table, skeletons.Allocate(paths), skeletons.Allocate(paths), shape, shape.Columnwise(2 + (2 * a), 2 * count)),
                labels, refined, loss)),
        ];
    }

    /// <summary>Runs one sweep.</summary>
    public SweepResult Run(int sweep)
    {
        TwoTime[] functions = [.. starts.Select(s => s.Restart())];
        if (experiment.Second is { } second)
            across = new(functions, steps, experiment.Model.TeacherNorm, second.Between);
        var curves = new double[DmftTheory.Rows(experiment).Count, experiment.RecordSteps.Count];
        var fresh = new FreshData(experiment.Model);
        RandomField[] coordinates = Fields(Purpose.PathGaussian, sweep), clocks = Fields(Purpose.PathClock, sweep);
        gaussians.Start(Fields(Purpose.PathTeacher, sweep));
        LabelSource.Draw(
            skeletons, experiment.Model.Label, new(table, 0), shape.Columnwise(0, 1), Math.Sqrt(experiment.Model.TeacherNorm),
            new(labels, 0), paths, Fields(Purpose.PathLabel, sweep)[0]);
        for (int k = 0, record = 0; k <= steps && record < experiment.RecordSteps.Count; k++)
        {
            if ((functions.Select(f => f.ExtendFactor(k)).FirstOrDefault(r => r is not null) ?? across?.ExtendFactor(k)) is { } refusal)
                return new(curves, null, $"at t = {k * experiment.Algorithm.Step:g6}: {refusal}");
            if (k % 4 == 0 && k < steps)
            {
                gaussians.Fill(k, coordinates);
                for (int a = 0; a < starts.Length; a++)
                    starts[a].Forces.Fill(k, clocks[experiment.Second is { HasOwnClock: true } ? a : 0]);
            }

            if (k < steps)
                Advance(k);
            else
                TakeProducts(k);
            if (k != experiment.RecordSteps[record])
                continue;
            for (int a = 0; a < starts.Length; a++)
            {
                Four<double> sums = skeletons.Reduce(0, paths, new TrainSums<TReal, TWord, TView, TLoss>(
                    new(starts[a].Views.Products, 0), new(labels, 0), paths, loss));
                if (!double.IsFinite(sums.A) || !double.IsFinite(sums.C))
                    return new(curves, null, $"at t = {k * experiment.Algorithm.Step:g6}: the paths left the finite numbers");
                ObservableValues.Write(experiment, fresh, functions[a].Covariance(k, k), functions[a].Overlap(k), sums, paths, curves, record, a);
            }

            if (across is not null)
            {
                double overlap = across.Covariance(k, k);
                ObservableValues.WriteAcross(experiment, overlap, functions[0].Covariance(k, k) + functions[1].Covariance(k, k) - (2 * overlap), curves, record);
            }

            record++;
        }

        ResponseForm.Write(experiment, functions[0].Response, curves);
        return new(curves, starts[0].Response(), null);
    }

    private void Advance(int k)
    {
        double rate = experiment.Algorithm.RateFactor(k), step = rate * experiment.Algorithm.Step, aspect = experiment.Aspect;
        double drift = step * step / aspect, kick = rate * experiment.Algorithm.EffectiveTemperature(aspect) * step;
        (double[][] sums, Four<double> squares) = Pass(k);
        double[][] responses =
        [
            .. sums.Select((own, a) => across is null
                ? [.. Enumerable.Range(0, k + 2).Select(j => Product(own, Coordinate(j)))]
                : across.Own(a, k, j => Product(own, Coordinate(j)))),
        ];
        // u^2 E zeta^2 = u^2 (D^2 + tau' delta D): the second term is the Ito diagonal (docs/concepts/proportional-limit.md).
        for (int a = 0; a < starts.Length; a++)
        {
            double square = a == 0 ? squares.A : squares.C;
            starts[a].Advance(k, responses[a], square, [.. Past(a, a), square / paths * (drift + kick)]);
        }

        // Of two clocks the increments have no covariance.
        double cross = squares.B / paths * (drift + (experiment.Second is { HasOwnClock: true } ? 0 : kick));
        across?.Advance(k, responses, [[.. Past(0, 1), cross], [.. Past(1, 0), cross]]);

        double Product(double[] own, int column) => step * own[column] / paths;
        IEnumerable<double> Past(int a, int b) => Enumerable.Range(0, k).Select(l => Product(sums[a], Coordinate(Index(b, l)) + 1));
    }

    /// <summary>Takes a step's r and l; the sums over the paths of l times each column by start, and those of l l, l l' and l' l'.</summary>
    private (double[][] Sums, Four<double> Squares) Pass(int k)
    {
        int columns = 2 * starts.Length * (k + 1);
        if (across is null)
        {
            PathViews<TView> views = starts[0].Views;
            var sums = new double[columns];
            double squares = skeletons.TallSkinny(
                table, shape, Coefficients(k), new PathRow<TReal, TWord, TView, TLoss>(views.Products, views.Slopes, labels, paths, loss), sums);
            return ([sums], new(squares, 0, 0, 0));
        }

        var both = new double[2 * columns];
        skeletons.TallSkinnyBlock(table, shape, Coefficients(k), Pair(), both);
        return (
            [.. Enumerable.Range(0, 2).Select(a => Enumerable.Range(0, columns).Select(j => both[(2 * j) + a]).ToArray())],
            skeletons.Reduce(0, paths, new CrossSums<TReal, TWord, TView>(starts[0].Views.Slopes, starts[1].Views.Slopes)));
    }

    /// <summary>Takes the r of the last step.</summary>
    private void TakeProducts(int k)
    {
        if (across is null)
            skeletons.TallSkinny(table, shape, Coefficients(k), new ProductRow<TReal, TWord, TView>(new(starts[0].Views.Products, 0)), []);
        else
            skeletons.TallSkinnyBlock(table, shape, Coefficients(k), Pair(), new double[PairRow<TReal, TWord, TView, TLoss>.Projected]);
    }

    private PairRow<TReal, TWord, TView, TLoss> Pair()
    {
        (PathViews<TView> first, PathViews<TView> second) = (starts[0].Views, starts[1].Views);
        return new(first.Products, first.Slopes, second.Products, second.Slopes, labels, paths, loss);
    }

    /// <summary>r^k = sum_j L_kj g_j - sum_p R_th(k,p) f^p, as coefficients of the table's first columns, those of the starts side by side.</summary>
    private float[] Coefficients(int k)
    {
        int count = starts.Length;
        var coefficients = new float[2 * count * count * (k + 1)];
        for (int a = 0; a < count; a++)
        {
            for (int j = 0; j <= Index(a, k); j++)
                coefficients[(count * Coordinate(j)) + a] = (float)(across?.Factor(a, k, j) ?? starts[a].Functions.Factor(k, j));
            for (int p = 0; p < k; p++)
                coefficients[(count * (Coordinate(Index(a, p)) + 1)) + a] = (float)-starts[a].Functions.Response(k, p);
        }

        return coefficients;
    }

    /// <summary>Number of the Gaussian coordinate of a start and step; 0 is the teacher's.</summary>
    private int Index(int start, int k) => 1 + (starts.Length * k) + start;

    /// <summary>Column of a Gaussian coordinate; the force of the same start and step stands behind it.</summary>
    private static int Coordinate(int j) => j == 0 ? 0 : (2 * j) - 1;

    /// <summary>The random fields of a purpose by start.</summary>
    private RandomField[] Fields(Purpose purpose, int sweep) =>
        [.. Enumerable.Range(0, starts.Length).Select(a => new RandomField(experiment.Seed, purpose, 0, (uint)sweep + ((uint)a * SecondStart.Address)))];
}
