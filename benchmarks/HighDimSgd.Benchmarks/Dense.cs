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

    private static List<Timing> Case(int size, int replicas)
    {
        string work = $"dense d={size} n={2 * size} R={replicas} K={Steps}";
        double entries = 2.0 * size * size * replicas * Steps;
        return Turns.Run(
            work, entries, [Table.Ours, Table.Ours, Table.Ours, "read floor", "read floor"], (mine, turn) => new Worker(size, mine, turn), replicas);
    }

    private sealed class Worker(int size, int[] replicas, Turn turn) : IDeviceProgram<double>
    {
        public double Run<TReal, TWord, TView>(ISkeletons<TReal, TWord, TView> skeletons)
            where TReal : unmanaged, IReal<TReal, TWord>
            where TWord : unmanaged, IWord<TReal, TWord>
            where TView : struct, IView<TReal, TWord>
        {
            Experiment setting = Setting();
            double[,] curves = new double[Observables.Of(setting.Model).Count, setting.RecordSteps.Count];
            var engines = replicas.Select(r => new DenseEngine<TReal, TWord, TView, LogisticLoss<TReal, TWord>>(skeletons, setting, size, default)).ToArray();
            for (int i = 0; i < engines.Length; i++)
                engines[i].Prepare(replicas[i]);
            float[][] designs = [.. replicas.Select(_ => ReadFloor.Touched(2 * size * size))];
            turn.Take(5, () =>
            {
                for (int i = 0; i < engines.Length; i++)
                    engines[i].Advance(replicas[i], [curves]);
            });
            double sum = 0;
            turn.Take(2, () => sum += designs.Sum(d => Enumerable.Range(0, Steps).Sum(_ => ReadFloor.Sum(d))));
            return sum;
        }
    }
}
