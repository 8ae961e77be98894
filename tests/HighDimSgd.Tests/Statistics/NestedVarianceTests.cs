using HighDimSgd.Models;
using HighDimSgd.Results;
using HighDimSgd.Statistics;
using MathNet.Numerics.Distributions;
using MathNet.Numerics.Statistics;

namespace HighDimSgd.Tests.Statistics;

/// <summary>Variance components of made-up simulations whose components are known.</summary>
public sealed class NestedVarianceTests
{
    private const double Data = 1, Noise = 2;

    [Fact]
    public void BalancedDesignsGiveTheTableOfTheAnalysisOfVariance()
    {
        double[,] values = { { 3.1 }, { 2.7 }, { 3.9 }, { 5.2 }, { 4.4 }, { 5.1 }, { 1.0 }, { 2.2 }, { 1.9 }, { 4.0 }, { 4.6 }, { 2.9 } };
        double[][] groups = [.. Enumerable.Range(0, 4).Select(g => Enumerable.Range(0, 3).Select(i => values[(3 * g) + i, 0]).ToArray())];
        double within = groups.Average(g => g.Variance()), between = 3 * groups.Select(g => g.Average()).Variance();
        VarianceComponents components = NestedVariance.Of(values, Designs.Kept(Curves(values, 3)));
        Assert.Equal(within, components.Noise[0], 1e-12);
        Assert.Equal((between - within) / 3, components.Data[0], 1e-12);
        Assert.Equal(components.Data[0] / (components.Data[0] + within), components.Share[0], 1e-12);
        Assert.Equal(groups.Select(g => g.Average()).Variance() / 4, components.VarianceOfMean(0, 4, 3), 1e-12);
    }

    [Fact]
    public void ErrorsAreTheJackknifeOverDesigns()
    {
        // Unequal groups; every design is left out in turn by calling the estimator on the rest.
        double[,] values = Nested(new Random(2), 8, 4, heavy: true);
        int[][] designs = Designs.Kept(Curves(values, 4, 5, 6, 17));
        VarianceComponents all = NestedVariance.Of(values, designs);
        VarianceComponents[] without = [.. designs.Select((_, g) => NestedVariance.Of(values, [.. designs[..g], .. designs[(g + 1)..]]))];
        foreach ((double error, Func<VarianceComponents, double> estimate) in new (double, Func<VarianceComponents, double>)[]
            { (all.DataError[0], c => c.Data[0]), (all.NoiseError[0], c => c.Noise[0]), (all.ShareError[0], c => c.Share[0]) })
        {
            double[] estimates = [.. without.Select(estimate)];
            Assert.Equal(Math.Sqrt(7.0 * 7 / 8 * estimates.Variance()), error, 1e-10);
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void EstimatesAreUnbiasedAndTheirErrorsTrue(bool heavy)
    {
        // 1000 experiments of 60 designs of 4, of which some replicas are lost. Bounds: means at 4 standard errors; the mean of error^2
        // over the variance of the estimates, measured with relative error sqrt(2/1000) for normal estimates and 1.6 times that here,
        // at 4 of them, after the 1/60 by which a jackknife is too large. False alarm about 1e-4 each.
        const int Count = 1000;
        var random = new Random(heavy ? 6 : 5);
        VarianceComponents[] all = [.. Enumerable.Range(0, Count).Select(_ =>
        {
            double[,] values = Nested(random, 60, 4, heavy);
            return NestedVariance.Of(values, Designs.Kept(Curves(values, 4, 0, 1, 2, 3, 7, 21, 22, 39)));
        })];
        AssertTrue(Data, [.. all.Select(c => c.Data[0])], [.. all.Select(c => c.DataError[0])]);
        AssertTrue(Noise, [.. all.Select(c => c.Noise[0])], [.. all.Select(c => c.NoiseError[0])]);

        static void AssertTrue(double truth, double[] estimates, double[] errors)
        {
            double variance = estimates.Variance();
            Assert.Equal(truth, estimates.Average(), 4 * Math.Sqrt(variance / Count));
            Assert.Equal(1 + (1.0 / 60), errors.Average(e => e * e) / variance, 4 * 1.6 * Math.Sqrt(2.0 / Count));
        }
    }

    [Fact]
    public void WithoutVarianceOfTheDataHalfTheEstimatesAreNegative()
    {
        var random = new Random(9);
        int negative = Enumerable.Range(0, 400).Count(_ =>
        {
            double[,] values = Nested(random, 50, 3, heavy: false, data: 0);
            return NestedVariance.Of(values, Designs.Kept(Curves(values, 3))).Data[0] < 0;
        });
        // The F law's median is just below 1: probability .52; 5 binomial standard deviations.
        Assert.InRange(negative, 208 - 50, 208 + 50);
    }

    [Fact]
    public void EqualReplicasHaveNoNoiseAndOnesOwnDesignHasNoComponents()
    {
        double[,] equal = { { 0.1 }, { 0.1 }, { 0.1 }, { 0.7 }, { 0.7 }, { 0.7 }, { 0.4 }, { 0.4 }, { 0.4 } };
        SizeSummary summary = Moments.Summarise(Curves(equal, 3));
        VarianceComponents components = summary.VarianceComponents![Observables.Q];
        Assert.Equal((0.0, 0.0, 1.0), (components.Noise[0], components.NoiseError[0], components.Share[0]));
        Assert.Equal(0.09, components.Data[0], 1e-12);
        Assert.Equal(Math.Sqrt(0.03), summary.Observables[Observables.Q].Error[0], 1e-12);
        Assert.Null(Moments.Summarise(Curves(equal, 1)).VarianceComponents);
    }

    [Fact]
    public void ADesignWithoutReplicasIsLeftOutAndOneWithSomeCountsOnce()
    {
        double[,] values = { { 1 }, { 3 }, { double.NaN }, { double.NaN }, { 8 }, { double.NaN }, { 4 }, { 6 } };
        SizeSummary summary = Moments.Summarise(Curves(values, 2, 2, 3, 5));
        Curve q = summary.Observables[Observables.Q];
        Assert.Equal(5, q.Mean[0], 1e-14); // designs at 2, 8 and 5
        Assert.Equal(9, q.Variance[0], 1e-13);
        Assert.Equal(Math.Sqrt(3), q.Error[0], 1e-14);
        Assert.Equal((8, 3), (summary.Replicas, summary.Diverged.Count));
        Assert.Equal(2, summary.VarianceComponents![Observables.Q].Noise[0], 1e-13);
        Assert.Equal(double.NaN, NestedVariance.Of(values, [[0], [4], [6]]).Noise[0]);
        Assert.Equal(double.NaN, NestedVariance.Of(values, [[0, 1]]).Data[0]);
    }

    [Theory]
    [InlineData(0.5, 2, 8)]
    [InlineData(1, 30, 3)]
    [InlineData(3, 0.1, 0.2)]
    public void TheBestNumberOfReplicasIsTheCheapest(double data, double noise, double costRatio)
    {
        var components = new VarianceComponents([data], [0], [noise], [0], [0], [0]);
        double best = components.BestReplicasPerDesign(0, costRatio);
        int cheapest = Enumerable.Range(1, 200).MinBy(p => components.VarianceOfMean(0, 1, p) * (costRatio + p));
        Assert.InRange(cheapest, Math.Max(1, best - 1), best + 1);
        Assert.Equal(double.PositiveInfinity, (components with { Data = [-0.1] }).BestReplicasPerDesign(0, costRatio));
        Assert.Equal(1, (components with { Noise = [0] }).BestReplicasPerDesign(0, costRatio));
    }

    /// <summary>Normal values, or ones whose noise differs from design to design and whose designs have heavier tails.</summary>
    private static double[,] Nested(Random random, int designs, int perDesign, bool heavy, double data = Data)
    {
        var values = new double[designs * perDesign, 1];
        for (int g = 0; g < designs; g++)
        {
            // A Laplace law has variance 2 scale^2; noise of 0.5 or 1.5 times its mean variance.
            double own = heavy ? Laplace.Sample(random, 0, Math.Sqrt(data / 2)) : Normal.Sample(random, 0, Math.Sqrt(data));
            double variance = Noise * (!heavy ? 1 : random.Next(2) == 0 ? 0.5 : 1.5);
            for (int p = 0; p < perDesign; p++)
                values[(g * perDesign) + p, 0] = 10 + own + Normal.Sample(random, 0, Math.Sqrt(variance));
        }

        return values;
    }

    private static SizeCurves Curves(double[,] values, int perDesign, params int[] diverged) =>
        new(100, 200, [1.0], [Observables.Q], [values], diverged) { ReplicasPerDesign = perDesign };
}
