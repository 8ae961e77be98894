using System.Text.Json.Serialization;
using HighDimSgd.Results;

namespace HighDimSgd.Flows;

/// <summary>The moments of one run.</summary>
/// <param name="Run">The run.</param>
/// <param name="Observables">Means over the paths by statistic and record time, their standard errors over blocks, and the variance over blocks.</param>
/// <param name="Exact">The same in closed form, by statistic, where the problem is linear; else empty.</param>
/// <param name="Diverged">Blocks that left the finite numbers; their run has no means.</param>
public sealed record FlowRunResult(
    FlowRun Run, IReadOnlyDictionary<string, Curve> Observables, IReadOnlyDictionary<string, double[]> Exact, int Diverged);

/// <summary>A run less the one it is compared with, at the same rate, path by path where both follow the same noise.</summary>
/// <param name="Run">The run.</param>
/// <param name="Against">The other.</param>
/// <param name="Observables">Means of the difference with errors, by statistic.</param>
/// <param name="Exact">The same in closed form where both have one.</param>
public sealed record FlowDifference(
    FlowRun Run, FlowRun Against, IReadOnlyDictionary<string, Curve> Observables, IReadOnlyDictionary<string, double[]> Exact);

/// <summary>How a difference at the horizon vanishes with the rate, or svag's with 1/l.</summary>
/// <param name="Algorithm">The algorithm.</param>
/// <param name="Against">What it is compared with.</param>
/// <param name="Observable">The statistic.</param>
/// <param name="Variable">"rate" or "1/amplification".</param>
/// <param name="Steps">Values h of the variable, descending.</param>
/// <param name="Errors">Differences.</param>
/// <param name="ErrorErrors">Their standard errors; 0 where they are exact.</param>
/// <param name="Expected">The order that is claimed.</param>
/// <param name="Slope">Order s of the fit a h^s (1 + b h).</param>
/// <param name="Low">Lower end of its interval at the verdict's level; NaN where there is none.</param>
/// <param name="High">Upper end.</param>
/// <param name="Coefficient">Limit of the difference over h^expected.</param>
/// <param name="CoefficientError">Its standard error.</param>
public sealed record FlowOrder(
    FlowAlgorithm Algorithm, FlowAlgorithm Against, string Observable, string Variable, double[] Steps, double[] Errors, double[] ErrorErrors,
    double Expected, double Slope, double Low, double High, double Coefficient, double CoefficientError)
{
    /// <summary>The limit of the difference over h^expected by closed moments, where both have them; else null.</summary>
    public double? ExactCoefficient { get; init; }
}

/// <summary>Stationary means of a run over the record times from a given one on, for the point x.</summary>
/// <param name="Run">The run.</param>
/// <param name="Norm">R = E|x|^2.</param>
/// <param name="Gradient">G = E|grad L|^2, of the loss without the decay.</param>
/// <param name="Noise">N = E tr Sigma/B.</param>
/// <param name="Balance">lambda (2 - eta lambda) R / (eta (G + N)) for sgd, and its like for the others: 1 where the process is stationary.</param>
/// <param name="Ratios">R, G and N over those of the run it is compared with; null where there is none.</param>
/// <param name="Scaling">kappa = B/B_0 and R, G and kappa N over R, G and N of the smallest batch B_0, where eta/B is the same for all rates; else null.</param>
public sealed record FlowStationary(
    FlowRun Run, Estimate Norm, Estimate Gradient, Estimate Noise, Estimate? Balance, IReadOnlyList<Estimate>? Ratios, FlowScaling? Scaling);

/// <summary>The linear scaling rule (B, eta) -> (kappa B, kappa eta) held against the smallest batch.</summary>
/// <param name="Kappa">kappa.</param>
/// <param name="Ratios">R, G and kappa N over those of the smallest batch.</param>
/// <param name="Bound">Largest kappa at which the rule can hold to the closeness that is asked for.</param>
public sealed record FlowScaling(double Kappa, IReadOnlyList<Estimate> Ratios, double Bound);

/// <summary>A number with its standard error.</summary>
/// <param name="Value">The number.</param>
/// <param name="Error">Its standard error.</param>
public sealed record Estimate(double Value, double Error);

/// <summary>One check of the verdict.</summary>
/// <param name="Claim">What is claimed, in a few words.</param>
/// <param name="Observable">The statistic, or empty.</param>
/// <param name="P">p-value, or null where there is no test.</param>
/// <param name="Status">"pass", "fail" or "unresolved".</param>
/// <param name="Why">What was found, in a sentence.</param>
public sealed record FlowCheck(string Claim, string Observable, double? P, string Status, string Why);

/// <summary>The answer in a word, with the reason in words.</summary>
/// <param name="Status">"pass", "fail" or "unresolved".</param>
/// <param name="Why">The reason.</param>
/// <param name="Checks">What it rests on.</param>
public sealed record FlowVerdict(string Status, string Why, IReadOnlyList<FlowCheck> Checks);

/// <summary>Everything that results.json holds of a flow experiment.</summary>
/// <param name="Experiment">The experiment.</param>
/// <param name="Runs">All runs, in the order of <see cref="FlowExperiment.Runs"/>.</param>
/// <param name="Differences">Their differences from the run they are compared with.</param>
/// <param name="Orders">Orders, where there are three rates or amplifications or more.</param>
/// <param name="Stationary">Stationary means, where they are asked for.</param>
/// <param name="Verdict">The verdict.</param>
public sealed record FlowResult(
    FlowExperiment Experiment,
    IReadOnlyList<FlowRunResult> Runs,
    IReadOnlyList<FlowDifference> Differences,
    IReadOnlyList<FlowOrder> Orders,
    IReadOnlyList<FlowStationary> Stationary,
    FlowVerdict Verdict)
{
    /// <summary>Means over each block by run and statistic, shape (blocks, times): the raw material; not part of results.json.</summary>
    [JsonIgnore]
    public IReadOnlyDictionary<FlowRun, IReadOnlyDictionary<string, double[,]>> Blocks { get; init; } =
        new Dictionary<FlowRun, IReadOnlyDictionary<string, double[,]>>();
}
