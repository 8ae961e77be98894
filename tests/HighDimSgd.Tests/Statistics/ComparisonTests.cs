using HighDimSgd.Models;
using HighDimSgd.Results;
using HighDimSgd.Statistics;

namespace HighDimSgd.Tests.Statistics;

public sealed class ComparisonTests
{
    private static Verdict Run(Random random, double coefficient, double shift = 0, int replicas = 50, double theoryError = 0) =>
        Comparison.Compare(SyntheticLadder.Experiment, SyntheticLadder.Theory(theoryError), [.. SyntheticLadder.Sizes.Select(
            d => SyntheticLadder.Curves(random, d, replicas, coefficient, shift))]);

    [Fact]
    public void LimitDeviationsHaveUnitVarianceWhateverTheSlope()
    {
        // 2000 ladders x 4 deviations. Errors are estimated from 200 replicas, which adds about 1 % to the mean square. Its
        // standard deviation is sqrt(2/8000) = .016: false alarm at +-.09 below 1e-5. Beyond 1.96: 5 % +- 5 x .25 %.
        var random = new Random(7);
        var deviations = new List<double>();
        for (var ladder = 0; ladder < 2000; ladder++)
        {
            var limit = Run(random, coefficient: 10, replicas: 200).Checks.Where(c => c.Size is null);
            deviations.AddRange(limit.SelectMany(c => c.Deviations.Skip(1)));
        }

        Assert.Equal(8000, deviations.Count);
        Assert.Equal(0, deviations.Average(), 5 / Math.Sqrt(8000));
        Assert.Equal(1.01, deviations.Average(z => z * z), 0.08);
        Assert.Equal(0.052, deviations.Count(z => Math.Abs(z) > 1.96) / 8000.0, 0.0125);
    }

    [Fact]
    public void AShiftOfFiveStandardErrorsIsSeen()
    {
        // Limit error of this ladder: from the design of the fit, 5 sqrt(1/50) (variance 25/(50 d) by size).
        double[] weights = [.. SyntheticLadder.Sizes.Select(d => 2.0 * d)];
        var total = weights.Sum();
        var centre = weights.Zip(SyntheticLadder.Sizes, (w, d) => w / d).Sum() / total;
        var spread = weights.Zip(SyntheticLadder.Sizes, (w, d) => w * (1.0 / d - centre) * (1.0 / d - centre)).Sum();
        var error = Math.Sqrt(1 / total + centre * centre / spread);
        var random = new Random(11);
        var seen = Enumerable.Range(0, 500).Count(_ => Run(random, 10, 5 * error).Checks
            .Single(c => c.Size is null && c.Observable == Observables.Q).Deviations[1] > 3);
        // Probability .977 each, about .97 with estimated weights; 5 binomial standard deviations below.
        Assert.InRange(seen, 466, 500);
    }

    [Fact]
    public void StandardErrorsCombineAndAWeakLadderIsUnresolved()
    {
        var verdict = Run(new Random(3), 0, theoryError: 0.4);
        var size = Moments.Summarise(SyntheticLadder.Curves(new Random(3), 100, 50, 0)).Observables[Observables.Q];
        var check = verdict.Checks[0];
        Assert.Equal((100, Observables.Q), (check.Size, check.Observable));
        Assert.Equal((size.Mean[1] - 2) / Math.Sqrt(size.Error[1] * size.Error[1] + 0.16), check.Deviations[1], 1e-9);
        Assert.Equal(0, check.Deviations[0]);
        Assert.All(verdict.Checks, c => Assert.True(c.P is >= 0 and <= 1 && c.Detectable > 0 && c.Statistic > 0));
        Assert.Equal([100, 100, 200, 200, 400, 400, null, null], verdict.Checks.Select(c => c.Size));
        Assert.Equal("unresolved", verdict.Status);
        Assert.Contains("could not have seen", verdict.Why, StringComparison.Ordinal);
    }

    [Fact]
    public void DivergedReplicasAndARefusedTheoryAreNamed()
    {
        var curves = SyntheticLadder.Curves(new Random(5), 200, 50, 0, 0, 4, 9, 30);
        var refused = new TheoryResult(TheoryResult.Refused, "the covariance is singular", "gd", [], new Dictionary<string, Curve>());
        var verdict = Comparison.Compare(SyntheticLadder.Experiment, refused, [curves]);
        Assert.Empty(verdict.Checks);
        Assert.Contains("At d = 200, 3 of 50 replicas diverged (6 %)", verdict.Why, StringComparison.Ordinal);
        Assert.Contains("the covariance is singular", verdict.Why, StringComparison.Ordinal);
    }

    [Fact]
    public void AnUnequalStartIsAFiniteDeviationAndNamed()
    {
        var theory = SyntheticLadder.Theory();
        theory.Observables[Observables.Q].Mean[0] = 1.5;
        var verdict = Comparison.Compare(SyntheticLadder.Experiment, theory, [SyntheticLadder.Curves(new Random(5), 200, 50, 0)]);
        Assert.Equal(-0.5 / 3e-6, verdict.Checks[0].Deviations[0], 1);
        Assert.Contains("q at t = 0, d = 200", verdict.Why, StringComparison.Ordinal);
    }

    [Fact]
    public void ReplicasThatAgreeByChanceAreNoExactValue()
    {
        // At the smallest size every replica has the value 2.5 at the second time, where the theory has 2 +- 0.4: no row fails for it.
        SizeCurves[] curves = [.. SyntheticLadder.Sizes.Select(d => SyntheticLadder.Curves(new Random(d), d, 50, 0))];
        for (int r = 0; r < 50; r++)
            curves[0].Values[0][r, 1] = 2.5;
        Verdict verdict = Comparison.Compare(SyntheticLadder.Experiment, SyntheticLadder.Theory(0.4), curves);
        Assert.NotEqual("fail", verdict.Status);
        Assert.DoesNotContain("without variance", verdict.Why, StringComparison.Ordinal);
        // A theory without error is contradicted.
        Assert.Equal("fail", Comparison.Compare(SyntheticLadder.Experiment, SyntheticLadder.Theory(0), curves).Status);
    }
}
