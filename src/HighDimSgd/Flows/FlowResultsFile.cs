using System.Text.Json;
using System.Text.Json.Nodes;
using HighDimSgd.Experiments;
using HighDimSgd.Results;

namespace HighDimSgd.Flows;

/// <summary>
/// results.json of the family <c>flow</c>: the experiment, moments of all runs, their differences, orders, stationary means and the verdict, in full
/// precision. The same result gives the same bytes on every machine; NaN is null.
/// </summary>
internal static class FlowResultsFile
{
    /// <summary>Writes a result.</summary>
    public static void Write(Stream stream, FlowResult result)
    {
        FlowExperiment e = result.Experiment;
        JsonSerializer.Serialize(
            stream,
            new Document(ResultsFile.Format, e.Name, Keys.Flow, e.ToJson(), [.. e.Times], result.Runs, result.Differences, result.Orders, result.Stationary, result.Verdict),
            ResultsJson.Options);
        stream.WriteByte((byte)'\n');
    }

    /// <summary>Reads what <see cref="Write"/> wrote; the means over blocks are not in it.</summary>
    /// <exception cref="InvalidDataException">Not a results file of this format.</exception>
    public static FlowResult Read(Stream stream)
    {
        try
        {
            Document d = JsonSerializer.Deserialize<Document>(stream, ResultsJson.Options)!;
            return d.Format == ResultsFile.Format && d.Family == Keys.Flow
                ? new(FlowExperiment.OfResults(d.Experiment, ResultsFile.Name), d.Runs, d.Differences, d.Orders, d.Stationary, d.Verdict)
                : throw new InvalidDataException($"not a {ResultsFile.Name} of format {ResultsFile.Format} and family {Keys.Flow}");
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or FormatException or ExperimentException)
        {
            throw new InvalidDataException($"not a {ResultsFile.Name} of format {ResultsFile.Format}: {e.Message}", e);
        }
    }

    private sealed record Document(
        int Format,
        string Name,
        string Family,
        JsonObject Experiment,
        double[] Times,
        IReadOnlyList<FlowRunResult> Runs,
        IReadOnlyList<FlowDifference> Differences,
        IReadOnlyList<FlowOrder> Orders,
        IReadOnlyList<FlowStationary> Stationary,
        FlowVerdict Verdict);
}
