using HighDimSgd.Cli;

namespace HighDimSgd.Tests.Cli;

public class ProgressLinesTests
{
    [Fact]
    public void OneLineASecondWithRateAndTimeLeftSinceTheFirstReport()
    {
        var time = new Clock();
        using var output = new StringWriter();
        var lines = new ProgressLines(output, time);
        for (int i = 0; i <= 40; i++) // continued at 100 of 300, ten units a second
        {
            lines.Report(new RunProgress("simulate d=250", 100 + i, 300, ""));
            time.Now += TimeSpan.FromSeconds(0.1).Ticks;
        }

        lines.Report(new RunProgress("theory sgf", 1, 1, "q(12) 2.8831 +- 0.0021"));
        Assert.Equal(
            [
                "simulate d=250: 100/300",
                "simulate d=250: 110/300, 10/s, 0:19 left",
                "simulate d=250: 120/300, 10/s, 0:18 left",
                "simulate d=250: 130/300, 10/s, 0:17 left",
                "simulate d=250: 140/300, 10/s, 0:16 left",
                "theory sgf: 1/1, q(12) 2.8831 +- 0.0021",
            ],
            output.ToString().Split('\n', StringSplitOptions.RemoveEmptyEntries));
    }

    private sealed class Clock : TimeProvider
    {
        public long Now { get; set; }

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public override long GetTimestamp() => Now;
    }
}
