using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using HighDimSgd.Experiments;
using HighDimSgd.Planning;
using HighDimSgd.Results;

namespace HighDimSgd.Benchmarks;

/// <summary>
/// What a plan foretells over what the run then takes, for every ready-made experiment; plan and run each in a process of their own,
/// so that both compile what they use, as a user's do.
/// </summary>
internal static class Foretold
{
    private sealed record Figures(double Simulate, double Theory, double All, double Memory, double Disk)
    {
        public double[] Values => [Simulate, Theory, All, Memory, Disk];
    }

    public static void Print(int rounds)
    {
        string[] columns = ["simulate s", "theory s", "in all s", "memory MiB", "disk MiB"];
        Console.WriteLine($"Medians over {rounds} rounds: foretold / true = ratio (least to most)");
        Console.WriteLine($"| experiment | {string.Join(" | ", columns)} |");
        Console.WriteLine($"|---|{string.Concat(columns.Select(_ => "---|"))}");
        foreach (string name in ReadyMade.Names.Where(n => AnyExperiment.Parse(ReadyMade.Text(n), n) is Experiment))
        {
            var pairs = Enumerable.Range(0, rounds).Select(_ => Pair(name)).ToList();
            IEnumerable<string> cells = columns.Select((_, c) =>
            {
                double[] ratios = [.. pairs.Select(p => p.Foretold.Values[c] / p.True.Values[c]).Order()];
                return string.Create(
                    CultureInfo.InvariantCulture,
                    $"{Median(pairs.Select(p => p.Foretold.Values[c])):f1} / {Median(pairs.Select(p => p.True.Values[c])):f1} = {Median(ratios):f2} ({ratios[0]:f2} to {ratios[^1]:f2})");
            });
            Console.WriteLine($"| {name} | {string.Join(" | ", cells)} |");
        }
    }

    public static void Foretell(string name, string folder)
    {
        Plan plan = Planner.Make(Load(name), new(folder));
        double Of(string stage) => plan.Stages.Where(s => s.Name.StartsWith(stage, StringComparison.Ordinal)).Sum(s => s.Seconds);
        Say(new(Of("simulate"), Of("theory"), plan.Seconds, plan.MemoryBytes, plan.DiskBytes));
    }

    public static void Perform(string name, string folder)
    {
        Runner.Run(Load(name), new(folder));
        using FileStream stream = File.OpenRead(Path.Combine(folder, Manifest.FileName));
        IReadOnlyDictionary<string, double> timing = Manifest.Read(stream).Timing;
        string peak = File.ReadLines("/proc/self/status").First(l => l.StartsWith("VmHWM:", StringComparison.Ordinal)).Split(' ')[^2];
        double disk = Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories).Sum(f => new FileInfo(f).Length);
        Say(new(
            timing["simulate_s"], timing["theory_s"], (DateTime.Now - Process.GetCurrentProcess().StartTime).TotalSeconds,
            1024 * double.Parse(peak, CultureInfo.InvariantCulture), disk));
    }

    private static (Figures Foretold, Figures True) Pair(string name)
    {
        string folder = Directory.CreateTempSubdirectory("hdsgd-plan-").FullName;
        try
        {
            return (Child("foretell", name, folder), Child("perform", name, folder));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static Figures Child(params string[] arguments)
    {
        var start = new ProcessStartInfo(Environment.ProcessPath!, arguments) { RedirectStandardOutput = true };
        if (Path.GetFileNameWithoutExtension(start.FileName) == "dotnet")
            start.ArgumentList.Insert(0, Path.Combine(AppContext.BaseDirectory, "HighDimSgd.Benchmarks.dll"));
        using Process process = Process.Start(start)!;
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return JsonSerializer.Deserialize<Figures>(output)!;
    }

    private static Experiment Load(string name) => Experiment.Parse(ReadyMade.Text(name), name);

    private static void Say(Figures figures) => Console.WriteLine(JsonSerializer.Serialize(
        figures with { Memory = figures.Memory / (1 << 20), Disk = figures.Disk / (1 << 20) }));

    private static double Median(IEnumerable<double> values)
    {
        double[] sorted = [.. values.Order()];
        return (sorted[(sorted.Length - 1) / 2] + sorted[sorted.Length / 2]) / 2;
    }
}
