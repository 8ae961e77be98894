using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using HighDimSgd.Experiments;

namespace HighDimSgd.Results;

/// <summary>
/// results.json: the experiment, theory, means by size, finite-size fits, verdict and closed forms, in full precision.
/// The same result gives the same bytes on every machine; NaN is null.
/// </summary>
public static class ResultsFile
{
    /// <summary>Name of the file in a results folder.</summary>
    public const string Name = "results.json";

    /// <summary>Version of the file's format.</summary>
    public const int Format = 1;

    /// <summary>Writes a result.</summary>
    /// <param name="stream">Where to.</param>
    /// <param name="result">The result.</param>
    /// <param name="experiment">The experiment file with defaults filled in.</param>
    public static void Write(Stream stream, ExperimentResult result, JsonObject experiment)
    {
        ArgumentNullException.ThrowIfNull(result);
        var document = new Document(
            Format, result.Experiment.Name, "proportional", experiment, result.Experiment.Times(), result.Theory, result.Theories,
            result.Sizes, result.FiniteSize, result.Verdict, result.ClosedForms, result.Comparisons, result.Instability);
        JsonSerializer.Serialize(stream, document, ResultsJson.Options);
        stream.WriteByte((byte)'\n');
    }

    /// <summary>Reads what <see cref="Write"/> wrote.</summary>
    /// <param name="stream">Where from.</param>
    /// <param name="parse">Makes the experiment from its file.</param>
    /// <returns>The result, and the experiment file with defaults filled in.</returns>
    /// <exception cref="InvalidDataException">Not a results file of this format.</exception>
    public static (ExperimentResult Result, JsonObject Experiment) Read(Stream stream, Func<JsonObject, Experiment> parse)
    {
        ArgumentNullException.ThrowIfNull(parse);
        try
        {
            JsonNode? root = JsonNode.Parse(stream);
            if ((int?)root?["format"] != Format)
            {
                throw new InvalidDataException($"not a {Name} of format {Format}");
            }

            Document d = root.Deserialize<Document>(ResultsJson.Options)!;
            var result = new ExperimentResult(parse(d.Experiment), d.Theory, d.Theories, d.Sizes, d.FiniteSize, d.Verdict)
            {
                ClosedForms = d.ClosedForms ?? [],
                Comparisons = d.Comparisons,
                Instability = d.Instability,
            };
            return (result, d.Experiment);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or FormatException)
        {
            throw new InvalidDataException($"not a {Name} of format {Format}: {e.Message}", e);
        }
    }

    private sealed record Document(
        int Format,
        string Name,
        string Family,
        JsonObject Experiment,
        double[] Times,
        TheoryResult Theory,
        IReadOnlyDictionary<string, TheoryResult> Theories,
        IReadOnlyList<SizeSummary> Sizes,
        IReadOnlyDictionary<string, FiniteSizeFit> FiniteSize,
        Verdict Verdict,
        IReadOnlyList<ClosedFormCheck>? ClosedForms = null,
        [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] IReadOnlyDictionary<string, Verdict>? Comparisons = null,
        [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Instability = null);
}
