using System.Diagnostics;
using System.Globalization;
using HighDimSgd.Cli;

namespace HighDimSgd.Tests.Cli;

/// <summary>
/// A run that is killed (SIGKILL) at random moments and started again ends in the same bytes as one that was left alone. The number of
/// kills is 6 with full passes and 2 with iterations, or that of the environment variable HDSGD_KILLS for a long watch.
/// </summary>
public sealed class KillTests : IDisposable
{
    private const string Common = """
        family: proportional
        name: killed
        seed: 3
        model: {loss: logistic, label: {kind: logistic, slope: 2}, ridge: 0.1}
        aspect: 2

        """;

    private const string Passes = """
        algorithm: {kind: sgf, temperature: 2, step: 0.2, horizon: 4}
        sizes: [40, 80, 160]
        replicas: 150
        theory: {paths: 20000, sweeps: 12}
        """;

    private const string Iterations = """
        algorithm: {kind: sgd, batch: 2, rate: 1, horizon: 4}
        sizes: [40, 80, 160]
        replicas: 150
        theory: {paths: 2000, sweeps: 8}
        """;

    private static readonly string[] Compared = ["results.json", "curves.npz", "curves.csv"];

    private readonly string folder = Directory.CreateTempSubdirectory().FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Theory]
    [InlineData(Passes, 6)]
    [InlineData(Iterations, 2)]
    public void KilledAtAnyMomentARunEndsInTheSameBytes(string work, int fewest)
    {
        int most = int.TryParse(Environment.GetEnvironmentVariable("HDSGD_KILLS"), CultureInfo.InvariantCulture, out int asked) ? asked : fewest;
        string file = Path.Combine(folder, "killed.yaml"), left = Path.Combine(folder, "left"), killed = Path.Combine(folder, "killed");
        File.WriteAllText(file, Common + work);
        var watch = Stopwatch.StartNew();
        Assert.Equal(0, Run(file, left, null));
        double whole = watch.Elapsed.TotalSeconds;
        var random = new System.Random(20260206);
        int kills = 0;
        while (kills < most)
        {
            if (Run(file, killed, TimeSpan.FromSeconds(random.NextDouble() * whole)) is null)
            {
                kills++;
                continue;
            }

            AssertSame(left, killed);
            Directory.Delete(killed, recursive: true);
        }

        Assert.Equal(0, Run(file, killed, null));
        AssertSame(left, killed);
        Assert.Empty(Directory.EnumerateFiles(killed, "*.tmp", SearchOption.AllDirectories));
    }

    private static void AssertSame(string left, string right)
    {
        foreach (string name in Compared)
            Assert.Equal(File.ReadAllBytes(Path.Combine(left, name)), File.ReadAllBytes(Path.Combine(right, name)));
    }

    /// <summary>Runs the command; null where it was killed before its end.</summary>
    private static int? Run(string file, string output, TimeSpan? patience)
    {
        var start = new ProcessStartInfo("dotnet", [typeof(CommandLine).Assembly.Location, "run", file, "--out", output, "--quiet"]);
        using Process process = Process.Start(start)!;
        if (patience is { } time && !process.WaitForExit(time))
        {
            process.Kill();
            process.WaitForExit();
            return null;
        }

        process.WaitForExit();
        return process.ExitCode;
    }
}
