using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using HighDimSgd.Experiments;
using HighDimSgd.Results;

namespace HighDimSgd.Simulation;

/// <summary>One of several parts of a simulation: of every size, its share of the designs in order; of every run of paths, its share of the blocks.</summary>
/// <param name="Number">Which part, from 1 on.</param>
/// <param name="Of">Number of parts.</param>
public sealed record Shard(int Number, int Of)
{
    private const int Most = 100_000;

    /// <summary>Reads "I/N".</summary>
    /// <returns>The shard, or null where the text is none.</returns>
    public static Shard? Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        string[] parts = text.Split('/');
        return parts.Length == 2 && Whole(parts[0], out int number) && Whole(parts[1], out int of) && number >= 1 && number <= of && of <= Most
            ? new(number, of) : null;

        static bool Whole(string part, out int value) => int.TryParse(part, NumberStyles.None, CultureInfo.InvariantCulture, out value);
    }

    /// <summary>The replicas (or blocks) of this shard, from First to before End.</summary>
    /// <param name="replicas">Replicas of the size.</param>
    /// <param name="perDesign">Replicas that share a design.</param>
    public (int First, int End) Range(int replicas, int perDesign)
    {
        long designs = replicas / perDesign;
        return ((int)(designs * (Number - 1) / Of) * perDesign, (int)(designs * Number / Of) * perDesign);
    }

    /// <inheritdoc/>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Number}/{Of}");
}

/// <summary>shard.json: what a folder holds a part of.</summary>
/// <param name="Version">Version of the program.</param>
/// <param name="Device">Kind of device.</param>
/// <param name="Number">Which part.</param>
/// <param name="Of">Number of parts.</param>
/// <param name="Experiment">The experiment, defaults filled in.</param>
internal sealed record ShardLabel(string Version, string Device, int Number, int Of, JsonObject Experiment)
{
    /// <summary>Name of the file.</summary>
    public const string FileName = "shard.json";

    /// <summary>The label of a part that this program makes.</summary>
    public static ShardLabel Label(Shard shard, IExperiment experiment, string deviceKey) =>
        new(Manifest.ProgramVersion, deviceKey, shard.Number, shard.Of, experiment.ToJson());

    /// <summary>Writes the label into a folder.</summary>
    /// <exception cref="ExperimentException">The folder holds another part.</exception>
    public void Write(string folder)
    {
        string path = Path.Combine(folder, FileName);
        if (File.Exists(path) && Read(folder) is var there && (there.Number, there.Of) != (Number, Of))
            throw new ExperimentException($"{path}: this folder holds shard {there.Number}/{there.Of}, not {Number}/{Of}; choose another --out");
        AtomicFile.Write(path, stream => JsonSerializer.Serialize(stream, this, ResultsJson.Options));
    }

    /// <summary>Reads the label of a folder.</summary>
    /// <exception cref="ExperimentException">There is none, or it cannot be read.</exception>
    public static ShardLabel Read(string folder)
    {
        string path = Path.Combine(folder, FileName);
        if (!File.Exists(path))
            throw new ExperimentException($"{path}: no such file; only folders of 'hdsgd simulate --shard' can be merged");
        try
        {
            return JsonSerializer.Deserialize<ShardLabel>(File.ReadAllBytes(path), ResultsJson.Options)!;
        }
        catch (JsonException e)
        {
            throw new ExperimentException($"{path}: not a shard's label: {e.Message}", e);
        }
    }
}
