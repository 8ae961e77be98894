using HighDimSgd.Planning;
using HighDimSgd.Results;

namespace HighDimSgd.Tests.Planning;

/// <summary>Designs or replicas: the arithmetic against search, and the words.</summary>
public sealed class DesignAdviceTests
{
    [Theory]
    [InlineData(0.66, 0.34, 0.4, 0.3)]
    [InlineData(0.1, 0.9, 4, 0.3)]
    [InlineData(0.1, 0.9, 4, 1)]
    [InlineData(0.02, 0.98, 0.7, 0.2)]
    [InlineData(0.001, 1, 30, 0.5)]
    [InlineData(1, 1, 2.0, 1)]
    [InlineData(1, 1, 20, 0.25)]
    [InlineData(1, 1, 0.9, 0.1)]
    [InlineData(1, 0, 5, 0.3)]
    [InlineData(1, 1, 0, 0.3)]
    public void TheCheapestNumberIsThatOfASearch(double data, double noise, double costRatio, double together)
    {
        // The fewest whole designs that reach a variance of 1e-9, and what they and their runs cost, which go four by four.
        double Cost(int runs) => Math.Ceiling((data + (noise / runs)) / 1e-9) * (costRatio + (runs == 1 ? 1 : 4 * together * Math.Ceiling(runs / 4.0)));
        int best = Enumerable.Range(1, 1000).MinBy(Cost);
        DesignAdvice advice = Advice(data, noise, costRatio, together);
        Assert.Equal(Cost(best), Cost(advice.Best!.Value), 1e-7 * Cost(best));
        Assert.Equal(Cost(7) / Cost(best), advice.Cost(7) / advice.Cost(best), 1e-6);
        foreach (int runs in new[] { 3, 4, 5, 16 })
            Assert.Equal(together, DesignAdvice.TogetherOf(costRatio, runs, advice.Cost(runs) * (data + noise) / (advice.Cost(1) * (data + (noise / runs)))), 1e-9);
    }

    [Theory]
    [InlineData(90, 10, 0.1, 1, "noise is 10 ± 5 % of the variance of q, a new design costs 0.1 runs and one of several runs on it 0.3: 1 replica per design is cheapest.")]
    [InlineData(90, 10, 0.1, 5, "1 replica per design would give the same error in 0.48 of the time.")]
    [InlineData(66, 34, 0.4, 1, "4 replicas per design would give the same error in 0.85 of the time.")]
    [InlineData(10, 90, 4, 1, "of q, a new design costs 4 runs and one of several runs on it 0.3: 12 replicas per design would give the same error in 0.27 of the time.")]
    [InlineData(10, 90, 4, 12, "12 replicas per design are cheapest.")]
    [InlineData(-1, 90, 0.5, 2, "noise is 100 ± 5 % of the variance of q, a new design costs 0.5 runs and one of several runs on it 0.3: the more replicas per design the cheaper, down to 0.35 of the time.")]
    public void TheAdviceIsOnePlainLine(double data, double noise, double costRatio, int written, string expected)
    {
        string words = Advice(data, noise, costRatio, 0.3).Words("q", new(50, 100, [0, 2.5], ["q"], [], []), written);
        Assert.StartsWith("At d = 50 and t = 2.5, noise is ", words, StringComparison.Ordinal);
        Assert.EndsWith(expected, words, StringComparison.Ordinal);
    }

    // At t = 0 there is no variance.
    private static DesignAdvice Advice(double data, double noise, double costRatio, double together)
    {
        var components = new VarianceComponents([0, data], [0, 0.1], [0, noise], [0, 0.1], [double.NaN, data / (data + noise)], [double.NaN, 0.05]);
        Assert.Equal(1, DesignAdvice.WidestTime(components));
        return new(components, 1, costRatio, together);
    }
}
