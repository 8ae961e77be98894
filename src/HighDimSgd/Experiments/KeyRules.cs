using System.Text.Json.Nodes;
using HighDimSgd.Flows;
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
            yield return new()
            {
                ["if"] = IsOneOf(Keys.Loss, [loss.Name]),
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

    /// <summary>Keys that only some problems of the family <c>flow</c> take.</summary>
    public static IEnumerable<JsonObject> KeysOfProblems() =>
        from rule in new (Key Key, Func<FlowProblem, bool> Takes)[] { (FlowKeys.Data, p => p.NeedsData), (FlowKeys.Stationarity, p => p.ScaleInvariantDecay is not null) }
        let without = FlowKeys.Problem.Kinds.Where(p => !rule.Takes(p)).Select(p => p.Name)
        select new JsonObject { ["if"] = IsOneOf(FlowKeys.Problem, without), ["then"] = new JsonObject { ["not"] = Has(rule.Key.Name) } };

    /// <summary>There is a second start only where there are two.</summary>
    public static JsonObject SecondOfTwo() => new()
    {
        ["if"] = Has(Keys.SecondStart.Name),
        ["then"] = With(Keys.Starts.Name, new JsonObject { ["const"] = 2 }),
    };

    /// <summary>One key or the other.</summary>
    public static JsonObject NotBoth(Key one, Key other) => new() { ["not"] = Has(one.Name, other.Name) };

    /// <summary>A key that is nothing without another.</summary>
    public static JsonObject Needs(Key one, Key other) => new() { ["if"] = Has(one.Name), ["then"] = Has(other.Name) };

    /// <summary>True where a section's kind is one of some, as a word or as a section.</summary>
    private static JsonObject IsOneOf<T>(KindKey<T> key, IEnumerable<string> kinds)
        where T : Kind
    {
        var word = new JsonObject { ["enum"] = SectionKey.Array(kinds) };
        var section = With(key.Decider.Name, word.DeepClone());
        section["type"] = "object";
        return With(key.Name, new JsonObject { ["anyOf"] = new JsonArray(word, section) });
    }

    private static JsonObject Has(params string[] names) => new() { ["required"] = SectionKey.Array(names) };

    private static JsonObject Property(string name, JsonNode schema) => new() { ["properties"] = new JsonObject { [name] = schema } };

    private static JsonObject With(string name, JsonNode schema)
    {
        JsonObject property = Property(name, schema);
        property["required"] = SectionKey.Array([name]);
        return property;
    }
}
