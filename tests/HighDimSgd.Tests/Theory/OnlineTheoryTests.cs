using HighDimSgd.Experiments;
using HighDimSgd.Models;
using HighDimSgd.Results;
using HighDimSgd.Tests.Simulation;
using HighDimSgd.Theory;

namespace HighDimSgd.Tests.Theory;

/// <summary>The differential equations of one-pass SGD against closed solutions, finer steps and the limit of many samples.</summary>
public sealed class OnlineTheoryTests
{
    [Theory]
    [InlineData(0.1, 1.0, 1)]
    [InlineData(0, 1.0, 1)]
    [InlineData(0, 1.7, 1)]
    [InlineData(0.3, 6, 4)]
    public void TheLinearCaseHasAClosedSolution(double ridge, double rate, int batch)
    {
        Experiment experiment = Online(0, batch, rate, 6, [0, 0.1, 1, 2.5, 6]);
        experiment = experiment with { Model = experiment.Model with { Ridge = ridge } };
        (double rho, double q0, double m0, double noise2) = (1.2, 0.8, 0.3, 0.25);
        // dm/dt = -a m + rho, dq/dt = -b q + c m + tau (rho + sigma^2) with a = 1 + lambda, b = 2 a - tau, c = 2 - 2 tau.
        double tau = rate / batch, a = 1 + ridge, b = (2 * a) - tau, c = 2 - (2 * tau);
        Dictionary<string, double[]> curves = new OnlineTheory(experiment).At(experiment.Times());
        for (int i = 0; i < experiment.RecordTimes.Count; i++)
        {
            double t = experiment.RecordTimes[i], m = (rho / a) + ((m0 - (rho / a)) * Math.Exp(-a * t));
            double still = ((c * rho / a) + (tau * (rho + noise2))) / b, moving = c * (m0 - (rho / a)) / (b - a);
            double q = still + (moving * Math.Exp(-a * t)) + ((q0 - still - moving) * Math.Exp(-b * t));
            if (b == a)
                (q, m) = OnlineForm.At(experiment.Model, tau, t);
            Assert.Equal(m, curves["m"][i], 1e-9);
            Assert.Equal(q, curves["q"][i], 1e-9);
            Assert.Equal(q, OnlineForm.At(experiment.Model, tau, t).Q, 1e-12);
            Assert.Equal((rho - (2 * m) + q + noise2) / 2, curves["test_loss"][i], 1e-9);
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void TheErrorOfTheIntegratorIsNegligible(int model)
    {
        // Through 60 points in between nothing changes: both are within the stated tolerance of the solution. And by brute force: 4000
        // midpoint steps, of order 2.
        Experiment experiment = Online(model, 1, 2, 6, [0, 6]);
        var theory = new OnlineTheory(experiment);
        double[] direct = [.. theory.At([0, 6]).Values.Select(v => v[^1])];
        double[] through = [.. theory.At([.. Enumerable.Range(0, 61).Select(i => i * 0.1)]).Values.Select(v => v[^1])];
        for (int i = 0; i < direct.Length; i++)
            Assert.Equal(direct[i], through[i], 2e-9);
        var fresh = new FreshData(experiment.Model);
        (double q, double m, double h) = (0.8, 0.3, 6.0 / 4000);
        for (int i = 0; i < 4000; i++)
        {
            (double dq, double dm) = Rate(q, m);
            (dq, dm) = Rate(q + (h / 2 * dq), m + (h / 2 * dm));
            (q, m) = (q + (h * dq), m + (h * dm));
        }

        Assert.Equal(q, direct[0], 1e-6);
        Assert.Equal(m, direct[1], 1e-6);

        (double, double) Rate(double norm, double overlap)
        {
            SlopeMoments l = fresh.Slope(norm, overlap);
            return ((-0.2 * norm) - (2 * l.AlongStudent) + (2 * l.Square), (-0.1 * overlap) - l.AlongTeacher);
        }
    }

    [Fact]
    public void TheClosedSolutionIsASecondAnswer()
    {
        Experiment experiment = Online(0, 1, 1, 4, [0, 1, 4]), wrong = Online(0, 1, 1.001, 4, [0, 1, 4]);
        TheoryResult theory = new OnlineTheory(experiment).Solve();
        Assert.Equal(["q", "m", "test_loss"], ClosedForms.Check([(experiment, theory)]).Where(c => c.Status == "pass").Select(c => c.Observable));
        Assert.Contains(ClosedForms.Check([(wrong, theory)]), c => c.Status == "fail" && c.Why.Contains("DIFFERS", StringComparison.Ordinal));
        Assert.Empty(ClosedForms.Check([(Online(1, 1, 1, 4, [0, 1, 4]), new OnlineTheory(Online(1, 1, 1, 4, [0, 1, 4])).Solve())]));
    }

    [Fact]
    public void ManySamplesPerDimensionLeadToIt()
    {
        // The Volterra equation at delta = 200 and 400 and D = 0.01, extrapolated in 1/delta; the rest is of order D.
        Experiment experiment = Online(0, 1, 0.6, 3, [0, 3]);
        Dictionary<string, double[]> curves = new OnlineTheory(experiment).At([0, 3]);
        RidgeSolution few = RidgeVolterra.Solve(experiment.Model, 200, 0.01, 300, 0.6), many = RidgeVolterra.Solve(experiment.Model, 400, 0.01, 300, 0.6);
        Assert.Equal(curves["q"][1], (2 * many.Q[^1]) - few.Q[^1], 5e-3);
        Assert.Equal(curves["m"][1], (2 * many.M[^1]) - few.M[^1], 5e-3);
        Assert.NotEqual(curves["q"][1], RidgeVolterra.Solve(experiment.Model, 400, 0.01, 300, 0.8).Q[^1], 2e-2);
    }

    [Fact]
    public void AnExplosionIsRefusedWithAReason()
    {
        TheoryResult theory = new OnlineTheory(Online(0, 1, 1000, 10, [0, 10])).Solve();
        Assert.Equal(TheoryResult.Refused, theory.Status);
        Assert.Contains("t = 10", theory.Why, StringComparison.Ordinal);
    }

    [Fact]
    public void CurvesAreMovedToTheCommonTimesAlongTheTheory()
    {
        Experiment experiment = Online(1, 1, 1.7, 3, [0, 0.5, 1.1, 3]) with { Sizes = [23] };
        SolvedTheory theory = TheorySolver.Online(experiment);
        double[] own = experiment.Times(23);
        Assert.NotEqual(experiment.Times(), own);
        Assert.All(own.Zip(experiment.Times()), p => Assert.InRange(Math.Abs(p.First - p.Second), 0, 1.7 / 23 / 2 + 1e-12));
        IReadOnlyDictionary<string, double[]> there = theory.At(own)!;
        var curves = new SizeCurves(23, 1, own, [.. there.Keys], [.. there.Values.Select(v => Table(v, 0.01))], []);
        SizeCurves moved = theory.Moved(curves, theory.At(curves.Times));
        Assert.Equal(experiment.Times(), moved.Times);
        foreach ((string name, Curve curve) in theory.Result.Observables)
        {
            for (int t = 0; t < own.Length; t++)
                Assert.Equal(curve.Mean[t] + 0.01, moved.Values[moved.Observables.ToList().IndexOf(name)][0, t], 1e-9);
        }

        static double[,] Table(double[] values, double shift)
        {
            var table = new double[1, values.Length];
            for (int t = 0; t < values.Length; t++)
                table[0, t] = values[t] + shift;
            return table;
        }
    }

    internal static Experiment Online(int model, int batch, double rate, double horizon, double[] times) => Settings.Small(model: model) with
    {
        Aspect = double.PositiveInfinity,
        Algorithm = AlgorithmSpec.Online(batch, rate, horizon),
        RecordSteps = [],
        RecordTimes = times,
    };
}
