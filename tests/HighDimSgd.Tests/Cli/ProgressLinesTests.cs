using System.Globalization;
using System.Text.Json;
using HighDimSgd.Cli;

namespace HighDimSgd.Tests.Cli;

public class ProgressLinesTests
{
    [Fact]
    public void OneLineASecondWithRateAndTimeLeftSinceTheFirstReport()
    {
        var time = new Clock();
        using var output = new StringWriter();
        Report(new ProgressLines(output, time, ProgressLines.Plain), time);
        Assert.Equal(
            [
                "simulate d=250: 100/300",
                "simulate d=250: 110/300, 10/s, 0:19 left",
                "simulate d=250: 120/300, 10/s, 0:18 left",
                "simulate d=250: 130/300, 10/s, 0:17 left",
                "simulate d=250: 140/300, 10/s, 0:16 left",
                "theory sgf: 1/1, q(12) 2.8831 \u00b1 0.0021",
            ],
            output.ToString().Split('\n', StringSplitOptions.RemoveEmptyEntries));
    }

    [Fact]
    public void JsonLinesHaveTheSameMomentsInNumbersOfNoLanguage()
    {
        CultureInfo culture = CultureInfo.CurrentCulture;
        var time = new Clock();
        using var output = new StringWriter();
        try
        {
            var comma = (CultureInfo)CultureInfo.InvariantCulture.Clone();
            comma.NumberFormat.NumberDecimalSeparator = ",";
            CultureInfo.CurrentCulture = comma;
            Report(new ProgressLines(output, time, ProgressLines.Json), time);
        }
        finally
        {
            CultureInfo.CurrentCulture = culture;
        }

        string[] lines = output.ToString().Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal("""{"stage":"simulate d=250","done":100,"total":300,"rate":null,"seconds_left":null,"detail":""}""", lines[0]);
        JsonElement second = JsonDocument.Parse(lines[1]).RootElement;
        Assert.Equal(["stage", "done", "total", "rate", "seconds_left", "detail"], second.EnumerateObject().Select(p => p.Name));
        Assert.Equal(110, second.GetProperty("done").GetInt64());
        Assert.Equal(10, second.GetProperty("rate").GetDouble(), 1e-6);
        Assert.Equal(19, second.GetProperty("seconds_left").GetDouble(), 1e-6);
        Assert.Equal(6, lines.Length);
        JsonElement last = JsonDocument.Parse(lines[^1]).RootElement;
        Assert.Equal(0, last.GetProperty("seconds_left").GetDouble());
        Assert.Equal("q(12) 2.8831 \u00b1 0.0021", last.GetProperty("detail").GetString());
        Assert.All(lines, l => Assert.True(System.Text.Ascii.IsValid(l)));
    }

    [Fact]
    public void WithoutTimeOrWorkThereIsNoRateButNull()
    {
        var time = new Clock();
        var first = new RunProgress("theory sgf", 3, 10, "");
        var pace = new Pace(time, first);
        Assert.Equal((null, null), pace.Measure(first));
        Assert.Equal((null, null), pace.Measure(first with { Done = 4 }));
        time.Now += TimeSpan.FromSeconds(5).Ticks;
        Assert.Equal((null, null), pace.Measure(first));
        Assert.Equal((0.2, 30), pace.Measure(first with { Done = 4 }));
    }

    private static void Report(ProgressLines lines, Clock time)
    {
        for (int i = 0; i <= 40; i++) // continued at 100 of 300, ten units a second
        {
            lines.Report(new RunProgress("simulate d=250", 100 + i, 300, ""));
            time.Now += TimeSpan.FromSeconds(0.1).Ticks;
        }

        lines.Report(new RunProgress("theory sgf", 1, 1, "q(12) 2.8831 \u00b1 0.0021"));
    }

    private sealed class Clock : TimeProvider
    {
        public long Now { get; set; }

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public override long GetTimestamp() => Now;
    }
}
