using HighDimSgd.Devices.Cpu;
using HighDimSgd.Experiments;
using HighDimSgd.Models;
using HighDimSgd.Theory;

namespace HighDimSgd.Tests.Theory;

/// <summary>The sweep against the closed solution of the linear case, for every clock and in the awkward corners.</summary>
public class RidgeSweepTests
{
    public static TheoryData<string, ClockKind, double, double, double, double, double> Cases => new()
    {
        // name, clock, temperature, fraction, delta, start norm, start overlap
        { "table 1", ClockKind.Sgf, 0.6, 1, 2, 0.5, 0 },
        { "start overlap", ClockKind.Sgf, 0.6, 1, 2, 0.5, 0.4 },
        { "fewer samples than dimensions", ClockKind.Sgf, 0.6, 1, 0.5, 0.5, 0.2 },
        { "extensive batches", ClockKind.Minibatch, 0, 0.25, 2, 0.5, 0 },
        { "Poisson", ClockKind.Poisson, 0.6, 1, 2, 0.5, 0 },
        { "gradient descent", ClockKind.Gd, 0, 1, 2, 0.5, 0.1 },
        { "temperature 0", ClockKind.Sgf, 0, 1, 2, 0.5, 0 },
        { "cold", ClockKind.Sgf, 0.001, 1, 2, 0.5, 0 },
        { "cool", ClockKind.Sgf, 0.005, 1, 2, 0.5, 0 },
        { "at the change of method", ClockKind.Sgf, 0.02, 1, 2, 0.5, 0 },
        { "lukewarm", ClockKind.Sgf, 0.05, 1, 2, 0.5, 0 },
        { "start at zero", ClockKind.Sgf, 0.6, 1, 2, 0, 0 },
        { "start along the teacher", ClockKind.Sgf, 0.6, 1, 2, 1, 1 },
    };

    [Theory]
    [MemberData(nameof(Cases))]
    public void AgreesWithTheClosedSolution(
        string name, ClockKind clock, double temperature, double fraction, double aspect, double norm, double overlap)
    {
        Experiment experiment = Ridge(clock, temperature, fraction, aspect, norm, overlap);
        RidgeSolution exact = RidgeVolterra.Solve(experiment);
        double[][,] sweeps = DmftSweepTests.Solve(experiment, 12);
        for (int record = 0; record < experiment.RecordSteps.Count; record++)
        {
            int k = experiment.RecordSteps[record];
            Check("q", 0, exact.Q[k]);
            Check("m", 1, exact.M[k]);
            Check("train_loss", 2, exact.TrainLoss[k]);
            Check("grad2", 4, exact.Grad2[k]);

            void Check(string observable, int row, double expected)
            {
                // 5.5 errors from 12 sweeps: Student's t with 11 degrees of freedom, a false alarm in 5000 for each number;
                // 4e-4 for the bias of order 1/paths.
                (double mean, double error) = DmftSweepTests.MeanAndError([.. sweeps.Select(s => s[row, record])]);
                Assert.True(
                    Math.Abs(mean - expected) < (5.5 * error) + 4e-4,
                    $"{name}: {observable} at step {k} is {mean:f5} +- {error:f5}, expected {expected:f5}");
            }
        }
    }

    [Theory]
    [InlineData(ClockKind.Gd, 0)]
    [InlineData(ClockKind.Sgf, 0.6)]
    public void TangentsGiveTheResponse(ClockKind clock, double temperature)
    {
        Experiment experiment = Ridge(clock, temperature, 1, 2, 0.5, 0);
        experiment = experiment with { Theory = experiment.Theory with { Responses = ResponseMethod.Tangent } };
        RidgeSolution exact = RidgeVolterra.Solve(experiment);
        double[,] response = new CpuDevice().Run(new DmftSweep(experiment, 0), true).Response!;
        foreach ((int k, int p) in new[] { (1, 0), (10, 0), (50, 0), (50, 30), (50, 49), (20, 10) })
            Assert.Equal(exact.Response[k - 1 - p], response[k, p], 5e-3);
    }

    [Fact]
    public void ExplosionIsRefusedWithAReason()
    {
        Experiment experiment = Ridge(ClockKind.Gd, 0, 1, 2, 0.5, 0);
        experiment = experiment with { Algorithm = experiment.Algorithm with { Step = 40, Steps = 300 }, RecordSteps = [0, 300] };
        SweepResult result = new CpuDevice().Run(new DmftSweep(experiment, 0), true);
        Assert.StartsWith("at t = ", result.Refusal, StringComparison.Ordinal);
    }

    [Fact]
    public void AStartAtTheTeacherWithoutNoiseStaysThere()
    {
        // Nothing moves; the sweep sees the millionth that keeps its covariance regular, which verdict and second answers grant.
        Experiment experiment = Ridge(ClockKind.Sgf, 0.6, 1, 2, 1, 1);
        experiment = experiment with { Model = experiment.Model with { Label = Label.Linear(), Ridge = 0 }, Sizes = [10, 20, 30], Replicas = [20, 20, 20], Theory = new(5000, 8) };
        string folder = Directory.CreateTempSubdirectory().FullName;
        HighDimSgd.Results.ExperimentResult result = Runner.Run(experiment, new(folder));
        Directory.Delete(folder, recursive: true);
        Assert.NotEqual("fail", result.Verdict.Status);
        Assert.All(result.ClosedForms, c => Assert.Equal("pass", c.Status));
        Assert.InRange(result.Theory.Observables["train_loss"].Mean[^1], 0, 2e-6);
    }

    private static Experiment Ridge(ClockKind clock, double temperature, double fraction, double aspect, double norm, double overlap) => new()
    {
        Name = "ridge",
        Seed = 3,
        Model = new()
        {
            Loss = Loss.Squared,
            Label = Label.Linear(0.5),
            Ridge = 0.1,
            StartNorm = norm,
            StartOverlap = overlap,
        },
        Aspect = aspect,
        Algorithm = new() { Kind = clock, Temperature = temperature, Fraction = fraction, Step = 0.1, Steps = 50 },
        Sizes = [100],
        Replicas = [2],
        RecordSteps = [0, 1, 5, 10, 20, 50],
        Theory = new(50_000),
    };
}
