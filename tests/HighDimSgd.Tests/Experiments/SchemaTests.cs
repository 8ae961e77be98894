using System.ComponentModel;
using System.Diagnostics;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using HighDimSgd.Experiments;
using HighDimSgd.Tests.Flows;

namespace HighDimSgd.Tests.Experiments;

/// <summary>The JSON Schema of the experiment file, judged by Python's jsonschema, against what the program takes and refuses.</summary>
public sealed partial class SchemaTests
{
    private const int Mutants = 300;

    /// <summary>All ready-made experiments, and one of every kind of the family <c>flow</c>.</summary>
    private static readonly string[] Sound = [.. ReadyMade.Names.Select(ReadyMade.Text), .. FlowSamples.All];

    private const string Validator = """
        import json, sys, jsonschema
        task = json.load(sys.stdin)
        jsonschema.Draft202012Validator.check_schema(task["schema"])
        judge = jsonschema.Draft202012Validator(task["schema"])
        print(json.dumps([judge.is_valid(d) for d in task["documents"]]))
        """;

    private static readonly string? Python = new[] { "python3", "/usr/bin/python3" }.FirstOrDefault(p => Run(p, "import jsonschema", "") is not null);

    /// <summary>What must hold between the values of several keys, which a schema cannot say.</summary>
    [GeneratedRegex(
        "must be whole at every size|is not a whole number of steps|takes .* (steps|samples)|beyond Cauchy-Schwarz|does not ascend"
        + "|does not divide|fewer than two designs|one number, or one for each of|points do not fit|is after the horizon|not on a step boundary"
        + "|does not descend|iterations of (every )?rate|would draw|values; allowed: one number|whose|'samples' needs|a teacher and two starts|what norms and overlaps leave|one and the same|is of more points|does not run|one algorithm runs"
        + "|only svag has|no data to draw|of which each is drawn once|for sgd and svag on data|allowed: \\d+ of them|coordinates here|stationarity needs|is after the horizon"
        + "|is too (small|large) for|needs a temperature|'(matrix-free|bfloat16|int8|bit)' needs|fall on the same iteration|nothing to schedule|before the horizon|factors for .* times")]
    private static partial Regex BetweenKeys();

    [SkippableFact]
    public void EveryReadyMadeExperimentFits()
    {
        Skip.If(Python is null, "no python3 with jsonschema here");
        JsonNode[] files = [.. Sound.Select(text => (JsonNode)AnyExperiment.Parse(text, "file").ToJson())];
        Assert.All(Judge(AnyExperiment.Schema(), files), Assert.True);
    }

    [SkippableFact]
    public void SchemaAndProgramAgreeOnFilesThatWereChanged()
    {
        Skip.If(Python is null, "no python3 with jsonschema here");
        JsonNode[] files = Mutated();
        string?[] refusals = [.. files.Select(Refusal)];
        Assert.InRange(refusals.Count(r => r is null), 10, 225);
        string[] unexplained = [.. Unexplained(AnyExperiment.Schema(), files, refusals)];
        Assert.True(unexplained.Length == 0, string.Join(Environment.NewLine, unexplained));
        // A schema without a rule is found out: unknown keys, ranges, keys of other kinds, and labels that do not fit.
        foreach (string rule in new[] { "additionalProperties", "minimum", "allOf" })
            Assert.NotEmpty(Unexplained(Without(AnyExperiment.Schema(), rule), files, refusals));
    }

    private static IEnumerable<string> Unexplained(JsonNode schema, JsonNode[] files, string?[] refusals)
    {
        bool[] fits = Judge(schema, files);
        for (int i = 0; i < files.Length; i++)
        {
            // In YAML any plain word or number can be a name; JSON has texts for that.
            bool isOddName = refusals[i] is null && files[i].AsObject().ContainsKey("name") && files[i]["name"]?.GetValueKind() != JsonValueKind.String;
            if (fits[i] != (refusals[i] is null) && !(fits[i] && BetweenKeys().IsMatch(refusals[i]!)) && !isOddName)
                yield return $"{(fits[i] ? "the schema alone takes" : "the program alone takes")} {files[i].ToJsonString()}: {refusals[i]}";
        }
    }

    private static string? Refusal(JsonNode file)
    {
        try
        {
            AnyExperiment.Parse(file.ToJsonString(), "mutant");
            return null;
        }
        catch (ExperimentException e)
        {
            return e.Message;
        }
    }

    /// <summary>Ready-made experiments with one change each: a key left out, renamed or added, a value of another type, size or meaning.</summary>
    private static JsonNode[] Mutated()
    {
        var random = new Random(20261121);
        string[] values =
        [
            "0", "-1", "0.5", "3", "1e30", "1e-12", "\"sgf\"", "\"logistic\"", "\"\"", "\"5\"", "true", "null", "[]", "{}", "[1,2]", "[20,10]", "[4]",
        ];
        string[] words =
        [
            "squared", "logistic", "linear", "sign", "gd", "sgf", "poisson", "two-clock", "minibatch", "online", "gaussian", "rademacher", "bit", "auto", "tangent",
            "multiplicative", "scale-invariant", "two-layer", "smf2", "svag", "samples", "flow", "proportional",
        ];
        string[] keys = ["temperature", "fraction", "batch", "rate", "slope", "noise", "points", "times", "aspect", "compare", "theory", "extra", "data", "stationarity", "against", "batches", "starts", "second_start"];
        return [.. Enumerable.Range(0, Mutants).Select(i =>
        {
            string text = AnyExperiment.Parse(Sound[i % Sound.Length], "file").ToJson().ToJsonString();
            JsonObject file = JsonNode.Parse(text)!.AsObject();
            (JsonObject at, string key) = Pick([.. Places(file)]);
            JsonNode? old = at[key]?.DeepClone();
            switch (random.Next(6))
            {
                case 0:
                    at.Remove(key);
                    break;
                case 1:
                    at.Remove(key);
                    at[key + "s"] = old;
                    break;
                case 2:
                    at[Pick(keys)] = JsonNode.Parse(Pick(values));
                    break;
                case 3 when old is JsonValue && old.GetValueKind() == JsonValueKind.Number:
                    at[key] = old.GetValue<double>() * Pick([-1, 0.37, 1e3, 1e-9]);
                    break;
                case 4 when old is JsonValue && old.GetValueKind() == JsonValueKind.String && key != "name":
                    at[key] = Pick(words);
                    break;
                default:
                    at[key] = JsonNode.Parse(Pick(values));
                    break;
            }

            return (JsonNode)file;
        })];

        T Pick<T>(T[] from) => from[random.Next(from.Length)];
    }

    private static IEnumerable<(JsonObject At, string Key)> Places(JsonObject section) => section.SelectMany(entry =>
        entry.Value is JsonObject inner ? Places(inner).Prepend((section, entry.Key)) : [(section, entry.Key)]);

    /// <summary>A schema with one keyword taken out everywhere.</summary>
    private static JsonNode Without(JsonNode schema, string keyword)
    {
        foreach (JsonNode inner in schema is JsonObject o ? [.. o.Select(e => e.Value).OfType<JsonNode>()] : schema is JsonArray a ? [.. a.OfType<JsonNode>()] : Array.Empty<JsonNode>())
            Without(inner, keyword);
        (schema as JsonObject)?.Remove(keyword);
        return schema;
    }

    private static bool[] Judge(JsonNode schema, JsonNode[] files)
    {
        var task = new JsonObject { ["schema"] = schema.DeepClone(), ["documents"] = new JsonArray([.. files.Select(f => f.DeepClone())]) };
        string answer = Run(Python!, Validator, task.ToJsonString()) ?? throw new InvalidOperationException("the validator failed");
        return [.. JsonNode.Parse(answer)!.AsArray().Select(x => x!.GetValue<bool>())];
    }

    private static string? Run(string program, string script, string input)
    {
        try
        {
            using Process process = Process.Start(new ProcessStartInfo(program, ["-c", script])
            {
                RedirectStandardInput = true,
                RedirectStandardOutput = true,
                RedirectStandardError = true,
            })!;
            process.StandardInput.Write(input);
            process.StandardInput.Close();
            Task<string> problem = process.StandardError.ReadToEndAsync();
            string output = process.StandardOutput.ReadToEnd();
            process.WaitForExit();
            return process.ExitCode == 0 ? output : null;
        }
        catch (Win32Exception)
        {
            return null;
        }
    }
}
