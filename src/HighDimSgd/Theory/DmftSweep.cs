using HighDimSgd.Devices;
using HighDimSgd.Experiments;
using HighDimSgd.Kernels;
using HighDimSgd.Kernels.Bodies;
using HighDimSgd.Kernels.Physics;
using HighDimSgd.Kernels.Random;
using HighDimSgd.Models;
using HighDimSgd.Simulation;

namespace HighDimSgd.Theory;

/// <summary>What one sweep gives.</summary>
/// <param name="Curves">Observable (in the order of <see cref="Observables.Of(ModelSpec)"/>, then <see cref="ResponseForm.Rows"/>) by record time.</param>
/// <param name="Response">R_th(k,p) by steps where tangents were used, else null: by parts it is noisy at long lags.</param>
/// <param name="Refusal">Null, or why the sweep stopped.</param>
public sealed record SweepResult(double[,] Curves, double[,]? Response, string? Refusal);

/// <summary>One sweep by itself.</summary>
/// <param name="experiment">The experiment.</param>
/// <param name="sweep">Number of the sweep.</param>
public sealed class DmftSweep(Experiment experiment, int sweep) : IDeviceProgram<SweepResult>
{
    /// <inheritdoc/>
    public SweepResult Run<TReal, TWord, TView>(ISkeletons<TReal, TWord, TView> skeletons)
        where TReal : unmanaged, IReal<TReal, TWord>
        where TWord : unmanaged, IWord<TReal, TWord>
        where TView : struct, IView<TReal, TWord>
    {
        SweepResult? only = null;
        new DmftSweeps(experiment, [sweep], (_, result) => (only = result) is null).Run(skeletons);
        return only!;
    }
}

/// <summary>
/// Forward sweeps of the DMFT in discrete time (page A, A4): the exact limit of the simulator at the same step, up to the
/// Monte-Carlo error of its paths. The system is causal, so there is nothing to iterate.
/// </summary>
/// <param name="experiment">The experiment; its clock is the sweep's clock.</param>
/// <param name="sweeps">Numbers of the sweeps, the addresses of their random numbers; run one after another in the same memory.</param>
/// <param name="finished">Takes a sweep's number and result; false ends the program.</param>
public sealed class DmftSweeps(Experiment experiment, IEnumerable<int> sweeps, Func<int, SweepResult, bool> finished) : IDeviceProgram<int>
{
    /// <summary>Effective temperature below which integration by parts is left for tangents, since its noise grows.</summary>
    public const double PartsTemperature = 0.02;

    /// <summary>The method that this experiment's responses are found by.</summary>
    public static ResponseMethod MethodOf(Experiment experiment)
    {
        ArgumentNullException.ThrowIfNull(experiment);
        if (experiment.Theory.Responses != ResponseMethod.Auto)
            return experiment.Theory.Responses;
        return experiment.Algorithm.EffectiveTemperature(experiment.Aspect) < PartsTemperature ? ResponseMethod.Tangent : ResponseMethod.Parts;
    }

    /// <summary>Bytes that a sweep needs.</summary>
    public static long Bytes(Experiment experiment)
    {
        ArgumentNullException.ThrowIfNull(experiment);
        long steps = experiment.Algorithm.Steps, floats = experiment.Theory.Paths * ((2 * steps) + 4);
        if (MethodOf(experiment) == ResponseMethod.Tangent)
            floats += TangentPaths(experiment.Theory.Paths) * ((steps * (steps + 1) / 2) + (2 * steps) + 1);
        return (sizeof(float) * floats) + (5 * sizeof(double) * steps * steps);
    }

    /// <summary>Runs the sweeps on a device's skeletons.</summary>
    /// <returns>Number of sweeps that ran.</returns>
    public int Run<TReal, TWord, TView>(ISkeletons<TReal, TWord, TView> skeletons)
        where TReal : unmanaged, IReal<TReal, TWord>
        where TWord : unmanaged, IWord<TReal, TWord>
        where TView : struct, IView<TReal, TWord> => experiment.Model.Loss switch
        {
            LossKind.Squared => Run(new Paths<TReal, TWord, TView, SquaredLoss<TReal, TWord>>(skeletons, experiment, default).Run),
            _ => Run(new Paths<TReal, TWord, TView, LogisticLoss<TReal, TWord>>(skeletons, experiment, default).Run),
        };

    private int Run(Func<int, SweepResult> run)
    {
        int count = 0;
        foreach (int sweep in sweeps)
        {
            count++;
            if (!finished(sweep, run(sweep)))
                break;
        }

        return count;
    }

    // Tangents need far fewer paths for the same error of the responses (page A, A9), and their memory grows with the square of the steps.
    private static int TangentPaths(int paths) => Math.Min(paths, Math.Max(4096, paths / 16));

    /// <summary>
    /// The paths: a table with the columns g_*, g_0, f_0, g_1, f_1, .., so that the preactivation r^k, the projections E[l g_j] and the
    /// force covariances E[l f_p] all come from one pass over its first columns.
    /// </summary>
    private sealed class Paths<TReal, TWord, TView, TLoss>
        where TReal : unmanaged, IReal<TReal, TWord>
        where TWord : unmanaged, IWord<TReal, TWord>
        where TView : struct, IView<TReal, TWord>
        where TLoss : struct, ILoss<TReal>
    {
        private readonly ISkeletons<TReal, TWord, TView> skeletons;
        private readonly Experiment experiment;
        private readonly int paths, steps;
        private readonly float inverseAspect;
        private readonly TLoss loss;
        private readonly PathTable shape;
        private readonly TView table, products, labels;
        private readonly ClockSource<TReal, TWord, TView> clock;
        private readonly Tangents? tangents;
        private TwoTime functions;
        private int sweep;

        public Paths(ISkeletons<TReal, TWord, TView> skeletons, Experiment experiment, TLoss loss)
        {
            this.skeletons = skeletons;
            this.experiment = experiment;
            this.loss = loss;
            (paths, steps) = (experiment.Theory.Paths, experiment.Algorithm.Steps);
            inverseAspect = (float)(1 / experiment.Aspect);
            shape = new(paths, (2 * steps) + 2);
            table = skeletons.Allocate(shape.Length);
            products = skeletons.Allocate(paths);
            labels = skeletons.Allocate(paths);
            clock = new(skeletons, experiment.Algorithm, experiment.Aspect);
            functions = Start();
            if (MethodOf(experiment) == ResponseMethod.Tangent)
                tangents = new(this);
        }

        public SweepResult Run(int sweep)
        {
            this.sweep = sweep;
            functions = Start();
            var curves = new double[DmftTheory.Rows(experiment).Count, experiment.RecordSteps.Count];
            var fresh = new FreshData(experiment.Model);
            FillGaussians(Purpose.PathTeacher, 0, 1, 0);
            LabelSource.Draw(
                skeletons, experiment.Model.Label, new(table, 0), shape.Columnwise(0, 1), Math.Sqrt(experiment.Model.TeacherNorm),
                new(labels, 0), paths, Field(Purpose.PathLabel));
            for (int k = 0, record = 0; k <= steps && record < experiment.RecordSteps.Count; k++)
            {
                if (functions.ExtendFactor(k) is { } refusal)
                    return new(curves, null, $"at t = {k * experiment.Algorithm.Step:g6}: {refusal}");
                if (k % 4 == 0)
                    FillStep(k / 4);
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
                ObservableValues.Write(
                    experiment.Model, fresh, functions.Covariance(k, k), functions.Overlap(k),
                    sums.A / paths, sums.B / paths, sums.C / paths, curves, record++);
            }

            ResponseForm.Write(experiment, functions.Response, curves);
            return new(curves, tangents is null ? null : Response(), null);
        }

        private TwoTime Start()
        {
            ModelSpec model = experiment.Model;
            return new(steps, 1 - (model.Ridge * experiment.Algorithm.Step), model.TeacherNorm, model.StartNorm, model.StartOverlap);
        }

        private void Advance(int k)
        {
            double step = experiment.Algorithm.Step, aspect = experiment.Aspect;
            var sums = new double[(2 * k) + 2];
            double squares = skeletons.TallSkinny(table, shape, Coefficients(k), new PathRow<TReal, TWord, TView, TLoss>(
                products, labels, table, shape.Columnwise(2, 2), k, paths, inverseAspect, loss), sums) / paths;
            var responses = new double[k + 2];
            var covariance = new double[k + 1];
            for (int j = 0; j <= k + 1; j++)
                responses[j] = step * sums[j == 0 ? 0 : (2 * j) - 1] / paths;
            for (int l = 0; l < k; l++)
                covariance[l] = step * sums[(2 * l) + 2] / paths;
            // E zeta^2 = D^2 + tau' delta D: the second term is the Ito diagonal (page A, pitfall 4).
            covariance[k] = squares * ((step * step / aspect) + (experiment.Algorithm.EffectiveTemperature(aspect) * step));
            if (tangents is null)
            {
                functions.SolveByParts(k, responses);
            }
            else
            {
                double alongTeacher = responses[0] * Math.Sqrt(experiment.Model.TeacherNorm);
                tangents.Advance(k, responses.AsSpan(1));
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

        /// <summary>Draws the coordinates g_k and the increments zeta_k of four steps; the latter wait where the forces will stand.</summary>
        private void FillStep(int group)
        {
            FillGaussians(Purpose.PathGaussian, 1, steps + 1, group);
            clock.Fill(new(table, 0), shape.Columnwise(2, 2), paths, group, Field(Purpose.PathClock));
        }

        private void FillGaussians(Purpose purpose, int firstColumn, int rows, int group) =>
            skeletons.For(1, paths, new FieldBody<TReal, TWord, TView, NormalSource<TReal, TWord>>(
                new(table, 0), shape.Columnwise(firstColumn, 2), rows, paths, group, 1, Field(purpose), new(0, 1)));

        private RandomField Field(Purpose purpose) => new(experiment.Seed, purpose, 0, (uint)sweep);

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

        /// <summary>Tangents on the first paths of the sweep.</summary>
        private sealed class Tangents
        {
            private readonly Paths<TReal, TWord, TView, TLoss> owner;
            private readonly PathTable past, now, times;
            private readonly TView pastTable, nowTable, timesTable, response;

            public Tangents(Paths<TReal, TWord, TView, TLoss> owner)
            {
                this.owner = owner;
                int count = TangentPaths(owner.paths), steps = owner.steps;
                past = new(count, steps * (steps + 1) / 2);
                now = new(count, steps);
                times = new(count, steps);
                pastTable = owner.skeletons.Allocate(past.Length);
                nowTable = owner.skeletons.Allocate(now.Length);
                timesTable = owner.skeletons.Allocate(times.Length);
                response = owner.skeletons.Allocate(steps);
            }

            /// <summary>R_f(k,l) = D E[l'(r^k) d r^k / d w^l] for l = 0..k.</summary>
            public void Advance(int k, Span<double> forceResponse)
            {
                ISkeletons<TReal, TWord, TView> skeletons = owner.skeletons;
                if (k % 4 == 0)
                    owner.clock.Fill(new(timesTable, 0), times.Columnwise(0, 1), times.Rows, k / 4, owner.Field(Purpose.PathClock));
                var row = new float[k];
                for (int p = 0; p < k; p++)
                    row[p] = (float)owner.functions.Response(k, p);
                skeletons.Write(response, row);
                skeletons.For(k + 1, now.Rows, new TangentBody<TReal, TWord, TView, TLoss>(
                    owner.products, owner.labels, timesTable, times.Columnwise(0, 1), pastTable, past.Columnwise(0, 1),
                    nowTable, now.Columnwise(0, 1), response, k, now.Rows, owner.inverseAspect, owner.loss));
                skeletons.TallSkinny(nowTable, now, [], new UnitRow<TReal, TWord>(now.Rows), forceResponse);
                for (int l = 0; l <= k; l++)
                    forceResponse[l] *= owner.experiment.Algorithm.Step / now.Rows;
            }
        }
    }
}
