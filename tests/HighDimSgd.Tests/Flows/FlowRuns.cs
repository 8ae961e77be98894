using HighDimSgd.Devices;
using HighDimSgd.Devices.Cpu;
using HighDimSgd.Flows;

namespace HighDimSgd.Tests.Flows;

/// <summary>Small flow experiments and their runs.</summary>
internal static class FlowRuns
{
    /// <summary>The exactly solvable noise of two points: x = 1 and y = -1 to time 1.</summary>
    public static FlowExperiment TwoPoints(double rate, long replicas = 64 * FlowExperiment.Block) => new()
    {
        Name = "two-points",
        Seed = 5,
        Problem = new MultiplicativeNoise(),
        Starts = [[1.0], [-1.0]],
        Algorithms = [.. Enum.GetValues<FlowAlgorithm>()],
        Rates = [rate],
        Batches = [1],
        Replicas = replicas,
        Times = [0, 1],
        Statistics = ["x", "xx", "xy", "distance_xy", "gradient_x", "noise_x", "sin_xy"],
    };

    /// <summary>Page C's multiplicative quadratic.</summary>
    public static FlowExperiment Quadratic(IReadOnlyList<int> amplifications, long replicas = 64 * FlowExperiment.Block) => new()
    {
        Name = "quadratic",
        Seed = 6,
        Problem = new MultiplicativeNoise { Values = [1, 0, 0.5, 0.8] },
        Starts = [[1.5]],
        Algorithms = [FlowAlgorithm.Svag, FlowAlgorithm.Sme1],
        Rates = [0.4],
        Batches = [1],
        Amplifications = amplifications,
        Replicas = replicas,
        Times = [0, 2],
        Statistics = ["x", "xx"],
    };

    /// <summary>A problem on data: one or two points in the plane.</summary>
    public static FlowExperiment OnData(FlowProblem problem, double rate, int batch = 1, long replicas = 32 * FlowExperiment.Block, int points = 2) => new()
    {
        Name = "data",
        Seed = 7,
        Problem = problem,
        Data = new(Samples: 6, Inputs: 2),
        Starts = [.. new double[][] { [1, 0.5], [-1, 0.25] }.Take(points)],
        Algorithms = [.. Enum.GetValues<FlowAlgorithm>()],
        Rates = [rate],
        Batches = [batch],
        Replicas = replicas,
        Times = [0, 1],
        Statistics = points == 2 ? ["x", "xx", "xy", "gradient_x", "noise_x"] : ["x", "xx", "gradient_x", "noise_x"],
    };

    /// <summary>The run of an algorithm at the first rate.</summary>
    public static FlowRun Of(FlowExperiment experiment, FlowAlgorithm algorithm, int amplification = 1) =>
        new(algorithm, experiment.Rates[0], experiment.Batches[0], amplification);

    /// <summary>Block means of a run by statistic, at the horizon.</summary>
    public static Dictionary<string, double[]> Simulate(FlowExperiment experiment, FlowRun run, IDevice? device = null)
    {
        var blocks = new SortedDictionary<int, double[,]>();
        new FlowSimulator(experiment, device ?? new CpuDevice()).Finish(run, blocks, (_, _) => { }, CancellationToken.None);
        return experiment.Statistics.Index().ToDictionary(s => s.Item, s => blocks.Values.Select(b => b[s.Index, experiment.Times.Count - 1]).ToArray());
    }

    /// <summary>Means over each block of all runs, by statistic.</summary>
    public static Dictionary<FlowRun, IReadOnlyDictionary<string, double[,]>> Blocks(FlowExperiment experiment)
    {
        var simulator = new FlowSimulator(experiment, new CpuDevice());
        var all = new Dictionary<FlowRun, IReadOnlyDictionary<string, double[,]>>();
        foreach (FlowRun run in experiment.Runs)
        {
            var blocks = new SortedDictionary<int, double[,]>();
            simulator.Finish(run, blocks, (_, _) => { }, CancellationToken.None);
            all[run] = FlowSimulator.Collect(experiment, blocks);
        }

        return all;
    }

    /// <summary>Mean and standard error over blocks.</summary>
    public static (double Mean, double Error) Mean(double[] blocks)
    {
        double mean = blocks.Average();
        return (mean, Math.Sqrt(blocks.Sum(b => (b - mean) * (b - mean)) / (blocks.Length - 1.0) / blocks.Length));
    }
}
