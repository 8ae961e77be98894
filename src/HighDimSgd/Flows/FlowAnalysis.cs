using HighDimSgd.Results;

namespace HighDimSgd.Flows;

/// <summary>From the means over blocks to what results.json holds.</summary>
internal static class FlowAnalysis
{
    /// <summary>Moments, differences, orders, stationary means and the verdict.</summary>
    /// <param name="experiment">The experiment.</param>
    /// <param name="blocks">Means over each block by run and statistic, shape (blocks, times).</param>
    public static FlowResult Of(FlowExperiment experiment, IReadOnlyDictionary<FlowRun, IReadOnlyDictionary<string, double[,]>> blocks)
    {
        FlowRunResult[] runs = [.. experiment.Runs.Select(run => new FlowRunResult(
            run, Curves(blocks[run]), FlowMoments.Of(experiment, run), Diverged(blocks[run])))];
        FlowDifference[] differences = [.. runs.Select(r => Difference(experiment, r, runs, blocks)).OfType<FlowDifference>()];
        FlowOrder[] orders = [.. FlowOrders.Of(experiment, runs, differences)];
        FlowStationary[] stationary = experiment.Stationarity is null ? [] : [.. FlowStationarity.Of(experiment, blocks)];
        return new(experiment, runs, differences, orders, stationary, FlowVerdicts.Of(experiment, runs, orders, stationary)) { Blocks = blocks };
    }

    /// <summary>The run that another is compared with: the same rate and batch; null for the algorithm itself.</summary>
    public static FlowRun? Partner(FlowExperiment experiment, FlowRun run) =>
        experiment.Against is { } against && against != run.Algorithm ? run with { Algorithm = against, Amplification = 1 } : null;

    private static Dictionary<string, Curve> Curves(IReadOnlyDictionary<string, double[,]> statistics) =>
        statistics.ToDictionary(s => s.Key, s => FlowCurves.Of(s.Value));

    private static int Diverged(IReadOnlyDictionary<string, double[,]> statistics)
    {
        double[,] any = statistics.Values.First();
        return Enumerable.Range(0, any.GetLength(0)).Count(b => statistics.Values.Any(s => !double.IsFinite(s[b, s.GetLength(1) - 1])));
    }

    private static FlowDifference? Difference(
        FlowExperiment experiment, FlowRunResult run, FlowRunResult[] runs, IReadOnlyDictionary<FlowRun, IReadOnlyDictionary<string, double[,]>> blocks)
    {
        if (Partner(experiment, run.Run) is not { } partner)
            return null;
        IReadOnlyDictionary<string, double[]> theirs = runs.First(r => r.Run == partner).Exact;
        return new(
            run.Run, partner, experiment.Statistics.ToDictionary(s => s, s => FlowCurves.Of(FlowCurves.Less(blocks[run.Run][s], blocks[partner][s]))),
            run.Exact.Where(e => theirs.ContainsKey(e.Key)).ToDictionary(e => e.Key, e => e.Value.Zip(theirs[e.Key], (a, b) => a - b).ToArray()));
    }
}
