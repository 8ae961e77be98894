using HighDimSgd.Experiments;
using HighDimSgd.Models;
using HighDimSgd.Results;
using HighDimSgd.Tests.Simulation;
using HighDimSgd.Theory;

namespace HighDimSgd.Tests.Theory;

/// <summary>The DMFT of two columns against the closed forms of the linear case, and these against the equation of the difference.</summary>
public sealed class TwoStartsTheoryTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("hdsgd-").FullName;

    public void Dispose() => Directory.Delete(folder, true);

    [Theory]
    [InlineData(2.0, 0.2, 0.4)]
    [InlineData(0.5, 0.0, 0.7)]
    public void TheDifferenceObeysAHomogeneousVolterraEquation(double aspect, double ridge, double temperature)
    {
        // E[(l - l')^2] = |difference|^2/d int mu p^2 dnu + K * E[(l - l')^2]: neither teacher nor noise enters.
        Experiment experiment = Linear(ClockKind.Sgf, aspect, false);
        experiment = experiment with
        {
            Model = experiment.Model with { Ridge = ridge },
            Algorithm = experiment.Algorithm with { Temperature = temperature, Steps = 40 },
        };
        (double[] distance, double[] square) = Difference(experiment);
        double step = experiment.Algorithm.Step, start = distance[0];
        var slopes = new double[41];
        for (int k = 0; k <= 40; k++)
        {
            slopes[k] = start * Kernel(1, k);
            double apart = start * Kernel(0, k);
            for (int p = 0; p < k; p++)
            {
                slopes[k] += temperature * step * Kernel(2, k - 1 - p) * slopes[p];
                apart += temperature * step * Kernel(1, k - 1 - p) * slopes[p];
            }

            Assert.Equal(slopes[k], square[k], 1e-11);
            Assert.Equal(apart, distance[k], 1e-11);
        }

        double Kernel(int power, int lag) => MarchenkoPastur.Integrate(aspect, mu => Math.Pow(mu, power) * Math.Pow(1 - (step * (mu + ridge)), 2 * lag));
    }

    [Theory]
    [InlineData(1.6, -1)]
    [InlineData(2.6, 1)]
    public void SynchronisationEndsAtTheStabilityEdge(double temperature, int sign)
    {
        // The kernel is that of the loss, so beyond its edge two starts part, at the same rate; below they meet.
        Experiment experiment = Linear(ClockKind.Poisson, 2, false);
        experiment = experiment with { Algorithm = experiment.Algorithm with { Temperature = temperature, Steps = 800 } };
        double[] distance = Difference(experiment).Distance;
        int late = sign > 0 ? 800 : 120; // later the distance is below the rounding of what it is the difference of
        double rate = Math.Log(distance[late] / distance[late / 2]) / (late / 2 * experiment.Algorithm.Step);
        var stability = RidgeStability.Of(experiment)!;
        Assert.Equal(sign, Math.Sign(stability.KernelMass - 1));
        Assert.Equal(sign, Math.Sign(rate));
        if (sign > 0)
            Assert.Equal(stability.GrowthRate, rate, 1e-5);
    }

    [Theory]
    [InlineData(ClockKind.Gd, false)]
    [InlineData(ClockKind.Sgf, false)]
    [InlineData(ClockKind.Poisson, true)]
    [InlineData(ClockKind.Minibatch, false)]
    public void TheSweepAgreesWithTheClosedFormsAndClocksOfTheirOwnAreFound(ClockKind clock, bool ownClock)
    {
        // Second answers: a false alarm in a thousand for each; fixed seed. With schedules and momentum on top.
        Experiment experiment = ScheduledReplicaTests.Scheduled(Linear(clock, 2, ownClock));
        experiment = experiment with { Algorithm = experiment.Algorithm with { Momentum = 0.3 } };
        TheoryResult theory = Solve(experiment);
        IReadOnlyList<ClosedFormCheck> checks = ClosedForms.Check([(experiment, theory)]);
        Assert.Equal(clock == ClockKind.Gd ? 12 : 10, checks.Count);
        Assert.All(checks, c => Assert.True(c.Status == "pass", c.Why));
        if (clock == ClockKind.Gd)
            return;
        Experiment other = experiment with { Second = experiment.Second! with { HasOwnClock = !ownClock } };
        Assert.Equal(["distance", "q_12"], ClosedForms.Check([(other, theory)]).Where(c => c.Status == "fail").Select(c => c.Observable).Order());
    }

    [Fact]
    public void DistancesAreResolvedHoweverSmall()
    {
        // Thousands of times smaller in the end; within 5 standard errors and a bias of order K/N, at each of 4 times: a false alarm in 150 (Student, 8 sweeps).
        Experiment experiment = Linear(ClockKind.Sgf, 2, false);
        experiment = experiment with
        {
            Algorithm = experiment.Algorithm with { Steps = 120 },
            RecordSteps = [10, 40, 80, 120],
            Theory = new(8000, 8),
        };
        double[] exact = Difference(experiment).Distance;
        Curve distance = Solve(experiment).Observables[Observables.Distance];
        for (int t = 0; t < 4; t++)
        {
            double expected = exact[experiment.RecordSteps[t]];
            Assert.InRange(distance.Error[t], 0, 0.1 * expected);
            Assert.Equal(expected, distance.Mean[t], (5 * distance.Error[t]) + (0.03 * expected));
        }

        Assert.True(exact[120] < 1e-3 * exact[0]);
    }

    [Fact]
    public void TwoStartsAreExchangeable()
    {
        // The same experiment with its starts exchanged has other random numbers and the same limit: 4 standard errors of the difference at 3 times of
        // 3 observables, a false alarm in 1700.
        Experiment experiment = Settings.Small(ClockKind.Poisson, steps: 20) with { Second = new(1.5, -0.3, 0.2), Theory = new(8000, 8), RecordSteps = [4, 10, 20] };
        Experiment swapped = experiment with
        {
            Model = experiment.Model with { StartNorm = 1.5, StartOverlap = -0.3 },
            Second = new(experiment.Model.StartNorm, experiment.Model.StartOverlap, 0.2),
            Seed = 99,
        };
        TheoryResult one = Solve(experiment), two = Solve(swapped);
        foreach ((string a, string b) in new[] { ("q", "q_2"), ("distance", "distance"), ("train_loss_2", "train_loss") })
        {
            for (int t = 0; t < 3; t++)
            {
                (Curve x, Curve y) = (one.Observables[a], two.Observables[b]);
                Assert.Equal(x.Mean[t], y.Mean[t], 4 * Math.Sqrt((x.Error[t] * x.Error[t]) + (y.Error[t] * y.Error[t])));
            }
        }
    }

    [Fact]
    public void ASweepTakesMoreMemoryThanThatOfOneStart()
    {
        Experiment two = Linear(ClockKind.Sgf, 2, false);
        Assert.InRange((double)DmftSweeps.Bytes(two) / DmftSweeps.Bytes(two with { Second = null }), 1.8, 3.3);
    }

    private static (double[] Distance, double[] Square) Difference(Experiment experiment)
    {
        RidgeCurves first = RidgeVolterra.Solve(experiment.Start(0)), second = RidgeVolterra.Solve(experiment.Start(1));
        RidgeCurves across = RidgeVolterra.Solve(experiment.Across(experiment.Second!));
        return (Apart(c => c.Q), Apart(c => c.Grad2));

        double[] Apart(Func<RidgeCurves, double[]> of) => [.. of(first).Select((x, k) => x + of(second)[k] - (2 * of(across)[k]))];
    }

    private static Experiment Linear(ClockKind clock, double aspect, bool ownClock) =>
        ScheduledTheoryTests.Linear(clock, aspect) with { Second = new(1.4, -0.3, 0.2, ownClock) };

    private TheoryResult Solve(Experiment experiment) =>
        Runner.Run(experiment, new(Path.Combine(folder, Guid.NewGuid().ToString("N")), Stages: Stages.Theory)).Theory;
}
