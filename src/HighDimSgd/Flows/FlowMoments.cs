using HighDimSgd.Kernels.Bodies;
using MathNet.Numerics.LinearAlgebra;

namespace HighDimSgd.Flows;

/// <summary>
/// First and second moments of a linear problem in closed form. With Z = (x, y, .., 1) and M = E Z Z^T an iteration of rate e and noise variance v takes
/// M to (1 - e B) M (1 - e B)^T + e^2 v sum_k B_k M B_k^T, and a flow has dM/dt = -(B' M + M B'^T) + (eta/B) sum_k B_k M B_k^T, B' = B + (eta/2) A B for
/// order 2. An SME has the moments of the SMF for one point alone; for several it has none in closed form.
/// </summary>
internal static class FlowMoments
{
    // Steps of Runge-Kutta per learning rate: an error of 1e-10 or so.
    private const int OdeSteps = 64;

    // Beyond these a run's closed moments would take longer than its paths.
    private const int MostModes = 256, MostCoordinates = 16;

    /// <summary>The recorded statistics of a run by name; those without closed form are left out, and all where the problem is not linear, or large.</summary>
    public static IReadOnlyDictionary<string, double[]> Of(FlowExperiment experiment, FlowRun run)
    {
        int inputs = experiment.Data?.Inputs ?? 0, samples = experiment.Data?.Samples ?? 0;
        if (FlowShape.Modes(experiment) > MostModes || experiment.Problem.Dimension(inputs) > MostCoordinates
            || experiment.Problem.Affine(FlowData.Of(experiment), samples, inputs) is not { } affine)
            return new Dictionary<string, double[]>();
        bool isRoot = run.Algorithm.HasRoot();
        FlowStatistic[] statistics = [.. experiment.Statistics.Select(FlowStatistic.Of)
            .Where(s => s.Kind is not (FlowMoment.Sine or FlowMoment.Risk) && !(isRoot && s.IsOfTwo))];
        var moments = new Moments(affine, experiment, run);
        double[][] values = [.. statistics.Select(_ => new double[experiment.Times.Count])];
        double step = FlowShape.Step(experiment, run);
        int done = 0;
        for (int t = 0; t < experiment.Times.Count; t++)
        {
            int until = (int)Math.Round(experiment.Times[t] / step);
            for (; done < until; done++)
                moments.Advance(step);
            for (int i = 0; i < statistics.Length; i++)
                values[i][t] = moments.Of(statistics[i]);
        }

        return statistics.Index().ToDictionary(s => s.Item.Name, s => values[s.Index]);
    }

    private sealed class Moments
    {
        private readonly FlowRun run;
        private readonly double share;
        private readonly int d;
        private readonly Matrix<double> one;
        private readonly Matrix<double>[] modes;
        private readonly Matrix<double> all;
        private readonly Matrix<double>[] allModes;
        private readonly Matrix<double> drift;
        private Matrix<double> second;

        public Moments(AffineNoise affine, FlowExperiment experiment, FlowRun run)
        {
            this.run = run;
            share = FlowShape.Share(experiment, run);
            one = Matrix<double>.Build.DenseOfArray(affine.Gradient);
            modes = [.. affine.Modes.Select(m => Matrix<double>.Build.DenseOfArray(m))];
            d = one.RowCount;
            int points = experiment.Starts.Count;
            all = Stacked(one, points);
            allModes = [.. modes.Select(m => Stacked(m, points))];
            Matrix<double> modified = one + (run.Rate / 2 * one.SubMatrix(0, d, 0, d) * one);
            drift = run.Algorithm.IsModified() ? Stacked(modified, points) : all;
            var start = Vector<double>.Build.DenseOfEnumerable([.. experiment.Starts.SelectMany(s => s), 1.0]);
            second = start.OuterProduct(start);
        }

        public void Advance(double step)
        {
            double variance = run.Amplification * share;
            if (run.Algorithm.IsIteration())
            {
                Matrix<double> kept = Matrix<double>.Build.DenseIdentity(all.RowCount) - (step * all);
                second = (kept * second * kept.Transpose()) + Noise(second, step * step * variance);
                return;
            }

            double noise = run.Algorithm.IsNoiseless() ? 0 : run.Rate * share;
            int parts = Math.Max(4, (int)Math.Ceiling(OdeSteps * step / run.Rate));
            double h = step / parts;
            for (int i = 0; i < parts; i++)
            {
                Matrix<double> a = Change(second, noise), b = Change(second + (h / 2 * a), noise), c = Change(second + (h / 2 * b), noise);
                second += h / 6 * (a + (2 * b) + (2 * c) + Change(second + (h * c), noise));
            }
        }

        public double Of(FlowStatistic statistic)
        {
            int p = statistic.First * d, q = statistic.Second * d, last = second.RowCount - 1;
            return statistic.Kind switch
            {
                FlowMoment.Coordinate => second[p, last],
                FlowMoment.Product => Product(p, q),
                FlowMoment.Distance => Product(p, p) + Product(q, q) - (2 * Product(p, q)),
                FlowMoment.Gradient => Square(one, p),
                _ => modes.Sum(m => Square(m, p)) * share,
            };
        }

        private double Product(int p, int q) => second.SubMatrix(p, d, q, d).Trace();

        /// <summary>E |B (x, 1)|^2 of the point that begins at row p.</summary>
        private double Square(Matrix<double> map, int p)
        {
            int[] rows = [.. Enumerable.Range(p, d), second.RowCount - 1];
            var point = Matrix<double>.Build.Dense(d + 1, d + 1, (i, j) => second[rows[i], rows[j]]);
            return (map * point * map.Transpose()).Trace();
        }

        private Matrix<double> Change(Matrix<double> m, double noise)
        {
            Matrix<double> part = drift * m;
            return Noise(m, noise) - part - part.Transpose();
        }

        private Matrix<double> Noise(Matrix<double> m, double weight) => weight == 0
            ? Matrix<double>.Build.Dense(m.RowCount, m.RowCount)
            : weight * allModes.Select(b => b * m * b.Transpose()).Aggregate((a, b) => a + b);

        /// <summary>A map of one point as a map of Z, a point's constant being the last of Z.</summary>
        private static Matrix<double> Stacked(Matrix<double> map, int points)
        {
            int d = map.RowCount;
            var all = Matrix<double>.Build.Dense((points * d) + 1, (points * d) + 1);
            for (int p = 0; p < points; p++)
            {
                all.SetSubMatrix(p * d, p * d, map.SubMatrix(0, d, 0, d));
                all.SetSubMatrix(p * d, points * d, map.SubMatrix(0, d, d, 1));
            }

            return all;
        }
    }
}
