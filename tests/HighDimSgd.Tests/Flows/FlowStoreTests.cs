using HighDimSgd.Experiments;
using HighDimSgd.Flows;

namespace HighDimSgd.Tests.Flows;

/// <summary>Finished blocks in a folder: found again, extended, and refused where they belong to another experiment.</summary>
public sealed class FlowStoreTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory().FullName;
    private readonly FlowExperiment experiment = FlowExperiment.Parse(FlowSamples.TwoPoints, "f");

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public void WhatWasWrittenIsRead()
    {
        FlowRun[] runs = [.. experiment.Runs];
        FlowStore store = Store(experiment);
        store.Write(runs[0], 2, [Block(2), Block(3)]);
        store.Write(runs[0], 0, [Block(0)]);
        store.Write(runs[1], 1, [Block(7)]);
        store.Check();
        SortedDictionary<int, double[,]> found = store.Read(runs[0]);
        Assert.Equal([0, 2, 3], found.Keys);
        Assert.Equal(Block(3), found[3]);
        Assert.Equal([1], store.Read(runs[1]).Keys);
        Assert.Empty(store.Read(runs[2]));
    }

    [Fact]
    public void ReplicasRatesAndAlgorithmsMayBeAddedAndTimesLeftOut()
    {
        FlowRun run = experiment.Runs.First();
        Store(experiment).Write(run, 0, [Block(0), Block(1), Block(2)]);
        FlowStore more = Store(experiment with
        {
            Replicas = 2 * FlowExperiment.Block,
            Rates = [0.5, 0.25],
            Batches = [1, 1],
            Algorithms = [FlowAlgorithm.Sgd, FlowAlgorithm.Svag],
            Amplifications = [2],
            Name = "other",
            Verdict = new(),
        });
        more.Check();
        SortedDictionary<int, double[,]> found = more.Read(run);
        Assert.Equal([0, 1], found.Keys); // two blocks are asked for
        Assert.Equal(Block(1), found[1]);
        FlowStore fewer = Store(experiment with { Times = [0, 1] });
        fewer.Check();
        Assert.Equal([Block(1)[0, 0], Block(1)[0, 2]], [fewer.Read(run)[1][0, 0], fewer.Read(run)[1][0, 1]]);
        string message = Assert.Throws<ExperimentException>(Store(experiment with { Times = [0, 0.25, 0.5, 1] }).Check).Message;
        Assert.Contains("was not recorded at t = 0.25; record points can only be left out", message, StringComparison.Ordinal);
    }

    [Fact]
    public void WhenMomentsAreTakenDoesNotTouchThePaths()
    {
        FlowExperiment all = FlowRuns.TwoPoints(0.25, FlowExperiment.Block) with { Problem = new MultiplicativeNoise { Values = [1, 1, 1, 1] } };
        foreach (FlowRun run in all.Runs)
        {
            Dictionary<string, double[]> once = FlowRuns.Simulate(all, run), often = FlowRuns.Simulate(all with { Times = [0, 0.25, 0.75, 1] }, run);
            foreach (string statistic in all.Statistics)
                Assert.Equal(once[statistic], often[statistic]);
        }
    }

    [Fact]
    public void WorkOfAnotherExperimentIsRefused()
    {
        FlowRun run = experiment.Runs.First();
        Store(experiment).Write(run, 0, [Block(0)]);
        FlowExperiment[] others =
        [
            experiment with { Seed = 8 },
            experiment with { Problem = new MultiplicativeNoise() with { Values = [1, 1, 1, 1] } },
            experiment with { Starts = [[1], [2]] },
            experiment with { Drive = FlowDrive.Gaussian },
            experiment with { Drive = FlowDrive.Gaussian, Substeps = 2 },
            experiment with { Statistics = ["xx", "xy", "x"] },
        ];
        foreach (FlowExperiment other in others)
        {
            string message = Assert.Throws<ExperimentException>(Store(other).Check).Message;
            Assert.Contains("this folder holds work of a different experiment (problem, data,", message, StringComparison.Ordinal);
        }

        Assert.Throws<ExperimentException>(new FlowStore(folder, experiment, "cuda").Check);
        Assert.Throws<ExperimentException>(Store(experiment with { Seed = 8, Rates = [0.5], Batches = [1] }).Check); // no run in common
        File.Move(Directory.GetFiles(folder, "*.unit", SearchOption.AllDirectories)[0], Path.Combine(folder, "units", "flow-smf1_rate0.25-00000000-00000000.unit"));
        Assert.Contains("algorithm, amplification, batch or rate", Assert.Throws<ExperimentException>(Store(experiment).Check).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void TheContentOfADataFileCountsAndItsNameDoesNot()
    {
        FlowExperiment Of(double label, string name) =>
            FlowExperiment.Parse(FlowSamples.Ladder, "f") with { Data = FlowDataSpec.Of(new([1, 2, 3, 1, 4, 5, 6, label], 3), name) };
        Assert.Equal(Store(Of(1, "a")).Hash, Store(Of(1, "b")).Hash);
        Assert.NotEqual(Store(Of(1, "a")).Hash, Store(Of(-1, "a")).Hash);
    }

    [Fact]
    public void ADamagedUnitIsNamed()
    {
        FlowRun run = experiment.Runs.First();
        Store(experiment).Write(run, 0, [Block(0)]);
        string path = Directory.GetFiles(folder, "*.unit", SearchOption.AllDirectories)[0];
        byte[] bytes = File.ReadAllBytes(path);
        bytes[^40] ^= 1;
        File.WriteAllBytes(path, bytes);
        Assert.Contains($"{path}: this unit of work is damaged", Assert.Throws<ExperimentException>(Store(experiment).Check).Message, StringComparison.Ordinal);
    }

    private FlowStore Store(FlowExperiment of) => new(folder, of, "cpu");

    private static double[,] Block(int number) => new[,] { { number, 0.1, 2 }, { 3, number + 0.5, 5 }, { double.NaN, 7, 8 } };
}
