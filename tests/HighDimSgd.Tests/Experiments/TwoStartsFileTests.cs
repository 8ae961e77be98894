using HighDimSgd.Experiments;
using HighDimSgd.Models;
using HighDimSgd.Simulation;

namespace HighDimSgd.Tests.Experiments;

/// <summary>starts and second_start in experiment files.</summary>
public class TwoStartsFileTests
{
    [Fact]
    public void StartsAreIndependentUnlessToldOtherwise()
    {
        Experiment one = Experiment.Parse(Samples.Text, "f"), two = Experiment.Parse(Samples.Text + "\nstarts: 2", "f");
        Assert.Null(one.Second);
        Assert.Equal(one, Experiment.Parse(Samples.Text + "\nstarts: 1", "f"));
        Assert.DoesNotContain("start\"", one.ToJson().ToJsonString().Replace("\"start\"", "", StringComparison.Ordinal), StringComparison.Ordinal);
        Assert.Equal(new SecondStart(1, 0, 0), two.Second);
        Assert.Equal(two, two.Validate());
        Experiment given = Experiment.Parse(
            Samples.With("overlap: 0.0", "overlap: 0.5") + "\nstarts: 2\nsecond_start: {norm: 2, clock: independent}", "f");
        Assert.Equal(new SecondStart(2, 0.5, 0.25, true), given.Second);
        Assert.Equal(given, given.Validate());
        Assert.Equal(4, new[] { one, two, given, given with { Second = given.Second! with { Between = 0.3 } } }
            .Select(e => UnitStore.HashOfSimulation(e with { Model = one.Model }, "cpu")).Distinct().Count());
        Assert.Equal(["q", "m", "train_loss", "train_error", "test_loss", "test_error", "grad2"], Observables.Of(one));
        Assert.Equal([.. Observables.Of(one), .. Observables.Of(one).Select(o => o + "_2"), "q_12", "distance"], Observables.Of(two));
        Assert.Equal(DesignStorage.Float32, two.Design.Storage);
    }

    [Theory]
    [InlineData("second_start: {norm: 2}", "second_start: there is no second start unless starts is 2")]
    [InlineData("starts: 3", "starts: '3' is out of range; allowed: a whole number from 1 to 2")]
    [InlineData("starts: 2\nsecond_start: {overlap: 1.1}", "second_start.overlap: 1.1 is beyond Cauchy-Schwarz")]
    [InlineData("starts: 2\nsecond_start: {between: 1.1}", "second_start.between: 1.1 is beyond what norms and overlaps leave; allowed: -1 to 1")]
    [InlineData("starts: 2\nsecond_start: {between: 1}", "second_start.clock: the two starts are one and the same")]
    [InlineData("starts: 2\nsecond_start: {clock: same}", "second_start.clock: 'same' is unknown")]
    [InlineData("starts: 2\nsecond_start: {nrm: 1}", "second_start: unknown key 'nrm', did you mean 'norm'?")]
    public void WhatDoesNotFitIsRefused(string lines, string part) =>
        Assert.Contains(part, Samples.Refusal($"{Samples.Text}\n{lines}"), StringComparison.Ordinal);

    [Theory]
    [InlineData("storage: auto", "storage: matrix-free", "design.storage: 'matrix-free' needs a single start, here starts is 2; allowed: auto or float32")]
    [InlineData("sizes: [250, 500, 1000]", "sizes: [2, 500]", "sizes: 2 has no room for a teacher and two starts; allowed with starts: 2: 3 or more")]
    public void WhatHasOneStartRefusesTwo(string old, string by, string part) =>
        Assert.Contains(part, Samples.Refusal(Samples.With(old, by) + "\nstarts: 2"), StringComparison.Ordinal);

    [Fact]
    public void OnlineHasNone() => Assert.Contains(
        "starts: algorithm 'online' does not take this key",
        Samples.Refusal("family: proportional\nmodel: {loss: squared, label: {kind: linear, noise: 0.5}}\nalgorithm: {kind: online, rate: 1, batch: 1, horizon: 1}\nsizes: [10]\nstarts: 2"),
        StringComparison.Ordinal);

    [Fact]
    public void ClocksWithoutNoiseAreOneAndTheSame()
    {
        string Gd(string second) => "family: proportional\nmodel: {loss: squared, label: {kind: linear, noise: 0.5}}\naspect: 2\nalgorithm: {kind: gd, step: 0.2, horizon: 1}\nsizes: [10]\nstarts: 2\n"
            + $"second_start: {{clock: independent, between: {second}}}";
        Assert.Contains("second_start.between: the two starts are one and the same, and without noise of the clock they stay so", Samples.Refusal(Gd("1")), StringComparison.Ordinal);
        Assert.Equal(new SecondStart(1, 0, 0.5), Experiment.Parse(Gd("0.5"), "f").Second);
    }

    [Fact]
    public void MomentumWithTooManyDefaultStepsIsRefused()
    {
        string Sgd(string more) => "family: proportional\nmodel: {loss: squared, label: {kind: linear, noise: 0.5}}\naspect: 2\nalgorithm: {kind: sgd, batch: 1, rate: 0.01, horizon: 1, momentum: 0.999}\nsizes: [10]\n" + more;
        Assert.Contains("algorithm.momentum: 0.999 makes the theory's steps 0.0002 long, 5000 to the horizon", Samples.Refusal(Sgd("")), StringComparison.Ordinal);
        Assert.Equal(0.02, Experiment.Parse(Sgd("theory: {steps: [0.02, 0.01, 0.005]}"), "f").Theory.Steps[0]);
    }

    [Fact]
    public void TheSameStartTwiceNeedsClocksOfItsOwn() => Assert.Equal(
        new SecondStart(1, 0, 1, true),
        Experiment.Parse(Samples.Text + "\nstarts: 2\nsecond_start: {between: 1, clock: independent}", "f").Second);
}
