using HighDimSgd.Devices;
using HighDimSgd.Experiments;

namespace HighDimSgd.Tests.Programs;

/// <summary>The program of docs/how-to/use-from-csharp.md; a test holds the page to it.</summary>
internal static class Temperatures
{
    public static async Task<List<(double Temperature, double Norm, string Verdict)>> Solve(string file, string folder)
    {
        // begin
        Experiment experiment = Experiment.Load(file);
        var rows = new List<(double Temperature, double Norm, string Verdict)>();
        foreach (double temperature in new[] { 0.5, 1, 2 })
        {
            Experiment variant = experiment with { Algorithm = experiment.Algorithm with { Temperature = temperature } };
            var result = await variant.RunAsync(Device.Auto(), Path.Combine(folder, $"temperature-{temperature}"));
            rows.Add((temperature, result.Theory.Observables["q"].Mean[^1], result.Verdict.Status));
            Console.WriteLine($"{temperature}: q = {rows[^1].Norm:f4}, {result.Verdict.Status}: {result.Verdict.Why}");
        }
        // end

        return rows;
    }
}
