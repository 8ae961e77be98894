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
        var marks = new List<double>();
        var sweeping = Stopwatch.StartNew();
        device.Run(new DmftSweeps(setting, Enumerable.Range(0, 6), (_, _) => Mark()), wholeDevice: true);
        foreach ((double start, double end) in marks.Skip(2).Zip(marks.Skip(3)))
            yield return new(work, Table.Ours, end - start, entries);

        float[][] columns = [.. Enumerable.Range(0, (2 * steps) + 2).Select(_ => ReadFloor.Touched(PathCount))];
        float[] sums = new float[columns.Length];
        for (int pass = 0; pass < 3; pass++)
        {
            var watch = Stopwatch.StartNew();
            for (int k = 0; k < steps; k++)
                Parallel.For(0, (2 * k) + 2, new() { MaxDegreeOfParallelism = device.Workers }, j => sums[j] += ReadFloor.Sum(columns[j]));
            if (pass > 0)
                yield return new(work, "read floor", watch.Elapsed.TotalSeconds, sums[0] > 0 ? entries : 0);
        }

        bool Mark()
        {
            marks.Add(sweeping.Elapsed.TotalSeconds);
            return true;
        }
    }
}
