using System.Globalization;
using HighDimSgd.Tests.Statistics;

namespace HighDimSgd.Benchmarks;

/// <summary>How often the verdict fails on made-up experiments: with a true theory, and with one observable shifted by 5 standard errors.</summary>
internal static class Calibrate
{
    private const int Count = 2000;

    public static void Print()
    {
        Console.WriteLine($"| replicas | stated false alarms | false alarms in {Count} | shifts of 5 standard errors found in {Count} |");
        Console.WriteLine("|---|---|---|---|");
        foreach (int replicas in new[] { 20, 50, 200 })
        {
            foreach (double alpha in new[] { 0.01, 0.05 })
            {
                double stated = 1 - Math.Pow(1 - (alpha / 7), 7), error = Math.Sqrt(stated * (1 - stated) / Count);
                Console.WriteLine(string.Create(
                    CultureInfo.InvariantCulture,
                    $"| {replicas} | {100 * stated:f2} % ± {100 * error:f2} | {100 * Rate(replicas, alpha, 0):f2} % | {100 * Rate(replicas, alpha, 5):f1} % |"));
            }
        }
    }

    private static double Rate(int replicas, double alpha, double shift)
    {
        int failed = 0;
        Parallel.For(0, 20, batch =>
        {
            var experiments = new SyntheticExperiments((1000 * batch) + replicas, replicas, alpha);
            for (int i = 0; i < Count / 20; i++)
            {
                if (experiments.Next(shift).Status == "fail")
                    Interlocked.Increment(ref failed);
            }
        });
        return (double)failed / Count;
    }
}
