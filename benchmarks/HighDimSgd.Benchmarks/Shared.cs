using System.Globalization;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Text.Json;
using HighDimSgd.Devices;
using HighDimSgd.Experiments;
using HighDimSgd.Kernels;
using HighDimSgd.Kernels.Physics;
using HighDimSgd.Models;
using HighDimSgd.Simulation;

namespace HighDimSgd.Benchmarks;

/// <summary>
/// K steps of P logistic SGF replicas on each of G designs that are in memory, as in peers/shared.py: those of a design side by side, and one after
/// another; and the floor: every thread doing as many fused multiply-adds on registers.
/// </summary>
internal static class Shared
{
    private const int Size = 1000, Samples = 2000, Designs = 2, Replicas = 16, Steps = 60;
    private const double Entries = (double)Size * Samples * Designs * Replicas * Steps;
    private const string OneByOne = "HighDimSgd, one by one", Floor = "multiply-add floor";

    private static readonly string Work = $"shared d={Size} n={Samples} G={Designs} P={Replicas} K={Steps}";

    public static IEnumerable<Timing> Measure()
    {
        var q = new double[Designs * Replicas];
        IEnumerable<Timing> ours = Turns.Run(
            Work, Entries, [Table.Ours, Table.Ours, Table.Ours, OneByOne, OneByOne, Floor, Floor], (mine, turn) => new Worker(mine, turn, q), Designs);
        return [.. ours, .. Peers(q.Average())];
    }

    private static IEnumerable<Timing> Peers(double q)
    {
        foreach (string peer in new[] { "numpy", "numpy-batched" })
        {
            foreach (JsonElement line in HighDimSgd.Benchmarks.Peers.Run("shared.py", "--peer", peer, "--repeats", "2"))
            {
                // Two designs on either side; q of a replica has standard deviation 2.6/sqrt(d).
                double other = line.GetProperty("q").GetDouble();
                if (!(Math.Abs(other - q) < 5 * 2.6 / Math.Sqrt(Size * Designs)))
                    throw new InvalidOperationException(string.Create(CultureInfo.InvariantCulture, $"{peer} ends at q = {other}, this program at {q}"));
                foreach (JsonElement seconds in line.GetProperty("seconds").EnumerateArray())
                    yield return new(Work, peer, seconds.GetDouble(), Entries);
            }
        }
    }

    private sealed class Worker(int[] designs, Turn turn, double[] q) : IDeviceProgram<double>
    {
        public double Run<TReal, TWord, TView>(ISkeletons<TReal, TWord, TView> skeletons)
            where TReal : unmanaged, IReal<TReal, TWord>
            where TWord : unmanaged, IWord<TReal, TWord>
            where TView : struct, IView<TReal, TWord>
        {
            Experiment setting = Dense.Setting() with { ReplicasPerDesign = Replicas };
            double[][,] curves = [.. Enumerable.Range(0, Replicas).Select(_ => new double[Observables.Of(setting.Model).Count, setting.RecordSteps.Count])];
            var engines = designs.Select(_ => new DenseEngine<TReal, TWord, TView, LogisticLoss<TReal, TWord>>(skeletons, setting, Size, default)).ToArray();
            turn.Take(5, () =>
            {
                for (int i = 0; i < engines.Length; i++)
                {
                    engines[i].Run(designs[i] * Replicas, curves);
                    for (int p = 0; p < Replicas; p++)
                        q[(designs[i] * Replicas) + p] = curves[p][0, 1];
                }
            });
            turn.Take(2, () =>
            {
                for (int i = 0; i < engines.Length; i++)
                {
                    for (int p = 0; p < Replicas; p++)
                        engines[i].Run((designs[i] * Replicas) + p, [curves[p]]);
                }
            });
            double sum = 0;
            turn.Take(2, () => sum += MultiplyAdds((long)(2 * Entries / Designs * designs.Length / Vector512<float>.Count)));
            return sum;
        }
    }

    /// <summary>So many fused multiply-adds of whole vectors, ten sums side by side.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static float MultiplyAdds(long count)
    {
        Vector512<float> x = Vector512.Create(0.5f), a = x, b = x, c = x, d = x, e = x, f = x, g = x, h = x, i = x, j = x;
        for (long k = 0; k < count; k += 10)
        {
            a = Vector512.FusedMultiplyAdd(x, x, a);
            b = Vector512.FusedMultiplyAdd(x, x, b);
            c = Vector512.FusedMultiplyAdd(x, x, c);
            d = Vector512.FusedMultiplyAdd(x, x, d);
            e = Vector512.FusedMultiplyAdd(x, x, e);
            f = Vector512.FusedMultiplyAdd(x, x, f);
            g = Vector512.FusedMultiplyAdd(x, x, g);
            h = Vector512.FusedMultiplyAdd(x, x, h);
            i = Vector512.FusedMultiplyAdd(x, x, i);
            j = Vector512.FusedMultiplyAdd(x, x, j);
        }

        return Vector512.Sum(a + b + c + d + e + f + g + h + i + j);
    }
}
