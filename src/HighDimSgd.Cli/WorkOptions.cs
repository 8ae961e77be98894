using System.CommandLine;
using System.CommandLine.Parsing;

namespace HighDimSgd.Cli;

/// <summary>The argument and the options that commands on an experiment share.</summary>
internal sealed class WorkOptions
{
    private const int MostThreads = 4096;

    private static readonly string[] Devices = ["auto", "cpu", "cuda", "opencl", "ilgpu-cpu"];
    private static readonly string[] Styles = [.. Enum.GetNames<ProgressStyle>().Select(s => s.ToLowerInvariant())];

    /// <summary>The experiment file.</summary>
    public Argument<string> Experiment { get; } = new("EXPERIMENT") { Description = "Experiment file, YAML or JSON." };

    /// <summary>The results folder.</summary>
    public Option<string?> Out { get; } = new("--out") { Description = "Folder of the results (default: out/NAME).", HelpName = "DIR" };

    /// <summary>The device.</summary>
    public Option<string> Device { get; } = new("--device")
    {
        Description = "Where it runs.",
        HelpName = string.Join('|', Devices),
        DefaultValueFactory = _ => Devices[0],
        CustomParser = result => Devices.Contains(result.Tokens[0].Value)
            ? result.Tokens[0].Value
            : Refused<string>(result, $"--device: '{result.Tokens[0].Value}' is not known; allowed: {string.Join(", ", Devices)}."),
    };

    /// <summary>The threads.</summary>
    public Option<int> Threads { get; } = new("--threads")
    {
        Description = "CPU threads (default: all).",
        HelpName = "N",
        CustomParser = result => int.TryParse(result.Tokens[0].Value, out int n) && n is >= 1 and <= MostThreads
            ? n
            : Refused<int>(
                result, $"--threads: '{result.Tokens[0].Value}' is not allowed; allowed: a whole number from 1 to {MostThreads}."),
    };

    /// <summary>How progress is shown.</summary>
    public Option<ProgressStyle> Progress { get; } = new("--progress")
    {
        Description = "Progress: bars on a terminal and plain lines elsewhere (auto, the default), plain lines, or one JSON object a line.",
        HelpName = string.Join('|', Styles),
        CustomParser = result => Array.IndexOf(Styles, result.Tokens[0].Value) is >= 0 and var style
            ? (ProgressStyle)style
            : Refused<ProgressStyle>(result, $"--progress: '{result.Tokens[0].Value}' is not known; allowed: {string.Join(", ", Styles)}."),
    };

    /// <summary>The time after which work stops.</summary>
    public Option<TimeSpan?> TimeLimit { get; } = new("--time-limit")
    {
        Description = "Stop before this time is over (90s, 30m, 2h or H:MM:SS), with exit code 4; the same command continues.",
        HelpName = "TIME",
        CustomParser = result => Cli.TimeLimit.Parse(result.Tokens[0].Value)
            ?? Refused<TimeSpan?>(result, $"--time-limit: '{result.Tokens[0].Value}' is not allowed; allowed: {Cli.TimeLimit.Allowed}."),
    };

    /// <summary>No output.</summary>
    public Option<bool> Quiet { get; } = new("--quiet") { Description = "Print nothing but errors." };

    /// <summary>How to run what was asked for.</summary>
    public RunOptions Read(ParseResult parsed, Stages stages) => new(
        parsed.GetValue(Out), stages == Stages.Theory ? Devices[0] : parsed.GetValue(Device)!, parsed.GetValue(Threads), stages);

    /// <summary>Does work that reports its progress to <paramref name="error"/>, within its time limit.</summary>
    /// <exception cref="TimeLimitException">The limit stopped it.</exception>
    public T Watch<T>(ParseResult parsed, TextWriter error, Func<IProgress<RunProgress>?, CancellationToken, T> work, CancellationToken stop)
    {
        TimeSpan? time = parsed.GetValue(TimeLimit);
        return parsed.GetValue(Quiet) ? Limited(null) : ProgressDisplay.Watch(error, parsed.GetValue(Progress), Limited);

        T Limited(IProgress<RunProgress>? progress)
        {
            using var limit = new TimeLimit(time, TimeProvider.System, progress, stop);
            try
            {
                return work(time is null ? progress : limit, limit.Token);
            }
            catch (OperationCanceledException e) when (limit.IsOver && !stop.IsCancellationRequested)
            {
                throw new TimeLimitException(e);
            }
        }
    }

    /// <summary>A value that its option does not take.</summary>
    public static T? Refused<T>(ArgumentResult result, string problem)
    {
        result.AddError(problem);
        return default;
    }
}
