using HighDimSgd.Devices.Cpu;
using HighDimSgd.Experiments;
using HighDimSgd.Models;
using HighDimSgd.Results;
using HighDimSgd.Simulation;
using HighDimSgd.Statistics;
using HighDimSgd.Theory;
using MathNet.Numerics.LinearAlgebra;

namespace HighDimSgd.Tests.Statistics;

/// <summary>A real ladder, stochastic gradient flow on ridge regression, whose limit is known in closed form and has no error.</summary>
public sealed class RidgeLadderTests
{
    private static readonly Experiment Experiment = new()
    {
        Name = "ridge-ladder",
        Seed = 11,
        Model = new() { Loss = Loss.Squared, Label = Label.Linear(0.5), Ridge = 0.1, StartNorm = 0.5 },
        Aspect = 2,
        Algorithm = new() { Kind = ClockKind.Sgf, Temperature = 0.6, Step = 0.1, Steps = 20 },
        Sizes = [25, 50, 100],
        Replicas = [6000, 3000, 1500],
        RecordSteps = [0, 5, 10, 15, 20],
    };

    private static readonly Lazy<SizeCurves[]> Ladder = new(Simulate);

    [Fact]
    public void ALimitThatHasNotSeenTheTheoryAgreesWithIt()
    {
        IReadOnlyDictionary<string, FiniteSizeFit> fits = FiniteSize.Fit(Ladder.Value, Experiment.Seed);
        RidgeSolution exact = RidgeVolterra.Solve(Experiment);
        (string, double[])[] expected =
            [("q", exact.Q), ("m", exact.M), ("train_loss", exact.TrainLoss), ("test_loss", exact.TestLoss), ("grad2", exact.Grad2)];
        foreach ((string name, double[] curve) in expected)
        {
            FiniteSizeFit fit = fits[name];
            double[] truth = [.. Experiment.RecordSteps.Select(k => curve[k])];
            // T2 at the four times after the start, four numbers with 1500 replicas or more behind them: chi-square with 4 degrees of
            // freedom is above 23.5 once in 10^4, so that the five observables raise a false alarm in less than 1 of 2000.
            double distance = T2(fit, truth), planted = T2(fit, [.. truth.Select(x => 1.03 * x)]);
            Assert.True(distance < 23.5, $"{name}: T2 = {distance:f1}");
            Assert.True(planted > 23.5, $"{name}: 3 per cent more gives only T2 = {planted:f1}");
        }
    }

    [Fact]
    public void JointLeastSquaresOverTimeWouldGainLittle()
    {
        // The errors that generalised least squares over all times would have with per-size variances and a correlation pooled over the
        // sizes, both taken as known, against those of the fit: 1.2 per cent less at most, though d times the variance still falls by a factor
        // of up to 1.8 over these small sizes.
        foreach ((string name, FiniteSizeFit fit) in FiniteSize.Fit(Ladder.Value, 1))
        {
            const int Times = 4;
            Matrix<double>[] covariances = [.. Ladder.Value.Select(c => MeanCovariance(c, c.Observables.ToList().IndexOf(name)))];
            Matrix<double> correlation = covariances.Select(Correlation).Aggregate((a, b) => a + b) / covariances.Length;
            Matrix<double> information = Matrix<double>.Build.Dense(2 * Times, 2 * Times);
            foreach ((Matrix<double> covariance, int d) in covariances.Zip(Experiment.Sizes))
            {
                Matrix<double> scale = Matrix<double>.Build.DiagonalOfDiagonalVector(covariance.Diagonal().PointwiseSqrt());
                Matrix<double> design = Matrix<double>.Build.Dense(Times, 2 * Times, (t, k) => k % Times != t ? 0 : k < Times ? 1 : 25.0 / d);
                information += design.Transpose() * (scale * correlation * scale).Inverse() * design;
            }

            Vector<double> errors = information.Inverse().Diagonal().PointwiseSqrt();
            for (int t = 0; t < Times; t++)
                Assert.InRange(errors[t] / fit.LimitError[t + 1], 0.98, 1.001);
        }

        static Matrix<double> Correlation(Matrix<double> c) => Matrix<double>.Build.Dense(c.RowCount, c.RowCount, (t, u) => c[t, u] / Math.Sqrt(c[t, t] * c[u, u]));
        static Matrix<double> MeanCovariance(SizeCurves curves, int observable)
        {
            double[,] table = Designs.Means(curves, observable);
            double[] mean = [.. Enumerable.Range(0, 5).Select(t => Enumerable.Range(0, table.GetLength(0)).Average(r => table[r, t]))];
            return Matrix<double>.Build.Dense(4, 4, (t, u) => Moments.MeanCovariance(table, mean, t + 1, u + 1));
        }
    }

    private static SizeCurves[] Simulate()
    {
        string folder = Directory.CreateTempSubdirectory("hdsgd-").FullName;
        try
        {
            var simulator = new Simulator(Experiment, new CpuDevice(), new UnitStore(folder, Experiment, "cpu"));
            return [.. Experiment.Sizes.Select((d, i) => simulator.Run(d, Experiment.Replicas[i], _ => { }, CancellationToken.None))];
        }
        finally
        {
            Directory.Delete(folder, true);
        }
    }

    private static double T2(FiniteSizeFit fit, double[] truth)
    {
        Vector<double> difference = Vector<double>.Build.Dense(truth.Length - 1, t => fit.Limit[t + 1] - truth[t + 1]);
        return difference * Matrix<double>.Build.Dense(truth.Length - 1, truth.Length - 1, (t, u) => fit.LimitCovariance[t + 1][u + 1]).Solve(difference);
    }
}
