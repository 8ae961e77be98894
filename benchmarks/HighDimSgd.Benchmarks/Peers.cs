using System.Diagnostics;
using System.Globalization;
using System.Text.Json;

namespace HighDimSgd.Benchmarks;

/// <summary>Runs the peers' scripts and reads the JSON lines that they print.</summary>
internal static class Peers
{
    public static IEnumerable<Timing> Measure()
    {
        foreach (Timing timing in Dense("1000:8,250:32"))
            yield return timing;
        foreach (JsonElement line in Run("dmft.py", "--repeats", "3"))
        {
            (int paths, int steps) = (Int(line, "paths"), Int(line, "K"));
            foreach (JsonElement seconds in line.GetProperty("seconds").EnumerateArray())
                yield return new($"dmft K={steps} N={paths}", "numpy", seconds.GetDouble(), (double)paths * steps * (steps + 1));
        }
    }

    /// <summary>Dense replicas.</summary>
    /// <param name="cases">d:R, one after another; n = 2 d.</param>
    public static IEnumerable<Timing> Dense(string cases)
    {
        foreach (string peer in new[] { "numpy", "torch", "numba" })
        {
            foreach (JsonElement line in Run("dense.py", "--peer", peer, "--repeats", "3", "--cases", cases))
            {
                (int d, int n, int replicas, int steps) = (Int(line, "d"), Int(line, "n"), Int(line, "R"), Int(line, "K"));
                foreach (JsonElement seconds in line.GetProperty("seconds").EnumerateArray())
                    yield return new($"dense d={d} n={n} R={replicas} K={steps}", peer, seconds.GetDouble(), (double)d * n * replicas * steps);
            }
        }
    }

    private static int Int(JsonElement line, string name) => line.GetProperty(name).GetInt32();

    /// <summary>The JSON lines of a script.</summary>
    public static List<JsonElement> Run(string script, params string[] arguments)
    {
        string path = Path.Combine("benchmarks", "peers", script);
        var start = new ProcessStartInfo("/usr/bin/python3", [path, "--threads", Environment.ProcessorCount.ToString(CultureInfo.InvariantCulture), .. arguments])
        {
            RedirectStandardOutput = true,
        };
        using Process process = Process.Start(start)!;
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        if (process.ExitCode != 0)
            Console.Error.WriteLine($"{script} {string.Join(' ', arguments)} failed; its rows are missing");
        return [.. output.Split('\n').Where(l => l.StartsWith('{')).Select(l => JsonDocument.Parse(l).RootElement)];
    }
}
