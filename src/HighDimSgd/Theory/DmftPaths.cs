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
/// and the force covariances E[l f_p] all come from one pass over its first columns.
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
    private readonly TView table, products, slopes, labels;
    private readonly PathGaussians<TReal, TWord, TView> gaussians;
    private readonly PathForces<TReal, TWord, TView> forces;
    private readonly DmftTangents<TReal, TWord, TView, TLoss>? tangents;
    private TwoTime functions;

    /// <summary>Allocates the memory of a sweep.</summary>
    public DmftPaths(ISkeletons<TReal, TWord, TView> skeletons, Experiment experiment, int refinement, TLoss loss)
    {
        this.skeletons = skeletons;
        this.experiment = experiment;
        this.loss = loss;
        (paths, steps) = (experiment.Theory.Paths, experiment.Algorithm.Steps);
        shape = new(paths, (2 * steps) + 2);
        table = skeletons.Allocate(shape.Length);
        products = skeletons.Allocate(paths);
        slopes = skeletons.Allocate(paths);
        labels = skeletons.Allocate(paths);
        var refined = new RefinedField<TReal, TWord, TView>(skeletons, paths, refinement);
        gaussians = new(skeletons, table, shape, steps, refined);
        forces = new(skeletons, experiment, new(table, products, slopes, shape), refined);
        functions = Start();
        if (DmftSweeps.MethodOf(experiment) == ResponseMethod.Tangent)
            tangents = new(skeletons, experiment, products, labels, forces.Increments, loss);
    }

    /// <summary>Runs one sweep.</summary>
    public SweepResult Run(int sweep)
    {
        functions = Start();
        var curves = new double[DmftTheory.Rows(experiment).Count, experiment.RecordSteps.Count];
        var fresh = new FreshData(experiment.Model);
        gaussians.Start(Field(Purpose.PathTeacher, sweep));
        LabelSource.Draw(
            skeletons, experiment.Model.Label, new(table, 0), shape.Columnwise(0, 1), Math.Sqrt(experiment.Model.TeacherNorm),
            new(labels, 0), paths, Field(Purpose.PathLabel, sweep));
        for (int k = 0, record = 0; k <= steps && record < experiment.RecordSteps.Count; k++)
        {
            if (functions.ExtendFactor(k) is { } refusal)
                return new(curves, null, $"at t = {k * experiment.Algorithm.Step:g6}: {refusal}");
            if (k % 4 == 0 && k < steps)
            {
                gaussians.Fill(k, Field(Purpose.PathGaussian, sweep));
                forces.Fill(k, Field(Purpose.PathClock, sweep));
            }

            if (k < steps)
                Advance(k);
            else
                skeletons.TallSkinny(table, shape, Coefficients(k), new ProductRow<TReal, TWord, TView>(new(products, 0)), []);
            if (k != experiment.RecordSteps[record])
                continue;
            Four<double> sums = skeletons.Reduce(0, paths, new TrainSums<TReal, TWord, TView, TLoss>(
                new(products, 0), new(labels, 0), paths, loss));
            if (!double.IsFinite(sums.A) || !double.IsFinite(sums.C))
                return new(curves, null, $"at t = {k * experiment.Algorithm.Step:g6}: the paths left the finite numbers");
            ObservableValues.Write(experiment, fresh, functions.Covariance(k, k), functions.Overlap(k), sums, paths, curves, record++);
        }

        ResponseForm.Write(experiment, functions.Response, curves);
        return new(curves, tangents is null ? null : Response(), null);
    }

    private TwoTime Start()
    {
        ModelSpec model = experiment.Model;
        return new(steps, k => 1 - experiment.RidgeStep(k), model.TeacherNorm, model.StartNorm, model.StartOverlap, experiment.Algorithm.Momentum);
    }

    private void Advance(int k)
    {
        double rate = experiment.Algorithm.RateFactor(k), step = rate * experiment.Algorithm.Step, aspect = experiment.Aspect;
        var sums = new double[(2 * k) + 2];
        double squares = skeletons.TallSkinny(
            table, shape, Coefficients(k), new PathRow<TReal, TWord, TView, TLoss>(products, slopes, labels, paths, loss), sums);
        var responses = new double[k + 2];
        var covariance = new double[k + 1];
        for (int j = 0; j <= k + 1; j++)
            responses[j] = step * sums[j == 0 ? 0 : (2 * j) - 1] / paths;
        for (int l = 0; l < k; l++)
            covariance[l] = step * sums[(2 * l) + 2] / paths;
        // u^2 E zeta^2 = u^2 (D^2 + tau' delta D): the second term is the Ito diagonal (docs/concepts/proportional-limit.md).
        covariance[k] = squares / paths * ((step * step / aspect) + (rate * experiment.Algorithm.EffectiveTemperature(aspect) * step));
        forces.Make(k, squares);
        if (tangents is null)
        {
            functions.SolveByParts(k, responses);
        }
        else
        {
            double alongTeacher = responses[0] * Math.Sqrt(experiment.Model.TeacherNorm);
            tangents.Advance(k, functions, responses.AsSpan(1));
            responses[0] = functions.TeacherResponse(k, responses.AsSpan(1), alongTeacher);
        }

        functions.Advance(k, responses[0], responses.AsSpan(1), covariance);
    }

    /// <summary>r^k = sum_j L_kj g_j - sum_p R_th(k,p) f^p, as coefficients of the table's first columns.</summary>
    private float[] Coefficients(int k)
    {
        var coefficients = new float[(2 * k) + 2];
        coefficients[0] = (float)functions.Factor(k, 0);
        for (int l = 0; l <= k; l++)
            coefficients[(2 * l) + 1] = (float)functions.Factor(k, l + 1);
        for (int p = 0; p < k; p++)
            coefficients[(2 * p) + 2] = (float)-functions.Response(k, p);
        return coefficients;
    }

    private RandomField Field(Purpose purpose, int sweep) => new(experiment.Seed, purpose, 0, (uint)sweep);

    private double[,] Response()
    {
        var response = new double[steps + 1, steps + 1];
        for (int k = 0; k <= steps; k++)
        {
            for (int p = 0; p < k; p++)
                response[k, p] = functions.Response(k, p);
        }

        return response;
    }
}
