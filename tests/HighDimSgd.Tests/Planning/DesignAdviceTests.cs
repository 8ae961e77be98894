using HighDimSgd.Planning;
using HighDimSgd.Results;

namespace HighDimSgd.Tests.Planning;

/// <summary>Designs or replicas: the arithmetic against search, and the words.</summary>
public sealed class DesignAdviceTests
{
    [Theory]
    [InlineData(0.66, 0.34, 0.4)]
    [InlineData(0.1, 0.9, 4)]
    [InlineData(0.02, 0.98, 0.7)]
    [InlineData(0.001, 1, 30)]
    [InlineData(1, 1, 2.0)]
    [InlineData(1, 1, 2.01)]
    [InlineData(1, 0, 5)]
    [InlineData(1, 1, 0)]
    public void TheCheapestNumberIsThatOfASearch(double data, double noise, double costRatio)
    {
        // The fewest whole designs that reach a variance of 1e-9, and what they and their runs cost.
        double Cost(int runs) => Math.Ceiling((data + (noise / runs)) / 1e-9) * (costRatio + runs);
        int best = Enumerable.Range(1, 1000).MinBy(Cost);
        DesignAdvice advice = Advice(data, noise, costRatio);
        Assert.Equal(Cost(best), Cost(advice.Best!.Value), 1e-7 * Cost(best));
        Assert.Equal(Cost(7) / Cost(best), advice.Cost(7) / advice.Cost(best), 1e-6);
    }

    [Theory]
    [InlineData(66, 34, 0.4, 1, "noise is 34 ± 5 % of the variance of q and a new design costs 0.4 runs: 1 replica per design is cheapest.")]
    [InlineData(66, 34, 0.4, 5, "1 replica per design would give the same error in 0.36 of the time.")]
    [InlineData(10, 90, 4, 1, "noise is 90 ± 5 % of the variance of q and a new design costs 4 runs: 6 replicas per design would give the same error in 0.5 of the time.")]
    [InlineData(10, 90, 4, 6, "6 replicas per design are cheapest.")]
    [InlineData(-1, 90, 0.5, 2, "noise is 100 ± 5 % of the variance of q and a new design costs 0.5 runs: the more replicas per design the cheaper, down to 0.8 of the time.")]
    public void TheAdviceIsOnePlainLine(double data, double noise, double costRatio, int written, string expected)
    {
        string words = Advice(data, noise, costRatio).Words("q", new(50, 100, [0, 2.5], ["q"], [], []), written);
        Assert.StartsWith("At d = 50 and t = 2.5, noise is ", words, StringComparison.Ordinal);
        Assert.EndsWith(expected, words, StringComparison.Ordinal);
    }

    // At t = 0 there is no variance.
    private static DesignAdvice Advice(double data, double noise, double costRatio)
    {
        var components = new VarianceComponents([0, data], [0, 0.1], [0, noise], [0, 0.1], [double.NaN, data / (data + noise)], [double.NaN, 0.05]);
        Assert.Equal(1, DesignAdvice.WidestTime(components));
        return new(components, 1, costRatio);
    }
}
