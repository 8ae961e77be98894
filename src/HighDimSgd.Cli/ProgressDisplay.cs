using System.Collections.Concurrent;
using System.Runtime.InteropServices;
using System.Text.Json;
using System.Text.Json.Serialization;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace HighDimSgd.Cli;

/// <summary>How progress is shown.</summary>
internal enum ProgressStyle
{
    /// <summary>Bars on a terminal, plain lines elsewhere.</summary>
    Auto,

    /// <summary>Lines to read.</summary>
    Plain,

    /// <summary>One JSON object a line.</summary>
    Json,
}

/// <summary>Shows progress.</summary>
internal static class ProgressDisplay
{
    /// <summary>Does <paramref name="work"/> and shows on <paramref name="output"/> what it reports.</summary>
    public static T Watch<T>(TextWriter output, ProgressStyle style, Func<IProgress<RunProgress>, T> work)
    {
        if (style == ProgressStyle.Json)
            return work(new ProgressLines(output, TimeProvider.System, ProgressLines.Json));
        var target = new AnsiConsoleOutput(output);
        IAnsiConsole console = AnsiConsole.Create(new AnsiConsoleSettings { Out = target });
        if (style == ProgressStyle.Plain || !target.IsTerminal || !console.Profile.Capabilities.Ansi)
            return work(new ProgressLines(output, TimeProvider.System, ProgressLines.Plain));
        var pace = new PaceColumn();
        return console.Progress()
            .Columns(
                new TaskDescriptionColumn { Alignment = Justify.Left },
                new ProgressBarColumn { Width = 24 }, new PercentageColumn(), pace)
            .Start(context => work(new ProgressBars(context, pace, TimeProvider.System)));
    }
}

/// <summary>Lines: the first and the last report of a stage, and at most one a second between them.</summary>
/// <param name="output">Receives the lines.</param>
/// <param name="time">The time.</param>
/// <param name="line">The line for a report at a pace.</param>
internal sealed class ProgressLines(TextWriter output, TimeProvider time, Func<RunProgress, Pace, string> line) : IProgress<RunProgress>
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
            output.WriteLine(line(value, stage.Pace));
        }
    }

    /// <summary>A line to read.</summary>
    public static string Plain(RunProgress value, Pace pace)
    {
        string words = pace.Describe(value);
        return $"{value.Stage}: {value.Done}/{value.Total}{(words.Length > 0 ? ", " : "")}{words}";
    }

    /// <summary>A line for programs, in ASCII.</summary>
    public static string Json(RunProgress value, Pace pace)
    {
        (double? rate, double? left) = pace.Measure(value);
        return JsonSerializer.Serialize(new JsonLine(value.Stage, value.Done, value.Total, rate, left, value.Detail));
    }

    private sealed record JsonLine(
        [property: JsonPropertyName("stage")] string Stage,
        [property: JsonPropertyName("done")] long Done,
        [property: JsonPropertyName("total")] long Total,
        [property: JsonPropertyName("rate")] double? Rate,
        [property: JsonPropertyName("seconds_left")] double? SecondsLeft,
        [property: JsonPropertyName("detail")] string Detail);
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
