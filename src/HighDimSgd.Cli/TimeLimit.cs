using System.Globalization;
using System.Text.RegularExpressions;

namespace HighDimSgd.Cli;

/// <summary>
/// Stops a run before its time is over: as soon as what is left is shorter than the longest pause between two reports of finished
/// work. All workers begin their first units at once, so that pause is about the time of a unit, for any number of them.
/// </summary>
/// <param name="limit">The time from now on; null for none.</param>
/// <param name="time">The clock.</param>
/// <param name="next">Receives the reports too; may be null.</param>
/// <param name="stop">Stops the run as well.</param>
internal sealed partial class TimeLimit(TimeSpan? limit, TimeProvider time, IProgress<RunProgress>? next, CancellationToken stop)
    : IProgress<RunProgress>, IDisposable
{
    private const int MostHours = 1000;

    // For the start and the end of the process, which no report tells of.
    private static readonly TimeSpan Reserve = TimeSpan.FromSeconds(0.5);

    private readonly Lock sync = new();
    private readonly CancellationTokenSource source = CancellationTokenSource.CreateLinkedTokenSource(stop);
    private readonly long start = time.GetTimestamp();
    private ITimer? timer;
    private TimeSpan last;
    private TimeSpan longest;
    private bool isDisposed;

    /// <summary>What may stand for a limit, in words.</summary>
    public static string Allowed { get; } =
        string.Create(CultureInfo.InvariantCulture, $"90s, 30m, 2h or H:MM:SS, from 1 second to {MostHours} hours");

    /// <summary>Stops the run.</summary>
    public CancellationToken Token => source.Token;

    /// <summary>True where it was the limit that stopped the run.</summary>
    public bool IsOver { get; private set; }

    /// <summary>Reads a limit.</summary>
    /// <returns>The time, or null where the text is none.</returns>
    public static TimeSpan? Parse(string text)
    {
        Match match = Format().Match(text);
        double seconds = (3600 * Part("h")) + (60 * Part("m")) + Part("s");
        return match.Success && seconds is >= 1 and <= MostHours * 3600 ? TimeSpan.FromSeconds(seconds) : null;

        double Part(string unit) => match.Groups[unit] is { Success: true } part ? double.Parse(part.Value, CultureInfo.InvariantCulture) : 0;
    }

    /// <inheritdoc/>
    public void Report(RunProgress value)
    {
        next?.Report(value);
        if (limit is not { } given)
            return;
        lock (sync)
        {
            TimeSpan now = time.GetElapsedTime(start), pause = now - last;
            last = now;
            longest = pause > longest ? pause : longest;
            TimeSpan left = given - Reserve - now - longest;
            timer ??= time.CreateTimer(_ => Stop(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
            if (left > TimeSpan.Zero)
                timer.Change(left, Timeout.InfiniteTimeSpan);
            else
                Stop();
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        lock (sync)
        {
            isDisposed = true;
            timer?.Dispose();
            source.Dispose();
        }
    }

    private void Stop()
    {
        lock (sync)
        {
            if (isDisposed)
                return;
            IsOver = true;
            source.Cancel();
        }
    }

    [GeneratedRegex("^(?:(?<s>[0-9]{1,9})s|(?<m>[0-9]{1,9})m|(?<h>[0-9]{1,9})h|(?<h>[0-9]{1,9}):(?<m>[0-5][0-9]):(?<s>[0-5][0-9]))\\z", RegexOptions.ExplicitCapture)]
    private static partial Regex Format();
}

/// <summary>A run that its time limit stopped.</summary>
internal sealed class TimeLimitException(OperationCanceledException cause)
    : OperationCanceledException("stopped at the time limit; the same command continues where it stopped", cause);
