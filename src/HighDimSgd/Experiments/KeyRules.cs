using System.Text.Json.Nodes;
using HighDimSgd.Models;

namespace HighDimSgd.Experiments;

/// <summary>What the reader checks between keys and JSON Schema can say; the rest, sums and products of values, is the reader's alone.</summary>
internal static class KeyRules
{
    /// <summary>A loss takes some labels only.</summary>
    public static IEnumerable<JsonObject> LabelsOfLosses()
    {
        foreach (Loss loss in Keys.Loss.Kinds)
        {
            string[] labels = [.. Keys.Label.Kinds.Where(loss.Takes).Select(l => l.Name)];
            if (labels.Length == Keys.Label.Kinds.Count)
                continue;
            var word = new JsonObject { ["const"] = loss.Name };
            var section = With(Keys.Loss.Decider.Name, word.DeepClone());
            section["type"] = "object";
            yield return new()
            {
                ["if"] = With(Keys.Loss.Name, new JsonObject { ["anyOf"] = new JsonArray(word, section) }),
                ["then"] = Property(Keys.Label.Name, Property(Keys.Label.Decider.Name, new JsonObject { ["enum"] = SectionKey.Array(labels) })),
            };
        }
    }

    /// <summary>'online' leaves out what it has not, and all others need an aspect ratio.</summary>
    public static IEnumerable<JsonObject> OnlineOrNot() =>
    [
        new()
        {
            ["if"] = With(Keys.Algorithm.Name, With(Keys.Clock.Name, new JsonObject { ["const"] = Keys.Clock.Word(ClockKind.Online) })),
            ["then"] = new JsonObject { ["not"] = new JsonObject { ["anyOf"] = new JsonArray([.. Keys.NotOnline.Select(k => Has(k.Name))]) } },
            ["else"] = Has(Keys.Aspect.Name),
        },
    ];

    /// <summary>One key or the other.</summary>
    public static JsonObject NotBoth(Key one, Key other) => new() { ["not"] = Has(one.Name, other.Name) };

    private static JsonObject Has(params string[] names) => new() { ["required"] = SectionKey.Array(names) };

    private static JsonObject Property(string name, JsonNode schema) => new() { ["properties"] = new JsonObject { [name] = schema } };

    private static JsonObject With(string name, JsonNode schema)
    {
        JsonObject property = Property(name, schema);
        property["required"] = SectionKey.Array([name]);
        return property;
    }
}
