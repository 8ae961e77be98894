using HighDimSgd.Devices.Cpu;
using HighDimSgd.Experiments;
using HighDimSgd.Results;
using HighDimSgd.Simulation;

namespace HighDimSgd.Tests.Simulation;

/// <summary>Checkpoints within a replica whose design is not stored: killed or stopped at any step, it goes on to the same bits.</summary>
public sealed class CheckpointTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("hdsgd-").FullName;

    public void Dispose() => Directory.Delete(folder, true);

    public static TheoryData<ClockKind, int, double, int, double> Cases => new()
    {
        { ClockKind.Sgf, 60, 1.5, 50, 0 },
        { ClockKind.Poisson, 70, 2, 50, 0.7 },
        { ClockKind.Gd, 16, 0.5, 40, 0 }, // forces depend on each other
        { ClockKind.Sgf, 12, 2, 40, 0 }, // theta fills the space
        { ClockKind.Minibatch, 40, 0.25, 40, 0.3 }, // the forces do
    };

    [Theory]
    [MemberData(nameof(Cases))]
    public void KilledAgainAndAgainAReplicaEndsInTheSameBits(ClockKind clock, int size, double aspect, int steps, double momentum)
    {
        Experiment experiment = Experiment(clock, size, aspect, steps, momentum);
        SizeCurves whole = Run(experiment, "whole", new Hours(0));
        // Every look at the clock takes an hour, so that writing takes one and a checkpoint is due every ten steps. Kills come at the 17th, 18th, .. look.
        int kills = 0;
        for (bool done = false; !done;)
        {
            try
            {
                SizeCurves curves = Run(experiment, "killed", new Hours(17 + kills, () => throw new InvalidOperationException("killed")));
                Assert.Equal(whole.Values, curves.Values);
                done = true;
            }
            catch (InvalidOperationException e) when (e.Message == "killed")
            {
                Assert.NotEmpty(Checkpoints("killed"));
                kills++;
            }
        }

        Assert.InRange(kills, 4, 12);
        Assert.Empty(Checkpoints("killed"));
    }

    [Fact]
    public void AStoppedReplicaLosesNoStep()
    {
        Experiment experiment = Experiment(ClockKind.Sgf, 60, 1.5, 30, 0) with { Replicas = [1] };
        SizeCurves whole = Run(experiment, "whole", new Hours(0));
        using var stop = new CancellationTokenSource();
        var time = new Hours(8, stop.Cancel);
        Assert.Throws<OperationCanceledException>(() => Run(experiment, "stopped", time, TimeSpan.FromDays(1), stop.Token));
        Assert.Single(Checkpoints("stopped"));
        var rest = new Hours(0);
        Assert.Equal(whole.Values, Run(experiment, "stopped", rest, interval: TimeSpan.FromDays(9)).Values);
        // A look at the start, and one after each of 30 steps: steps 0 to 7 were not taken again.
        Assert.Equal(1 + 30 - 8, rest.Looks);
        Assert.Empty(Checkpoints("stopped"));
    }

    [Theory]
    [InlineData("byte")]
    [InlineData("short")]
    [InlineData("empty")]
    [InlineData("seed")]
    [InlineData("records")]
    public void WhatIsDamagedOrOfOtherWorkIsAsIfItWereNotThere(string how)
    {
        Experiment experiment = Experiment(ClockKind.Sgf, 60, 1.5, 30, 0) with { Replicas = [1] };
        Experiment other = how == "seed" ? experiment with { Seed = 99 } : how == "records" ? experiment with { RecordSteps = [0, 3, 30] } : experiment;
        SizeCurves whole = Run(experiment, "whole", new Hours(0));
        using var stop = new CancellationTokenSource();
        Assert.Throws<OperationCanceledException>(() => Run(other, "stopped", new Hours(25, stop.Cancel), stop: stop.Token));
        string file = Assert.Single(Checkpoints("stopped"));
        byte[] bytes = File.ReadAllBytes(file);
        bytes[bytes.Length / 2] ^= how == "byte" ? (byte)4 : (byte)0;
        File.WriteAllBytes(file, bytes[..(how == "short" ? bytes.Length - 40 : how == "empty" ? 0 : bytes.Length)]);
        var time = new Hours(0);
        Assert.Equal(whole.Values, Run(experiment, "stopped", time, interval: TimeSpan.FromDays(9)).Values);
        Assert.Equal(1 + 30, time.Looks);
    }

    private static Experiment Experiment(ClockKind clock, int size, double aspect, int steps, double momentum)
    {
        Experiment small = MatrixFreeEngineTests.MatrixFree(Settings.Small(clock, 1, size, 2, aspect, steps));
        return small with { Algorithm = small.Algorithm with { Momentum = momentum }, RecordSteps = [0, 3, 19, steps] };
    }

    private string[] Checkpoints(string name) => Directory.GetFiles(Path.Combine(folder, name), "*" + Checkpoint.Ending, SearchOption.AllDirectories);

    private SizeCurves Run(Experiment experiment, string name, Hours time, TimeSpan? interval = null, CancellationToken stop = default)
    {
        var store = new UnitStore(Directory.CreateDirectory(Path.Combine(folder, name)).FullName, experiment, "cpu");
        return new Simulator(experiment, new CpuDevice(1), store, interval ?? TimeSpan.FromHours(2), time)
            .Run(experiment.Sizes[0], experiment.Replicas[0], _ => { }, stop);
    }

    /// <summary>A clock that is an hour later whenever it is looked at; something happens at one of the looks.</summary>
    private sealed class Hours(int when, Action? happens = null) : TimeProvider
    {
        public int Looks { get; private set; }

        public override long TimestampFrequency => 1;

        public override long GetTimestamp()
        {
            if (++Looks == when)
                happens!();
            return 3600L * Looks;
        }
    }
}
