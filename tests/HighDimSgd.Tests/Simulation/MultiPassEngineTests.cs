using HighDimSgd.Devices.Cpu;
using HighDimSgd.Experiments;
using HighDimSgd.Results;

namespace HighDimSgd.Tests.Simulation;

/// <summary>Multi-pass SGD and SVAG: number by number, in exact means at finite size, and in bits.</summary>
public sealed class MultiPassEngineTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("hdsgd-").FullName;

    public void Dispose() => Directory.Delete(folder, true);

    [Theory]
    [InlineData(ClockKind.Sgd, 0, 1, 1, Sampling.Replacement)]
    [InlineData(ClockKind.Sgd, 1, 3, 1, Sampling.Replacement)]
    [InlineData(ClockKind.Sgd, 2, 40, 1, Sampling.Replacement)]
    [InlineData(ClockKind.Sgd, 1, 5, 1, Sampling.WithoutReplacement)]
    [InlineData(ClockKind.Sgd, 1, 60, 1, Sampling.WithoutReplacement)]
    [InlineData(ClockKind.Sgd, 0, 7, 1, Sampling.Reshuffle)]
    [InlineData(ClockKind.Svag, 1, 1, 4, Sampling.Replacement)]
    [InlineData(ClockKind.Svag, 0, 9, 2, Sampling.WithoutReplacement)]
    public void FollowsTheReferenceAtTheSameAddresses(ClockKind kind, int model, int batch, int amplification, Sampling sampling)
    {
        // Samples are visited up to 4000 times in all, so that several blocks of words are drawn and batches straddle epochs.
        Experiment experiment = Settings.Iterations(kind, model, batch, batch == 1 ? 0.9 : 1.4 * Math.Sqrt(batch), amplification, sampling);
        SizeSummary size = Runner.Run(experiment, new(folder)).Sizes[0];
        double[][][] replicas = [.. Enumerable.Range(0, 3).Select(r => new ReferenceReplica(experiment, 40, r).Run())];
        for (int t = 0; t < 3; t++)
        {
            int k = experiment.RecordStepsAt(40)[t];
            Assert.Equal(k * experiment.Algorithm.StepAt(40), size.Times[t], 1e-12);
            foreach ((string name, int o) in new[] { ("q", 0), ("m", 1), ("train_loss", 2), ("grad2", 4) })
                Assert.Equal(replicas.Average(r => r[k][o]), size.Observables[name].Mean[t], 3e-5);
        }
    }

    [Fact]
    public void SvagWithoutAmplificationIsSgd()
    {
        Experiment sgd = Settings.Iterations(ClockKind.Sgd, batch: 2), svag = Settings.Iterations(ClockKind.Svag, batch: 2);
        Assert.Equal(Curves(sgd, 512), Curves(svag, 512));
        Assert.NotEqual(Curves(sgd, 512), Curves(Settings.Iterations(ClockKind.Svag, batch: 2, amplification: 2), 512));
    }

    [Theory]
    [InlineData(Sampling.Replacement)]
    [InlineData(Sampling.WithoutReplacement)]
    [InlineData(Sampling.Reshuffle)]
    public void TheFirstIterationsHaveTheirExactMoments(Sampling sampling)
    {
        // From theta = 0 with squared loss and no ridge theta_1 = (rate/B) sum x y. With m distinct samples among the B of the first batch,
        // q is a mean over y^2 and |x|^2: E q_1 = (rate/B)^2 (B + 2 P) s2 / d + O(1/d^2), s2 = E y^2 and P the expected number of pairs of equal samples,
        // B (B-1)/(2n) with replacement and 0 without. The two differ by 45 standard errors here; 4.5 are allowed.
        const int Size = 100, Batch = 150;
        Experiment small = Settings.Iterations(ClockKind.Sgd, model: 0, batch: Batch, rate: 30, sampling: sampling, horizon: 0.3, size: Size, replicas: 4000);
        Experiment experiment = small with { Model = small.Model with { StartNorm = 0, StartOverlap = 0, Ridge = 0 }, RecordTimes = [0, 0.3] };
        Assert.Equal([0, 1], experiment.RecordStepsAt(Size));
        Curve q = Runner.Run(experiment, new(folder)).Sizes[0].Observables["q"];
        const double Rho = 1.2, Second = Rho + 0.25, Weight = 30.0 / Batch;
        double pairs = sampling == Sampling.Replacement ? Batch * (Batch - 1) / 150.0 : 0;
        // E |sum x y|^2 = sum over pairs: a sample with itself gives E |x|^2 y^2 = s2 + 2 rho/d, two samples give |theta*|^2/d^2 = rho/d.
        double exact = Weight * Weight / Size * (((Batch + pairs) * (Second + (2 * Rho / Size))) + (((Batch * (Batch - 1)) - pairs) * Rho / Size));
        Assert.InRange(q.Mean[1] - exact, -4.5 * q.Error[1], 4.5 * q.Error[1]);
        double wrong = Weight * Weight / Size * 149 * (Second - (Rho / Size));
        Assert.True(wrong > 20 * q.Error[1], "the samplings cannot be told apart");
    }

    [SkippableFact]
    public void BitsDoNotDependOnThreadsUnitsShardsNorVectors()
    {
        Experiment experiment = (Settings.Iterations(ClockKind.Svag, batch: 3, amplification: 2, size: 37, replicas: 40) with { Aspect = 2 }).Validate();
        byte[] one = Bytes("one", 1);
        Assert.Equal(one, Bytes("three", 3));
        string[] parts = [.. new[] { 1, 2, 3 }.Select(i => Path.Combine(folder, $"part{i}"))];
        for (int i = 0; i < 3; i++)
            Runner.Simulate(experiment, new(i + 1, 3), new(parts[i]));
        HighDimSgd.Simulation.Merger.Merge(parts, Path.Combine(folder, "joined"));
        Assert.Equal(one, Bytes("joined", 1));
        // A run with fewer replicas is continued.
        Runner.Run(experiment with { Replicas = [13] }, new(Path.Combine(folder, "grown")));
        Assert.Equal(one, Bytes("grown", 1));
        Skip.IfNot(System.Runtime.Intrinsics.Vector512.IsHardwareAccelerated, "no 512-bit vectors here; the rest was compared");
        Assert.Equal(Curves(experiment, 256), Curves(experiment, 512));

        byte[] Bytes(string name, int threads)
        {
            Runner.Run(experiment, new(Path.Combine(folder, name), Threads: threads));
            return File.ReadAllBytes(Path.Combine(folder, name, ResultsFile.Name));
        }
    }

    [Fact]
    public void AReplicaThatDivergesSaysSo()
    {
        Experiment wild = Settings.Iterations(ClockKind.Sgd, model: 0, rate: 60, horizon: 150);
        Assert.False(new CpuDevice(1).Run(new DenseEngineTests.One(wild, 40, 0, new double[5, 3]), false));
    }

    private static double[,] Curves(Experiment experiment, int bits)
    {
        int bitsHere = System.Runtime.Intrinsics.Vector512.IsHardwareAccelerated ? bits : 256;
        var curves = new double[7, 3];
        Assert.True(new CpuDevice(1, bitsHere).Run(new DenseEngineTests.One(experiment, experiment.Sizes[0], 2, curves), false));
        return curves;
    }
}
