using HighDimSgd.Devices;
using HighDimSgd.Experiments;
using HighDimSgd.Kernels;
using HighDimSgd.Kernels.Physics;
using HighDimSgd.Models;
using HighDimSgd.Simulation;

namespace HighDimSgd.Benchmarks;

/// <summary>
/// K = 60 steps of R logistic SGF replicas whose designs are in memory, as in peers/dense.py; and the floor: every thread reading
/// its replicas' designs once a step with eight vector sums, nothing else.
/// </summary>
internal static class Dense
{
    private const int Steps = 60;

    /// <summary>Designs in each of their storages; the gaussian ones, then signs.</summary>
    public static IEnumerable<Timing> Storages() => new[] { (1000, 8), (2000, 4) }.SelectMany(c => new[]
    {
        DesignStorage.Float32, DesignStorage.BFloat16, DesignStorage.Int8, DesignStorage.Bit,
    }.SelectMany(storage => Case(c.Item1, c.Item2, storage)));

    public static IEnumerable<Timing> Measure() => new[] { (1000, 8), (250, 32) }.SelectMany(c => Case(c.Item1, c.Item2));

    public static Experiment Setting(int paths = 100_000) => new()
    {
        Name = "benchmark",
        Seed = 1,
        Model = new() { Loss = Loss.Logistic, Label = Label.Logistic(3), Ridge = 0.1 },
        Aspect = 2,
        Algorithm = new() { Kind = ClockKind.Sgf, Temperature = 4, Step = 0.2, Steps = Steps },
        Sizes = [1000],
        Replicas = [8],
        RecordSteps = [0, Steps],
        Theory = new(paths),
    };

    private static List<Timing> Case(int size, int replicas, DesignStorage storage = DesignStorage.Float32)
    {
        string work = $"dense d={size} n={2 * size} R={replicas} K={Steps}";
        double entries = 2.0 * size * size * replicas * Steps;
        string ours = storage == DesignStorage.Float32 ? Table.Ours : $"{Table.Ours}, {storage.ToString().ToLowerInvariant()}";
        string[] floor = storage == DesignStorage.Float32 ? ["read floor", "read floor"] : [];
        return Turns.Run(work, entries, [ours, ours, ours, .. floor], (mine, turn) => new Worker(size, storage, mine, turn), replicas);
    }

    private sealed class Worker(int size, DesignStorage storage, int[] replicas, Turn turn) : IDeviceProgram<double>
    {
        public double Run<TReal, TWord, TView>(ISkeletons<TReal, TWord, TView> skeletons)
            where TReal : unmanaged, IReal<TReal, TWord>
            where TWord : unmanaged, IWord<TReal, TWord>
            where TView : struct, IView<TReal, TWord>
        {
            Experiment setting = Setting() with { Design = new(storage == DesignStorage.Bit ? DesignLaw.Rademacher : DesignLaw.Gaussian, storage) };
            double[,] curves = new double[Observables.Of(setting.Model).Count, setting.RecordSteps.Count];
            var engines = replicas.Select(r => new DenseEngine<TReal, TWord, TView, LogisticLoss<TReal, TWord>>(skeletons, setting, size, default)).ToArray();
            for (int i = 0; i < engines.Length; i++)
                engines[i].Prepare(replicas[i]);
            bool reads = storage == DesignStorage.Float32;
            float[][] designs = [.. replicas.Where(_ => reads).Select(_ => ReadFloor.Touched(2 * size * size))];
            turn.Take(5, () =>
            {
                for (int i = 0; i < engines.Length; i++)
                    engines[i].Advance(replicas[i], [curves]);
            });
            double sum = 0;
            turn.Take(reads ? 2 : 0, () => sum += designs.Sum(d => Enumerable.Range(0, Steps).Sum(_ => ReadFloor.Sum(d))));
            return sum;
        }
    }
}
