using System.Text.Json.Nodes;
using HighDimSgd.Experiments;
using HighDimSgd.Flows;

namespace HighDimSgd;

/// <summary>An experiment of any family: the file says which.</summary>
public static class AnyExperiment
{
    /// <summary>Loads an experiment file, YAML or JSON in UTF-8 of at most 1 MiB.</summary>
    /// <returns>An <see cref="Experiment"/> or a <see cref="FlowExperiment"/>.</returns>
    /// <exception cref="ExperimentException">The file is missing or wrong; the message is one line for the user.</exception>
    public static IExperiment Load(string path) => Parse(YamlText.ReadFile(path), path);

    /// <summary>Reads an experiment from text.</summary>
    /// <param name="text">YAML or JSON.</param>
    /// <param name="fileName">Stands in messages; its base name is the experiment's where the text has none.</param>
    /// <exception cref="ExperimentException">The text is wrong; the message is one line for the user.</exception>
    public static IExperiment Parse(string text, string fileName) =>
        Family.Of(YamlText.Parse(text, fileName)) == Keys.Flow ? FlowExperiment.Parse(text, fileName) : Experiment.Parse(text, fileName);

    /// <summary>Reads what <see cref="IExperiment.ToJson"/> wrote, without the numbers of a data file.</summary>
    internal static IExperiment OfResults(JsonObject json, string fileName) =>
        (string?)json[Keys.Family.Name] == Keys.Flow ? FlowExperiment.OfResults(json, fileName) : Experiment.Parse(json.ToJsonString(), fileName);

    /// <summary>The JSON Schema (draft 2020-12) of the experiment file, for editors; what must hold between keys is checked by <see cref="Parse"/> alone.</summary>
    public static JsonObject Schema() => new()
    {
        ["$schema"] = "https://json-schema.org/draft/2020-12/schema",
        ["if"] = new JsonObject
        {
            ["properties"] = new JsonObject { [Keys.Family.Name] = new JsonObject { ["const"] = Keys.Flow } },
            ["required"] = new JsonArray(Keys.Family.Name),
        },
        ["then"] = FlowExperiment.Schema(),
        ["else"] = Experiment.Schema(),
    };
}
