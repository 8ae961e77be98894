using HighDimSgd.Devices.Cpu;
using HighDimSgd.Experiments;
using HighDimSgd.Models;
using HighDimSgd.Theory;

namespace HighDimSgd.Tests.Theory;

/// <summary>The limit of small steps, against the closed linear solution in continuous time.</summary>
public class StepExtrapolationTests
{
    private static readonly ModelSpec Model =
        new() { Loss = Loss.Squared, Label = Label.Linear(0.5), Ridge = 0.1, StartNorm = 0.5 };

    [Fact]
    public void AgreesWithTheClosedSolutionInContinuousTime()
    {
        double[] times = [0.4, 1, 2];
        Experiment experiment = new()
        {
            Name = "ridge",
            Seed = 5,
            Model = Model,
            Aspect = 2,
            Algorithm = new() { Kind = ClockKind.Poisson, Temperature = 0.6, Step = 0.2, Steps = 10 },
            Sizes = [100],
            Replicas = [2],
            RecordSteps = [2, 5, 10],
            Theory = new(20_000, 12),
        };
        IReadOnlyDictionary<string, ContinuousCurve> curves = StepExtrapolation.Solve(experiment, new CpuDevice());
        for (int t = 0; t < times.Length; t++)
        {
            (double q, double m, double loss) = Exact(times[t]);
            foreach ((string name, double exact) in new[] { ("q", q), ("m", m), ("train_loss", loss) })
            {
                // 5.5 errors from 12 sweeps: a false alarm in 5000 for each of 9 numbers; 1e-3 for the bias of order 1/paths.
                ContinuousCurve curve = curves[name];
                Assert.InRange(curve.Mean[t] - exact, -Allowed(curve, t), Allowed(curve, t));
                Assert.True(curve.Error[t] < 0.01);
            }
        }

        static double Allowed(ContinuousCurve curve, int t) => (5.5 * curve.Error[t]) + curve.StepError + 1e-3;
    }

    [Theory]
    [InlineData(0.2)]
    [InlineData(0.1)]
    public void WhatIsLeftOfTheStepIsBelowItsEstimate(double step)
    {
        double[] times = [0.8, 1.6, 2.4, 3.2];
        Check(x => x.Q);
        Check(x => x.M);
        Check(x => x.Loss);

        void Check(Func<(double Q, double M, double Loss), double> pick)
        {
            double rest = 0, change = 0;
            foreach (double time in times)
            {
                double[] f = [.. new[] { 1, 2, 4 }.Select(finer => pick(At(time, step / finer)))];
                double three = ((8 * f[2]) - (6 * f[1]) + f[0]) / 3, two = (2 * f[2]) - f[1];
                rest = Math.Max(rest, Math.Abs(three - pick(Exact(time))));
                change = Math.Max(change, Math.Abs(three - two));
            }

            Assert.InRange(rest, 0, 0.4 * change);
        }
    }

    private static (double Q, double M, double Loss) Exact(double time)
    {
        (double Q, double M, double Loss) a = At(time, 0.02), b = At(time, 0.01), c = At(time, 0.005);
        return (Limit(a.Q, b.Q, c.Q), Limit(a.M, b.M, c.M), Limit(a.Loss, b.Loss, c.Loss));

        static double Limit(double a, double b, double c) => ((8 * c) - (6 * b) + a) / 3;
    }

    private static (double Q, double M, double Loss) At(double time, double step)
    {
        int steps = (int)Math.Round(time / step);
        RidgeSolution solution = RidgeVolterra.Solve(Model, 2, step, steps, 0.6);
        return (solution.Q[steps], solution.M[steps], solution.TrainLoss[steps]);
    }
}
