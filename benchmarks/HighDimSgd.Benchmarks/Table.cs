using System.Globalization;

namespace HighDimSgd.Benchmarks;

/// <summary>One timing of one program at one piece of work.</summary>
internal sealed record Timing(string Work, string Program, double Seconds, double Entries);

/// <summary>Medians by work and program, with the ratio to this project's median.</summary>
internal static class Table
{
    public const string Ours = "HighDimSgd";

    public static void Print(IEnumerable<Timing> timings)
    {
        Console.WriteLine("| work | program | median s | least s | 1e9 entries/s | time / ours |");
        Console.WriteLine("|---|---|---|---|---|---|");
        foreach (IGrouping<string, Timing> work in timings.ToList().GroupBy(t => t.Work))
        {
            double ours = Median(work.Where(t => t.Program == Ours));
            foreach (IGrouping<string, Timing> program in work.GroupBy(t => t.Program).OrderBy(Median))
            {
                double median = Median(program);
                Console.WriteLine(string.Create(
                    CultureInfo.InvariantCulture,
                    $"| {work.Key} | {program.Key} | {median:f4} | {program.Min(t => t.Seconds):f4} | {program.First().Entries / median / 1e9:f1} | {median / ours:f2} |"));
            }
        }
    }

    private static double Median(IEnumerable<Timing> timings)
    {
        double[] sorted = [.. timings.Select(t => t.Seconds).Order()];
        return sorted.Length == 0 ? double.NaN : (sorted[(sorted.Length - 1) / 2] + sorted[sorted.Length / 2]) / 2;
    }
}
