using System.Diagnostics;
using HighDimSgd.Devices.Cpu;
using HighDimSgd.Experiments;
using HighDimSgd.Theory;

namespace HighDimSgd.Benchmarks;

/// <summary>
/// One DMFT sweep of 60 steps and 200 000 paths, as in peers/dmft.py; and the floor: reading the 2k+2 columns of every step k once,
/// on all threads.
/// </summary>
internal static class Dmft
{
    private const int PathCount = 200_000;

    public static IEnumerable<Timing> Measure()
    {
        Experiment setting = Dense.Setting(PathCount);
        int steps = setting.Algorithm.Steps;
        string work = $"dmft K={steps} N={PathCount}";
        double entries = Enumerable.Range(0, steps).Sum(k => (double)PathCount * ((2 * k) + 2));
        var device = new CpuDevice();
        for (int sweep = 0; sweep < 5; sweep++)
        {
            var watch = Stopwatch.StartNew();
            device.Run(new DmftSweep(setting, sweep), wholeDevice: true);
            if (sweep > 1)
                yield return new(work, Table.Ours, watch.Elapsed.TotalSeconds, entries);
        }

        float[][] columns = [.. Enumerable.Range(0, (2 * steps) + 2).Select(_ => new float[PathCount])];
        float[] sums = new float[columns.Length];
        for (int pass = 0; pass < 3; pass++)
        {
            var watch = Stopwatch.StartNew();
            for (int k = 0; k < steps; k++)
                Parallel.For(0, (2 * k) + 2, new() { MaxDegreeOfParallelism = device.Workers }, j => sums[j] += ReadFloor.Sum(columns[j]));
            if (pass > 0)
                yield return new(work, "read floor", watch.Elapsed.TotalSeconds + sums[0], entries);
        }
    }
}
