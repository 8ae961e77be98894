using HighDimSgd.Devices.Cpu;
using HighDimSgd.Experiments;
using HighDimSgd.Models;
using HighDimSgd.Results;
using HighDimSgd.Simulation;
using HighDimSgd.Statistics;
using HighDimSgd.Tests.Experiments;

namespace HighDimSgd.Tests.Simulation;

/// <summary>Two starts on the same data: against plain arithmetic, against a single start, and against their theory.</summary>
public sealed class TwoStartsTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("hdsgd-").FullName;

    public void Dispose() => Directory.Delete(folder, true);

    [Theory]
    [InlineData(ClockKind.Poisson, 1, false, DesignStorage.Float32)]
    [InlineData(ClockKind.Sgf, 0, true, DesignStorage.Float32)]
    [InlineData(ClockKind.Minibatch, 1, true, DesignStorage.Int8)]
    [InlineData(ClockKind.Gd, 1, false, DesignStorage.Bit)]
    public void BothFollowPlainArithmetic(ClockKind clock, int model, bool ownClock, DesignStorage storage)
    {
        Experiment experiment = Two(clock, model, ownClock) with { Design = new(storage == DesignStorage.Bit ? DesignLaw.Rademacher : DesignLaw.Gaussian, storage) };
        experiment = experiment with { Algorithm = experiment.Algorithm with { Momentum = 0.4 } };
        SizeCurves curves = Curves(experiment, 3);
        (ReferenceReplica First, ReferenceReplica Second)[] references =
            [.. Enumerable.Range(0, 3).Select(r => (new ReferenceReplica(experiment, 40, r), new ReferenceReplica(experiment, 40, r, second: true)))];
        for (int r = 0; r < 3; r++)
        {
            double[][] first = references[r].First.Run(), second = references[r].Second.Run();
            for (int k = 0; k < first.Length; k++)
            {
                string[] names = [Observables.Q, Observables.M, Observables.TrainLoss];
                for (int o = 0; o < names.Length; o++)
                {
                    Close(first[k][o], Of(curves, names[o])[r, k]);
                    Close(second[k][o], Of(curves, Observables.OfSecond(names[o]))[r, k]);
                }

                (double[] a, double[] b) = (references[r].First.Path[k], references[r].Second.Path[k]);
                Close(a.Zip(b, (x, y) => x * y).Sum() / 40, Of(curves, Observables.Q12)[r, k]);
                Close(a.Zip(b, (x, y) => (x - y) * (x - y)).Sum() / 40, Of(curves, Observables.Distance)[r, k]);
            }
        }

        // Ten steps of float32.
        static void Close(double expected, double actual) => Assert.Equal(expected, actual, 3e-5 * (1 + Math.Abs(expected)));
    }

    [Theory]
    [InlineData(ClockKind.Sgd, 1, 0.0, false)]
    [InlineData(ClockKind.Svag, 2, 0.5, true)]
    public void SoDoIterations(ClockKind kind, int batch, double momentum, bool ownClock)
    {
        Experiment experiment = Settings.Iterations(kind, batch: batch, amplification: kind == ClockKind.Svag ? 3 : 1) with { Second = new(1.1, -0.2, 0.1, ownClock) };
        experiment = experiment with { Algorithm = experiment.Algorithm with { Momentum = momentum } };
        SizeCurves curves = Curves(experiment, 2), one = Curves(experiment with { Second = null }, 2);
        for (int r = 0; r < 2; r++)
        {
            double[][] second = new ReferenceReplica(experiment, 40, r, second: true).Run();
            for (int t = 0; t < 3; t++)
            {
                double[] expected = second[experiment.RecordStepsAt(40)[t]];
                Assert.Equal(expected[0], Of(curves, "q_2")[r, t], 1e-4);
                Assert.Equal(expected[2], Of(curves, "train_loss_2")[r, t], 1e-4);
            }
        }

        foreach (string name in one.Observables)
            Assert.Equal(Of(one, name), Of(curves, name));
    }

    [Fact]
    public void IterationsAgreeWithTheTheoryInContinuousTime()
    {
        // Fixed seed, alpha 0.01. On visits of their own the two would be apart.
        Experiment experiment = Settings.Iterations(ClockKind.Sgd, rate: 2, horizon: 2) with
        {
            Sizes = [40, 80, 160],
            Replicas = [600, 300, 150],
            RecordTimes = [0.5, 1, 1.5, 2],
            Theory = new(5000, 12),
            Second = new(1.1, -0.2, 0.1),
        };
        ExperimentResult result = Runner.Run(experiment, new(At("sgd")));
        Assert.NotEqual("fail", result.Verdict.Status);
        Curve theory = result.Theory.Observables["distance"], q = result.Theory.Observables["q"];
        Assert.Equal(q.Mean[3] + result.Theory.Observables["q_2"].Mean[3] - (2 * result.Theory.Observables["q_12"].Mean[3]), theory.Mean[3], 1e-12);
        ExperimentResult apart = Runner.Run(experiment with { Second = experiment.Second! with { HasOwnClock = true } }, new(At("apart"), Stages: Stages.Theory));
        Assert.True(apart.Theory.Observables["distance"].Mean[3] > 1.5 * theory.Mean[3]);
    }

    [Fact]
    public void TheFirstHasTheBitsOfARunByItself()
    {
        foreach (bool ownClock in new[] { false, true })
        {
            Experiment experiment = Two(ClockKind.Poisson, 1, ownClock) with { ReplicasPerDesign = 3, Replicas = [6] };
            SizeCurves both = Curves(experiment, 6), one = Curves(experiment with { Second = null }, 6);
            foreach (string name in one.Observables)
                Assert.Equal(Of(one, name), Of(both, name));
        }
    }

    [Fact]
    public void BitsDoNotDependOnThreadsVectorsOrUnits()
    {
        Experiment experiment = Two(ClockKind.Sgf, 1, false) with { Sizes = [300], Replicas = [40], Also = [Observables.Grad4] };
        Runner.Run(experiment, new(At("one"), Threads: 1));
        Runner.Run(experiment with { Replicas = [7] }, new(At("two"), Threads: 2));
        Runner.Run(experiment, new(At("two"), Threads: 2));
        foreach (string file in new[] { ResultsFile.Name, "curves.npz", "curves.csv" })
            Assert.Equal(File.ReadAllBytes(Path.Combine(At("one"), file)), File.ReadAllBytes(Path.Combine(At("two"), file)));
        SizeCurves narrow = new Simulator(experiment, new CpuDevice(1, 256), new UnitStore(At("narrow"), experiment, "cpu")).Run(300, 2, _ => { }, default);
        SizeCurves wide = new Simulator(experiment, new CpuDevice(), new UnitStore(At("wide"), experiment, "cpu")).Run(300, 2, _ => { }, default);
        Assert.Equal(narrow.Values, wide.Values);
        using FileStream stream = File.OpenRead(Path.Combine(At("one"), ResultsFile.Name));
        Assert.Contains(Observables.Distance, ResultsFile.Read(stream, _ => experiment).Result.Theory.Observables.Keys);
    }

    [Theory]
    [InlineData(ClockKind.Poisson, false, DesignStorage.Float32)]
    [InlineData(ClockKind.Sgf, true, DesignStorage.Int8)]
    [InlineData(ClockKind.Minibatch, false, DesignStorage.Bit)]
    [InlineData(ClockKind.Sgd, false, DesignStorage.Float32)]
    [InlineData(ClockKind.Sgd, true, DesignStorage.Float32)]
    public void BatchesOfReplicasCannotBeSeen(ClockKind clock, bool ownClock, DesignStorage storage)
    {
        // Steps 2 and 6 are in the middle of those whose increments are drawn together.
        Experiment experiment = clock == ClockKind.Sgd
            ? Settings.Iterations(clock, batch: 2) with { Second = new(1.1, -0.2, 0.1, ownClock) }
            : Two(clock, 1, ownClock) with { RecordSteps = [0, 2, 6, 10] };
        experiment = experiment with { Replicas = [7], Design = new(storage == DesignStorage.Bit ? DesignLaw.Rademacher : DesignLaw.Gaussian, storage) };
        experiment = experiment with { Algorithm = experiment.Algorithm with { Momentum = 0.4 } };
        ReplicaCurve[] batches = UnstoredBatches.AssertAlike(new CpuDevice(1), experiment);
        SizeCurves one = Curves(experiment, 7);
        for (int o = 0; o < one.Observables.Count; o++)
        {
            for (int r = 0; r < 7; r++)
                Assert.Equal(Enumerable.Range(0, one.Times.Length).Select(t => one.Values[o][r, t]), Enumerable.Range(0, one.Times.Length).Select(t => batches[r].Values[o, t]));
        }
    }

    [Fact]
    public void AStartAtZeroAndTheSameStartTwiceRun()
    {
        Experiment small = Two(ClockKind.Poisson, 1, true);
        SizeCurves cold = Curves(small with { Model = small.Model with { StartNorm = 0, StartOverlap = 0 }, Second = new(1, 0.2, 0) }, 2);
        Assert.Equal((0, 1, 0), (Of(cold, "q")[0, 0], Math.Round(Of(cold, "q_2")[0, 0], 6), Of(cold, "q_12")[0, 0]));
        SizeCurves twice = Curves(small with { Second = new(0.8, 0.3, 0.8, HasOwnClock: true) }, 2);
        Assert.Equal(0, Of(twice, "distance")[0, 0], 1e-12);
        Assert.True(Of(twice, "distance")[0, 10] > 1e-3);
        SizeCurves least = Curves(small with { Sizes = [4], Aspect = 2 }, 2);
        Assert.Equal(0.1, Of(least, "q_12")[1, 0], 1e-6);
    }

    [Fact]
    public void SimulationAndTheoryAgreeAndClocksOfTheirOwnAreFound()
    {
        // The ready-made experiment made small; fixed seed. The verdict rejects a true theory with probability 0.01.
        Experiment experiment = Samples.Small("two-starts.yaml");
        ExperimentResult result = Runner.Run(experiment, new(At("right")));
        Assert.NotEqual("fail", result.Verdict.Status);
        Assert.Contains(result.Verdict.Checks, c => c is { Size: null, Observable: Observables.Distance, P: not null });
        SizeCurves[] curves =
        [
            .. experiment.Sizes.Zip(experiment.Replicas, (d, n) => new Simulator(experiment, new CpuDevice(), new UnitStore(At("right"), experiment, "cpu")).Run(
                d, n, _ => { }, CancellationToken.None)),
        ];
        Experiment apart = experiment with { Second = experiment.Second! with { HasOwnClock = true } };
        TheoryResult wrong = Runner.Run(apart, new(At("wrong"), Stages: Stages.Theory)).Theory;
        Verdict verdict = Comparison.Compare(experiment, wrong, curves);
        Assert.Equal(["distance", "q_12"], verdict.Checks.Where(c => c is { Size: null, Status: "fail" }).Select(c => c.Observable).Order());
    }

    [Fact]
    public void WithClocksOfTheirOwnSimulationAndTheoryAgree()
    {
        // Fixed seed, alpha 0.01; the same start twice, so that the distance is the clocks' alone.
        Experiment experiment = Samples.Small("two-starts-apart.yaml");
        ExperimentResult result = Runner.Run(experiment, new(At("apart")));
        Assert.NotEqual("fail", result.Verdict.Status);
        Assert.True(result.Theory.Observables[Observables.Distance].Mean[^1] > 0.1);
    }

    private static Experiment Two(ClockKind clock, int model, bool ownClock) =>
        Settings.Small(clock, model) with { Second = new(1.1, -0.2, 0.1, ownClock) };

    private static double[,] Of(SizeCurves curves, string name) => curves.Values[curves.Observables.ToList().IndexOf(name)];

    private SizeCurves Curves(Experiment experiment, int replicas) => new Simulator(
        experiment, new CpuDevice(1), new UnitStore(At(Guid.NewGuid().ToString("N")), experiment, "cpu")).Run(experiment.Sizes[0], replicas, _ => { }, CancellationToken.None);

    private string At(string name) => Path.Combine(folder, name);
}
