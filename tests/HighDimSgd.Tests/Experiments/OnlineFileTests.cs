using HighDimSgd.Experiments;

namespace HighDimSgd.Tests.Experiments;

/// <summary>The algorithm <c>online</c> in an experiment file.</summary>
public sealed class OnlineFileTests
{
    private const string Text = """
        family: proportional
        name: sample
        model: {loss: squared, label: {kind: linear, noise: 0.5}}
        algorithm: {kind: online, batch: 2, rate: 1.5, horizon: 6}
        sizes: [30, 60]
        record: {points: 4}
        """;

    [Fact]
    public void ItReadsAndReadsBack()
    {
        Experiment e = Experiment.Parse(Text, "f");
        Assert.Equal(new double[] { 0, 2, 4, 6 }, e.Times());
        Assert.Equal([0, 40, 80, 120], e.RecordStepsAt(30));
        Assert.Equal((120, 240, 240), (e.Algorithm.StepsAt(30), e.Samples(30), e.Algorithm.StepsAt(60)));
        Assert.Equal(0.75, e.Algorithm.EffectiveTemperature(e.Aspect));
        string json = e.ToJson().ToJsonString();
        Assert.Contains("""
            "algorithm":{"kind":"online","batch":2,"rate":1.5,"horizon":6}
            """.Trim(), json, StringComparison.Ordinal);
        foreach (string key in new[] { "aspect", "\"theory\"", "compare", "step" })
            Assert.DoesNotContain(key, json, StringComparison.Ordinal);
        Assert.Equal(e, Experiment.Parse(json, "results.json"));
        Assert.Equal(e, e.Validate());
        Experiment uneven = Experiment.Parse(Text.Replace("points: 4", "times: [0, 0.33, 5.99]", StringComparison.Ordinal), "f");
        Assert.Equal([0, 7, 120], uneven.RecordStepsAt(30));
        Assert.Equal([0, 0.35, 6], uneven.Times(30).Select(t => Math.Round(t, 12)));
        Assert.Equal(uneven, uneven.Validate());
        Assert.NotEqual(e, uneven);
    }

    [Fact]
    public void TheReadyMadeExperimentLoads()
    {
        Experiment e = Experiment.Load(Samples.ReadyMade("online-limit.yaml"));
        Assert.Equal((ClockKind.Online, 2.0, 3), (e.Algorithm.Kind, e.Algorithm.EffectiveTemperature(e.Aspect), e.Sizes.Count));
        Assert.Equal(e.Times(), e.Times(50));
        Assert.Contains("online-limit", HighDimSgd.Experiments.ReadyMade.Names);
    }

    [Theory]
    [InlineData("sizes: [30, 60]", "sizes: [30, 60]\naspect: 2", "aspect: algorithm 'online' does not take this key")]
    [InlineData("sizes: [30, 60]", "sizes: [30, 60]\ncompare: [sgf]", "compare: algorithm 'online' does not take this key")]
    [InlineData("sizes: [30, 60]", "sizes: [30, 60]\ntheory: {paths: 1000}", "theory: algorithm 'online' does not take this key")]
    [InlineData("sizes: [30, 60]", "sizes: [30, 60]\nreplicas: 4\nreplicas_per_design: 2", "replicas_per_design: algorithm 'online' does not take this key")]
    [InlineData("rate: 1.5", "step: 0.1", "algorithm.step: kind 'online' does not take this key")]
    [InlineData("batch: 2, ", "", "algorithm.batch: this key is missing")]
    [InlineData("batch: 2", "batch: 0", "algorithm.batch: '0' is out of range")]
    [InlineData("rate: 1.5, horizon: 6", "rate: 0.05, horizon: 1000000", "allowed: at most 1000000000")]
    [InlineData("rate: 1.5", "rate: 200", "fall on the same iteration at d = 30")]
    [InlineData("points: 4", "times: [0, 7]", "7 is after the horizon 6")]
    [InlineData("points: 4", "points: 4, times: [0, 1]", "points and times are both given")]
    [InlineData("kind: online, batch: 2, rate: 1.5", "kind: gd, batch: 2, step: 0.1", "algorithm.batch: kind 'gd' does not take this key")]
    [InlineData("kind: online, batch: 2, rate: 1.5", "kind: gd, step: 0.1", "aspect: this key is missing")]
    public void WhatIsWrongIsRefusedInOneLine(string old, string by, string part)
        => Assert.Contains(part, Samples.Refusal(Text.Replace(old, by, StringComparison.Ordinal)), StringComparison.Ordinal);
}
