using System.Diagnostics;
using System.Text.Json;
using HighDimSgd.Devices;
using HighDimSgd.Devices.Cpu;
using HighDimSgd.Flows;
using HighDimSgd.Kernels;
using HighDimSgd.Kernels.Random;

namespace HighDimSgd.Benchmarks;

/// <summary>
/// Two points of the quartic problem under the same noise, by SGD and by the stochastic modified flow, as in peers/flow.py; and the floor: drawing as many
/// numbers, on as many threads, and nothing else.
/// </summary>
internal static class Flow
{
    private const int Paths = 256 * FlowExperiment.Block;
    private const double Rate = 0.05;

    public static IEnumerable<Timing> Measure()
    {
        (FlowAlgorithm Algorithm, string Name, int Draws)[] works = [(FlowAlgorithm.Sgd, "sgd", 1), (FlowAlgorithm.Smf2, "smf2", 2)];
        foreach ((FlowAlgorithm algorithm, string name, int draws) in works)
        {
            FlowExperiment experiment = Setting(algorithm);
            double steps = experiment.Horizon / Rate, product = 0;
            string work = $"flow {name}, {Paths} paths of 2 points, {steps} steps";
            for (int pass = 0; pass < 3; pass++)
            {
                var blocks = new SortedDictionary<int, double[,]>();
                var watch = Stopwatch.StartNew();
                new FlowSimulator(experiment, new CpuDevice()).Finish(experiment.Runs.First(), blocks, (_, _) => { }, CancellationToken.None);
                product = blocks.Values.Average(b => b[0, 0]);
                if (pass > 0)
                    yield return new(work, Table.Ours, watch.Elapsed.TotalSeconds, Paths * steps);
            }

            for (int pass = 0; pass < 3; pass++)
            {
                var watch = Stopwatch.StartNew();
                Parallel.For(0, Environment.ProcessorCount, worker => new CpuDevice().RunLoops(new Drawing(worker, algorithm, (int)steps * draws)));
                if (pass > 0)
                    yield return new(work, "drawing alone", watch.Elapsed.TotalSeconds, Paths * steps);
            }

            foreach (JsonElement line in Peers.Run("flow.py", "--algorithm", name, "--repeats", "2"))
            {
                double other = line.GetProperty("xy").GetDouble();
                if (!(Math.Abs(other - product) < 0.01))
                    throw new InvalidOperationException($"{name}: NumPy finds E[xy] = {other}, this program {product}");
                foreach (JsonElement seconds in line.GetProperty("seconds").EnumerateArray())
                    yield return new(work, line.GetProperty("peer").GetString()!, seconds.GetDouble(), Paths * steps);
            }
        }
    }

    private static FlowExperiment Setting(FlowAlgorithm algorithm) => new()
    {
        Name = "flow",
        Seed = 1,
        Problem = new MultiplicativeNoise { Values = [1, 1, 1, 1] },
        Starts = [[1.0], [-1.0]],
        Algorithms = [algorithm],
        Rates = [Rate],
        Batches = [1],
        Replicas = Paths,
        Times = [1],
        Statistics = ["xy"],
    };

    private sealed class Drawing(int worker, FlowAlgorithm algorithm, int draws) : ILoopProgram<float>
    {
        public float Run<TReal, TWord, TView>(ILoops<TReal, TWord, TView> loops)
            where TReal : unmanaged, IReal<TReal, TWord>
            where TWord : unmanaged, IWord<TReal, TWord>
            where TView : struct, IView<TReal, TWord>
        {
            TView view = loops.Allocate(FlowExperiment.Block);
            var field = new RandomField(1, Purpose.FlowNoise, 1, 0);
            for (int block = worker; block < Paths / FlowExperiment.Block; block += Environment.ProcessorCount)
            {
                if (algorithm == FlowAlgorithm.Sgd)
                    loops.For(1, FlowExperiment.Block, new Drawn<TReal, TWord, TView, WordSource<TReal, TWord>>(view, field, default, draws));
                else
                    loops.For(1, FlowExperiment.Block, new Drawn<TReal, TWord, TView, NormalSource<TReal, TWord>>(view, field, new(0, 1), draws));
            }

            var sums = new float[16];
            loops.Read(view, sums);
            return sums[0];
        }
    }

    private readonly struct Drawn<TReal, TWord, TView, TSource>(TView view, RandomField field, TSource source, int draws) : IForBody
        where TReal : unmanaged, IReal<TReal, TWord>
        where TWord : unmanaged, IWord<TReal, TWord>
        where TView : struct, IView<TReal, TWord>
        where TSource : struct, ISource<TReal, TWord>
    {
        public void Run(int outer, int index)
        {
            var numbers = new Draws<TReal, TWord, TSource>(field, source, index, 0);
            TWord all = TWord.Of(0);
            for (int i = 0; i < draws; i++)
                all ^= TReal.Bits(numbers.Next());
            view.Store(index, TWord.AsReal(all));
        }
    }
}
