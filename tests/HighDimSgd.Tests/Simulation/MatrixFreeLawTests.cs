using System.Collections.Concurrent;
using HighDimSgd.Devices.Cpu;
using HighDimSgd.Experiments;
using HighDimSgd.Kernels.Random;
using HighDimSgd.Models;
using HighDimSgd.Simulation;
using MathNet.Numerics.Distributions;

namespace HighDimSgd.Tests.Simulation;

/// <summary>
/// Designs that are drawn as they are asked for have the law of stored ones: means, variances and covariances (across observables and
/// times) of thousands of replicas of both engines agree. Every comparison is a normal deviate; the largest of them all is held below the
/// level that chance exceeds in one of 10^5 runs, by Bonferroni. Seeds are fixed.
/// </summary>
public class MatrixFreeLawTests
{
    private const double FalseAlarm = 1e-5;
    private static readonly string[] Compared = [Observables.Q, Observables.M, Observables.TrainLoss, Observables.Grad2];

    [Theory]
    [InlineData(ClockKind.Sgf, 1, 100, 1.5, 20, 3000)]
    [InlineData(ClockKind.Poisson, 0, 100, 0.7, 12, 3000)]
    [InlineData(ClockKind.Gd, 1, 12, 1.5, 14, 20000)] // steps near min(n, d)
    [InlineData(ClockKind.Sgf, 1, 12, 1.5, 40, 8000)] // and beyond, theta's space full
    [InlineData(ClockKind.Sgf, 1, 30, 0.4, 40, 8000)] // the forces' space full
    public void SameLawAsAStoredDesign(ClockKind clock, int model, int size, double aspect, int steps, int replicas)
    {
        Experiment experiment = With(Settings.Small(clock, model, size, replicas, aspect, steps));
        Assert.InRange(Largest(Sample(experiment), Sample(MatrixFreeEngineTests.MatrixFree(experiment) with { Seed = 18 })), 0, Bound);
    }

    [Fact]
    public void AWrongTemperatureIsFound()
    {
        Experiment experiment = With(Settings.Small(ClockKind.Sgf, 1, 100, 3000, 1.5, 20));
        Experiment warmer = MatrixFreeEngineTests.MatrixFree(experiment) with
        {
            Seed = 18,
            Algorithm = experiment.Algorithm with { Temperature = 1.1 * experiment.Algorithm.Temperature },
        };
        Assert.True(Largest(Sample(experiment), Sample(warmer)) > Bound);
    }

    /// <summary>The distribution of chi by its distance from the exact law (Kolmogorov), and a wrong number of degrees found.</summary>
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(50)]
    [InlineData(100_000)]
    public void LengthsOfTheComplementFollowChi(int degrees)
    {
        const int Draws = 40_000;
        double[] chi = [.. Enumerable.Range(0, Draws).Select(i => ChiSource.Draw(new RandomField(5, Purpose.Complement, 7, 0), i, degrees)).Order()];
        Assert.InRange(Distance(degrees), 0, 2.47); // exceeded with probability 1e-5
        if (degrees <= 50)
            Assert.True(Distance(degrees + 1) > 2.47);

        double Distance(int freedom)
        {
            var law = new ChiSquared(freedom);
            return Math.Sqrt(Draws) * chi.Select((x, i) => Math.Abs(law.CumulativeDistribution(x * x) - ((i + 0.5) / Draws))).Max();
        }
    }

    [Fact]
    public void NothingIsLeftOfAFullSpace() => Assert.Equal(0, ChiSource.Draw(new RandomField(5, Purpose.Complement, 7, 0), 0, 0));

    private static double Bound => -Normal.InvCDF(0, 1, FalseAlarm / 2 / 90);

    private static Experiment With(Experiment experiment)
    {
        int steps = experiment.Algorithm.Steps;
        return experiment with { RecordSteps = [1, steps / 2, steps] };
    }

    /// <summary>The compared observables at the record times, by replica.</summary>
    private static double[][] Sample(Experiment experiment)
    {
        int size = experiment.Sizes[0];
        int[] rows = [.. Compared.Select(name => Observables.Of(experiment).ToList().IndexOf(name))];
        var samples = new ConcurrentDictionary<int, double[]>();
        var units = new ConcurrentQueue<(int, int)>(Enumerable.Range(0, experiment.Replicas[0] / 100).Select(u => (100 * u, 100)));
        Simulator.RunWorkers(2, () => new CpuDevice(1).Run(new ReplicaWorker(experiment, size, units, Keep, CancellationToken.None), false));
        return [.. samples.OrderBy(s => s.Key).Select(s => s.Value)];

        void Keep(int first, IReadOnlyList<ReplicaCurve> done)
        {
            for (int i = 0; i < done.Count; i++)
                samples[first + i] = [.. rows.SelectMany(o => Enumerable.Range(0, 3).Select(t => done[i].Values[o, t]))];
        }
    }

    /// <summary>The largest deviate among 12 means and 78 second moments about the common mean.</summary>
    private static double Largest(double[][] a, double[][] b)
    {
        int count = a[0].Length;
        double[] mean = [.. Enumerable.Range(0, count).Select(i => (a.Average(x => x[i]) + b.Average(x => x[i])) / 2)];
        double largest = 0;
        for (int i = 0; i < count; i++)
        {
            largest = Math.Max(largest, Deviate(x => x[i]));
            for (int j = 0; j <= i; j++)
                largest = Math.Max(largest, Deviate(x => (x[i] - mean[i]) * (x[j] - mean[j])));
        }

        return largest;

        double Deviate(Func<double[], double> f)
        {
            (double meanA, double errorA) = Moments(a.Select(f));
            (double meanB, double errorB) = Moments(b.Select(f));
            return Math.Abs(meanA - meanB) / Math.Sqrt(errorA + errorB);
        }
    }

    private static (double Mean, double SquaredError) Moments(IEnumerable<double> values)
    {
        double[] v = [.. values];
        double mean = v.Average();
        return (mean, v.Sum(x => (x - mean) * (x - mean)) / v.Length / v.Length);
    }
}
