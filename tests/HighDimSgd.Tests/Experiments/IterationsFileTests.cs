using HighDimSgd.Experiments;
using HighDimSgd.Theory;

namespace HighDimSgd.Tests.Experiments;

/// <summary>The algorithms <c>sgd</c> and <c>svag</c> in an experiment file.</summary>
public sealed class IterationsFileTests
{
    private const string Text = """
        family: proportional
        name: sample
        model: {loss: squared, label: {kind: linear, noise: 0.5}}
        aspect: 2
        algorithm: {kind: svag, batch: 2, rate: 3, amplification: 4, horizon: 6}
        sizes: [30, 60]
        record: {points: 4}
        """;

    private static readonly string Sgd = Text.Replace("kind: svag, batch: 2, rate: 3, amplification: 4", "kind: sgd, batch: 2, rate: 3", StringComparison.Ordinal);

    [Theory]
    [InlineData("rate: {kind: step, times: [1.5, 2.25], factor: 0.1}", 0.1875)] // 32 steps; 30 of 0.2 have them inside
    [InlineData("rate: {kind: step, times: [1.6], factor: 0.1}", 0.2)]
    [InlineData("rate: {kind: step, times: [1.25, 1.3], factor: 0.1}", 0.05)] // four times as many
    [InlineData("rate: {kind: step, times: [1.2345], factor: 0.1}", 0.2, "sampling: reshuffle, ")] // no theory
    [InlineData("rate: {kind: cosine, warmup: 1.5}", 0.2)] // no jump
    public void StepsOfTheTheoryEndWhereASchedulesJumps(string schedule, double first, string more = "")
    {
        Experiment sgd = Experiment.Parse(Scheduled(schedule, more), "f");
        Assert.Equal(first, sgd.Theory.Steps[0], 1e-12);
        Assert.Equal(sgd, sgd.Validate());
    }

    [Theory]
    [InlineData("times: [1.2345]", "", "theory.steps: a schedule jumps at 1.2345, within a step of 0.2; allowed: the time 1.2 instead, or steps that meet all jumps and the horizon")]
    [InlineData("times: [1.5, 2.25]", "\ntheory: {steps: [0.2, 0.1, 0.05]}", "a schedule jumps at 1.5, within a step of 0.2; allowed: [0.1875, 0.09375, 0.046875], or other steps that meet all jumps")]
    [InlineData("times: [1, 1.1]", "\ntheory: {steps: [0.2, 0.1, 0.05]}\ncompare: [sgf]", "a schedule jumps at 1.1")]
    public void StepsThatAScheduleJumpsWithinAreRefused(string times, string more, string part) =>
        Assert.Contains(part, Samples.Refusal(Scheduled($"rate: {{kind: step, {times}, factor: 0.1}}") + more), StringComparison.Ordinal);

    private static string Scheduled(string schedule, string more = "") =>
        Sgd.Replace("horizon: 6", $"{more}horizon: 6, schedule: {{{schedule}}}", StringComparison.Ordinal);

    [Fact]
    public void TheyReadAndReadBack()
    {
        Experiment svag = Experiment.Parse(Text, "f"), sgd = Experiment.Parse(Sgd, "f");
        Assert.Equal(new double[] { 0, 2, 4, 6 }, svag.Times());
        Assert.Equal([0, 80, 160, 240], svag.RecordStepsAt(30));
        Assert.Equal([0, 20, 40, 60], sgd.RecordStepsAt(30));
        Assert.Equal((0.025, 0.1), (svag.Algorithm.StepAt(30), sgd.Algorithm.StepAt(30)));
        Assert.Equal((1.5, 1.5), (svag.Algorithm.EffectiveTemperature(2), sgd.Algorithm.EffectiveTemperature(2)));
        Assert.Equal((60, 4, 2), (sgd.Samples(30), svag.Algorithm.SamplesPerIteration, sgd.Algorithm.SamplesPerIteration));
        string json = svag.ToJson().ToJsonString();
        Assert.Contains("""
            "algorithm":{"kind":"svag","amplification":4,"batch":2,"rate":3,"sampling":"replacement","horizon":6}
            """.Trim(), json, StringComparison.Ordinal);
        Assert.Equal(svag, Experiment.Parse(json, "results.json"));
        Assert.Equal(sgd, sgd.Validate());
        Assert.Equal([0.2, 0.1, 0.05], sgd.Theory.Steps);
        Assert.Contains("\"steps\":[0.2,0.1,0.05]", json, StringComparison.Ordinal);
        Assert.NotEqual(sgd, Experiment.Parse(Sgd.Replace("rate: 3", "rate: 3, sampling: reshuffle", StringComparison.Ordinal), "f"));
        Assert.Equal([0, 0.1, 6], Experiment.Parse(Sgd.Replace("points: 4", "times: [0, 0.06, 6]", StringComparison.Ordinal), "f").Times(30).Select(t => Math.Round(t, 12)));
    }

    [Theory]
    [InlineData("aspect: 2\n", "", "aspect: this key is missing")]
    [InlineData("rate: 3, ", "", "algorithm.rate: this key is missing")]
    [InlineData("rate: 3", "step: 0.1", "algorithm.step: kind 'svag' does not take this key")]
    [InlineData("rate: 3", "temperature: 2", "algorithm.temperature: kind 'svag' does not take this key")]
    [InlineData("amplification: 4, ", "", "algorithm.amplification: this key is missing")]
    [InlineData("kind: svag", "kind: sgd", "algorithm.amplification: kind 'sgd' does not take this key")]
    [InlineData("rate: 3", "rate: 3, sampling: shuffle", "algorithm.sampling: 'shuffle' is unknown, did you mean 'reshuffle'?")]
    [InlineData("batch: 2", "batch: 61, sampling: without-replacement", "algorithm.batch: 61 is more than the 60 samples at d = 30")]
    [InlineData("rate: 3, amplification: 4, horizon: 6", "rate: 0.05, amplification: 400, horizon: 10000", "allowed: at most 1000000000")]
    [InlineData("rate: 3, amplification: 4", "rate: 500, amplification: 1", "fall on the same iteration at d = 30")]
    [InlineData("sizes: [30, 60]", "sizes: [30, 60]\ntheory: {steps: [0.2, 0.1]}", "theory.steps: the list has 2 values")]
    [InlineData("sizes: [30, 60]", "sizes: [30, 60]\ntheory: {steps: [0.2, 0.1, 0.04]}", "each step must be half of the one before; allowed: [0.2, 0.1, 0.05]")]
    [InlineData("sizes: [30, 60]", "sizes: [30, 60]\ntheory: {steps: [0.7, 0.35, 0.175]}", "the horizon 6 is not a whole number of steps of 0.7")]
    [InlineData("rate: 3, amplification: 4, horizon: 6}", "rate: 0.02, amplification: 40, horizon: 1}\ntheory: {steps: [0.2, 0.1, 0.05]}", "the clock cannot be drawn at the last step 0.05")]
    [InlineData("sizes: [30, 60]", "sizes: [30, 60]\ndesign: {storage: int8}", "design.storage: 'int8' needs an algorithm that passes all samples in every step, here it is 'svag'")]
    [InlineData("aspect: 2", "aspect: 2.01", "aspect times d must be whole at every size")]
    [InlineData("kind: svag, batch: 2, rate: 3, amplification: 4", "kind: gd, step: 0.1, sampling: reshuffle", "algorithm.sampling: kind 'gd' does not take this key")]
    public void WhatIsWrongIsRefusedInOneLine(string old, string by, string part)
        => Assert.Contains(part, Samples.Refusal(Text.Replace(old, by, StringComparison.Ordinal)), StringComparison.Ordinal);

    [Fact]
    public void FurtherAmplificationsAreTheoriesOfTheirOwn()
    {
        string ladder = Text + "\ntheory: {amplifications: [1, 4, 16]}\ncompare: [sgf]";
        Experiment svag = Experiment.Parse(ladder, "f");
        Assert.Equal(["sgf", "two-clock-1", "two-clock-16"], svag.Further.Select(e => e.TheoryName));
        Assert.Equal([4, 1, 16], svag.Further.Select(e => e.Algorithm.Amplification));
        Assert.All(svag.Further, e => Assert.Equal(svag.Limit!.Algorithm.Step, e.Algorithm.Step));
        Assert.Equal("two-clock", svag.Limit!.TheoryName);
        Assert.Equal(svag, Experiment.Parse(svag.ToJson().ToJsonString(), "results.json"));
        Assert.Equal(3 * 4, SweepRun.All(svag).Select(run => run.Name).Distinct().Count());

        // At this temperature the largest amplification, not its own, bounds the steps that can be drawn.
        string cold = ladder.Replace("rate: 3", "rate: 0.02", StringComparison.Ordinal);
        Assert.True(Experiment.Parse(cold, "f").Theory.Steps[0] < Experiment.Parse(cold.Replace(", 16]", "]", StringComparison.Ordinal), "f").Theory.Steps[0]);
        Assert.Contains("'sgd' has no ladder to the flow; only 'svag' takes this key", Samples.Refusal(Sgd + "\ntheory: {amplifications: [2]}"), StringComparison.Ordinal);
        Assert.Contains("theory.amplifications", Samples.Refusal(Text + "\ntheory: {amplifications: [8, 2]}"), StringComparison.Ordinal);
    }

    [Fact]
    public void OnlyIterationsTakeStepsOfTheTheoryAndOnlineRecordsNoFourthMoment()
    {
        Assert.Contains("only 'sgd' and 'svag' take this key", Samples.Refusal(Samples.With("sweeps: 32", "sweeps: 32, steps: [0.2, 0.1, 0.05]")), StringComparison.Ordinal);
        string online = Sgd.Replace("kind: sgd", "kind: online", StringComparison.Ordinal).Replace("aspect: 2\n", "", StringComparison.Ordinal);
        Assert.Contains("record.also: 'grad4' is a mean over the training samples", Samples.Refusal(
            online.Replace("points: 4", "points: 4, also: [grad4]", StringComparison.Ordinal)), StringComparison.Ordinal);
    }
}
