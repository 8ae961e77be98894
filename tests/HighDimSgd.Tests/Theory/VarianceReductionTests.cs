using HighDimSgd.Devices;
using HighDimSgd.Devices.Cpu;
using HighDimSgd.Experiments;
using HighDimSgd.Kernels;
using HighDimSgd.Kernels.Random;
using HighDimSgd.Theory;
using MathNet.Numerics.LinearAlgebra;

namespace HighDimSgd.Tests.Theory;

/// <summary>What takes the chance out of the sweep's paths: that it does what it says, and that it pays.</summary>
public class VarianceReductionTests
{
    [Theory]
    [InlineData(7)]
    [InlineData(8)]
    public void CoordinatesOfFourStepsAreOrthonormal(int steps)
    {
        const int Paths = 5000;
        float[] table = new CpuDevice().Run(new Gaussians(Paths, steps, 1), true);
        var shape = new PathTable(Paths, (2 * steps) + 2);
        var columns = Matrix<double>.Build.Dense(Paths, steps + 2, (i, j) => table[shape.Columnwise(0, 1).At(j == 0 ? 0 : (2 * j) - 1, i)]);
        Matrix<double> gram = columns.TransposeThisAndMultiply(columns) / Paths;
        for (int j = 0; j < steps + 2; j++)
        {
            Assert.Equal(1, gram[j, j], 1e-5);
            if (j > 0)
                Assert.Equal(0, gram[0, j], 1e-5);
            // Coordinate g_k is column k + 1; g_1..g_4 and g_5..g_8 are the groups. Across groups the products are chance: 5 errors.
            for (int i = 2; i < j; i++)
                Assert.Equal(0, gram[i, j], (i - 2) / 4 == (j - 2) / 4 ? 1e-5 : 5 / Math.Sqrt(Paths));
            // Fourth moments of normals, 3 within 5 errors: sqrt(96/N).
            Assert.Equal(3, columns.Column(j).PointwisePower(4).Average(), 5 * Math.Sqrt(96.0 / Paths));
        }
    }

    [Fact]
    public void CoarseStepsSumTheNumbersOfFineOnes()
    {
        const int Paths = 4000;
        float[] fine = new CpuDevice().Run(new Gaussians(Paths, 8, 1), true), coarse = new CpuDevice().Run(new Gaussians(Paths, 4, 2), true);
        PathTable shape = new(Paths, 18), small = new(Paths, 10);
        for (int k = 1; k <= 4; k++)
        {
            double[] sums = Column(fine, shape, (4 * k) - 1).Zip(Column(fine, shape, (4 * k) + 1), (a, b) => (a + b) / Math.Sqrt(2)).ToArray();
            // Equal but for the small rotation that makes each set orthonormal.
            Assert.InRange(sums.Zip(Column(coarse, small, (2 * k) + 1), (a, b) => a * b).Average(), 0.99, 1.01);
        }

        static double[] Column(float[] table, PathTable shape, int column) =>
            [.. Enumerable.Range(0, Paths).Select(i => (double)table[shape.Columnwise(0, 1).At(column, i)])];
    }

    [Fact]
    public void ProjectionIsLeastSquares()
    {
        var random = new System.Random(1);
        Matrix<double> basis = Matrix<double>.Build.Dense(50, 3, (_, _) => random.NextDouble());
        Vector<double> target = Vector<double>.Build.Dense(50, _ => random.NextDouble());
        double[] found = Projection.Coefficients((basis.Transpose() * basis).ToArray(), (basis.Transpose() * target).ToArray());
        Assert.Equal(basis.QR().Solve(target).ToArray(), found, (a, b) => Math.Abs(a - b) < 1e-9);

        // A function that is a multiple of another gets no coefficient; numbers that are none give none.
        basis.SetColumn(2, basis.Column(0) * 2);
        found = Projection.Coefficients((basis.Transpose() * basis).ToArray(), (basis.Transpose() * target).ToArray());
        Assert.Equal(0, found[2]);
        Assert.Equal(0, (basis.Transpose() * (target - (basis * Vector<double>.Build.Dense(found)))).AbsoluteMaximum(), 1e-9);
        Assert.Equal([0, 0], Projection.Coefficients(new[,] { { 1, 0 }, { 0, double.PositiveInfinity } }, [1, double.NaN]));
    }

    [Fact]
    public void TheErrorIsSmallerThanThatOfFreePaths()
    {
        // Error of q(12) for one path: 1.23 +- 0.1 without, 0.74 measured with. Its estimate from 64 sweeps has an error of 9 per cent,
        // so 1.0 is 4 of its errors off: a false alarm in 30 000; an ineffective reduction is found 19 times in 20.
        const int Paths = 5000;
        double[] q = [.. Solve(Paths, 0.2, 1, 64).Select(c => c[0, 1])];
        double mean = q.Average(), deviation = Math.Sqrt(q.Sum(x => (x - mean) * (x - mean)) / (q.Length - 1));
        Assert.InRange(deviation * Math.Sqrt(Paths), 0.4, 1.0);
    }

    [Fact]
    public void RefinedSweepsHaveTheSameLawAndFollowTheirFinerOnes()
    {
        const int Sweeps = 32;
        double[] plain = Norms(1), refined = Norms(2), finer = [.. Solve(4000, 0.1, 1, Sweeps).Select(c => c[0, 1])];
        (double a, double errorA) = DmftSweepTests.MeanAndError(plain);
        (double b, double errorB) = DmftSweepTests.MeanAndError(refined);
        // Five combined errors: a false alarm in a million for normals, one in 50 000 with the freedom that is left.
        Assert.InRange(a - b, -5 * Math.Sqrt((errorA * errorA) + (errorB * errorB)), 5 * Math.Sqrt((errorA * errorA) + (errorB * errorB)));
        Assert.InRange(MathNet.Numerics.Statistics.Correlation.Pearson(refined, finer), 0.6, 1);

        double[] Norms(int refinement) => [.. Solve(4000, 0.2, refinement, Sweeps).Select(c => c[0, 1])];
    }

    private static double[][,] Solve(int paths, double step, int refinement, int sweeps)
    {
        int steps = (int)Math.Round(12 / step);
        Experiment experiment = DmftSweepTests.Logistic(ClockKind.Sgf);
        experiment = experiment with
        {
            Algorithm = experiment.Algorithm with { Step = step, Steps = steps },
            RecordSteps = [0, steps],
            Theory = new(paths),
        };
        var curves = new List<double[,]>();
        new CpuDevice().Run(
            new DmftSweeps(experiment, Enumerable.Range(0, sweeps), (_, result) =>
            {
                curves.Add(result.Curves);
                return true;
            },
            refinement),
            wholeDevice: true);
        return [.. curves];
    }

    /// <summary>Draws the coordinates of a sweep and returns the table.</summary>
    private sealed class Gaussians(int paths, int steps, int refinement) : IDeviceProgram<float[]>
    {
        public float[] Run<TReal, TWord, TView>(ISkeletons<TReal, TWord, TView> skeletons)
            where TReal : unmanaged, IReal<TReal, TWord>
            where TWord : unmanaged, IWord<TReal, TWord>
            where TView : struct, IView<TReal, TWord>
        {
            var shape = new PathTable(paths, (2 * steps) + 2);
            TView table = skeletons.Allocate(shape.Length);
            var gaussians = new PathGaussians<TReal, TWord, TView>(skeletons, table, shape, steps, 1, new(skeletons, paths, refinement));
            gaussians.Start([new(1, Purpose.PathTeacher, 0, 0)]);
            for (int k = 0; k < steps; k += 4)
                gaussians.Fill(k, [new(1, Purpose.PathGaussian, 0, 0)]);
            var host = new float[shape.Length];
            skeletons.Read(table, host);
            return host;
        }
    }
}
