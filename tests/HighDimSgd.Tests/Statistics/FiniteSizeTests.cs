using HighDimSgd.Results;
using HighDimSgd.Statistics;
using MathNet.Numerics.LinearAlgebra;
using MathNet.Numerics.LinearRegression;

namespace HighDimSgd.Tests.Statistics;

public sealed class FiniteSizeTests
{
    /// <summary>Curves whose means and standard errors are as given: an even number of replicas, half above and half below.</summary>
    private static SizeCurves Curves(int d, int replicas, double[] mean, double[] error)
    {
        var table = new double[replicas, mean.Length];
        for (int r = 0; r < replicas; r++)
        {
            for (int t = 0; t < mean.Length; t++)
                table[r, t] = mean[t] + ((r % 2 == 0 ? 1 : -1) * error[t] * Math.Sqrt(replicas - 1));
        }

        return new(d, 2 * d, [0, 1, 2], ["q"], [table], []);
    }

    [Fact]
    public void MatchesWeightedRegression()
    {
        int[] sizes = [50, 120, 400, 1000], replicas = [40, 20, 60, 10];
        double[] means = [2.31, 2.42, 2.49, 2.47], errors = [0.05, 0.02, 0.03, 0.01];
        FiniteSizeFit fit = FiniteSize.Fit([.. sizes.Select((d, i) => Curves(d, replicas[i], [0, 0, means[i]], [1, 1, errors[i]]))], 1)["q"];
        foreach (int terms in new[] { 2, 3 })
        {
            var x = Matrix<double>.Build.Dense(sizes.Length, terms, (i, k) => Math.Pow(1000.0 / sizes[i], k));
            var w = Matrix<double>.Build.DiagonalOfDiagonalArray([.. sizes.Select((d, i) => (double)d * replicas[i])]);
            var expected = WeightedRegression.Weighted(x, Vector<double>.Build.Dense(means), w);
            var row = (x.Transpose() * w * x).Inverse() * x.Transpose() * w;
            var covariance = row * Matrix<double>.Build.DiagonalOfDiagonalArray([.. errors.Select(e => e * e)]) * row.Transpose();
            double[][] values = terms == 2 ? [fit.Limit, fit.Coefficient] : [fit.SecondOrder!.Limit, fit.SecondOrder.Coefficient, fit.SecondOrder.Curvature];
            double[][] spreads = terms == 2 ? [fit.LimitError, fit.CoefficientError]
                : [fit.SecondOrder!.LimitError, fit.SecondOrder.CoefficientError, fit.SecondOrder.CurvatureError];
            for (int k = 0; k < terms; k++)
            {
                double unit = Math.Pow(1000, k);
                Assert.Equal(expected[k], values[k][2] / unit, 1e-10);
                Assert.Equal(Math.Sqrt(covariance[k, k]), spreads[k][2] / unit, 1e-10);
            }
        }
    }

    [Fact]
    public void ExactValuesAreComparedExactly()
    {
        FiniteSizeFit fit = FiniteSize.Fit(
        [
            Curves(100, 10, [1, 2, 3], [0, 0.1, 0]),
            Curves(200, 10, [1 + 1e-8, 2, 3], [0, 0.1, 0.1]),
            Curves(400, 10, [1, 2, 3], [0, 0.1, 0.1]),
        ],
            1)["q"];
        Assert.Equal((1, 0, 0, 0), (fit.Limit[0], fit.LimitError[0], fit.Coefficient[0], fit.CoefficientError[0]));
        Assert.Equal((1, 1, 0), (fit.LimitInterval.Low[0], fit.LimitInterval.High[0], fit.LimitCovariance[0][1]));
        Assert.Equal(2, fit.Limit[1], 1e-14);
        Assert.Equal(double.NaN, fit.Limit[2]);
        Assert.Equal(double.NaN, fit.LimitCovariance[2][1]);
        Assert.Equal(fit.LimitError[1], Math.Sqrt(fit.LimitCovariance[1][1]), 1e-12);
        Assert.Equal(double.NaN, fit.Goodness[0]);
        Assert.Null(fit.SecondOrder);
        Assert.Null(fit.Advice);
        SizeCurves[] unequal = [.. new[] { 100, 200, 300 }.Select(d => Curves(d, 10, [d == 200 ? 1.1 : 1, 2, 3], [0, 0, 0]))];
        Assert.Equal(double.NaN, FiniteSize.Fit(unequal, 1)["q"].Limit[0]);
    }

    [Fact]
    public void TwoSizesAreNotEnough() =>
        Assert.Empty(FiniteSize.Fit([Curves(100, 10, [1, 2, 3], [0, 0.1, 0.1]), Curves(200, 10, [1, 2, 3], [0, 0.1, 0.1])], 1));

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(7)]
    public void TooFewReplicasLeaveGapsAndNoError(int left)
    {
        // Ladders of which all but so many replicas diverged, at one size or at all.
        foreach (int lost in new[] { 1, 3 })
        {
            SizeCurves[] curves =
            [
                .. new[] { 100, 200, 400 }.Select((d, i) => Curves(d, 10, [1, 2 + (1.0 / d), 3], [0, 0.1, 0.1]) with
                {
                    Diverged = i < lost ? [.. Enumerable.Range(left, 10 - left)] : [],
                }),
            ];
            FiniteSizeFit fit = FiniteSize.Fit(curves, 1)["q"];
            Assert.Equal(left > 1, double.IsFinite(fit.Limit[1]));
            Assert.Equal(left > 1, double.IsFinite(fit.Goodness[1]));
            Assert.Equal(double.NaN, fit.LimitInterval.Low[1]);
            Assert.Equal(left > 1, double.IsFinite(fit.ScaledVariance!.Limit[1]));
        }
    }

    [Fact]
    public void IsGeneralisedLeastSquaresOverAllTimes()
    {
        // The whole problem at once, 3 sizes x 3 times with the covariance Sigma/(n d), any Sigma, solved by brute force.
        int[] sizes = [100, 200, 400], replicas = [30, 20, 12];
        SizeCurves[] curves = new LadderDraws(5, sizes, replicas, d => 1 + (5.0 / d)).Next();
        FiniteSizeFit fit = FiniteSize.Fit(curves, 1)["q"];
        Matrix<double> sigma = Matrix<double>.Build.DenseOfArray(new[,] { { 2, 0.9, 0.1 }, { 0.9, 1, -0.3 }, { 0.1, -0.3, 0.7 } });
        Matrix<double> inverse = Matrix<double>.Build.Dense(9, 9), design = Matrix<double>.Build.Dense(9, 6);
        Vector<double> means = Vector<double>.Build.Dense(9);
        for (int s = 0; s < 3; s++)
        {
            inverse.SetSubMatrix(3 * s, 3 * s, sigma.Inverse() * (sizes[s] * replicas[s]));
            for (int t = 0; t < 3; t++)
            {
                means[(3 * s) + t] = Moments.Summarise(curves[s]).Observables["q"].Mean[t];
                (design[(3 * s) + t, t], design[(3 * s) + t, 3 + t]) = (1, 100.0 / sizes[s]);
            }
        }

        Vector<double> solution = (design.Transpose() * inverse * design).Solve(design.Transpose() * inverse * means);
        for (int t = 0; t < 3; t++)
        {
            Assert.Equal(solution[t], fit.Limit[t], 1e-9);
            Assert.Equal(solution[3 + t] * 100, fit.Coefficient[t], 1e-7);
        }
    }

    [Fact]
    public void CovarianceOverTimeIsThatOfTheLimits()
    {
        // 2000 ladders: an element of the empirical covariance has a relative error of about sqrt(2/2000) = .032; 5 of them below 1e-5.
        const int Count = 2000;
        var draws = new LadderDraws(7, [100, 200, 400], [20, 20, 20], d => 1 + (5.0 / d), isSkewed: true);
        SizeCurves[][] ladders = [.. Enumerable.Range(0, Count).Select(_ => draws.Next())];
        LadderFit line = LadderFit.OfMeans(ladders[0].Select(Moments.Summarise), 2);
        (double[] Limit, double[][] Covariance)[] fits = [.. ladders.Select(Fit)];
        double[] mean = [.. Enumerable.Range(0, 3).Select(t => fits.Average(f => f.Limit[t]))];
        for (int t = 0; t < 3; t++)
        {
            Assert.Equal(1, mean[t], 5 * fits.Average(f => Math.Sqrt(f.Covariance[t][t])) / Math.Sqrt(Count));
            for (int u = 0; u < 3; u++)
            {
                double empirical = fits.Sum(f => (f.Limit[t] - mean[t]) * (f.Limit[u] - mean[u])) / (Count - 1);
                Assert.Equal(1, fits.Average(f => f.Covariance[t][u]) / empirical, 5 * 0.034);
                Assert.Equal(Math.Pow(LadderDraws.Correlation, Math.Abs(t - u)), empirical / fits.Average(f => f.Covariance[t][t]), 5 * 0.034);
            }
        }

        (double[], double[][]) Fit(SizeCurves[] curves)
        {
            double[][,] tables = [.. curves.Select(c => Designs.Means(c, 0))];
            Curve[] means = [.. curves.Select(c => Moments.Summarise(c).Observables["q"])];
            return (
                [.. Enumerable.Range(0, 3).Select(t => line.Row(0).Zip(means, (w, m) => w * m.Mean[t]).Sum())],
                line.CovarianceOverTime(0, tables, means));
        }
    }
}
