using HighDimSgd.Experiments;
using HighDimSgd.Models;
using HighDimSgd.Results;
using HighDimSgd.Statistics;
using MathNet.Numerics.Distributions;

namespace HighDimSgd.Tests.Statistics;

/// <summary>
/// Made-up experiments with the covariance of real ones: seven observables at 13 times, Gaussian with correlation 0.85 from one time
/// to the next, standard deviation 3/sqrt(d), the sizes 100, 200, 400, a true c/d, and a theory of 32 sweeps with an error of its own.
/// Replicas may share designs, which then carry a share of the variance.
/// </summary>
internal sealed class SyntheticExperiments(int seed, int replicas, double alpha, int perDesign = 1, double dataShare = 0)
{
    private const int TimeCount = 13, Sweeps = 32;
    private const double Correlation = 0.85, Deviation = 3, SweepDeviation = 0.005, Coefficient = 5;

    private static readonly int[] Sizes = [100, 200, 400];
    private static readonly ModelSpec Model = new() { Loss = Loss.Logistic, Label = Label.Logistic(3) };

    private readonly Random random = new(seed);

    /// <summary>Standard error of the limit at one time, with the theory's own: 3 sqrt(sum of squared weights/(d n)).</summary>
    public double LimitError
    {
        get
        {
            // Equal replicas: weights d, the line's intercept.
            double total = Sizes.Sum(), centre = Sizes.Length / total, spread = Sizes.Sum(d => d * ((1.0 / d) - centre) * ((1.0 / d) - centre));
            double variance = ((1 / total) + (centre * centre / spread)) * Deviation * Deviation / replicas;
            return Math.Sqrt(variance + (SweepDeviation * SweepDeviation / Sweeps));
        }
    }

    /// <summary>The verdict on one experiment.</summary>
    /// <param name="shift">Shift of the first observable at every time, in standard errors of the limit.</param>
    /// <param name="naive">True to take all replicas for independent.</param>
    /// <param name="bend">Coefficient of 1/d^2 in the first observable.</param>
    public Verdict Next(double shift = 0, bool naive = false, double bend = 0)
    {
        IReadOnlyList<string> names = Observables.Of(Model);
        double[] times = [.. Enumerable.Range(0, TimeCount).Select(t => (double)t)];
        double[] truth = [.. times.Select(t => 1 + (0.1 * t))];
        var experiment = new Experiment
        {
            Name = "synthetic",
            Seed = 1,
            Model = Model,
            Aspect = 2,
            Algorithm = new() { Kind = ClockKind.Gd, Step = 1, Steps = TimeCount - 1 },
            Sizes = Sizes,
            Replicas = [.. Sizes.Select(_ => replicas)],
            RecordSteps = [.. Enumerable.Range(0, TimeCount)],
            Verdict = new(alpha, 0.02),
        };
        Dictionary<string, double[,]> sweeps = names.ToDictionary(n => n, _ => Paths(Sweeps, SweepDeviation, t => truth[t]));
        var theory = new TheoryResult(TheoryResult.Ok, "", "gd", times, sweeps.ToDictionary(s => s.Key, s => Average(s.Value))) { Sweeps = sweeps };
        SizeCurves[] curves =
        [
            .. Sizes.Select(d => new SizeCurves(d, 2 * d, times, names, [.. names.Select((_, o) => Replicas(
                d, t => truth[t] + (Coefficient / d) + (o == 0 ? (shift * LimitError) + (bend / d / d) : 0)))], [])
            {
                ReplicasPerDesign = naive ? 1 : perDesign,
            }),
        ];
        return Comparison.Compare(experiment, theory, curves);
    }

    private static Curve Average(double[,] table)
    {
        int count = table.GetLength(0);
        double[] mean = [.. Enumerable.Range(0, TimeCount).Select(t => Enumerable.Range(0, count).Average(s => table[s, t]))];
        double[] variance = [.. mean.Select((m, t) => Enumerable.Range(0, count).Sum(s => (table[s, t] - m) * (table[s, t] - m)) / (count - 1))];
        return new(mean, [.. variance.Select(v => Math.Sqrt(v / count))], variance);
    }

    private double[,] Replicas(int size, Func<int, double> mean)
    {
        double deviation = Deviation / Math.Sqrt(size);
        double[,] table = Paths(replicas, deviation * Math.Sqrt(1 - dataShare), mean);
        if (dataShare > 0)
        {
            double[,] designs = Paths(replicas / perDesign, deviation * Math.Sqrt(dataShare), _ => 0);
            for (int r = 0; r < replicas; r++)
            {
                for (int t = 0; t < TimeCount; t++)
                    table[r, t] += designs[r / perDesign, t];
            }
        }

        return table;
    }

    private double[,] Paths(int count, double deviation, Func<int, double> mean)
    {
        var table = new double[count, TimeCount];
        for (int r = 0; r < count; r++)
        {
            double x = Normal.Sample(random, 0, 1);
            for (int t = 0; t < TimeCount; t++)
            {
                table[r, t] = mean(t) + (deviation * x);
                x = (Correlation * x) + (Math.Sqrt(1 - (Correlation * Correlation)) * Normal.Sample(random, 0, 1));
            }
        }

        return table;
    }
}
