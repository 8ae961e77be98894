using System.Runtime.InteropServices;
using System.Security.Cryptography;
using HighDimSgd.Devices.Cpu;
using HighDimSgd.Experiments;
using HighDimSgd.Models;
using HighDimSgd.Results;
using HighDimSgd.Simulation;
using HighDimSgd.Statistics;
using MathNet.Numerics.Statistics;

namespace HighDimSgd.Tests.Simulation;

/// <summary>Replicas that share a design: addresses, resume, and that one replica per design is what it always was.</summary>
public sealed class SharedDesignTests : IDisposable
{
    private static readonly string[] Recorded =
        [Observables.Q, Observables.M, Observables.TrainLoss, Observables.TrainError, Observables.Grad2];

    private readonly string folder = Directory.CreateTempSubdirectory("hdsgd-").FullName;

    public void Dispose() => Directory.Delete(folder, true);

    [Fact]
    public void OneReplicaPerDesignKeepsItsBytesAndItsHash()
    {
        // Both were taken before replicas could share a design.
        Experiment experiment = Settings.Small(replicas: 12);
        Assert.Equal("97c3611f377f9a6cdca5d4247e113cbb98a4b63f72934fd69b7a9503e41fa48b", new UnitStore(folder, experiment, "cpu").SimulationHash);
        Assert.Equal("3b0e6eb5bd7f0ce038926a84894407390f55d983610b829f0e4e34d6259a5be1", Hash(Curves(experiment, "one")));
    }

    [Fact]
    public void DataStandAtTheDesignsAddressAndTheClockAtTheReplicas()
    {
        Experiment alone = Settings.Small(replicas: 12), shared = alone with { ReplicasPerDesign = 3 };
        double[][,] own = Tables(Curves(alone, "alone")), three = Tables(Curves(shared, "shared"));
        for (int r = 0; r < 12; r++)
        {
            foreach ((double[,] first, double[,] second) in own.Zip(three))
                Assert.Equal(first[r / 3, 0], second[r, 0]); // at t = 0 there are data alone
            Assert.Equal(r == 0, own[0][r / 3, 10] == three[0][r, 10]); // only replica 0 has both addresses in common
        }

        double[][,] still = Tables(Curves(Descent(alone), "still")), same = Tables(Curves(Descent(shared), "same"));
        foreach ((double[,] first, double[,] second) in still.Zip(same))
        {
            for (int r = 0; r < 12; r++)
                Assert.Equal(Row(first, r / 3), Row(second, r));
        }
    }

    [Fact]
    public void GradientDescentHasNoNoise()
    {
        SizeSummary summary = Moments.Summarise(Curves(Descent(Settings.Small(replicas: 18) with { ReplicasPerDesign = 3 }), "gd"));
        Assert.All(summary.VarianceComponents!.Values, c => Assert.All(c.Noise.Concat(c.NoiseError), x => Assert.Equal(0, x)));
        Assert.True(summary.VarianceComponents["q"].Data[10] > 0);
        Assert.Equal(summary.Observables["q"].Variance[10], summary.VarianceComponents["q"].Data[10], 1e-12);
    }

    [Fact]
    public void ComponentsSumToTheVarianceOfIndependentReplicas()
    {
        // 1000 designs of 4 against 4000 replicas of another seed; ridge regression at d = 50. Three times of q and the training loss, at
        // 4 standard errors of the difference: false alarm below 4e-4.
        Experiment ridge = Settings.Small(model: 0, size: 50, replicas: 4000, aspect: 2, steps: 20) with { RecordSteps = [5, 10, 20] };
        SizeSummary nested = Moments.Summarise(Curves(ridge with { ReplicasPerDesign = 4 }, "nested", threads: 2));
        SizeCurves alone = Curves(ridge with { Seed = 18 }, "independent", threads: 2);
        foreach (string name in new[] { Observables.Q, Observables.TrainLoss })
        {
            VarianceComponents components = nested.VarianceComponents![name];
            double[,] table = alone.Values[alone.Observables.ToList().IndexOf(name)];
            for (int t = 0; t < 3; t++)
            {
                Assert.True(components.Data[t] > 0 && components.Noise[t] > 0, $"{name} {components.Data[t]} {components.Noise[t]}");
                double[] column = [.. Enumerable.Range(0, 4000).Select(r => table[r, t])];
                double variance = column.Variance(), kurtosis = column.Average(x => Math.Pow(x - column.Average(), 4)) / (variance * variance);
                double error = variance * Math.Sqrt((kurtosis - 1) / 4000);
                double spread = Math.Sqrt((error * error) + Math.Pow(components.DataError[t] + components.NoiseError[t], 2));
                Assert.Equal(variance, components.Data[t] + components.Noise[t], 4 * spread);
            }
        }
    }

    [Fact]
    public void StoppedExtendedOrThreadedRunsGiveTheSameBytes()
    {
        Experiment small = Settings.Small(replicas: 20) with { ReplicasPerDesign = 5 };
        Experiment large = small with { Replicas = [240] };
        ExperimentResult whole = Runner.Run(large, new(At("one"), Threads: 1));
        Runner.Run(large, new(At("two"), Threads: 2));
        Runner.Run(small, new(At("grown"), Threads: 2));
        using (var source = new CancellationTokenSource())
        {
            var stop = new Stop(p => p.Done >= 100, source);
            Assert.ThrowsAny<OperationCanceledException>(() => Runner.Run(large, new(At("grown"), Threads: 1), stop, source.Token));
        }

        using (FileStream stream = File.OpenRead(Path.Combine(At("one"), ResultsFile.Name)))
        {
            VarianceComponents read = ResultsFile.Read(stream, _ => large).Result.Sizes[0].VarianceComponents!["test_loss"];
            VarianceComponents written = whole.Sizes[0].VarianceComponents!["test_loss"];
            Assert.Equal((written.Data[10], written.NoiseError[10], written.Share[5]), (read.Data[10], read.NoiseError[10], read.Share[5]));
        }

        string[] units = Units("grown");
        Assert.InRange(units.Length, 2, Units("one").Length);
        Assert.All(units.Concat(Units("one")), u => Assert.Equal((0, 0), (WorkUnit.Read(u).First % 5, WorkUnit.Read(u).Count % 5)));
        Runner.Run(large, new(At("grown"), Threads: 1));
        foreach (string file in new[] { ResultsFile.Name, "curves.npz", "curves.csv" })
        {
            byte[] expected = File.ReadAllBytes(Path.Combine(At("one"), file));
            Assert.True(expected.SequenceEqual(File.ReadAllBytes(Path.Combine(At("two"), file))), file);
            Assert.True(expected.SequenceEqual(File.ReadAllBytes(Path.Combine(At("grown"), file))), file);
        }
    }

    [Fact]
    public void AnotherNumberOfReplicasPerDesignIsRefused()
    {
        Experiment experiment = Settings.Small(replicas: 12) with { ReplicasPerDesign = 3 };
        Curves(experiment, "taken");
        foreach (int other in new[] { 1, 2 })
        {
            string message = Assert.Throws<ExperimentException>(() => Curves(experiment with { ReplicasPerDesign = other }, "taken")).Message;
            Assert.Contains("replicas_per_design", message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void AReplicaAfterADivergedOneOfItsDesignIsUnharmed()
    {
        // At this temperature some replicas explode; each must be what it is on an engine of its own.
        Experiment small = Settings.Small(model: 0, replicas: 12, steps: 200) with { ReplicasPerDesign = 4, RecordSteps = [0, 100, 200] };
        Experiment hot = small with { Algorithm = small.Algorithm with { Temperature = 4 } };
        SizeCurves together = Curves(hot, "hot");
        Assert.InRange(together.Diverged.Count, 2, 10);
        foreach (int r in Enumerable.Range(0, 12))
        {
            ReplicaCurve alone = Alone(hot, r);
            Assert.Equal(alone.IsWhole, !together.Diverged.Contains(r));
            Assert.Equal(alone.Values[0, 2], together.Values[0][r, 2]);
        }
    }

    private static Experiment Descent(Experiment experiment) =>
        experiment with { Algorithm = experiment.Algorithm with { Kind = ClockKind.Gd } };

    private static double[][,] Tables(SizeCurves curves) => [.. curves.Values];

    private static double[] Row(double[,] table, int row) => [.. Enumerable.Range(0, table.GetLength(1)).Select(t => table[row, t])];

    private static ReplicaCurve Alone(Experiment experiment, int replica)
    {
        ReplicaCurve? curve = null;
        var unit = new System.Collections.Concurrent.ConcurrentQueue<(int, int)>([(replica, 1)]);
        new CpuDevice(1).Run(
            new ReplicaWorker(experiment, experiment.Sizes[0], unit, (_, done) => curve = done[0], CancellationToken.None), wholeDevice: false);
        return curve!;
    }

    private string At(string name) => Path.Combine(folder, name);

    private string[] Units(string name) => Directory.GetFiles(Path.Combine(At(name), "units"), "simulate-*");

    /// <summary>SHA-256 of all that comes from the kernels; the test losses come from the host's own functions.</summary>
    private static string Hash(SizeCurves curves)
    {
        var bytes = new List<byte>();
        foreach (string name in Recorded)
        {
            double[,] table = curves.Values[curves.Observables.ToList().IndexOf(name)];
            bytes.AddRange(MemoryMarshal.AsBytes(MemoryMarshal.CreateReadOnlySpan(ref table[0, 0], table.Length)));
        }

        return Convert.ToHexStringLower(SHA256.HashData([.. bytes]));
    }

    private SizeCurves Curves(Experiment experiment, string name, int threads = 1)
    {
        var device = new CpuDevice(threads);
        var store = new UnitStore(At(name), experiment, device.Key);
        return new Simulator(experiment, device, store).Run(experiment.Sizes[0], experiment.Replicas[0], _ => { }, CancellationToken.None);
    }

    private sealed class Stop(Func<RunProgress, bool> now, CancellationTokenSource source) : IProgress<RunProgress>
    {
        public void Report(RunProgress value)
        {
            if (now(value))
                source.Cancel();
        }
    }
}
