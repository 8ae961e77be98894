using System.Globalization;
using System.Text.RegularExpressions;
using HighDimSgd.Cli;
using HighDimSgd.Experiments;

namespace HighDimSgd.Tests.Docs;

/// <summary>
/// Runs a page's commands in a folder of its own, as a shell would, but with experiments made small: the file that <c>new</c> writes
/// and those of experiments/ keep their model and algorithm, and get few replicas of small sizes.
/// </summary>
internal sealed partial class Rehearsal : IDisposable
{
    private const string TaskVariable = "$SLURM_ARRAY_TASK_ID";

    // Options with a value that is no path.
    private static readonly string[] Valued =
        ["--device", "--threads", "--shard", "--progress", "--time-limit", "--error", "--observable"];

    private readonly StringWriter output = new(), error = new();

    /// <summary>A folder with the ready-made experiments.</summary>
    public Rehearsal()
    {
        string experiments = Directory.CreateDirectory(Path.Combine(Folder, "experiments")).FullName;
        foreach (string name in ReadyMade.Names)
            File.WriteAllText(Path.Combine(experiments, $"{name}.yaml"), Small(ReadyMade.Text(name)));
    }

    /// <summary>Where the commands run.</summary>
    public string Folder { get; } = Directory.CreateTempSubdirectory("hdsgd-docs-").FullName;

    public void Dispose() => Directory.Delete(Folder, recursive: true);

    /// <summary>Runs a command, for every task of an array where it names one.</summary>
    /// <returns>Null, or what went wrong.</returns>
    public string? Run(string command)
    {
        int tasks = command.Contains(TaskVariable, StringComparison.Ordinal)
            ? int.Parse(Of().Match(command).Groups["n"].Value, CultureInfo.InvariantCulture) : 1;
        return Enumerable.Range(1, tasks).Select(i => RunOne(command.Replace(TaskVariable, $"{i}", StringComparison.Ordinal).Replace("$SLURM_CPUS_PER_TASK", "1", StringComparison.Ordinal)))
            .FirstOrDefault(problem => problem is not null);
    }

    private string? RunOne(string command)
    {
        List<string> words = [.. command.Split(' ', StringSplitOptions.RemoveEmptyEntries)];
        string verb = words[0];
        List<string> arguments = [verb];
        for (int i = 1; i < words.Count; i++)
        {
            bool isName = verb == "new" && i == 1;
            if (words[i].StartsWith("--", StringComparison.Ordinal) || isName || Valued.Contains(words[i - 1]))
                arguments.Add(words[i]);
            else
                arguments.AddRange(Paths(words[i]));
        }

        bool hasOut = words.Contains("--out") || words.Contains("--help");
        if (verb is "run" or "theory" or "simulate" or "plan" && !hasOut && arguments.Count > 1 && File.Exists(arguments[1]))
            arguments.AddRange(["--out", Path.Combine(Folder, "out", AnyExperiment.Load(arguments[1]).Name)]);
        if (verb == "new" && !hasOut && words.Count > 1)
            arguments.AddRange(["--out", Path.Combine(Folder, $"{words[1]}.yaml")]);
        error.GetStringBuilder().Clear();
        int code = new CommandLine(output, error, Runner.Run).Main([.. arguments]);
        if (code is not (0 or 1))
            return $"hdsgd {command}: exit code {code}: {error}";
        if (verb == "new")
            File.WriteAllText(arguments[^1], Small(File.ReadAllText(arguments[^1])));
        return null;
    }

    /// <summary>A path in the folder; a pattern becomes the paths that it matches.</summary>
    private IEnumerable<string> Paths(string word)
    {
        string path = Path.Combine(Folder, word);
        return word.Contains('*', StringComparison.Ordinal)
            ? Directory.GetFileSystemEntries(Path.GetDirectoryName(path)!, Path.GetFileName(path)).Order(StringComparer.Ordinal)
            : [path];
    }

    private static string Small(string experiment)
    {
        string text = Sizes().Replace(experiment, "sizes: [20, 30, 40]");
        return Sweeps().Replace(NumberOfPaths().Replace(Replicas().Replace(text, "replicas: 20"), "paths: 200"), "sweeps: 4");
    }

    [GeneratedRegex("^sizes:.*$", RegexOptions.Multiline)]
    private static partial Regex Sizes();

    [GeneratedRegex("^replicas:.*$", RegexOptions.Multiline)]
    private static partial Regex Replicas();

    [GeneratedRegex("paths: [0-9]+")]
    private static partial Regex NumberOfPaths();

    [GeneratedRegex("sweeps: [0-9]+")]
    private static partial Regex Sweeps();

    [GeneratedRegex("/(?<n>[0-9]+)", RegexOptions.ExplicitCapture)]
    private static partial Regex Of();
}
