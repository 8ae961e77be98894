using System.Reflection;
using System.Text.Json;

namespace HighDimSgd.Results;

/// <summary>
/// manifest.json: which program made the results, on what, when and how fast. Everything here may differ between two runs
/// with the same results. The host's name is left out.
/// </summary>
public sealed record Manifest
{
    /// <summary>Name of the file in a results folder.</summary>
    public const string FileName = "manifest.json";

    /// <summary>Program version.</summary>
    public string Version { get; init; } = ProgramVersion;

    /// <summary>Git commit of the program, or null where it was not built from a checkout.</summary>
    public string? Commit { get; init; } = InformationalVersion.ElementAtOrDefault(1);

    /// <summary>The device, as <c>hdsgd devices</c> names it.</summary>
    public required string Device { get; init; }

    /// <summary>Version of the device's driver, or null where it has none.</summary>
    public string? Driver { get; init; }

    /// <summary>Number of CPU threads.</summary>
    public required int Threads { get; init; }

    /// <summary>Width of the CPU's vectors in bits.</summary>
    public required int VectorWidth { get; init; }

    /// <summary>Storage of the design that was chosen.</summary>
    public required string Storage { get; init; }

    /// <summary>Version of the layout of random-number counters.</summary>
    public required int CounterLayout { get; init; }

    /// <summary>Hash of all that fixes a trajectory.</summary>
    public required string InputHash { get; init; }

    /// <summary>Seed of every random number.</summary>
    public required ulong Seed { get; init; }

    /// <summary>When the run began.</summary>
    public required DateTimeOffset Start { get; init; }

    /// <summary>When it ended.</summary>
    public required DateTimeOffset End { get; init; }

    /// <summary>Seconds by stage, such as <c>simulate_s</c> and <c>theory_s</c>.</summary>
    public required IReadOnlyDictionary<string, double> Timing { get; init; }

    /// <summary>Version of this program.</summary>
    internal static string ProgramVersion => InformationalVersion[0];

    // version+commit, as the SDK writes it into the assembly.
    private static string[] InformationalVersion =>
        typeof(Manifest).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()!.InformationalVersion.Split('+', 2);

    /// <summary>Writes the manifest as JSON.</summary>
    /// <param name="stream">Where to.</param>
    public void Write(Stream stream)
    {
        JsonSerializer.Serialize(stream, this, ResultsJson.Options);
        stream.WriteByte((byte)'\n');
    }

    /// <summary>Reads what <see cref="Write"/> wrote.</summary>
    /// <param name="stream">Where from.</param>
    /// <exception cref="InvalidDataException">Not a manifest.</exception>
    public static Manifest Read(Stream stream)
    {
        try
        {
            return JsonSerializer.Deserialize<Manifest>(stream, ResultsJson.Options) ?? throw new JsonException("it is empty");
        }
        catch (JsonException e)
        {
            throw new InvalidDataException($"not a {FileName}: {e.Message}", e);
        }
    }
}
