using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using HighDimSgd.Cli;
using HighDimSgd.Experiments;
using HighDimSgd.Flows;

namespace HighDimSgd.Tests.Docs;

/// <summary>The tables of the reference pages, from what the program itself knows.</summary>
internal static class ReferencePages
{
    /// <summary>A table for every section of the experiment file, by family.</summary>
    public static string ExperimentFile()
    {
        var text = new StringBuilder();
        foreach ((string family, SectionKey file) in new[] { (Keys.Proportional, Keys.File), (Keys.Flow, FlowKeys.File) })
        {
            text.Append(CultureInfo.InvariantCulture, $"\n## Family `{family}`\n");
            Section(text, file, "");
        }

        return text.ToString();
    }

    /// <summary>The help of every command.</summary>
    public static string Commands()
    {
        var text = new StringBuilder();
        string all = Help();
        string[] names =
        [
            .. all[all.IndexOf("Commands:", StringComparison.Ordinal)..].Split('\n').Skip(1).Select(l => l.Trim().Split(' ')[0]).Where(n => n.Length > 0),
        ];
        foreach (string name in names)
            text.Append(CultureInfo.InvariantCulture, $"\n## {name}\n\n```text\n{Help(name)}\n```\n");
        return text.ToString();
    }

    private static string Help(params string[] command)
    {
        var output = new StringWriter();
        Assert.Equal(0, new CommandLine(output, TextWriter.Null, (_, _, _, _) => throw new InvalidOperationException("must not run"))
            .Main([.. command, "--help"]));
        string program = System.CommandLine.RootCommand.ExecutableName;
        IEnumerable<string> lines = output.ToString().Replace("\r", "", StringComparison.Ordinal).Split('\n').Select(l => l.TrimEnd())
            .Select(l => l.StartsWith($"  {program} ", StringComparison.Ordinal) ? $"  hdsgd {l[(program.Length + 3)..]}" : l);
        return string.Join('\n', lines).Trim('\n');
    }

    private static void Section(StringBuilder text, SectionKey section, string path)
    {
        string title = path.Length == 0 ? "The file" : $"`{path}`";
        text.Append(CultureInfo.InvariantCulture, $"\n### {title}\n\n{section.Doc}\n\n| key | type | allowed | default | unit | meaning |\n|---|---|---|---|---|---|\n");
        foreach (Key key in section.Keys)
        {
            string only = key.OnlyFor.Count == 0 ? "" : $" Only for {section.Decider!.Name} {string.Join(", ", key.OnlyFor)}.";
            string[] cells = [$"`{key.Name}`", Type(key), key is SectionKey { OrWord: false } ? "see below" : key.Allowed, Default(key), key.Unit, (key is SectionKey { OrWord: true } word ? word.Decider! : key).Doc + only];
            text.Append(CultureInfo.InvariantCulture, $"| {string.Join(" | ", cells.Select(Escape))} |\n");
        }

        foreach (SectionKey inner in section.Keys.OfType<SectionKey>().Where(k => !k.OrWord || k.Keys.Count > 1))
            Section(text, inner, path.Length == 0 ? inner.Name : $"{path}.{inner.Name}");
    }

    private static string Escape(string cell) => cell.Replace("|", "\\|", StringComparison.Ordinal).Replace("*", "\\*", StringComparison.Ordinal);

    private static string Type(Key key) => key is SectionKey { OrWord: true } ? "word" : key.GetType().Name.Split('`')[0] switch
    {
        nameof(NumberKey) => "number",
        nameof(WholeKey) => "whole number",
        nameof(NameKey) => "name",
        nameof(PathKey) => "path",
        nameof(SectionKey) or "KindKey" => "section",
        "ChoiceKey" => "word",
        "ListKey" => "list",
        string other => throw new NotSupportedException(other),
    };

    private static string Default(Key key) => (key.Required, key.DefaultValue) switch
    {
        (true, _) => "required",
        _ when key is SectionKey section => section.Keys.Any(k => k.Required && k.OnlyFor.Count == 0) ? "none" : "its defaults",
        (_, null) => "",
        (_, JsonArray { Count: 0 }) => "none",
        (_, JsonArray { Count: 1 } one) => one[0]!.ToJsonString().Trim('"'),
        (_, { } value) => value.ToJsonString().Trim('"'),
    };
}
