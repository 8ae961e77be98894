using HighDimSgd.Cli;
using HighDimSgd.Experiments;
using HighDimSgd.Models;
using HighDimSgd.Results;
using HighDimSgd.Theory;

namespace HighDimSgd.Tests.Theory;

/// <summary>The stability edge of ridge regression from both sides, in formula, theory, simulation and words.</summary>
public sealed class RidgeStabilityTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("hdsgd-").FullName;

    public void Dispose() => Directory.Delete(folder, true);

    [Theory]
    [InlineData(2.0, 0.1, 0.1, 2.4)]
    [InlineData(0.5, 0.05, 0.05, 2.5)]
    [InlineData(2.0, 0.0, 0.2, 3.0)]
    [InlineData(1.0, 0.3, 0.6, 0.2)] // overshoots
    [InlineData(2.0, 0.1, 0.75, 0.0)] // overshoots without noise
    public void TheGrowthRateIsThatOfTheVolterraEquation(double aspect, double ridge, double step, double temperature)
    {
        RidgeStability stability = RidgeStability.Of(aspect, ridge, step, temperature);
        Assert.False(stability.IsStable);
        RidgeSolution solution = RidgeVolterra.Solve(Model(ridge), aspect, step, 600, temperature);
        // A continuum of modes at the edge of the spectrum leaves powers of t, an isolated one does not.
        double rate = Math.Log(solution.Grad2[600] / solution.Grad2[599]) / step;
        Assert.Equal(stability.GrowthRate, rate, temperature > 0 && !double.IsInfinity(stability.KernelMass) ? 1e-4 : 3.5 / (600 * step));
    }

    [Fact]
    public void TheEdgeIsWhereTheRateVanishes()
    {
        double edge = 2 / RidgeStability.Of(2, 0.1, 0.1, 2).KernelMass;
        RidgeStability below = RidgeStability.Of(2, 0.1, 0.1, 0.999 * edge), beyond = RidgeStability.Of(2, 0.1, 0.1, 1.001 * edge);
        Assert.True(below.IsStable && below.GrowthRate == 0);
        Assert.True(!beyond.IsStable && beyond.GrowthRate is > 0 and < 0.01);
        // Without ridge, in continuous time, the edge is at tau = 2 whatever the aspect ratio; for one pass at 2 (1 + lambda).
        Assert.Equal(0.5, RidgeStability.Of(0.7, 0, 0, 1).KernelMass, 1e-10);
        RidgeStability online = RidgeStability.Of(OnlineTheoryTests.Online(0, 2, 6, 1, [0, 1]))!;
        Assert.Equal(3 / 2.2, online.KernelMass, 1e-12);
        Assert.Equal(3 - 2.2, online.GrowthRate, 1e-9);
    }

    [Fact]
    public void OnlyWhatHasAClosedAnswerIsJudged()
    {
        Experiment hot = Edge("edge-beyond");
        Assert.NotNull(RidgeStability.Explain(hot));
        Assert.Null(RidgeStability.Explain(Edge("edge-below")));
        Assert.Null(RidgeStability.Of(hot with { Algorithm = hot.Algorithm with { RateSchedule = new(ScheduleKind.Cosine) } }));
        Assert.Null(RidgeStability.Of(Experiment.Load(Experiments.Samples.ReadyMade("logistic-sgf.yaml"))));
        AlgorithmSpec sgd = AlgorithmSpec.Iterations(ClockKind.Sgd, 2, 3, 1);
        Assert.Equal(RidgeStability.Of(2, 0.1, 0, 1.5), RidgeStability.Of(hot with { Algorithm = sgd }));
        Assert.Null(RidgeStability.Of(hot with { Algorithm = sgd with { Sampling = Sampling.Reshuffle } }));
    }

    [Theory]
    [InlineData("edge-below", 0.7, 0.95)]
    [InlineData("edge-beyond", 6, 12)]
    public void SimulationAndTheoryAgreeOnBothSides(string name, double least, double most)
    {
        // Fixed seed, alpha 0.01. The training loss starts at 0.875; the theory of one side fails on the simulation of the other.
        Experiment experiment = Edge(name);
        ExperimentResult result = Runner.Run(experiment, new(folder));
        Assert.NotEqual("fail", result.Verdict.Status);
        Assert.All(result.ClosedForms, c => Assert.Equal("pass", c.Status));
        Assert.InRange(result.Theory.Observables["train_loss"].Mean[^1], least, most);
        Assert.InRange(result.Sizes[^1].Observables["train_loss"].Mean[^1], least, most);
        Assert.Equal(name == "edge-beyond", result.Instability is not null);
        Assert.Equal(name == "edge-beyond", File.ReadAllText(Path.Combine(folder, ResultsFile.Name)).Contains("\"instability\"", StringComparison.Ordinal));

        Experiment other = experiment with { Algorithm = experiment.Algorithm with { Temperature = name == "edge-below" ? 2.4 : 1.8 } };
        TheoryResult theory = Runner.Run(other, new(Path.Combine(folder, "other"), Stages: Stages.Theory)).Theory;
        var store = new HighDimSgd.Simulation.UnitStore(folder, experiment, "cpu");
        var simulator = new HighDimSgd.Simulation.Simulator(experiment, new HighDimSgd.Devices.Cpu.CpuDevice(), store);
        SizeCurves[] curves = [.. experiment.Sizes.Zip(experiment.Replicas, (d, n) => simulator.Run(d, n, _ => { }, CancellationToken.None))];
        Assert.Equal("fail", HighDimSgd.Statistics.Comparison.Compare(experiment, theory, curves).Status);
    }

    [Fact]
    public void WhereAStepOvershootsTheResponseStillFollowsItsClosedForm()
    {
        // Responses grow to about 1e9 here, with the rounding of 32-bit floats in proportion.
        Experiment experiment = Edge("edge-beyond") with
        {
            Algorithm = new() { Kind = ClockKind.Gd, Step = 1.5, Steps = 20 },
            RecordSteps = [0, 5, 10, 20],
            Theory = new(2000, 6),
        };
        ExperimentResult result = Runner.Run(experiment, new(folder, Stages: Stages.Theory));
        Assert.NotNull(result.Instability);
        Assert.Contains(result.ClosedForms, c => c.Observable == ResponseForm.Early);
        Assert.All(result.ClosedForms, c => Assert.Equal("pass", c.Status));
        Experiment wrong = experiment with { Model = experiment.Model with { Ridge = experiment.Model.Ridge + 0.01 } };
        Assert.Contains(ClosedForms.Check([(wrong, result.Theory)]), c => c.Observable == ResponseForm.Early && c.Status == "fail");
    }

    [Theory]
    [InlineData("temperature: 40, step: 0.1, horizon: 20", "the kernel mass is 19.96", "the edge is at the temperature 2.004")]
    [InlineData("temperature: 0.1, step: 5, horizon: 500", "a step of 5 overshoots in the steepest direction", "the largest stable step without noise is 0.6635")]
    public void WhereItExplodesTheTheoryIsRefusedWithTheReason(string algorithm, string why, string edge)
    {
        string file = Path.Combine(folder, "hot.yaml"), text = ReadyMade.Text("edge-beyond");
        text = text.Replace("temperature: 2.4, step: 0.1, horizon: 4.0", algorithm, StringComparison.Ordinal)
            .Replace("[200, 400, 800]", "[20, 40]", StringComparison.Ordinal).Replace("[1000, 500, 250]", "4", StringComparison.Ordinal)
            .Replace("paths: 100000", "paths: 2000", StringComparison.Ordinal);
        File.WriteAllText(file, text.Replace("kind: poisson", "kind: sgf", StringComparison.Ordinal));
        var (output, error) = (new StringWriter(), new StringWriter());
        Assert.Equal(0, new CommandLine(output, error, Runner.Run).Main(["run", file, "--out", Path.Combine(folder, "hot")]));
        string said = output.ToString();
        Assert.Contains("verdict: unresolved: The theory was refused, so there is nothing to compare with: sweep 0 stopped at t = ", said, StringComparison.Ordinal);
        Assert.Contains(why, said, StringComparison.Ordinal);
        Assert.Contains(edge, said, StringComparison.Ordinal);
        Assert.Contains("4 of 4 replicas diverged", said, StringComparison.Ordinal);
        Assert.Contains("beyond the stability edge", File.ReadAllText(Path.Combine(folder, "hot", "report.html")), StringComparison.Ordinal);
    }

    /// <summary>A ready-made experiment made small.</summary>
    private static Experiment Edge(string name) => Experiment.Load(Experiments.Samples.ReadyMade($"{name}.yaml")) with
    {
        Sizes = [80, 160, 320],
        Replicas = [400, 200, 100],
        Theory = new(10_000, 16),
    };

    private static ModelSpec Model(double ridge) =>
        new() { Loss = Loss.Squared, Label = Label.Linear(0.5), Ridge = ridge, StartNorm = 0.5 };
}
