using System.Collections.Concurrent;
using HighDimSgd.Devices;
using HighDimSgd.Devices.Cpu;
using HighDimSgd.Experiments;
using HighDimSgd.Kernels;
using HighDimSgd.Simulation;

namespace HighDimSgd.Tests.Simulation;

/// <summary>The memory that is foretold of replicas, by which experiments are refused and batches cut, is what their engine then takes, within a tenth.</summary>
public class ForetoldMemoryTests
{
    public static TheoryData<string, int, int> Cases => new()
    {
        { "matrix-free", 2000, 50 }, { "matrix-free", 60_000, 10 }, { "matrix-free", 5000, 120 }, { "three unstored together", 2000, 50 }, { "three unstored together", 100, 20 },
        { "one replica", 700, 3 }, { "sixteen on a design", 700, 3 },
        { "iterations", 700, 3 }, { "Int8", 1400, 3 }, { "BFloat16", 700, 3 }, { "Bit", 2000, 3 }, { "online", 5000, 3 },
    };

    [Theory]
    [MemberData(nameof(Cases))]
    public void WhatIsForetoldIsWhatIsTaken(string kind, int size, int steps)
    {
        Experiment passes = Settings.Small(size: size, steps: steps) with { RecordSteps = [steps] };
        Experiment experiment = kind switch
        {
            "matrix-free" or "three unstored together" => MatrixFreeEngineTests.MatrixFree(passes),
            "sixteen on a design" => passes with { ReplicasPerDesign = 16 },
            "iterations" => Settings.Iterations(ClockKind.Sgd, size: size, horizon: 0.1),
            "online" => Settings.Iterations(ClockKind.Online, batch: 7, size: size, horizon: 0.1),
            "one replica" => passes,
            _ => passes with { Design = new(kind == "Bit" ? DesignLaw.Rademacher : DesignLaw.Gaussian, Enum.Parse<DesignStorage>(kind)) },
        };
        int together = kind == "three unstored together" ? 3 : 1;
        var worker = new Watched(experiment, size, together);
        new CpuDevice(2).Run(worker, wholeDevice: true);
        Assert.InRange(worker.HeldBytes / (double)Simulator.Bytes(experiment, size, together), 0.9, 1.1);
    }

    /// <summary>Runs a unit and reads off the memory that it has left the skeletons with.</summary>
    private sealed class Watched(Experiment experiment, int size, int together) : IDeviceProgram<bool>
    {
        public long HeldBytes { get; private set; }

        public bool Run<TReal, TWord, TView>(ISkeletons<TReal, TWord, TView> skeletons)
            where TReal : unmanaged, IReal<TReal, TWord>
            where TWord : unmanaged, IWord<TReal, TWord>
            where TView : struct, IView<TReal, TWord>
        {
            int shared = experiment.ReplicasPerDesign;
            var units = new ConcurrentQueue<(int, int)>([(0, together * shared)]);
            new ReplicaWorker(experiment, size, units, (_, _) => { }, CancellationToken.None, together).Run(skeletons);
            HeldBytes = skeletons is CpuSkeletons<Real512, Word512> wide ? wide.HeldBytes : ((CpuSkeletons<Real256, Word256>)(object)skeletons).HeldBytes;
            return true;
        }
    }
}
