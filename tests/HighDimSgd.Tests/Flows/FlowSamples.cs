using HighDimSgd.Experiments;
using HighDimSgd.Flows;

namespace HighDimSgd.Tests.Flows;

/// <summary>Experiment texts of the family <c>flow</c> for tests.</summary>
internal static class FlowSamples
{
    /// <summary>The two-point motion under the exactly solvable noise.</summary>
    public const string TwoPoints = """
        family: flow
        name: two-points
        seed: 7
        problem: multiplicative
        starts: [1, -1]
        algorithms: [sgd, smf1, smf2, sme2]
        against: sgd
        rates: [0.25, 0.125, 0.0625]
        drive: samples
        replicas: 20000
        horizon: 1
        record: {points: 3}
        statistics: [xx, xy, sin_xy]
        verdict: {alpha: 0.01, tolerance: 0.1}
        """;

    /// <summary>The ladder of SVAG on data that are drawn.</summary>
    public const string Ladder = """
        family: flow
        problem: {kind: logistic-regression, ridge: 0.1}
        data: {samples: 6, inputs: 3, noise: 0.2}
        starts: [[1, 0, -1], 0.5]
        algorithms: [smf1, svag]
        rates: [0.4]
        batches: 2
        sampling: without-replacement
        amplifications: [1, 2, 4]
        substeps: 8
        horizon: 2
        """;

    /// <summary>The stationary state of a scale-invariant loss.</summary>
    public const string Stationary = """
        family: flow
        problem: {kind: scale-invariant, decay: 0.05}
        data: {samples: 16, inputs: 4}
        starts: [1]
        algorithms: [sgd, sme1]
        rates: [2, 0.5]
        batches: [8, 2]
        horizon: 100
        record: {times: [50, 60, 70, 80, 90]}
        stationarity: {from: 60}
        """;

    /// <summary>All of them.</summary>
    public static readonly string[] All = [TwoPoints, Ladder, Stationary];

    /// <summary>A sample with one piece replaced.</summary>
    public static string With(string sample, string old, string by)
    {
        Assert.Contains(old, sample, StringComparison.Ordinal);
        return sample.Replace(old, by, StringComparison.Ordinal);
    }

    /// <summary>The one line by which a text is refused.</summary>
    public static string Refusal(string text, string file = "flow.yaml")
    {
        string message = Assert.Throws<ExperimentException>(() => FlowExperiment.Parse(text, file)).Message;
        Assert.DoesNotContain(message, char.IsControl);
        return message;
    }
}
