using System.Globalization;
using System.Text.Json;
using HighDimSgd.Devices;
using HighDimSgd.Experiments;
using HighDimSgd.Kernels;
using HighDimSgd.Kernels.Physics;
using HighDimSgd.Models;
using HighDimSgd.Simulation;

namespace HighDimSgd.Benchmarks;

/// <summary>
/// K iterations of multi-pass SGD at batch 1 of R logistic replicas whose designs are in memory, as in peers/sgd.py; and the floor: every
/// thread reading as many rows of its designs, in the same kind of random order, with eight vector sums and nothing else.
/// </summary>
internal static class Sgd
{
    private const int Size = 1000, Samples = 2000, Replicas = 4, Iterations = 200_000;
    private const double Rate = 0.1;

    private static readonly string Work = $"sgd d={Size} n={Samples} R={Replicas} K={Iterations}";

    public static IEnumerable<Timing> Measure()
    {
        var q = new double[Replicas];
        IEnumerable<Timing> ours = Turns.Run(
            Work, (double)Size * Replicas * Iterations, [Table.Ours, Table.Ours, Table.Ours, "read floor", "read floor"],
            (mine, turn) => new Worker(mine, turn, q), Replicas);
        return [.. ours, .. Peers(q.Average())];
    }

    private static IEnumerable<Timing> Peers(double q)
    {
        foreach (string peer in new[] { "numba-parallel", "numba", "numpy" })
        {
            foreach (JsonElement line in HighDimSgd.Benchmarks.Peers.Run("sgd.py", "--peer", peer, "--repeats", "2"))
            {
                double other = line.GetProperty("q").GetDouble();
                if (!(Math.Abs(other - q) < 5 * 2.6 / Math.Sqrt(Size * Replicas)))
                    throw new InvalidOperationException(string.Create(CultureInfo.InvariantCulture, $"{peer} ends at q = {other}, this program at {q}"));
                foreach (JsonElement seconds in line.GetProperty("seconds").EnumerateArray())
                    yield return new(Work, peer, seconds.GetDouble(), (double)Size * Replicas * Iterations);
            }
        }
    }

    private static Experiment Setting() => Dense.Setting() with
    {
        Algorithm = AlgorithmSpec.Iterations(ClockKind.Sgd, 1, Rate, Iterations * Rate / Size),
        RecordSteps = [],
        RecordTimes = [Iterations * Rate / Size],
    };

    private sealed class Worker(int[] replicas, Turn turn, double[] q) : IDeviceProgram<double>
    {
        public double Run<TReal, TWord, TView>(ISkeletons<TReal, TWord, TView> skeletons)
            where TReal : unmanaged, IReal<TReal, TWord>
            where TWord : unmanaged, IWord<TReal, TWord>
            where TView : struct, IView<TReal, TWord>
        {
            Experiment setting = Setting();
            var curves = new double[Observables.Of(setting.Model).Count, 1];
            var engines = replicas.Select(_ => new MultiPassEngine<TReal, TWord, TView, LogisticLoss<TReal, TWord>>(skeletons, setting, Size, default)).ToArray();
            for (int i = 0; i < engines.Length; i++)
                engines[i].Prepare(replicas[i]);
            float[][] designs = [.. replicas.Select(_ => ReadFloor.Touched(Samples * Size))];
            turn.Take(5, () =>
            {
                for (int i = 0; i < engines.Length; i++)
                {
                    engines[i].Advance(replicas[i], [curves]);
                    q[replicas[i]] = curves[0, 0];
                }
            });
            double sum = 0;
            turn.Take(2, () => sum += designs.Sum(Rows));
            return sum;
        }

        private static double Rows(float[] design)
        {
            double sum = 0;
            uint state = 1;
            for (int k = 0; k < Iterations; k++)
            {
                state = (state * 1664525) + 1013904223;
                sum += ReadFloor.Sum(design.AsSpan((int)(((ulong)state * Samples) >> 32) * Size, Size));
            }

            return sum;
        }
    }
}
