using System.Text.Json.Nodes;

namespace HighDimSgd.Experiments;

/// <summary>What experiments of all families have.</summary>
public interface IExperiment
{
    /// <summary>Name; also the default output folder <c>out/NAME</c>. Letters, digits, '-', '_' and '.'.</summary>
    string Name { get; }

    /// <summary>Seed of every random number.</summary>
    ulong Seed { get; }

    /// <summary>The experiment as its file would say it, with the defaults filled in and a fixed order of keys.</summary>
    JsonObject ToJson();
}
