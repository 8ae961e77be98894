using HighDimSgd.Flows;
using MathNet.Numerics.Distributions;

namespace HighDimSgd.Tests.Flows;

/// <summary>Orders of weak errors: of synthetic ladders, and those that the papers claim.</summary>
public sealed class FlowOrdersTests
{
    private static readonly double[] Rates = [0.2, 0.1, 0.05, 0.025];

    /// <summary>
    /// Of 400 ladders 5 % are allowed to miss; more than 38 would come with a chance of 1e-4. The fit's second term makes it hold for ladders that bend.
    /// </summary>
    [Theory]
    [InlineData(1, 0)]
    [InlineData(1, -1.5)]
    [InlineData(2, 0.5)]
    public void IntervalsCoverTheOrder(double order, double bend)
    {
        int missed = 0, least = 0;
        var random = new Random(3);
        double level = ChiSquared.InvCDF(1, 0.95);
        for (int i = 0; i < 400; i++)
        {
            double[] deviations = [.. Rates.Select(h => 0.01 * Math.Pow(h, order))];
            double[] errors = [.. Rates.Zip(deviations, (h, d) => (0.3 * Math.Pow(h, order) * (1 + (bend * h))) + (d * Normal.Sample(random, 0, 1)))];
            (double slope, double low, double high) = FlowOrders.Slope(Rates, errors, deviations, level);
            Assert.InRange(slope, low, high);
            missed += low > order || high < order ? 1 : 0;
            least += high < order + 0.5 ? 1 : 0;
        }

        Assert.InRange(missed, 0, 38);
        Assert.InRange(least, 380, 400);
    }

    /// <summary>
    /// Page B's table: SMF of order 2 with the eta/4 drift, 1 without; SME of order 2 for one point and 1 for two, with the limit 2 exp(-2) of the slope.
    /// </summary>
    [Fact]
    public void TwoPointErrorsHaveTheOrdersOfTheTable()
    {
        FlowExperiment experiment = FlowRuns.TwoPoints(0, 256 * FlowExperiment.Block) with
        {
            Rates = Rates,
            Batches = [1, 1, 1, 1],
            Algorithms = [FlowAlgorithm.Sgd, FlowAlgorithm.Smf1, FlowAlgorithm.Smf2, FlowAlgorithm.Sme2],
            Against = FlowAlgorithm.Sgd,
            Drive = FlowDrive.Samples,
            Statistics = ["xx", "xy"],
        };
        FlowResult result = FlowAnalysis.Of(experiment, FlowRuns.Blocks(experiment));
        FlowOrder Order(FlowAlgorithm algorithm, string statistic) => result.Orders.First(o => o.Algorithm == algorithm && o.Observable == statistic);
        Assert.True(result.Verdict.Status != "fail", result.Verdict.Why);
        Assert.InRange(Order(FlowAlgorithm.Smf2, "xy").Slope, 1.9, 2.1);
        Assert.Equal(-0.2535, Order(FlowAlgorithm.Smf2, "xy").Coefficient, 0.01);
        Assert.Equal(-0.61, Order(FlowAlgorithm.Smf2, "xx").Coefficient, 0.02);
        Assert.InRange(Order(FlowAlgorithm.Smf1, "xy").Slope, 0.9, 1.1);
        FlowOrder sme = Order(FlowAlgorithm.Sme2, "xy");
        Assert.InRange(sme.Low, 0.5, 1);
        Assert.InRange(sme.High, 1, 1.6);
        Assert.InRange((sme.Coefficient - (2 * Math.Exp(-2))) / sme.CoefficientError, -4, 4);
    }

    /// <summary>A flow without the eta/4 drift that is called one of order 2 is found out.</summary>
    [Fact]
    public void AMissingCorrectionIsFound()
    {
        double[] wrong = [.. Rates.Select(h => -0.14 * h)], deviations = [.. Rates.Select(_ => 1e-4)];
        Assert.True(FlowOrders.Slope(Rates, wrong, deviations, 10).High < 1.5);
    }
}
