using System.Text.RegularExpressions;
using HighDimSgd.Tests.Experiments;

namespace HighDimSgd.Tests.Docs;

/// <summary>A page of the documentation: README.md, or one of docs/.</summary>
internal sealed partial class Page(string name)
{
    private const string Checkout = "dotnet run -c Release --project src/HighDimSgd.Cli --";

    /// <summary>All pages, by their path in the repository.</summary>
    public static IReadOnlyList<string> Names { get; } =
    [
        "README.md",
        .. Directory.EnumerateFiles(Path.Combine(Root, "docs"), "*.md", SearchOption.AllDirectories)
            .Select(p => Path.GetRelativePath(Root, p).Replace('\\', '/')).Order(StringComparer.Ordinal),
    ];

    /// <summary>The repository.</summary>
    public static string Root => Path.GetDirectoryName(Path.GetDirectoryName(Samples.ReadyMade("ridge-sgf.yaml"))!)!;

    /// <summary>Path of the page.</summary>
    public string Location { get; } = Path.Combine(Root, name);

    /// <summary>The page's text, with line ends of one kind and continued lines joined.</summary>
    private string Text => File.ReadAllText(Location).Replace("\r", "", StringComparison.Ordinal).Replace("\\\n", " ", StringComparison.Ordinal);

    /// <summary>The commands that stand as lines of code, without the program's name, in order.</summary>
    public IEnumerable<string> Commands => CodeLine().Matches(Output().Replace(Text, "")).Select(m => m.Groups["command"].Value.Trim());

    /// <summary>The names of commands that stand between words, as in `hdsgd plan`.</summary>
    public IEnumerable<string> Mentions => Mention().Matches(Text).Select(m => m.Groups["name"].Value);

    /// <summary>The snippets of Python, joined.</summary>
    public string Python => string.Join('\n', Snippet().Matches(Text).Select(m => m.Groups["code"].Value));

    [GeneratedRegex("^[ ]*(?:\\$ )?(?:srun |time )?(?:hdsgd|" + Checkout + ") (?<command>[^\n|>&#]*)", RegexOptions.Multiline | RegexOptions.ExplicitCapture)]
    private static partial Regex CodeLine();

    [GeneratedRegex("^```text\n.*?^```", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex Output();

    [GeneratedRegex("`hdsgd (?<name>[a-z-]+)", RegexOptions.ExplicitCapture)]
    private static partial Regex Mention();

    [GeneratedRegex("^```python\n(?<code>.*?)^```", RegexOptions.Multiline | RegexOptions.Singleline | RegexOptions.ExplicitCapture)]
    private static partial Regex Snippet();
}
