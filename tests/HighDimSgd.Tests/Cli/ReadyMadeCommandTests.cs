using System.Text.Json.Nodes;
using HighDimSgd.Cli;
using HighDimSgd.Experiments;
using HighDimSgd.Results;
using HighDimSgd.Tests.Flows;
using HighDimSgd.Tests.Simulation;

namespace HighDimSgd.Tests.Cli;

/// <summary>list, new, schema and report.</summary>
public sealed class ReadyMadeCommandTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("hdsgd-").FullName;
    private readonly StringWriter output = new();
    private readonly StringWriter error = new();

    public void Dispose() => Directory.Delete(folder, true);

    [Fact]
    public void EveryReadyMadeExperimentIsValidAndListedWithWhatItShows()
    {
        Assert.Equal(0, Main("list"));
        Assert.Contains("logistic-sgf", ReadyMade.Names);
        foreach (string name in ReadyMade.Names)
        {
            Assert.Equal(name, AnyExperiment.Parse(ReadyMade.Text(name), $"{name}.yaml").Name);
            Assert.Contains(name, output.ToString(), StringComparison.Ordinal);
            Assert.InRange(ReadyMade.About(name).Length, 20, 400);
        }
    }

    [Fact]
    public void NewWritesOneAndNeverOverwrites()
    {
        string file = Path.Combine(folder, "mine.yaml");
        Assert.Equal(0, Main("new", "ridge-sgf", "--out", file));
        Assert.Equal(ReadyMade.Text("ridge-sgf"), File.ReadAllText(file));
        File.WriteAllText(file, "mine");
        Assert.Equal(2, Main("new", "ridge-sgf", "--out", file));
        Assert.Equal("mine", File.ReadAllText(file));
        Assert.Contains("is there already", error.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void AnUnknownNameIsToldTheNearest()
    {
        Assert.Equal(2, Main("new", "ridge-sfg", "--out", Path.Combine(folder, "x.yaml")));
        Assert.Contains("did you mean 'ridge-sgf'?", error.ToString(), StringComparison.Ordinal);
        Assert.Empty(Directory.GetFileSystemEntries(folder));
    }

    [Fact]
    public void TheSchemaKnowsEveryKeyOfEveryReadyMadeExperiment()
    {
        Assert.Equal(0, Main("schema"));
        JsonObject schema = JsonNode.Parse(output.ToString())!.AsObject();
        foreach (string text in ReadyMade.Names.Select(ReadyMade.Text).Concat(FlowSamples.All))
            AssertKnown(AnyExperiment.Parse(text, "file").ToJson(), schema[text.Contains("family: flow", StringComparison.Ordinal) ? "then" : "else"]!.AsObject(), text);
        JsonObject proportional = schema["else"]!.AsObject();
        Assert.False(proportional["properties"]!.AsObject().ContainsKey("rigde"));
        Assert.Contains("model", proportional["required"]!.AsArray().Select(n => n!.GetValue<string>()));
    }

    [Fact]
    public void ReportIsRebuiltFromTheResults()
    {
        Runner.Run(Settings.Small(), new(folder));
        string path = Path.Combine(folder, "report.html"), before = File.ReadAllText(path);
        File.Delete(path);
        Assert.Equal(0, Main("report", folder));
        Assert.Equal(before, File.ReadAllText(path));
        File.Delete(Path.Combine(folder, ResultsFile.Name));
        Assert.Equal(2, Main("report", folder));
        Assert.Equal(2, Main("report", Path.Combine(folder, "nowhere")));
        Assert.Equal(2, error.ToString().Split('\n', StringSplitOptions.RemoveEmptyEntries).Length);
    }

    private static void AssertKnown(JsonObject value, JsonObject schema, string path)
    {
        JsonObject properties = (schema["properties"] ?? schema["anyOf"]![1]!["properties"])!.AsObject(); // a section, or a word in its place
        foreach ((string key, JsonNode? inner) in value)
        {
            Assert.True(properties.ContainsKey(key), $"{path}.{key}");
            if (inner is JsonObject section)
                AssertKnown(section, properties[key]!.AsObject(), $"{path}.{key}");
        }
    }

    private int Main(params string[] arguments) =>
        new CommandLine(output, error, (_, _, _, _) => throw new InvalidOperationException("must not run")).Main(arguments);
}
