using HighDimSgd.Results;
using HighDimSgd.Statistics;
using MathNet.Numerics.LinearAlgebra;
using MathNet.Numerics.LinearRegression;

namespace HighDimSgd.Tests.Statistics;

/// <summary>The ladder's tests and intervals on made-up ladders. Bounds are at 4 binomial standard deviations, a false alarm in 16 000.</summary>
public sealed class LadderTests
{
    private static readonly int[] Sizes = [100, 200, 400];

    [Theory]
    [InlineData(10, 3)]
    [InlineData(10, 5)]
    [InlineData(200, 4)]
    public void ATrueLineIsRejectedAtTheStatedRate(int replicas, int count)
    {
        const int Ladders = 3000;
        int[] sizes = [.. Enumerable.Range(0, count).Select(i => 50 << i)];
        var draws = new LadderDraws(count, sizes, [.. sizes.Select(_ => replicas)], d => 1 + (5.0 / d));
        int rejected = Enumerable.Range(0, Ladders).Count(_ => Misfit(draws.Next(), 0).P < 0.05);
        double spread = 4 * Math.Sqrt(0.05 * 0.95 / Ladders);
        Assert.InRange((double)rejected / Ladders, 0.05 - spread, 0.05 + spread);
    }

    [Fact]
    public void ACurvatureOfFiveStandardErrorsIsFound()
    {
        // A 1/d^2 of the size that leaves a residual of 5 standard errors at 200 replicas.
        double[] errors = [.. Sizes.Select(d => LadderDraws.Deviation / Math.Sqrt(d * 200.0))];
        double[] bend = [.. Sizes.Select(d => 1e4 / d / d)];
        double size = Math.Sqrt(LackOfFit.OfLine([.. Sizes.Select(d => 1.0 / d)], bend, errors, [199, 199, 199]).ChiSquare);
        var draws = new LadderDraws(3, Sizes, [200, 200, 200], d => 1 + (5.0 / d) + (5 / size * 1e4 / d / d));
        Assert.InRange(Enumerable.Range(0, 100).Count(_ => Misfit(draws.Next(), 1).P < 0.05), 95, 100);
    }

    [Fact]
    public void ChiSquareIsThatOfWeightedRegression()
    {
        double[] x = [1, 0.4, 0.3, 0.05], y = [2.3, 2.45, 2.4, 2.6], errors = [0.1, 0.02, 0.05, 0.07];
        var design = Matrix<double>.Build.Dense(4, 2, (i, k) => k == 0 ? 1 : x[i]);
        var means = Vector<double>.Build.Dense(y);
        var weights = Matrix<double>.Build.DiagonalOfDiagonalArray([.. errors.Select(e => 1 / e / e)]);
        Vector<double> residual = means - (design * WeightedRegression.Weighted(design, means, weights));
        Matrix<double> hat = design * (design.Transpose() * weights * design).Inverse() * design.Transpose() * weights;
        LackOfFit fit = LackOfFit.OfLine(x, y, errors, [9, 19, 29, 39]);
        Assert.Equal(residual * weights * residual, fit.ChiSquare, 1e-9);
        Assert.Equal(Enumerable.Range(0, 4).Sum(i => Math.Pow(1 - hat[i, i], 2) / ((10 * i) + 9)), fit.Spread, 1e-12);
    }

    [Theory]
    [InlineData(0.5)]
    [InlineData(1)]
    [InlineData(2.3)]
    public void ThePlantedExponentIsFoundAndItsIntervalIsTheProfiles(double exponent)
    {
        double[] means = [.. Sizes.Select(d => 1 + (3 * Math.Pow(d / 100.0, -exponent)))], errors = [0.05, 0.04, 0.03];
        int[] freedoms = [199, 199, 199];
        (double value, double low, double high) = new FreeExponent(Sizes, freedoms).Fit(means, errors);
        Assert.Equal(exponent, value, 1e-5);
        Assert.InRange(value, low, high);
        // Both ends where chi-square is t^2(0.975, 199) = 1.97196^2, by an independent regression on d^-a.
        double[] ends = [low, high];
        foreach (double end in ends)
            Assert.Equal(1.97196 * 1.97196, LackOfFit.OfLine([.. Sizes.Select(d => Math.Pow(d, -end))], means, errors, freedoms).ChiSquare, 1e-3);
    }

    [Fact]
    public void AnUnboundedExponentHasNoEnd()
    {
        var fit = new FreeExponent(Sizes, [199, 199, 199]);
        double[] means = [4, 2.5, 1.75];
        Assert.All(Ends(fit.Fit(means, [2, 2, 2])), e => Assert.Equal(double.NaN, e));
        // c/d with a noisy middle: the difference of the larger two excludes a jump, but no size a logarithm.
        double[] below = Ends(fit.Fit(means, [0.1, 0.2, 0.1]));
        Assert.Equal(double.NaN, below[0]);
        Assert.InRange(below[1], 1, 10);
        // c/d^3, where the larger two are equal within their errors.
        double[] above = Ends(fit.Fit([4, 1.375, 1.046875], [0.01, 0.2, 0.2]));
        Assert.InRange(above[0], 0.1, 3);
        Assert.Equal(double.NaN, above[1]);
        // A jump at the smallest size is best with an infinite exponent, which is not a value.
        Assert.Equal(double.NaN, fit.Fit([2, 1, 1], [0.01, 0.01, 0.01]).Value);

        static double[] Ends((double Value, double Low, double High) f) => [f.Low, f.High];
    }

    [Fact]
    public void TheExponentsIntervalCoversAtTheStatedRate()
    {
        const int Ladders = 1000;
        var draws = new LadderDraws(9, Sizes, [30, 30, 30], d => 1 + (150.0 / d));
        var exponent = new FreeExponent(Sizes, [29, 29, 29]);
        int covered = Enumerable.Range(0, Ladders).Count(ladder =>
        {
            LadderTime point = Point(draws.Next(), 0);
            (_, double low, double high) = exponent.Fit(point.Means, point.Errors);
            return !(low > 1) && !(high < 1);
        });
        // t with the fewest degrees of freedom, 29 of the 30 to 87 that Welch's would have: up to half a per cent too wide.
        double spread = 4 * Math.Sqrt(0.05 * 0.95 / Ladders);
        Assert.InRange((double)covered / Ladders, 0.95 - spread, 0.955 + spread);
    }

    [Theory]
    [InlineData(20, false)]
    [InlineData(20, true)]
    [InlineData(100, true)]
    public void BootstrapIntervalsCoverAtTheStatedRate(int replicas, bool isSkewed)
    {
        // 500 ladders: a binomial standard deviation is 1 per cent. The studentised bootstrap is second-order correct; one more per cent
        // for 20 replicas of a skewed law. A planted shift of 5 errors is missed by the interval nearly always.
        const int Ladders = 500;
        var draws = new LadderDraws(replicas, Sizes, [replicas, replicas, replicas], d => 1 + (5.0 / d), isSkewed);
        int limits = 0, coefficients = 0, shifted = 0;
        for (int i = 0; i < Ladders; i++)
        {
            SizeCurves[] curves = draws.Next();
            LadderFit line = LadderFit.OfMeans(curves.Select(Moments.Summarise), 2);
            var bootstrap = new StudentisedBootstrap([.. curves.Select(c => Designs.Means(c, 0))], Sizes, (ulong)i);
            LadderTime point = Point(curves, 0);
            (double low, double high) = bootstrap.Interval(line.Row(0), point.Coefficient(line, 0), 0);
            limits += low < 1 && 1 < high ? 1 : 0;
            double shift = 5 * point.Coefficient(line, 0).Error;
            shifted += low < 1 + shift && 1 + shift < high ? 1 : 0;
            (low, high) = bootstrap.Interval(line.Row(1), point.Coefficient(line, 1), 0);
            coefficients += low < 5 && 5 < high ? 1 : 0;
        }

        double spread = (4 * Math.Sqrt(0.05 * 0.95 / Ladders)) + (isSkewed && replicas < 50 ? 0.01 : 0);
        Assert.InRange((double)limits / Ladders, 0.95 - spread, 0.95 + spread);
        Assert.InRange((double)coefficients / Ladders, 0.95 - spread, 0.95 + spread);
        Assert.InRange(shifted, 0, 40);
    }

    [Theory]
    [InlineData(900)]
    [InlineData(2500)] // in blocks of three
    public void BootstrapIntervalsComeFromTheSeedAndAreThoseOfANormalLawWithManyReplicas(int replicas)
    {
        SizeCurves[] curves = new LadderDraws(2, Sizes, [replicas, replicas, replicas], d => 1 + (5.0 / d)).Next();
        double[][,] tables = [.. curves.Select(c => Designs.Means(c, 0))];
        LadderFit line = LadderFit.OfMeans(curves.Select(Moments.Summarise), 2);
        (double Value, double Error) limit = Point(curves, 2).Coefficient(line, 0);
        (double low, double high) = Interval(1);
        Assert.Equal((low, high), Interval(1));
        Assert.NotEqual((low, high), Interval(2));
        // 799 resamples: an end has a standard deviation of .094 errors; 4 of them.
        Assert.Equal(-1.96, (low - limit.Value) / limit.Error, 0.38);
        Assert.Equal(1.96, (high - limit.Value) / limit.Error, 0.38);

        (double, double) Interval(ulong seed) => new StudentisedBootstrap(tables, Sizes, seed).Interval(line.Row(0), limit, 2);
    }

    [Fact]
    public void ScaledVariancesTendToTheTrueOneWithinTheirErrors()
    {
        // 400 ladders of the exponential law: pulls of d var = 9 have a mean square of 1 within 4 sqrt(2/400) = .28 and some more for
        // their skewness; the limit of the ladder has 9 within 4 errors of its mean.
        const int Ladders = 400;
        var draws = new LadderDraws(8, Sizes, [200, 200, 200], d => 1 + (5.0 / d), isSkewed: true);
        ScaledVariance[] all = [.. Enumerable.Range(0, Ladders).Select(_ => Scaled(draws.Next()))];
        Assert.InRange(all.Average(v => Math.Pow((v.BySize[1][0] - 9) / v.ErrorBySize[1][0], 2)), 0.7, 1.6);
        Assert.Equal(9, all.Average(v => v.Limit[0]), 4 * all.Average(v => v.LimitError[0]) / Math.Sqrt(Ladders));
        double mean = all.Average(v => v.Limit[0]);
        double spread = Math.Sqrt(all.Average(v => Math.Pow(v.Limit[0] - mean, 2)));
        Assert.Equal(1, all.Average(v => v.LimitError[0]) / spread, 0.2);

        static ScaledVariance Scaled(SizeCurves[] curves) => ScaledVariances.Of(
            [.. curves.Select(c => Designs.Means(c, 0))], Sizes, [.. curves.Select(c => Moments.Summarise(c).Observables["q"])]);
    }

    private static LackOfFit Misfit(SizeCurves[] curves, int time)
    {
        LadderTime point = Point(curves, time);
        return LackOfFit.OfLine(
            [.. curves.Select(c => 1.0 / c.Size)], point.Means, point.Errors, [.. curves.Select(c => c.Replicas - 1)]);
    }

    private static LadderTime Point(SizeCurves[] curves, int time) =>
        LadderTime.Of([.. curves.Select(c => Moments.Summarise(c).Observables["q"])], LadderDraws.Times, time);
}
