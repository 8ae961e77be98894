using System.Runtime.InteropServices;
using System.Security.Cryptography;
using HighDimSgd.Devices.Cpu;
using HighDimSgd.Experiments;
using HighDimSgd.Models;
using HighDimSgd.Results;
using HighDimSgd.Simulation;

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
        var store = new UnitStore(Path.Combine(folder, name), experiment, device.Key);
        return new Simulator(experiment, device, store).Run(experiment.Sizes[0], experiment.Replicas[0], _ => { }, CancellationToken.None);
    }
}
