using System.Text.Json.Serialization;
using HighDimSgd.Experiments;

namespace HighDimSgd.Results;

/// <summary>Every replica's curves at one size: the raw material of all statistics.</summary>
/// <param name="Size">Dimension d.</param>
/// <param name="Samples">Number of samples n.</param>
/// <param name="Times">Record times.</param>
/// <param name="Observables">Observable names, the first axis of <paramref name="Values"/>.</param>
/// <param name="Values">One array per observable, shape (replicas, times); NaN where undefined or diverged.</param>
/// <param name="Diverged">Replicas that left the finite numbers, ascending.</param>
public sealed record SizeCurves(
    int Size, int Samples, double[] Times, IReadOnlyList<string> Observables, IReadOnlyList<double[,]> Values, IReadOnlyList<int> Diverged)
{
    /// <summary>Number of replicas, diverged ones included.</summary>
    public int Replicas => Values[0].GetLength(0);

    /// <summary>Replicas P that share a design: replica r runs on design r / P.</summary>
    public int ReplicasPerDesign { get; init; } = 1;
}

/// <summary>A curve with its error.</summary>
/// <param name="Mean">Mean by time; NaN where undefined.</param>
/// <param name="Error">Standard error of the mean by time.</param>
/// <param name="Variance">Sample variance by time of what was averaged (replicas, means of designs that replicas share, or sweeps).</param>
public sealed record Curve(double[] Mean, double[] Error, double[] Variance);

/// <summary>A limiting theory at the record times.</summary>
/// <param name="Status">"ok", "refused", "none" or "left out".</param>
/// <param name="Why">The reason where refused or none, else empty.</param>
/// <param name="Clock">Name of the clock, as in the experiment file.</param>
/// <param name="Times">Record times.</param>
/// <param name="Observables">Curves by observable; empty where there is none.</param>
public sealed record TheoryResult(
    string Status, string Why, string Clock, double[] Times, IReadOnlyDictionary<string, Curve> Observables)
{
    /// <summary>
    /// Every sweep's curve by observable, shape (sweeps, times): the covariance over time of a theory curve comes from here. Also holds the
    /// responses that closed forms are checked on. Empty where refused; not part of results.json.
    /// </summary>
    [JsonIgnore]
    public IReadOnlyDictionary<string, double[,]> Sweeps { get; init; } = new Dictionary<string, double[,]>();

    /// <summary>What is left of the step, where the theory is one in continuous time; else null.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public StepRest? Rest { get; init; }

    /// <summary>Error by observable that is granted to the theory beside its Monte-Carlo error; not part of results.json.</summary>
    [JsonIgnore]
    public IReadOnlyDictionary<string, double> Granted { get; init; } = new Dictionary<string, double>();

    /// <summary>Status of a theory that was solved.</summary>
    public const string Ok = "ok";

    /// <summary>Status of a theory that could not be solved.</summary>
    public const string Refused = "refused";

    /// <summary>Status where the limit is not known to this program.</summary>
    public const string None = "none";

    /// <summary>Status of a theory that was not asked for.</summary>
    public const string LeftOut = "left out";
}

/// <summary>The errors of a theory in continuous time beside the Monte-Carlo error.</summary>
/// <param name="Steps">The three steps from which it is extrapolated.</param>
/// <param name="Change">By observable, the largest change that the last step brought, chance included; about a third of it may be left.</param>
/// <param name="Interpolation">By observable, the largest change at any size's record times if the interpolation had a higher order.</param>
public sealed record StepRest(double[] Steps, IReadOnlyDictionary<string, double> Change, IReadOnlyDictionary<string, double> Interpolation);

/// <summary>Means over replicas at one size.</summary>
/// <param name="Size">Dimension d.</param>
/// <param name="Samples">Number of samples n.</param>
/// <param name="Replicas">Number of replicas, diverged ones included.</param>
/// <param name="Diverged">Replicas that diverged and are left out of the means.</param>
/// <param name="Times">Record times.</param>
/// <param name="Observables">Curves by observable.</param>
public sealed record SizeSummary(
    [property: JsonPropertyName("d")] int Size,
    [property: JsonPropertyName("n")] int Samples,
    int Replicas,
    IReadOnlyList<int> Diverged,
    double[] Times,
    IReadOnlyDictionary<string, Curve> Observables)
{
    /// <summary>Variance components by observable where replicas share designs, else null.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyDictionary<string, VarianceComponents>? VarianceComponents { get; init; }

    /// <summary>The theory at this size's own record times, by observable, where each size has its own (online); else null.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyDictionary<string, double[]>? Theory { get; init; }
}

/// <summary>One comparison of simulation and theory.</summary>
/// <param name="Size">The dimension, or null for the limit.</param>
/// <param name="Observable">Observable.</param>
/// <param name="Statistic">Hotelling's T2 on window means of the curve; NaN where there is no test.</param>
/// <param name="P">p-value of no difference, or null where there is no test.</param>
/// <param name="Status">"pass", "fail" or "unresolved".</param>
/// <param name="Detectable">Relative deviation that the test would have found nine times in ten, or null.</param>
/// <param name="Deviations">Simulation minus theory in standard errors, by time; NaN where undefined.</param>
public sealed record Check(
    [property: JsonConverter(typeof(SizeOrLimitConverter))] int? Size,
    string Observable, double Statistic, double? P, string Status, double? Detectable, double[] Deviations);

/// <summary>The answer in a word, with the reason in words.</summary>
/// <param name="Status">"pass", "fail" or "unresolved".</param>
/// <param name="Why">The reason.</param>
/// <param name="Checks">What it rests on.</param>
public sealed record Verdict(string Status, string Why, IReadOnlyList<Check> Checks);

/// <summary>Everything that results.json holds.</summary>
/// <param name="Experiment">The experiment, defaults filled in.</param>
/// <param name="Theory">The exact limiting theory.</param>
/// <param name="Theories">Further theories by clock name.</param>
/// <param name="Sizes">Summaries by size, ascending; empty for theory alone.</param>
/// <param name="FiniteSize">Fits by observable; empty with fewer than three sizes.</param>
/// <param name="Verdict">The verdict.</param>
public sealed record ExperimentResult(
    Experiment Experiment,
    TheoryResult Theory,
    IReadOnlyDictionary<string, TheoryResult> Theories,
    IReadOnlyList<SizeSummary> Sizes,
    IReadOnlyDictionary<string, FiniteSizeFit> FiniteSize,
    Verdict Verdict)
{
    /// <summary>The further theories held against the simulation like the exact one, by clock; null where there are none. They do not change the verdict.</summary>
    public IReadOnlyDictionary<string, Verdict>? Comparisons { get; init; }

    /// <summary>Closed forms held against the theory; empty where none applies. They do not change the verdict.</summary>
    public IReadOnlyList<ClosedFormCheck> ClosedForms { get; init; } = [];

    /// <summary>Why the loss grows without bound, where a closed form says that it does; else null.</summary>
    public string? Instability { get; init; }
}
