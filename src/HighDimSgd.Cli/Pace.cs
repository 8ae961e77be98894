using System.Globalization;

namespace HighDimSgd.Cli;

/// <summary>Rate and time left of a stage, from the work done since its first report.</summary>
internal sealed class Pace(TimeProvider time, RunProgress first)
{
    private readonly long start = time.GetTimestamp();

    /// <summary>Units a second and seconds left; null as long as nothing can be said.</summary>
    public (double? Rate, double? SecondsLeft) Measure(RunProgress now)
    {
        double seconds = time.GetElapsedTime(start).TotalSeconds;
        if (seconds <= 0 || now.Done <= first.Done)
            return (null, now.Done >= now.Total ? 0 : null);
        double rate = (now.Done - first.Done) / seconds;
        return (rate, Math.Max(0, now.Total - now.Done) / rate);
    }

    /// <summary>In words, such as "3.1/s, 0:09 left, q(12) 2.8831 +- 0.0021".</summary>
    public string Describe(RunProgress now)
    {
        (double? rate, double? left) = Measure(now);
        var words = new List<string>();
        if (rate is { } speed)
            words.Add(speed.ToString(speed < 10 ? "0.0" : "0", CultureInfo.InvariantCulture) + "/s");
        if (left > 0)
            words.Add(Clock(Math.Min(left.Value, 1e7)) + " left");
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
