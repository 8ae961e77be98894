using HighDimSgd.Planning;
using HighDimSgd.Statistics;

namespace HighDimSgd.Tests.Planning;

/// <summary>Allocation of replicas over a ladder, against the fit of the ladder itself and against search.</summary>
public sealed class LadderTests
{
    private static readonly int[] Sizes = [100, 200, 400];

    [Theory]
    [InlineData(10, 10, 10)]
    [InlineData(200, 20, 70)]
    public void TheVarianceIsThatOfTheLaddersFit(double first, double second, double third)
    {
        double[] replicas = [first, second, third];
        double error = FitError(replicas);
        Assert.Equal(error * error, new Ladder(Sizes).Variance(replicas), 1e-12);
        double[] weights = new Ladder(Sizes).Weights(replicas);
        Assert.Equal(1, weights.Sum(), 1e-12);
        Assert.Equal(0, weights.Zip(Sizes, (w, d) => w / d).Sum(), 1e-12);
    }

    [Fact]
    public void EqualNumbersAreTheFewest()
    {
        const double Goal = 1e-4;
        long[] numbers = new Ladder(Sizes).Equal(Goal);
        Assert.Single(numbers.Distinct());
        Assert.InRange(FitError([.. numbers.Select(n => (double)n)]), 0, Math.Sqrt(Goal));
        Assert.True(FitError([.. numbers.Select(n => n - 1.0)]) > Math.Sqrt(Goal));
    }

    [Theory]
    [InlineData(2e-4, 1, 4, 16)]
    [InlineData(2e-4, 1, 1, 1)]
    [InlineData(2e-4, 1, 20, 21)]
    [InlineData(5e-5, 1, 2, 1000)]
    [InlineData(1e-3, 1, 4, 16)]
    [InlineData(2e-6, 1, 4, 16)]
    [InlineData(2e-6, 1, 20, 21)]
    public void TheCheapestNumbersAreThoseOfASearch(double goal, double first, double second, double third)
    {
        double[] costs = [first, second, third];
        long[] numbers = new Ladder(Sizes).Cheapest(goal, costs);
        Assert.All(numbers, n => Assert.True(n >= Ladder.Least));
        Assert.InRange(FitError([.. numbers.Select(n => (double)n)]), 0, Math.Sqrt(goal) * (1 + 1e-12));
        double cost = numbers.Zip(costs, (n, c) => n * c).Sum(), found = Search(goal, costs);
        // Whole numbers cost up to a replica of each size more.
        Assert.InRange(cost, 0, (1.002 * found) + costs.Sum());
    }

    [Fact]
    public void FarFromTheFloorTheClosedFormHolds()
    {
        // Cost d^2: the smallest and the largest size carry the limit, w ~ d, so that R ~ |w| sd / sqrt(cost) = d^-1/2.
        long[] numbers = new Ladder(Sizes).Cheapest(1e-8, [1, 4, 16]);
        Assert.Equal(2, (double)numbers[0] / numbers[2], 0.01);
        Assert.Equal(Ladder.Least, numbers[1]);
    }

    [Fact]
    public void WithoutALimitEverySizeReachesTheGoalByItself()
    {
        var ladder = new Ladder([100, 400]);
        Assert.Equal([100, 100], ladder.Equal(1e-4));
        Assert.Equal([100, 25], ladder.Cheapest(1e-4, [1, 16]));
    }

    /// <summary>The least cost over a grid of the first two numbers, the third by bisection.</summary>
    private static double Search(double goal, double[] costs)
    {
        double best = double.MaxValue;
        for (double first = Ladder.Least; first < 1e5; first *= 1.02)
        {
            for (double second = Ladder.Least; second < 1e5; second *= 1.02)
            {
                if ((costs[0] * first) + (costs[1] * second) > best)
                    break;
                (double low, double high) = (Ladder.Least, 1e6);
                if (Variance(first, second, high) > goal)
                    continue;
                for (int i = 0; i < 40; i++)
                {
                    double middle = (low + high) / 2;
                    (low, high) = Variance(first, second, middle) > goal ? (middle, high) : (low, middle);
                }

                best = Math.Min(best, (costs[0] * first) + (costs[1] * second) + (costs[2] * high));
            }
        }

        return best;
    }

    /// <summary>Variance of the intercept of a weighted line through three points at 1/d: the corner of the inverse of X^T W X.</summary>
    private static double Variance(params double[] replicas)
    {
        double a = 0, b = 0, c = 0;
        for (int i = 0; i < Sizes.Length; i++)
        {
            double weight = replicas[i] * Sizes[i], x = 1.0 / Sizes[i];
            (a, b, c) = (a + weight, b + (weight * x), c + (weight * x * x));
        }

        return c / ((a * c) - (b * b));
    }

    private static double FitError(double[] replicas)
    {
        double[] weights = [.. Sizes.Select((d, i) => d * replicas[i])];
        double[] errors = [.. weights.Select(w => 1 / Math.Sqrt(w))];
        return LadderFit.Combine(new LadderFit(Sizes, weights, 2).Row(0), errors, errors).Error;
    }
}
