using HighDimSgd.Experiments;
using HighDimSgd.Simulation;

namespace HighDimSgd.Tests.Experiments;

/// <summary>Schedules: their shapes, and their place in the file.</summary>
public sealed class ScheduleTests
{
    private const string Algorithm = "{kind: sgf, temperature: 4.0, step: 0.2, horizon: 12.0}";

    [Fact]
    public void ShapesAreWhatTheyAreCalled()
    {
        const double T = 10;
        var step = new Schedule(ScheduleKind.Step) { Times = [2, 5], Factor = 0.1 };
        Assert.Equal([1, 1, 0.1, 0.1, 0.01], new[] { 0, 1.999, 2, 4.9, 5 }.Select(t => Math.Round(step.At(t, T), 12)));
        var linear = new Schedule(ScheduleKind.Polynomial) { Warmup = 2, End = 0.5 };
        Assert.Equal([0, 0.5, 1, 0.75, 0.5], new double[] { 0, 1, 2, 6, 10 }.Select(t => Math.Round(linear.At(t, T), 12)));
        Assert.Equal(0.2 + (0.8 * 0.125), new Schedule(ScheduleKind.Polynomial) { Power = 3, End = 0.2 }.At(5, T), 1e-12);
        var cosine = new Schedule(ScheduleKind.Cosine) { Warmup = 1, End = 0.1 };
        Assert.Equal([0.25, 1, 0.55, 0.1], new[] { 0.25, 1, 5.5, 10 }.Select(t => Math.Round(cosine.At(t, T), 12)));
        var table = new Schedule(ScheduleKind.Table) { Times = [1, 3, 4], Factors = [0.5, 1.5, 0] };
        Assert.Equal([0.5, 0.5, 1, 1.5, 0.75, 0, 0], new[] { 0, 1, 2, 3, 3.5, 4, 9 }.Select(t => Math.Round(table.At(t, T), 12)));
        Assert.Equal([0.3, 1, 1], new[] { 0.6, 2, 7 }.Select(t => Math.Round(new Schedule(ScheduleKind.Constant) { Warmup = 2 }.At(t, T), 12)));
    }

    [Fact]
    public void AStepTakesTheValueInItsMiddle()
    {
        AlgorithmSpec algorithm = new() { Kind = ClockKind.Gd, Step = 0.1, Steps = 100, RateSchedule = new(ScheduleKind.Constant) { Warmup = 4 } };
        Assert.Equal(0.0125, algorithm.RateFactor(0), 1e-15);
        // A linear rise is summed exactly, and a jump on a step's boundary falls on the next step whatever the rounding of k D.
        Assert.Equal(2, Enumerable.Range(0, 40).Sum(k => 0.1 * algorithm.RateFactor(k)), 1e-12);
        for (int k = 1; k < 100; k++)
        {
            AlgorithmSpec jumping = algorithm with { RateSchedule = new(ScheduleKind.Step) { Times = [Math.Round(k * 0.1, 1)], Factor = 0.5 } };
            Assert.Equal((1, 0.5), (jumping.RateFactor(k - 1), jumping.RateFactor(k)));
        }

        AlgorithmSpec online = AlgorithmSpec.Online(1, 2, 8) with { RateSchedule = new(ScheduleKind.Step) { Times = [4], Factor = 0.5 } };
        Assert.Equal((1, 0.5), (online.RateFactor(99, 50), online.RateFactor(100, 50)));
    }

    [Theory]
    [InlineData("rate: {kind: cosine, warmup: 1, end: 0.1}")]
    [InlineData("rate: {kind: polynomial, power: 2}, ridge: {kind: step, times: [3, 6], factor: 0.1}")]
    [InlineData("ridge: {kind: table, times: [0, 20], factors: [1, 0]}")]
    [InlineData("rate: {kind: constant, warmup: 2}")]
    public void WhatIsWrittenReadsBackEqual(string schedule)
    {
        Experiment e = Experiment.Parse(With(schedule), "f");
        Assert.Equal(e, e.Validate());
        Assert.False(e.Algorithm.IsSteady);
        Experiment none = Experiment.Parse(Samples.Text, "f");
        Assert.NotEqual(none, e);
        Assert.NotEqual(UnitStore.HashOfSimulation(none, "cpu"), UnitStore.HashOfSimulation(e, "cpu"));
        Assert.NotEqual(UnitStore.TheoryHash(none, "cpu"), UnitStore.TheoryHash(e, "cpu"));
    }

    [Fact]
    public void WithoutOneTheFileSaysNothingOfIt()
    {
        Experiment none = Experiment.Parse(Samples.Text, "f"), empty = Experiment.Parse(With(""), "f");
        Assert.Equal(none, empty);
        Assert.True(empty.Algorithm.IsSteady);
        Assert.DoesNotContain("schedule", none.ToJson().ToJsonString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("rate: {kind: cosine, warmup: 12}", "algorithm.schedule.rate.warmup: 12 does not end before the horizon; allowed: less than 12")]
    [InlineData("rate: {kind: cosin}", "did you mean 'cosine'?")]
    [InlineData("rate: {warmup: 1}", "algorithm.schedule.rate.kind: this key is missing")]
    [InlineData("rate: {kind: step, times: [3]}", "algorithm.schedule.rate.factor: this key is missing")]
    [InlineData("rate: {kind: step, times: [3, 12], factor: 0.1}", "12 is not before the horizon")]
    [InlineData("rate: {kind: step, times: [3, 2], factor: 0.1}", "does not ascend")]
    [InlineData("rate: {kind: table, times: [0, 3], factors: [1]}", "1 factors for 2 times; allowed: one for each time")]
    [InlineData("rate: {kind: table, times: [0, 3], factors: [1, -1]}", "'-1' is out of range")]
    [InlineData("rate: {kind: table, warmup: 1, times: [0], factors: [1]}", "warmup: kind 'table' does not take this key")]
    [InlineData("rat: {kind: cosine}", "did you mean 'rate'?")]
    public void WhatIsWrongIsRefusedInOneLine(string schedule, string part)
        => Assert.Contains(part, Samples.Refusal(With(schedule)), StringComparison.Ordinal);

    [Fact]
    public void ARidgeOfZeroHasNoSchedule() => Assert.Contains(
        "algorithm.schedule.ridge: there is nothing to schedule",
        Samples.Refusal(With("ridge: {kind: cosine}").Replace("ridge: 0.1", "ridge: 0", StringComparison.Ordinal)),
        StringComparison.Ordinal);

    private static string With(string schedule) =>
        Samples.With(Algorithm, Algorithm.Replace("}", $", schedule: {{{schedule}}}}}", StringComparison.Ordinal));
}
