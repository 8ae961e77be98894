using System.Text.Json.Nodes;
using HighDimSgd.Experiments;

namespace HighDimSgd.Flows;

/// <content>The experiment as a file: YAML in, JSON with the defaults filled in out.</content>
public sealed partial record FlowExperiment
{
    /// <summary>Loads an experiment file, YAML or JSON in UTF-8 of at most 1 MiB, and its data file.</summary>
    /// <exception cref="ExperimentException">A file is missing or wrong; the message is one line for the user.</exception>
    public static FlowExperiment Load(string path) => Parse(YamlText.ReadFile(path), path);

    /// <summary>Reads an experiment from text.</summary>
    /// <param name="text">YAML or JSON.</param>
    /// <param name="fileName">Stands in messages; its base name is the experiment's where the text has none, and its folder that of the data file.</param>
    /// <exception cref="ExperimentException">The text is wrong; the message is one line for the user.</exception>
    public static FlowExperiment Parse(string text, string fileName) =>
        FlowReader.Read(text, fileName, file => FlowData.Load(Path.Combine(Path.GetDirectoryName(fileName) ?? string.Empty, file)));

    /// <summary>Reads what <see cref="ToJson"/> wrote, without the numbers of a data file.</summary>
    internal static FlowExperiment OfResults(JsonObject json, string fileName) => FlowReader.Read(json.ToJsonString(), fileName, _ => null);

    /// <summary>Checks an experiment that was built in code by the rules of the file, and returns what the file would give.</summary>
    /// <exception cref="ExperimentException">A value is not allowed.</exception>
    public FlowExperiment Validate() => FlowKeys.Problem.Refusal(Problem) is { } refusal ? throw refusal
        : FlowReader.Read(ToJson().ToJsonString(), "experiment", file => Data?.Table ?? FlowData.Load(file));

    /// <summary>
    /// The experiment as its file would say it, with the defaults filled in and a fixed order of keys. Reading it again gives an equal experiment.
    /// </summary>
    public JsonObject ToJson() => FlowKeys.File.Write([
        (Keys.Family, Keys.Flow),
        (Keys.Name, Keys.Name.Write(Name)),
        (Keys.Seed, JsonValue.Create(Seed)),
        (FlowKeys.Problem, FlowKeys.Problem.Write(Problem)),
        .. DataJson(),
        (FlowKeys.Starts, FlowKeys.Starts.Write(Starts)),
        (FlowKeys.AlgorithmList, FlowKeys.AlgorithmList.Write(Algorithms)),
        .. Against is { } against ? [(FlowKeys.Against, FlowKeys.Algorithm.Write(against))] : Array.Empty<(Key, JsonNode)>(),
        (FlowKeys.Rates, FlowKeys.Rates.Write(Rates)),
        (FlowKeys.Batches, FlowKeys.Batches.Write([.. Batches])),
        (FlowKeys.Sampling, FlowKeys.Sampling.Write(Sampling)),
        .. Algorithms.Contains(FlowAlgorithm.Svag) ? [(FlowKeys.Amplifications, FlowKeys.Amplifications.Write([.. Amplifications]))] : Array.Empty<(Key, JsonNode)>(),
        (FlowKeys.Substeps, FlowKeys.Substeps.Write(Substeps)),
        (FlowKeys.Drive, FlowKeys.Drive.Write(Drive)),
        (FlowKeys.Replicas, FlowKeys.Replicas.Write(Replicas)),
        (FlowKeys.Horizon, FlowKeys.Horizon.Write(Horizon)),
        (FlowKeys.Record, FlowKeys.Record.Write(Times.Count >= 2 && Times.SequenceEqual(Experiment.EvenTimes(Times.Count, Horizon))
            ? (FlowKeys.Points, FlowKeys.Points.Write(Times.Count)) : (FlowKeys.Times, FlowKeys.Times.Write(Times)))),
        (FlowKeys.Statistics, FlowKeys.Statistics.Write(Statistics)),
        .. Stationarity is { } stationarity
            ? [(FlowKeys.Stationarity, FlowKeys.Stationarity.Write(
                (FlowKeys.From, FlowKeys.From.Write(stationarity.From)),
                (FlowKeys.Closeness, FlowKeys.Closeness.Write(stationarity.Closeness))))]
            : Array.Empty<(Key, JsonNode)>(),
        (Keys.Verdict, Keys.Verdict.Write(
            (Keys.Alpha, Keys.Alpha.Write(Verdict.Alpha)),
            (Keys.Tolerance, Keys.Tolerance.Write(Verdict.Tolerance))))]);

    /// <summary>The JSON Schema of the family's experiment file; what must hold between keys is checked by <see cref="Parse"/> alone.</summary>
    public static JsonObject Schema() => FlowKeys.File.Schema();

    /// <summary>Two experiments are equal where their files, defaults filled in, say the same.</summary>
    public bool Equals(FlowExperiment? other) =>
        ReferenceEquals(this, other) || (other is not null && ToJson().ToJsonString() == other.ToJson().ToJsonString());

    /// <inheritdoc/>
    public override int GetHashCode() => ToJson().ToJsonString().GetHashCode(StringComparison.Ordinal);

    private (Key, JsonNode)[] DataJson() => Data is not { } data ? [] :
    [
        (FlowKeys.Data, FlowKeys.Data.Write([
            (FlowKeys.Samples, FlowKeys.Samples.Write(data.Samples)),
            (FlowKeys.Inputs, FlowKeys.Inputs.Write(data.Inputs)),
            .. data.File is { } file ? [(FlowKeys.DataFile, FlowKeys.DataFile.Write(file)), .. HashJson(data)]
                : new (Key, JsonNode)[] { (FlowKeys.Noise, FlowKeys.Noise.Write(data.Noise)) }])),
    ];

    private static (Key, JsonNode)[] HashJson(FlowDataSpec data) => data.Hash is { } hash ? [(FlowKeys.Hash, FlowKeys.Hash.Write(hash))] : [];
}
