using System.Globalization;
using System.Text.RegularExpressions;
using HighDimSgd.Results;
using HighDimSgd.Statistics;

namespace HighDimSgd.Tests.Statistics;

public sealed partial class LadderAdviceTests
{
    private static readonly int[] Sizes = [100, 200, 400];

    [Fact]
    public void AStrongLadderNeedsNone() => Assert.Null(Advise(150, [0.01, 0.01, 0.01]));

    [Fact]
    public void AMisfitIsSaidFirst() =>
        Assert.StartsWith("Limit + c/d does not describe these sizes (p = ", Advise(150, [0.01, 0.01, 0.01], bend: 5000), StringComparison.Ordinal);

    [Theory]
    [InlineData(10, 0.06, "No c/d is seen")]
    [InlineData(20, 0.015, "The exponent of c/d is not resolved")]
    public void TheAdvisedReplicasFindItFourTimesInFive(double c, double error, string head)
    {
        double[] errors = [.. Sizes.Select(d => error * Math.Sqrt(100.0 / d))];
        string advice = Advise(c, errors)!;
        Assert.StartsWith(head, advice, StringComparison.Ordinal);
        Match match = Factor().Match(advice);
        Assert.True(match.Success, advice);
        double factor = double.Parse(match.Groups[1].Value, CultureInfo.InvariantCulture);
        int[] replicas = [.. Sizes.Select(d => (int)Math.Round(20 * (match.Groups[3].Success && match.Groups[3].Value != $"{d}" ? 1 : factor)))];
        // Replicas of standard deviation 3/sqrt(d), so 20 of them have this error if c is scaled along.
        double scale = LadderDraws.Deviation / Math.Sqrt(100 * 20) / error;
        var draws = new LadderDraws(1, Sizes, replicas, d => 1 + (scale * c / d));
        const int Ladders = 300;
        int found = Enumerable.Range(0, Ladders).Count(_ => IsFound(draws.Next()));
        // 0.8, less what the errors of 20 replicas cost and the exponent's second end; 4 binomial standard deviations of .023.
        Assert.InRange((double)found / Ladders, 0.8 - 0.12, 0.8 + 0.1);

        bool IsFound(SizeCurves[] curves)
        {
            LadderTime point = LadderTime.Of([.. curves.Select(s => Moments.Summarise(s).Observables["q"])], LadderDraws.Times, 0);
            if (head[0] == 'N')
            {
                (double value, double deviation) = point.Coefficient(LadderFit.OfMeans(curves.Select(Moments.Summarise), 2), 1);
                return value > 1.96 * deviation;
            }

            (_, double low, double high) = new FreeExponent(Sizes, [.. replicas.Select(r => r - 1)]).Fit(point.Means, point.Errors);
            return double.IsFinite(low) && double.IsFinite(high);
        }
    }

    [Fact]
    public void WhatCannotBeReachedIsSaid() =>
        Assert.EndsWith("needs more than 100 times the replicas.", Advise(0.01, [1, 1, 1]), StringComparison.Ordinal);

    [GeneratedRegex(@"needs about ([0-9.]+) times the replicas at (every size|d = (\d+))\.")]
    private static partial Regex Factor();

    /// <summary>The advice on noise-free means 1 + c/d + bend/d^2 with the given errors of 20 replicas.</summary>
    private static string? Advise(double c, double[] errors, double bend = 0)
    {
        SizeCurves[] curves = [.. Sizes.Select((d, i) =>
        {
            var table = new double[20, 1];
            for (int r = 0; r < 20; r++)
                table[r, 0] = 1 + (c / d) + (bend / d / d) + ((r % 2 == 0 ? 1 : -1) * errors[i] * Math.Sqrt(19));
            return new SizeCurves(d, 2 * d, [1], ["q"], [table], []);
        })];
        return FiniteSize.Fit(curves, 1)["q"].Advice;
    }
}
