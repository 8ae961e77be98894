using System.Diagnostics;
using HighDimSgd.Devices;
using HighDimSgd.Experiments;
using HighDimSgd.Kernels;
using HighDimSgd.Kernels.Physics;
using HighDimSgd.Models;
using HighDimSgd.Simulation;

namespace HighDimSgd.Benchmarks;

/// <summary>Replicas of one engine, the bytes that one must move, and what peers are asked for the same work.</summary>
internal sealed record GpuCase(string Engine, Experiment Setting, int Size, int Replicas, double Bytes, string? Peer)
{
    private const int Steps = 60, Repeats = 3;
    private const double Rate = 0.1;

    /// <summary>The work in words; the same for peers.</summary>
    public string Work => $"{Engine} d={Size} n={Setting.Samples(Size)} R={Replicas} K={Iterations}";

    /// <summary>Steps or iterations.</summary>
    public int Iterations => Setting.Algorithm.StepsAt(Size);

    /// <summary>What a peer is called with; null where none does this work.</summary>
    public string[]? PeerArguments => Peer is null ? null : [Peer, $"{Size}", $"{Setting.Samples(Size)}", $"{Replicas}", $"{Iterations}"];

    /// <summary>All engines, or a trial on next to nothing.</summary>
    public static IEnumerable<GpuCase> All(bool isSmall)
    {
        (int large, int medium, int small) = isSmall ? (50, 20, 10) : (1000, 250, 64);
        yield return Dense("dense", large, isSmall ? 4 : 2048, DesignStorage.Float32, 4);
        yield return Dense("dense", medium, isSmall ? 8 : 32768, DesignStorage.Float32, 4);
        // A design that stays in the caches is read once, the increments of every step are written and read.
        yield return Dense("dense", small, isSmall ? 8 : 131072, DesignStorage.Float32, 4 * ((1.0 / Steps) + (2.0 / small)));
        yield return Dense("bfloat16", large, isSmall ? 4 : 4096, DesignStorage.BFloat16, 2);
        yield return Dense("int8", large, isSmall ? 4 : 8192, DesignStorage.Int8, 1);
        yield return Dense("bit", large, isSmall ? 4 : 8192, DesignStorage.Bit, 0.25);
        // Two passes a step over a table that begins with three columns and grows by two.
        yield return Dense("unstored", large, isSmall ? 4 : 8192, DesignStorage.MatrixFree, 8.0 * (Steps + 2) / large);
        int iterations = isSmall ? 100 : 20_000;
        Experiment sgd = HighDimSgd.Benchmarks.Dense.Setting() with
        {
            Algorithm = AlgorithmSpec.Iterations(ClockKind.Sgd, 1, Rate, iterations * Rate / large),
            RecordSteps = [],
            RecordTimes = [0, iterations * Rate / large],
        };
        // Observing reads the whole design, at the start and at the end.
        yield return new("sgd", sgd, large, isSmall ? 4 : 2048, 4.0 * large * (iterations + (4 * large)), "--sgd");
    }

    /// <summary>Times them on a device after an untimed run; the curves are of the last.</summary>
    public (List<double> Seconds, IReadOnlyList<double[,]> Curves) Run(IDevice device) => device.Run(new Program(this), wholeDevice: false);

    private static GpuCase Dense(string engine, int size, int replicas, DesignStorage storage, double bytes)
    {
        Experiment setting = HighDimSgd.Benchmarks.Dense.Setting() with { Design = new(storage == DesignStorage.Bit ? DesignLaw.Rademacher : DesignLaw.Gaussian, storage) };
        return new(engine, setting, size, replicas, bytes * 2 * size * size * Steps, storage == DesignStorage.Float32 ? "--dense" : null);
    }

    private sealed class Program(GpuCase work) : IDeviceProgram<(List<double> Seconds, IReadOnlyList<double[,]> Curves)>
    {
        public (List<double> Seconds, IReadOnlyList<double[,]> Curves) Run<TReal, TWord, TView>(ISkeletons<TReal, TWord, TView> skeletons)
            where TReal : unmanaged, IReal<TReal, TWord>
            where TWord : unmanaged, IWord<TReal, TWord>
            where TView : struct, IView<TReal, TWord>
        {
            (Experiment setting, int size, int count) = (work.Setting, work.Size, work.Replicas);
            double[][,] curves = [.. Enumerable.Range(0, count).Select(_ => new double[Observables.Of(setting).Count, 2])];
            Action advance;
            if (setting.Algorithm.Kind == ClockKind.Sgd)
            {
                var engine = new MultiPassEngine<TReal, TWord, TView, LogisticLoss<TReal, TWord>>(skeletons, setting, size, default, count);
                engine.Prepare(0, count);
                advance = () => engine.Advance(0, curves);
            }
            else if (setting.IsMatrixFree)
            {
                var engine = new MatrixFreeEngine<TReal, TWord, TView, LogisticLoss<TReal, TWord>>(skeletons, setting, size, default, count);
                advance = () => engine.Run(0, curves);
            }
            else
            {
                var engine = new DenseEngine<TReal, TWord, TView, LogisticLoss<TReal, TWord>>(skeletons, setting, size, default, count);
                engine.Prepare(0, count);
                advance = () => engine.Advance(0, curves);
            }

            var seconds = new List<double>();
            for (int pass = 0; pass <= Repeats; pass++)
            {
                var watch = Stopwatch.StartNew();
                advance();
                seconds.Add(watch.Elapsed.TotalSeconds);
            }

            return (seconds[1..], curves);
        }
    }
}
