using System.Diagnostics;
using HighDimSgd.Flows;
using HighDimSgd.Kernels;
using HighDimSgd.Kernels.Physics;
using HighDimSgd.Tests.Kernels;
using OwnProblem;

namespace HighDimSgd.Tests.Flows;

/// <summary>A problem from outside the library, the one of samples/OwnProblem: against closed solutions, and its whole program.</summary>
public sealed class OwnProblemTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory().FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    /// <summary>Memory is laid out by the description, and used by the struct.</summary>
    [Fact]
    public void DescriptionsAndStructsAgreeOnTheirSizes()
    {
        const int Samples = 6, Inputs = 3;
        foreach (FlowProblem problem in FlowKeys.Problem.Kinds.Append(new DoubleWell()))
        {
            (int samples, int inputs) = problem.NeedsData ? (Samples, Inputs) : (0, 0);
            Assert.Equal(
                (problem.Dimension(inputs), problem.Modes(samples)),
                problem.Close<Real1, Word1, ScalarView, (int, int)>(default, samples, inputs, new Sizes()));
        }

        Assert.Equal(1, FlowShape.Modes(Experiment(FlowAlgorithm.Smf1, 1, 1)));
    }

    /// <summary>x' = x - x^3 has x(t) = x0 e^t / sqrt(1 + x0^2 (e^(2t) - 1)).</summary>
    [Fact]
    public void GradientFlowMeetsItsClosedSolution()
    {
        FlowExperiment experiment = Experiment(FlowAlgorithm.Flow1, noise: 0, horizon: 2) with { Starts = [[0.5], [-1.5]], Statistics = ["x", "y"], Substeps = 8 };
        Dictionary<string, double[]> means = FlowRuns.Simulate(experiment, FlowRuns.Of(experiment, FlowAlgorithm.Flow1));
        foreach ((string name, double start) in new[] { ("x", 0.5), ("y", -1.5) })
            Assert.Equal(start * Math.Exp(2) / Math.Sqrt(1 + (start * start * (Math.Exp(4) - 1))), means[name][0], 1e-5);
    }

    /// <summary>
    /// dX = -R' dt + sqrt(eta) s dW has the stationary density exp(-2 R/(eta s^2)). Five standard errors beside the integrator's tolerance: a false alarm
    /// in 10^6 runs. With noise a tenth stronger it is seen.
    /// </summary>
    [Fact]
    public void TheStationaryLawIsGibbs()
    {
        double found = Stationary(1, out double error), strong = Stationary(1.1, out _), expected = Gibbs(0.1);
        Assert.InRange(found - expected, -(5 * error) - 1e-3, (5 * error) + 1e-3);
        Assert.NotInRange(strong - expected, -(5 * error) - 1e-3, (5 * error) + 1e-3);

        double Stationary(double noise, out double error)
        {
            FlowExperiment experiment = Experiment(FlowAlgorithm.Smf1, noise, horizon: 10) with { Substeps = 2, Replicas = 16 * FlowExperiment.Block };
            (double mean, error) = FlowRuns.Mean(FlowRuns.Simulate(experiment, FlowRuns.Of(experiment, FlowAlgorithm.Smf1))["xx"]);
            return mean;
        }

        static double Gibbs(double temperature)
        {
            double[] grid = [.. Enumerable.Range(-3000, 6001).Select(i => i / 1000.0)];
            double[] weight = [.. grid.Select(x => Math.Exp(-Math.Pow((x * x) - 1, 2) / 2 / temperature))];
            return grid.Zip(weight, (x, w) => x * x * w).Sum() / weight.Sum();
        }
    }

    [Fact]
    public void TheSampleRunsFromItsFile()
    {
        // The registration stays within the process.
        using var process = Process.Start(new ProcessStartInfo("dotnet", [typeof(DoubleWell).Assembly.Location, Sample("double-well.yaml"), folder])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        string output = process.StandardOutput.ReadToEnd(), error = process.StandardError.ReadToEnd();
        process.WaitForExit();
        Assert.True(process.ExitCode == 0, output + error);
        Assert.Matches("(pass|unresolved): ", output.TrimEnd().Split('\n')[^1]);
        Assert.Contains("double-well (noise = 0.5)", File.ReadAllText(Path.Combine(folder, "report.html")).Replace('\u00a0', ' '), StringComparison.Ordinal);
    }

    [Fact]
    public void ThePageShowsTheProgram()
    {
        string page = Indented(File.ReadAllText(Path.Combine(Sample(""), "..", "..", "docs", "how-to", "own-problem.md")));
        foreach (string file in new[] { "DoubleWell.cs", "Program.cs" })
        {
            IEnumerable<string> code = File.ReadAllLines(Sample(file)).Where(l => !l.StartsWith("using", StringComparison.Ordinal) && !l.StartsWith("namespace", StringComparison.Ordinal));
            Assert.Contains(Indented(string.Join('\n', code)).Trim(), page, StringComparison.Ordinal);
        }

        static string Indented(string text) => string.Join('\n', text.Split('\n').Select(l => l.Trim()));
    }

    private static FlowExperiment Experiment(FlowAlgorithm algorithm, double noise, double horizon) => new()
    {
        Name = "well",
        Seed = 11,
        Problem = new DoubleWell { Values = [noise] },
        Starts = [[1.0]],
        Algorithms = [algorithm],
        Rates = [0.1],
        Batches = [1],
        Replicas = 2 * FlowExperiment.Block,
        Times = [0, horizon],
        Statistics = ["xx"],
    };

    private sealed class Sizes : IFlowProblemUser<Real1, Word1, ScalarView, (int Dimension, int Modes)>
    {
        public (int Dimension, int Modes) Use<TProblem>(TProblem problem)
            where TProblem : struct, IFlowProblem<Real1, Word1, ScalarView> => (problem.Dimension, problem.Modes);
    }

    private static string Sample(string file, [System.Runtime.CompilerServices.CallerFilePath] string path = "") =>
        Path.Combine(Path.GetDirectoryName(path)!, "..", "..", "..", "samples", "OwnProblem", file);
}
