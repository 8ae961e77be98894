using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using HighDimSgd.Devices.Cpu;
using HighDimSgd.Experiments;
using HighDimSgd.Simulation;

namespace HighDimSgd.Benchmarks;

/// <summary>
/// Whole replicas on designs that are not stored: large ones against NumPy with the same reduction (peers/dice.py) and against the floor,
/// reading the 2k+3 columns of every step k twice on all threads; and many of d = 1000 against stored designs, drawing included.
/// </summary>
internal static class Unstored
{
    public static IEnumerable<Timing> Measure() =>
        [.. Large(100_000, 150_000, 100), .. Large(1_000_000, 1_000_000, 40), .. Many(1000, 2000, 60, 64)];

    private static IEnumerable<Timing> Large(int size, int samples, int steps)
    {
        string work = $"unstored d={size} n={samples} K={steps}";
        double entries = 2.0 * samples * Enumerable.Range(0, steps).Sum(k => (2 * k) + 3);
        Experiment setting = Setting(size, samples, steps, DesignStorage.MatrixFree);
        double q = 0;
        foreach (double seconds in Replicas(setting, size, 3, 1, curve => q = curve.Values[0, 0]).Skip(1))
            yield return new(work, Table.Ours, seconds, entries);

        foreach (JsonElement line in Peers.Run(
            "dice.py", "--d", Text(size), "--n", Text(samples), "--steps", Text(steps), "--repeats", "2"))
        {
            double other = line.GetProperty("q").GetDouble();
            if (!(Math.Abs(other - q) < 5 * 4 / Math.Sqrt(size)))
                throw new InvalidOperationException(string.Create(CultureInfo.InvariantCulture, $"NumPy ends at q = {other}, this program at {q}"));
            foreach (JsonElement seconds in line.GetProperty("seconds").EnumerateArray())
                yield return new(work, "NumPy", seconds.GetDouble(), entries);
        }

        float[][] columns = [.. Enumerable.Range(0, (2 * steps) + 3).Select(_ => ReadFloor.Touched(samples))];
        var sums = new float[columns.Length];
        for (int pass = 0; pass < 3; pass++)
        {
            var watch = Stopwatch.StartNew();
            for (int k = 0; k < 2 * steps; k++)
                Parallel.For(0, (k / 2 * 2) + 3, j => sums[j] += ReadFloor.Sum(columns[j]));
            if (pass > 0)
                yield return new(work, "read floor", watch.Elapsed.TotalSeconds, sums[0] > 0 ? entries : 0);
        }
    }

    private static IEnumerable<Timing> Many(int size, int samples, int steps, int replicas)
    {
        string work = $"whole replicas d={size} n={samples} K={steps} R={replicas}";
        double entries = (double)size * samples * steps * replicas;
        foreach ((DesignStorage storage, string name) in new[] { (DesignStorage.MatrixFree, Table.Ours), (DesignStorage.Float32, "stored in float32") })
        {
            Experiment setting = Setting(size, samples, steps, storage);
            Replicas(setting, size, replicas, 2, _ => { });
            var watch = Stopwatch.StartNew();
            Replicas(setting, size, replicas, 2, _ => { });
            yield return new(work, name, watch.Elapsed.TotalSeconds, entries);
        }
    }

    private static Experiment Setting(int size, int samples, int steps, DesignStorage storage)
    {
        Experiment setting = Dense.Setting();
        return setting with
        {
            Aspect = (double)samples / size,
            Algorithm = setting.Algorithm with { Steps = steps },
            RecordSteps = [steps],
            Design = new(DesignLaw.Gaussian, storage),
        };
    }

    /// <summary>Runs replicas on so many workers, and tells when each was done after the one before.</summary>
    private static List<double> Replicas(Experiment setting, int size, int replicas, int workers, Action<ReplicaCurve> see)
    {
        var units = new ConcurrentQueue<(int, int)>(Enumerable.Range(0, replicas).Select(r => (r, 1)));
        var seconds = new List<double>();
        var watch = Stopwatch.StartNew();
        Simulator.RunWorkers(workers, () => new CpuDevice(workers == 1 ? 0 : 1).Run(
            new ReplicaWorker(setting, size, units, Keep, CancellationToken.None), wholeDevice: workers == 1));
        return seconds;

        void Keep(int first, IReadOnlyList<ReplicaCurve> curves)
        {
            lock (seconds)
            {
                seconds.Add(watch.Elapsed.TotalSeconds);
                watch.Restart();
                see(curves[0]);
            }
        }
    }

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}
