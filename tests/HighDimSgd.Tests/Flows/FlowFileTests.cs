using System.Text.Json.Nodes;
using HighDimSgd.Experiments;
using HighDimSgd.Flows;

namespace HighDimSgd.Tests.Flows;

/// <summary>Experiment files of the family <c>flow</c>: what they say, and what they say wrongly.</summary>
public class FlowFileTests
{
    public static TheoryData<string> Files => [.. FlowSamples.All];

    [Fact]
    public void EveryKeyArrivesInItsPlace()
    {
        FlowExperiment e = FlowExperiment.Parse(FlowSamples.TwoPoints, "other.yaml");
        Assert.Equal(("two-points", 7UL), (e.Name, e.Seed));
        Assert.Equal(new MultiplicativeNoise(), e.Problem);
        Assert.Null(e.Data);
        Assert.Equal([[1.0], [-1.0]], e.Starts);
        Assert.Equal([FlowAlgorithm.Sgd, FlowAlgorithm.Smf1, FlowAlgorithm.Smf2, FlowAlgorithm.Sme2], e.Algorithms);
        Assert.Equal(FlowAlgorithm.Sgd, e.Against);
        Assert.Equal([0.25, 0.125, 0.0625], e.Rates);
        Assert.Equal([1, 1, 1], e.Batches);
        Assert.Equal((FlowDrive.Samples, 1), (e.Drive, e.Substeps));
        Assert.Equal(5 * FlowExperiment.Block, e.Replicas); // 20 000 in whole blocks of 4096
        Assert.Equal([0, 0.5, 1], e.Times);
        Assert.Equal(["xx", "xy", "sin_xy"], e.Statistics);
        Assert.Equal(new VerdictSpec(0.01, 0.1), e.Verdict);
        Assert.Null(e.Stationarity);
        Assert.Equal(12, e.Runs.Count());
    }

    [Fact]
    public void MissingKeysTakeTheirDefaults()
    {
        FlowExperiment e = FlowExperiment.Parse("{family: flow, problem: multiplicative, starts: [1, 2], algorithms: [smf2, sgd], rates: [0.1], horizon: 1}", "folder/short.yaml");
        Assert.Equal(("short", 1UL), (e.Name, e.Seed));
        Assert.Equal(FlowAlgorithm.Smf2, e.Against);
        Assert.Equal([1], e.Amplifications);
        Assert.Equal((FlowDrive.Gaussian, 65_536), (e.Drive, e.Replicas));
        Assert.Equal([0, 1], e.Times);
        Assert.Equal(["xx", "yy", "xy"], e.Statistics);
        Assert.Equal(2 * FlowExperiment.Block, FlowExperiment.Parse(FlowSamples.With(FlowSamples.TwoPoints, "20000", "1"), "f").Replicas);
    }

    [Fact]
    public void LaddersOfSvagHaveARunPerAmplification()
    {
        FlowExperiment e = FlowExperiment.Parse(FlowSamples.Ladder, "ladder.yaml");
        Assert.Equal([[1.0, 0, -1], [0.5, 0.5, 0.5]], e.Starts);
        Assert.Equal(["smf1_batch2_rate0.4", "svag_l1_batch2_rate0.4", "svag_l2_batch2_rate0.4", "svag_l4_batch2_rate0.4"], e.Runs.Select(r => r.Name));
        Assert.Equal([0, 20], e.Runs.Last().RecordSteps(e.Times)); // l = 4: steps of 0.1
        Assert.Equal(new FlowDataSpec(6, 3, 0.2), e.Data);
        Assert.Equal(Sampling.WithoutReplacement, e.Sampling);
    }

    [Fact]
    public void StationarityRecordsWhatItNeeds()
    {
        FlowExperiment e = FlowExperiment.Parse(FlowSamples.Stationary, "stationary.yaml");
        Assert.Equal(new StationaritySpec(60), e.Stationarity);
        Assert.Equal(["xx", "gradient_x", "noise_x"], e.Statistics);
        Assert.Equal([50, 60, 70, 80, 90, 100], e.Times); // the horizon is always recorded
        Assert.Equal([8, 2], e.Batches);
    }

    [Theory]
    [MemberData(nameof(Files))]
    public void AFileThatWasWrittenReadsAsTheSameExperiment(string text)
    {
        FlowExperiment e = FlowExperiment.Parse(text, "file.yaml"), again = FlowExperiment.Parse(e.ToJson().ToJsonString(), "results.json");
        Assert.Equal(e, again);
        Assert.Equal(e, e.Validate());
        Assert.Equal(e, AnyExperiment.Parse(text, "file.yaml"));
        Assert.NotEqual(e, e with { Seed = 99 });
    }

    [Fact]
    public void EachFamilyIsReadByItsOwnDescription()
    {
        Assert.IsType<FlowExperiment>(AnyExperiment.Parse(FlowSamples.TwoPoints, "f"));
        Assert.IsType<Experiment>(AnyExperiment.Parse(HighDimSgd.Tests.Experiments.Samples.Text, "f"));
        Assert.Contains("f:1: family: 'flow' stands where 'proportional' is needed", Assert.Throws<ExperimentException>(() => Experiment.Parse(FlowSamples.TwoPoints, "f")).Message);
        Assert.Contains("'proportional' stands where 'flow' is needed", FlowSamples.Refusal(HighDimSgd.Tests.Experiments.Samples.Text));
    }

    [Theory]
    [InlineData("problem: multiplicative", "problem: multiplicativ", 4, "problem: 'multiplicativ' is unknown, did you mean 'multiplicative'?; allowed: multiplicative, linear-regression")]
    [InlineData("problem: multiplicative", "problem: {kind: multiplicative, ridge: 1}", 4, "problem.ridge: kind 'multiplicative' does not take this key")]
    [InlineData("problem: multiplicative", "problem: two-layer", 9, "drive: 'samples' needs symmetric gradient noise, which 'two-layer' has not; allowed: gaussian")]
    [InlineData("problem: multiplicative", "problem: {kind: two-layer, units: 1.5}", 4, "problem.units: '1.5' is not a whole number; allowed: a whole number from 1 to 16")]
    [InlineData("problem: multiplicative", "problem: multiplicative\ndata: {samples: 4}", 5, "data: 'multiplicative' has no data; allowed for: linear-regression, logistic-regression, scale-invariant, two-layer")]
    [InlineData("[1, -1]", "[1, 2, 3, 4, 5]", 5, "starts: the list has 5 values; allowed: a list of 1 to 4 values")]
    [InlineData("[1, -1]", "[[1, 2]]", 5, "starts: a point has 2 coordinates; allowed: 1 of them, or one number for all")]
    [InlineData("[1, -1]", "[1]", 13, "statistics: 'xy' is of more points than the 1 of starts; allowed: x, xx, risk_x, gradient_x, noise_x")]
    [InlineData("[sgd, smf1, smf2, sme2]", "[sgd, smf3]", 6, "algorithms[1]: 'smf3' is unknown, did you mean 'smf")]
    [InlineData("[sgd, smf1, smf2, sme2]", "[sgd, sgd]", 6, "algorithms: 'sgd' is listed twice")]
    [InlineData("against: sgd", "against: svag", 7, "against: 'svag' does not run here; allowed: sgd, smf1, smf2, sme2")]
    [InlineData("[sgd, smf1, smf2, sme2]", "[sgd]", 7, "against: there is nothing to compare: one algorithm runs")]
    [InlineData("[0.25, 0.125, 0.0625]", "[0.1, 0.2]", 8, "rates: '0.2' does not descend: each value must be below the one before it")]
    [InlineData("[0.25, 0.125, 0.0625]", "[0.25, 0.15]", 11, "horizon: 1 is not a whole number of iterations of rate 0.15; allowed nearby: 0.9 or 1.05")]
    [InlineData("[0.25, 0.125, 0.0625]", "[0.25]\nbatches: 4", 9, "batches: 'multiplicative' has no data to draw a batch of 4 from; allowed: 1")]
    [InlineData("[0.25, 0.125, 0.0625]", "[0.25]\nbatches: [1, 1]", 9, "batches: the list has 2 values; allowed: one number, or one for each of the 1 rates")]
    [InlineData("[0.25, 0.125, 0.0625]", "[0.25]\namplifications: [2]", 9, "amplifications: only svag has amplifications")]
    [InlineData("drive: samples", "drive: samples\nsubsteps: 2", 9, "drive: 'samples' needs one substep, here there are 2; allowed: gaussian")]
    [InlineData("drive: samples", "sampling: without-replacement", 9, "sampling: 'without-replacement' is for sgd and svag on data")]
    [InlineData("horizon: 1", "horizon: 1000000", 11, "horizon: a path would draw 20000000000 random numbers")]
    [InlineData("points: 3", "points: 4", 12, "record.points: 4 times spread evenly over 1 are not all whole numbers of iterations of every rate; allowed nearby: 3 or 5")]
    [InlineData("points: 3", "times: [0.3, 0.6]", 12, "record.times: 0.3 is not a whole number of iterations of rate 0.25")]
    [InlineData("points: 3", "times: [1.2]", 12, "record.times: 1.2 is after the horizon 1")]
    [InlineData("points: 3", "points: 3, times: [1]", 12, "record.times: points and times are both given")]
    [InlineData("statistics: [xx", "stationarity: {from: 1}\nstatistics: [xx", 13, "stationarity: 'multiplicative' does not take this key; it is for: scale-invariant")]
    public void EveryRefusalIsOneLineWithItsPlace(string old, string by, int line, string expected)
    {
        string text = FlowSamples.With(FlowSamples.TwoPoints, old, by);
        if (expected.Contains("random numbers", StringComparison.Ordinal))
            text = FlowSamples.With(FlowSamples.With(text, "0.0625]", "0.0001]"), "record: {points: 3}", "substeps: 1");
        string message = FlowSamples.Refusal(text);
        Assert.Contains(expected, message, StringComparison.Ordinal);
        Assert.StartsWith($"flow.yaml:{line}: ", message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("batches: 2", "batches: 7", "batches: 7 is more than the 6 samples, of which each is drawn once; allowed: at most 6")]
    [InlineData("amplifications: [1, 2, 4]", "amplifications: [2, 4]\nagainst: svag", "against: 'svag' stands for amplification 1 here, which does not run")]
    [InlineData("inputs: 3", "inputs: 65", "data.inputs: '65' is out of range")]
    [InlineData("noise: 0.2", "noise: 0.2, file: x.csv", "data.noise: the data of a file are not drawn")]
    [InlineData("noise: 0.2", "hash: abc", "data.hash: a hash is of a file's numbers")]
    [InlineData("[[1, 0, -1], 0.5]", "[[1, 0], 0.5]", "starts: a point has 2 coordinates; allowed: 3 of them")]
    public void DataAreChecked(string old, string by, string expected) =>
        Assert.Contains(expected, FlowSamples.Refusal(FlowSamples.With(FlowSamples.Ladder, old, by)), StringComparison.Ordinal);

    [Fact]
    public void SquareRootsAreForFewCoordinates() => Assert.Contains(
        "algorithms: 'sme1' takes a square root of the noise covariance, of 17 coordinates here; allowed: at most 16",
        FlowSamples.Refusal(FlowSamples.With(FlowSamples.Stationary, "inputs: 4", "inputs: 17")), StringComparison.Ordinal);

    [Fact]
    public void AProblemOfOnesOwnMustBeRegistered()
    {
        FlowExperiment built = FlowExperiment.Parse(FlowSamples.TwoPoints, "f") with { Problem = new OwnNoise() };
        Assert.Contains("problem: 'own-noise' is not registered; call FlowProblem.Register", Assert.Throws<ExperimentException>(built.Validate).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void ResultsAreReadWithoutTheDataFile()
    {
        JsonObject json = FlowExperiment.Parse(FlowSamples.Ladder, "f").ToJson();
        json["data"] = JsonNode.Parse("""{"samples": 6, "inputs": 3, "file": "gone.csv", "hash": "ab"}""");
        FlowExperiment e = FlowExperiment.OfResults(json, "results.json");
        Assert.Equal(("gone.csv", "ab", 6), (e.Data!.File, e.Data.Hash, e.Data.Samples));
        Assert.Null(e.Data.Table);
    }

    private sealed record OwnNoise() : FlowProblem("own-noise", "noise of one's own")
    {
        public override int Dimension(int inputs) => 1;

        public override TResult Close<TReal, TWord, TView, TResult>(TView data, int samples, int inputs, IFlowProblemUser<TReal, TWord, TView, TResult> user) =>
            user.Use(new HighDimSgd.Kernels.Physics.MultiplicativeProblem<TReal, TWord, TView>(1, 0, 1, 0));
    }
}
