using System.Collections.Concurrent;
using System.Globalization;
using System.Runtime.InteropServices;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace HighDimSgd.Cli;

/// <summary>Shows progress: bars on a terminal, plain lines elsewhere.</summary>
internal static class ProgressDisplay
{
    /// <summary>Does <paramref name="work"/> and shows on <paramref name="output"/> what it reports.</summary>
    public static T Watch<T>(TextWriter output, Func<IProgress<RunProgress>, T> work)
    {
        var target = new AnsiConsoleOutput(output);
        IAnsiConsole console = AnsiConsole.Create(new AnsiConsoleSettings { Out = target });
        if (!target.IsTerminal || !console.Profile.Capabilities.Ansi)
            return work(new ProgressLines(output, TimeProvider.System));
        var pace = new PaceColumn();
        return console.Progress()
            .Columns(
                new TaskDescriptionColumn { Alignment = Justify.Left },
                new ProgressBarColumn { Width = 24 }, new PercentageColumn(), pace)
            .Start(context => work(new ProgressBars(context, pace, TimeProvider.System)));
    }
}

/// <summary>Rate and time left of a stage, from the work done since its first report.</summary>
internal sealed class Pace(TimeProvider time, RunProgress first)
{
    private readonly long _start = time.GetTimestamp();

    /// <summary>In words, such as "3.1/s, 0:09 left, q(12) 2.8831 +- 0.0021".</summary>
    public string Describe(RunProgress now)
    {
        double seconds = time.GetElapsedTime(_start).TotalSeconds;
        double rate = (now.Done - first.Done) / seconds;
        var words = new List<string>();
        if (seconds > 0 && rate > 0)
        {
            words.Add(rate.ToString(rate < 10 ? "0.0" : "0", CultureInfo.InvariantCulture) + "/s");
            double left = Math.Min((now.Total - now.Done) / rate, 1e7);
            if (left > 0)
                words.Add(Clock(left) + " left");
        }

        if (now.Detail.Length > 0)
            words.Add(now.Detail);
        return string.Join(", ", words);
    }

    private static string Clock(double seconds)
    {
        var left = TimeSpan.FromSeconds(Math.Ceiling(seconds));
        string hours = left.TotalHours >= 1 ? $"{(int)left.TotalHours}:{left.Minutes:00}" : $"{left.Minutes}";
        return $"{hours}:{left.Seconds:00}";
    }
}

/// <summary>Plain lines: the first and the last report of a stage, and at most one a second between them.</summary>
internal sealed class ProgressLines(TextWriter output, TimeProvider time) : IProgress<RunProgress>
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    private readonly Lock _lock = new();
    private readonly Dictionary<string, (Pace Pace, long Last)> _stages = [];

    /// <inheritdoc/>
    public void Report(RunProgress value)
    {
        lock (_lock)
        {
            ref (Pace Pace, long Last) stage = ref CollectionsMarshal.GetValueRefOrAddDefault(_stages, value.Stage, out bool known);
            if (!known)
                stage.Pace = new Pace(time, value);
            else if (value.Done < value.Total && time.GetElapsedTime(stage.Last) < Pause)
                return;
            stage.Last = time.GetTimestamp();
            string pace = stage.Pace.Describe(value);
            output.WriteLine($"{value.Stage}: {value.Done}/{value.Total}{(pace.Length > 0 ? ", " : "")}{pace}");
        }
    }
}

/// <summary>One bar a stage.</summary>
internal sealed class ProgressBars(ProgressContext context, PaceColumn column, TimeProvider time) : IProgress<RunProgress>
{
    private readonly Lock _lock = new();
    private readonly Dictionary<string, (Pace Pace, ProgressTask Task)> _stages = [];

    /// <inheritdoc/>
    public void Report(RunProgress value)
    {
        lock (_lock)
        {
            if (!_stages.TryGetValue(value.Stage, out (Pace Pace, ProgressTask Task) stage))
            {
                stage = (new Pace(time, value), context.AddTask(Markup.Escape(value.Stage), maxValue: Math.Max(1, value.Total)));
                _stages.Add(value.Stage, stage);
            }

            column.Words[stage.Task.Id] = stage.Pace.Describe(value);
            stage.Task.Value = value.Done;
        }
    }
}

/// <summary>Rate, time left and what is known so far.</summary>
internal sealed class PaceColumn : ProgressColumn
{
    /// <summary>The words by the task's id.</summary>
    public ConcurrentDictionary<int, string> Words { get; } = [];

    /// <inheritdoc/>
    public override IRenderable Render(RenderOptions options, ProgressTask task, TimeSpan deltaTime)
        => new Markup(Markup.Escape(Words.GetValueOrDefault(task.Id, "")));
}
