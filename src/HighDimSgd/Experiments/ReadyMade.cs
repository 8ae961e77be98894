using System.Reflection;

namespace HighDimSgd.Experiments;

/// <summary>The experiments that come with the program, one per claim that is reproduced.</summary>
public static class ReadyMade
{
    private const string Folder = "experiments/";
    private const string Ending = ".yaml";

    /// <summary>Their names, in alphabetical order.</summary>
    public static IReadOnlyList<string> Names { get; } =
    [
        .. Assembly.GetExecutingAssembly().GetManifestResourceNames()
            .Where(r => r.StartsWith(Folder, StringComparison.Ordinal))
            .Select(r => r[Folder.Length..^Ending.Length])
            .Order(StringComparer.Ordinal),
    ];

    /// <summary>The text of an experiment's file.</summary>
    /// <exception cref="ExperimentException">There is none of this name.</exception>
    public static string Text(string name)
    {
        if (!Names.Contains(name))
        {
            string near = Nearest.To(name, Names) is { } nearest ? $", did you mean '{nearest}'?" : string.Empty;
            throw new ExperimentException(
                $"there is no ready-made experiment {ExperimentException.Quote(name)}{near}; there are: {string.Join(", ", Names)}");
        }

        using Stream stream = Assembly.GetExecutingAssembly().GetManifestResourceStream(Folder + name + Ending)!;
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }

    /// <summary>What an experiment shows: the comment at the top of its file, as one line.</summary>
    public static string About(string name) => string.Join(
        ' ', Text(name).Split('\n').TakeWhile(l => l.StartsWith('#')).Select(l => l.TrimStart('#').Trim()));
}
