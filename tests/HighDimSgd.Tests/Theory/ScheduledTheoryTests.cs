using HighDimSgd.Devices.Cpu;
using HighDimSgd.Experiments;
using HighDimSgd.Models;
using HighDimSgd.Results;
using HighDimSgd.Simulation;
using HighDimSgd.Statistics;
using HighDimSgd.Tests.Simulation;
using HighDimSgd.Theory;

namespace HighDimSgd.Tests.Theory;

/// <summary>Theories with schedules of rate and ridge, against closed forms and against simulation.</summary>
public sealed class ScheduledTheoryTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("hdsgd-").FullName;

    public void Dispose() => Directory.Delete(folder, true);

    [Theory]
    [InlineData(ClockKind.Sgf, 2.0)]
    [InlineData(ClockKind.Minibatch, 0.5)]
    public void WhereAllStepsAreAlikeTheMomentsSolveTheVolterraEquation(ClockKind clock, double aspect)
    {
        Experiment experiment = Linear(clock, aspect);
        RidgeSolution volterra = RidgeVolterra.Solve(experiment);
        RidgeCurves moments = RidgeMoments.Solve(experiment);
        for (int k = 0; k <= experiment.Algorithm.Steps; k++)
        {
            Assert.Equal(volterra.Q[k], moments.Q[k], 1e-12);
            Assert.Equal(volterra.M[k], moments.M[k], 1e-12);
            Assert.Equal(volterra.Grad2[k], moments.Grad2[k], 1e-12);
            Assert.Equal(volterra.TestLoss[k], moments.TestLoss[k], 1e-12);
        }

        Assert.Equal(volterra.Response[5], RidgeMoments.Response(experiment, 9, 3), 1e-13);
        Assert.Throws<ArgumentException>(() => RidgeVolterra.Solve(ScheduledReplicaTests.Scheduled(experiment)));
    }

    [Fact]
    public void AConstantFactorIsAnotherStepAndTemperature()
    {
        // Every factor u turns D into u D and tau into u tau, and the ridge into v lambda.
        Experiment experiment = Linear(ClockKind.Sgf, 2);
        Schedule half = new(ScheduleKind.Table) { Times = [0], Factors = [0.5] }, triple = half with { Factors = [3] };
        RidgeCurves moments = RidgeMoments.Solve(experiment with { Algorithm = experiment.Algorithm with { RateSchedule = half, RidgeSchedule = triple } });
        RidgeSolution same = RidgeVolterra.Solve(experiment with
        {
            Model = experiment.Model with { Ridge = 3 * experiment.Model.Ridge },
            Algorithm = experiment.Algorithm with { Step = experiment.Algorithm.Step / 2, Temperature = experiment.Algorithm.Temperature / 2 },
        });
        Assert.Equal(same.Q[^1], moments.Q[^1], 1e-12);
        Assert.Equal(same.Grad2[^1], moments.Grad2[^1], 1e-12);
    }

    [Fact]
    public void DescentWithAScheduleIsTheFlowAtTheIntegralOfTheRate()
    {
        // Steps in the middle of which the rate is taken: what is left is of order D, and halves with it.
        Experiment experiment = Linear(ClockKind.Gd, 2);
        experiment = experiment with { Algorithm = experiment.Algorithm with { RateSchedule = new(ScheduleKind.Cosine) { Warmup = 0.5, End = 0.2 } } };
        double integral = 0.25 + (0.6 * 1.5);
        FlowMoments flow = GradientFlow.At(experiment.Model, 2, integral);
        double[] errors = [.. new[] { 200, 400 }.Select(steps => RidgeMoments.Solve(
            experiment with { Algorithm = experiment.Algorithm with { Step = 2.0 / steps, Steps = steps } }).Q[^1] - flow.Q)];
        Assert.InRange(Math.Abs(errors[0]), 1e-5, 5e-3);
        Assert.InRange(errors[0] / errors[1], 1.97, 2.03);
    }

    [Theory]
    [InlineData(ClockKind.Gd)]
    [InlineData(ClockKind.Sgf)]
    [InlineData(ClockKind.Poisson)]
    [InlineData(ClockKind.TwoClock)]
    [InlineData(ClockKind.Minibatch)]
    public void TheSweepAgreesWithTheMomentsAndNoticesAnotherSchedule(ClockKind clock)
    {
        // Second answers: a false alarm in a thousand for each clock; fixed seed.
        Experiment experiment = ScheduledReplicaTests.Scheduled(Linear(clock, 2));
        TheoryResult theory = Runner.Run(experiment, new(folder, Stages: Stages.Theory)).Theory;
        IReadOnlyList<ClosedFormCheck> checks = ClosedForms.Check([(experiment, theory)]);
        Assert.Equal(clock == ClockKind.Gd ? 6 : 4, checks.Count);
        Assert.All(checks, c => Assert.True(c.Status == "pass", c.Why));
        AlgorithmSpec right = experiment.Algorithm;
        foreach (AlgorithmSpec wrong in new[]
        {
            right with { RateSchedule = right.RateSchedule! with { Warmup = 0.6 } },
            right with { RidgeSchedule = right.RidgeSchedule! with { Times = [1.4] } },
        })
        {
            Assert.Contains(ClosedForms.Check([(experiment with { Algorithm = wrong }, theory)]), c => c.Status == "fail");
        }
    }

    [Fact]
    public void ContinuousTimeIsReachedWithASchedule()
    {
        // Against 4000 steps of the moments, whose own step error is below 2e-4. 5.5 errors of 12 sweeps: a false alarm in 5000 for each.
        Experiment experiment = ScheduledReplicaTests.Scheduled(Linear(ClockKind.Sgf, 2)) with { RecordSteps = [5, 10, 20], Theory = new(10_000, 12) };
        RidgeCurves fine = RidgeMoments.Solve(experiment with { Algorithm = experiment.Algorithm with { Step = 0.004, Steps = 500 } });
        RidgeCurves finer = RidgeMoments.Solve(experiment with { Algorithm = experiment.Algorithm with { Step = 0.002, Steps = 1000 } });
        ContinuousCurve q = StepExtrapolation.Solve(experiment, new CpuDevice())["q"];
        for (int t = 0; t < 3; t++)
        {
            double exact = (2 * finer.Q[50 * experiment.RecordSteps[t]]) - fine.Q[25 * experiment.RecordSteps[t]];
            double allowed = (5.5 * q.Error[t]) + q.StepError + 1e-3;
            Assert.InRange(q.Mean[t] - exact, -allowed, allowed);
            Assert.True(allowed < 0.05);
        }

        Schedule jump = new(ScheduleKind.Step) { Times = [1.03], Factor = 3 };
        Assert.Throws<ArgumentException>(() => StepExtrapolation.Solve(experiment with { Algorithm = experiment.Algorithm with { RidgeSchedule = jump } }, new CpuDevice()));
    }

    [Fact]
    public void FreshSamplesFollowAChainOfClosedSolutions()
    {
        // A rate halved at 1 and a ridge tripled at 2: on every piece the equations are those of another temperature and ridge in the time u t.
        Experiment plain = OnlineTheoryTests.Online(0, 1, 1.2, 4, [0, 0.5, 1, 1.5, 2, 3, 4]);
        Experiment experiment = plain with
        {
            Algorithm = plain.Algorithm with
            {
                RateSchedule = new(ScheduleKind.Step) { Times = [1], Factor = 0.5 },
                RidgeSchedule = new(ScheduleKind.Step) { Times = [2], Factor = 3 },
            },
        };
        Dictionary<string, double[]> curves = new OnlineTheory(experiment).At(experiment.Times());
        (double q, double m) = (0.8, 0.3);
        for (int t = 1; t < 7; t++)
        {
            double span = experiment.RecordTimes[t] - experiment.RecordTimes[t - 1], u = t <= 2 ? 1 : 0.5, v = t <= 4 ? 1 : 3;
            (q, m) = OnlineForm.At(plain.Model with { StartNorm = q, StartOverlap = m, Ridge = v * plain.Model.Ridge }, 1.2 * u, u * span);
            Assert.Equal(q, curves["q"][t], 1e-8);
            Assert.Equal(m, curves["m"][t], 1e-8);
        }

        Assert.Empty(ClosedForms.Check([(experiment, new OnlineTheory(experiment).Solve())]));
    }

    [Fact]
    public void FreshSamplesFollowASmoothScheduleToo()
    {
        Experiment experiment = ScheduledReplicaTests.Scheduled(OnlineTheoryTests.Online(1, 1, 2, 2, [0, 2]));
        var fresh = new FreshData(experiment.Model);
        (double q, double m, double h) = (0.8, 0.3, 2.0 / 800);
        for (int i = 0; i < 800; i++)
        {
            double u = ScheduledReplicaTests.Rate((i + 0.5) * h), ridge = 0.1 * ScheduledReplicaTests.Ridge((i + 0.5) * h);
            (double dq, double dm) = Slope(q, m);
            (dq, dm) = Slope(q + (h / 2 * dq), m + (h / 2 * dm));
            (q, m) = (q + (h * dq), m + (h * dm));

            (double, double) Slope(double norm, double overlap)
            {
                SlopeMoments l = fresh.Slope(norm, overlap);
                return (u * ((-2 * ridge * norm) - (2 * l.AlongStudent) + (2 * u * l.Square)), u * ((-ridge * overlap) - l.AlongTeacher));
            }
        }

        Dictionary<string, double[]> curves = new OnlineTheory(experiment).At([0, 2]);
        Assert.Equal(q, curves["q"][1], 2e-5);
        Assert.Equal(m, curves["m"][1], 2e-5);
    }

    [Fact]
    public void SimulationAndTheoryAgreeAndAPlantedScheduleIsFound()
    {
        // The ready-made experiment made small; fixed seed, alpha 0.01. The planted theory forgets the warm-up, or decays along a line.
        Experiment experiment = Experiment.Load(Experiments.Samples.ReadyMade("warmup-decay.yaml")) with
        {
            Sizes = [40, 80, 160],
            Replicas = [300, 150, 80],
            Theory = new(10_000, 16),
        };
        Assert.NotEqual("fail", Runner.Run(experiment, new(folder)).Verdict.Status);
        var store = new UnitStore(folder, experiment, "cpu");
        SizeCurves[] curves = [.. experiment.Sizes.Zip(experiment.Replicas, (d, n) => new Simulator(experiment, new CpuDevice(), store)
            .Run(d, n, _ => { }, CancellationToken.None))];
        AlgorithmSpec right = experiment.Algorithm;
        foreach (Schedule planted in new[] { right.RateSchedule! with { Warmup = 0 }, right.RateSchedule! with { Kind = ScheduleKind.Polynomial } })
        {
            Experiment wrong = experiment with { Algorithm = right with { RateSchedule = planted } };
            TheoryResult theory = Runner.Run(wrong, new(Path.Combine(folder, $"{planted.Kind}"), Stages: Stages.Theory)).Theory;
            Assert.Equal("fail", Comparison.Compare(experiment, theory, curves).Status);
        }
    }

    internal static Experiment Linear(ClockKind clock, double aspect) => new()
    {
        Name = "linear",
        Seed = 3,
        Model = new() { Loss = Loss.Squared, Label = Label.Linear(0.5), Ridge = 0.2, TeacherNorm = 1.2, StartNorm = 0.5, StartOverlap = 0.2 },
        Aspect = aspect,
        Algorithm = new() { Kind = clock, Temperature = 0.8, Amplification = 2, Fraction = 0.25, Step = 0.1, Steps = 20 },
        Sizes = [20],
        Replicas = [4],
        RecordSteps = [0, 2, 5, 10, 15, 20],
        Theory = new(20_000, 12),
    };
}
