using System.Numerics;
using HighDimSgd.Devices.Cpu;
using HighDimSgd.Experiments;
using HighDimSgd.Models;
using HighDimSgd.Results;
using HighDimSgd.Simulation;
using HighDimSgd.Statistics;
using HighDimSgd.Tests.Experiments;
using HighDimSgd.Tests.Simulation;
using HighDimSgd.Theory;

namespace HighDimSgd.Tests.Theory;

/// <summary>Heavy-ball momentum in file, simulator and theory, against plain arithmetic and closed forms.</summary>
public sealed class MomentumTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("hdsgd-").FullName;

    public void Dispose() => Directory.Delete(folder, true);

    [Fact]
    public void TheFileTakesIt()
    {
        const string Algorithm = "{kind: sgf, temperature: 4.0, step: 0.2, horizon: 12.0";
        Experiment e = Experiment.Parse(Samples.With(Algorithm, Algorithm + ", momentum: 0.9"), "f"), none = Experiment.Parse(Samples.Text, "f");
        Assert.Equal(0.9, e.Algorithm.Momentum);
        Assert.Equal(e, e.Validate());
        Assert.NotEqual(UnitStore.HashOfSimulation(none, "cpu"), UnitStore.HashOfSimulation(e, "cpu"));
        (Experiment still, Experiment moving) = (Stored(none), Stored(e));
        Assert.True(Simulator.Bytes(moving, 1000, 1) >= Simulator.Bytes(still, 1000, 1) + (1000 * sizeof(float)), "a velocity takes memory");
        static Experiment Stored(Experiment of) => of with { Design = new(DesignLaw.Gaussian, DesignStorage.Float32) };
        Assert.Equal(none, Experiment.Parse(Samples.With(Algorithm, Algorithm + ", momentum: 0"), "f"));
        Assert.DoesNotContain("momentum", none.ToJson().ToJsonString(), StringComparison.Ordinal);
        Assert.Contains("'1' is out of range", Samples.Refusal(Samples.With(Algorithm, Algorithm + ", momentum: 1")), StringComparison.Ordinal);
        Assert.Equal(0.5, Experiment.Parse(Samples.With(Algorithm, "{kind: sgd, batch: 1, rate: 1, horizon: 12.0, momentum: 0.5"), "f").Algorithm.Momentum);
    }

    [Theory]
    [InlineData(ClockKind.Gd, 1)]
    [InlineData(ClockKind.Poisson, 0)]
    [InlineData(ClockKind.Minibatch, 1)]
    public void AReplicaFollowsPlainArithmetic(ClockKind clock, int model)
    {
        Experiment experiment = ScheduledReplicaTests.Scheduled(With(Settings.Small(clock, model), 0.7));
        var curves = new double[Observables.Of(experiment).Count, experiment.RecordSteps.Count];
        // Two replicas one after another: each starts at rest.
        Assert.True(new CpuDevice(1).Run(new Two(experiment, 40, curves), false));
        double[][] expected = new ReferenceReplica(experiment, 40, 1, ScheduledReplicaTests.Rate, ScheduledReplicaTests.Ridge).Run();
        for (int k = 0; k < expected.Length; k++)
        {
            Assert.Equal(expected[k][0], curves[0, k], 1e-4);
            Assert.Equal(expected[k][1], curves[1, k], 1e-4);
        }
    }

    [Fact]
    public void FreshSamplesFollowPlainArithmeticAndTheEquationsOfALargerRate()
    {
        Experiment experiment = With(OnlineTheoryTests.Online(1, 1, 0.6, 3, [0, 0.6, 1.2, 1.8, 2.4, 3]), 0.6);
        var curves = new double[Observables.Of(experiment).Count, experiment.RecordTimes.Count];
        Assert.True(new CpuDevice(1).Run(new Two(experiment, 30, curves), false));
        double[][] expected = new ReferenceReplica(experiment, 30, 1).Run();
        for (int t = 0; t < curves.GetLength(1); t++)
            Assert.Equal(expected[experiment.RecordStepsAt(30)[t]][0], curves[0, t], 1e-4);

        // Fixed seed; the verdict at alpha 0.01. The theory that forgets the momentum fails.
        experiment = experiment with { Sizes = [50, 100, 200], Replicas = [1000, 600, 300] };
        Assert.NotEqual("fail", Runner.Run(experiment, new(folder)).Verdict.Status);
        var theory = TheorySolver.Online(experiment);
        var simulator = new Simulator(experiment, new CpuDevice(), new UnitStore(folder, experiment, "cpu"));
        SizeCurves[] sizes = [.. experiment.Sizes.Zip(experiment.Replicas, (d, n) => theory.Moved(
            simulator.Run(d, n, _ => { }, CancellationToken.None), theory.At(experiment.Times(d))))];
        Assert.Equal("fail", Comparison.Compare(experiment, new OnlineTheory(With(experiment, 0)).Solve(), sizes).Status);
        Assert.Empty(ClosedForms.Check([(With(OnlineTheoryTests.Online(0, 1, 1, 1, [0, 1]), 0.5), new OnlineTheory(experiment).Solve())]));
    }

    [Theory]
    [InlineData(2.0, 0.9)]
    [InlineData(0.5, 0.5)]
    public void DescentSolvesTheTwoTermRecursion(double aspect, double beta)
    {
        // Along mu: z^2 = (1 + beta - D x) z - beta, theta_k = A z1^k + B z2^k about the fixed point, theta_1 = (1 - D x) theta_0 at rest.
        Experiment experiment = With(Linear(ClockKind.Gd, aspect), beta);
        RidgeCurves moments = RidgeMoments.Solve(experiment);
        (double rho, double overlap, double step, double ridge) = (1.2, 0.2, 0.1, 0.2);
        foreach (int k in new[] { 1, 7, 20 })
        {
            double m = MarchenkoPastur.Integrate(aspect, mu =>
            {
                double kept = Kept(step * (mu + ridge), k);
                return (overlap * kept) + (rho * mu * (1 - kept) / (mu + ridge));
            });
            Assert.Equal(m, moments.M[k], 1e-11);
        }

        double response = MarchenkoPastur.Integrate(aspect, mu => Impulse(step * (mu + ridge), 9));
        Assert.Equal(response, RidgeMoments.Response(experiment, 15, 5), 1e-11);

        double Kept(double a, int k)
        {
            (Complex one, Complex two) = Roots(a);
            return ((((1 - a - two) * Complex.Pow(one, k)) - ((1 - a - one) * Complex.Pow(two, k))) / (one - two)).Real;
        }

        double Impulse(double a, int lag)
        {
            (Complex one, Complex two) = Roots(a);
            return ((Complex.Pow(one, lag + 1) - Complex.Pow(two, lag + 1)) / (one - two)).Real;
        }

        (Complex, Complex) Roots(double a)
        {
            double c = 1 + beta - a;
            Complex root = Complex.Sqrt((c * c) - (4 * beta));
            return ((c + root) / 2, (c - root) / 2);
        }
    }

    [Theory]
    [InlineData(2.0, 0.9, 0.2)]
    [InlineData(0.5, 0.5, 0.8)]
    public void TheNoiseSettlesAtItsClosedForm(double aspect, double beta, double temperature)
    {
        // An autoregression of order 2: variance (1+beta)/((1-beta) a (2 (1+beta) - a)) per kick, a = D x.
        Experiment experiment = With(Linear(ClockKind.Sgf, aspect), beta);
        experiment = experiment with { Algorithm = experiment.Algorithm with { Temperature = temperature, Steps = 1500 } };
        double mass = temperature * MarchenkoPastur.Integrate(
            aspect, mu => mu * mu * (1 + beta) / ((1 - beta) * (mu + 0.2) * ((2 * (1 + beta)) - (0.1 * (mu + 0.2)))));
        double flow = 1.45 + MarchenkoPastur.Integrate(aspect, mu => ((mu / (mu + 0.2)) - 2) * ((1.2 * mu * mu) + (0.25 * mu / aspect)) / (mu + 0.2));
        Assert.InRange(mass, 0.1, 0.9);
        Assert.Equal(flow / (1 - mass), RidgeMoments.Solve(experiment).Grad2[^1], 2e-7);
    }

    [Fact]
    public void AtFixedMomentumSmallStepsAreThoseOfALargerRate()
    {
        // beta = 0.5: for D to 0 rate and temperature are doubled, and what is left is of order D.
        Experiment plain = Linear(ClockKind.Sgf, 2);
        double[] errors = [.. new[] { 400, 800 }.Select(steps =>
        {
            Experiment slow = With(plain, 0.5) with { Algorithm = plain.Algorithm with { Momentum = 0.5, Temperature = 0.4, Step = 1.0 / steps, Steps = steps } };
            Experiment fast = plain with { Algorithm = plain.Algorithm with { Step = 2.0 / steps, Steps = steps } };
            return RidgeMoments.Solve(slow).Q[^1] - RidgeVolterra.Solve(fast).Q[^1];
        })];
        Assert.InRange(Math.Abs(errors[0]), 1e-6, 5e-3);
        Assert.InRange(errors[0] / errors[1], 1.9, 2.1);
    }

    [Theory]
    [InlineData(ClockKind.Gd)]
    [InlineData(ClockKind.Sgf)]
    [InlineData(ClockKind.Poisson)]
    [InlineData(ClockKind.Minibatch)]
    public void TheSweepAgreesWithTheMomentsAndNoticesAnotherMomentum(ClockKind clock)
    {
        // Second answers: a false alarm in a thousand for each; fixed seed. With a schedule on top.
        Experiment experiment = ScheduledReplicaTests.Scheduled(With(Linear(clock, 2), 0.8));
        TheoryResult theory = Runner.Run(experiment, new(folder, Stages: Stages.Theory)).Theory;
        IReadOnlyList<ClosedFormCheck> checks = ClosedForms.Check([(experiment, theory)]);
        Assert.Equal(clock == ClockKind.Gd ? 6 : 4, checks.Count);
        Assert.All(checks, c => Assert.True(c.Status == "pass", c.Why));
        Assert.Contains(ClosedForms.Check([(With(experiment, 0.78), theory)]), c => c.Status == "fail");
    }

    [Fact]
    public void SimulationAndTheoryAgreeAndAnotherMomentumIsFound()
    {
        // The ready-made experiment made small; fixed seed, alpha 0.01.
        Experiment experiment = Samples.Small("momentum.yaml");
        Assert.NotEqual("fail", Runner.Run(experiment, new(folder)).Verdict.Status);
        var simulator = new Simulator(experiment, new CpuDevice(), new UnitStore(folder, experiment, "cpu"));
        SizeCurves[] curves = [.. experiment.Sizes.Zip(experiment.Replicas, (d, n) => simulator.Run(d, n, _ => { }, CancellationToken.None))];
        TheoryResult wrong = Runner.Run(With(experiment, 0.85), new(Path.Combine(folder, "wrong"), Stages: Stages.Theory)).Theory;
        Assert.Equal("fail", Comparison.Compare(experiment, wrong, curves).Status);
    }

    [Fact]
    public void ContinuousTimeHasNone() =>
        Assert.Throws<ArgumentException>(() => StepExtrapolation.Solve(With(Linear(ClockKind.Sgf, 2), 0.5), new CpuDevice()));

    private static Experiment With(Experiment experiment, double momentum) =>
        experiment with { Algorithm = experiment.Algorithm with { Momentum = momentum } };

    private static Experiment Linear(ClockKind clock, double aspect) => ScheduledTheoryTests.Linear(clock, aspect);

    /// <summary>Runs replica 0 and then replica 1 in the same memory, and keeps the curves of the latter.</summary>
    private sealed class Two(Experiment experiment, int size, double[,] curves) : HighDimSgd.Devices.IDeviceProgram<bool>
    {
        public bool Run<TReal, TWord, TView>(HighDimSgd.Devices.ISkeletons<TReal, TWord, TView> skeletons)
            where TReal : unmanaged, HighDimSgd.Kernels.IReal<TReal, TWord>
            where TWord : unmanaged, HighDimSgd.Kernels.IWord<TReal, TWord>
            where TView : struct, HighDimSgd.Kernels.IView<TReal, TWord>
        {
            var units = new System.Collections.Concurrent.ConcurrentQueue<(int, int)>([(0, 2)]);
            new ReplicaWorker(experiment, size, units, (_, done) => Array.Copy(done[1].Values, curves, curves.Length), CancellationToken.None).Run(skeletons);
            return true;
        }
    }
}
