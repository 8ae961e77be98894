using HighDimSgd.Results;
using HighDimSgd.Statistics;
using MathNet.Numerics.LinearAlgebra;
using MathNet.Numerics.LinearRegression;

namespace HighDimSgd.Tests.Statistics;

public sealed class FiniteSizeTests
{
    private static SizeSummary Size(int d, double[] mean, double[] error) => new(d, 2 * d, 10, [], [0, 1, 2], new Dictionary<string, Curve>
    {
        ["q"] = new(mean, error, [.. error.Select(e => 10 * e * e)]),
    });

    [Fact]
    public void MatchesWeightedRegression()
    {
        int[] sizes = [50, 120, 400, 1000];
        double[] means = [2.31, 2.42, 2.49, 2.47];
        double[] errors = [0.05, 0.02, 0.03, 0.01];
        var fit = FiniteSize.Fit([.. sizes.Select((d, i) => Size(d, [0, 0, means[i]], [1, 1, errors[i]]))])["q"];

        var x = Matrix<double>.Build.DenseOfRows(sizes.Select(d => new[] { 1, 1.0 / d }));
        var w = Matrix<double>.Build.DiagonalOfDiagonalArray([.. errors.Select(e => 1 / (e * e))]);
        var line = WeightedRegression.Weighted(x, Vector<double>.Build.Dense(means), w);
        var covariance = (x.Transpose() * w * x).Inverse();
        Assert.Equal(line[0], fit.Limit[2], 1e-12);
        Assert.Equal(line[1], fit.Coefficient[2], 1e-9);
        Assert.Equal(Math.Sqrt(covariance[0, 0]), fit.LimitError[2], 1e-12);
        Assert.Equal(Math.Sqrt(covariance[1, 1]), fit.CoefficientError[2], 1e-9);
    }

    [Fact]
    public void ExactValuesAreComparedExactly()
    {
        var fit = FiniteSize.Fit(
        [
            Size(100, [1, 2, 3], [0, 0.1, 0]),
            Size(200, [1 + 1e-8, 2, 3], [0, 0.1, 0.1]),
            Size(400, [1, 2, 3], [0, 0.1, 0.1]),
        ])["q"];
        Assert.Equal((1, 0, 0, 0), (fit.Limit[0], fit.LimitError[0], fit.Coefficient[0], fit.CoefficientError[0]));
        Assert.Equal(2, fit.Limit[1], 1e-14);
        Assert.Equal(double.NaN, fit.Limit[2]);
        var unequal = FiniteSize.Fit([Size(100, [1, 2, 3], [0, 0, 0]), Size(200, [1.1, 2, 3], [0, 0, 0]), Size(300, [1, 2, 3], [0, 0, 0])]);
        Assert.Equal(double.NaN, unequal["q"].Limit[0]);
    }

    [Fact]
    public void TwoSizesAreNotEnough() =>
        Assert.Empty(FiniteSize.Fit([Size(100, [1, 2, 3], [0, 0.1, 0.1]), Size(200, [1, 2, 3], [0, 0.1, 0.1])]));
}
