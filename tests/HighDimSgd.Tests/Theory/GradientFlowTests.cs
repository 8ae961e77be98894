using HighDimSgd.Experiments;
using HighDimSgd.Models;
using HighDimSgd.Theory;

namespace HighDimSgd.Tests.Theory;

/// <summary>Gradient flow as the limit of the clock gd, and at its ends.</summary>
public sealed class GradientFlowTests
{
    private static ModelSpec Model(double ridge, double overlap = 0.4) => new()
    {
        Loss = Loss.Squared,
        Label = Label.Linear(0.5),
        Ridge = ridge,
        TeacherNorm = 1.2,
        StartNorm = 0.5,
        StartOverlap = overlap,
    };

    [Theory]
    [InlineData(2, 0.1)]
    [InlineData(0.5, 0)]
    [InlineData(1, 0.2)]
    public void DescentConvergesToItAtFirstOrder(double aspect, double ridge)
    {
        const double time = 2;
        FlowMoments flow = GradientFlow.At(Model(ridge), aspect, time);
        double[][] errors = [.. new[] { 20, 40, 80 }.Select(steps =>
        {
            RidgeSolution s = RidgeVolterra.Solve(Model(ridge), aspect, time / steps, steps, 0);
            return new[] { s.Q[^1] - flow.Q, s.M[^1] - flow.M, s.TrainLoss[^1] - flow.TrainLoss, s.TestLoss[^1] - flow.TestLoss, s.Grad2[^1] - flow.Grad2 };
        })];
        for (int i = 0; i < errors[0].Length; i++)
        {
            Assert.InRange(Math.Abs(errors[0][i]), 1e-5, 0.05);
            Assert.InRange(errors[1][i] / errors[2][i], 1.9, 2.1);
            // Without its first order the error is of second order.
            double second = (2 * errors[1][i]) - errors[0][i], smaller = (2 * errors[2][i]) - errors[1][i];
            Assert.True(Math.Abs(smaller) < Math.Max(0.3 * Math.Abs(second), 2e-7), $"{i}: {second:g3} then {smaller:g3}");
        }
    }

    [Fact]
    public void ItStartsAndEndsWhereItShould()
    {
        FlowMoments start = GradientFlow.At(Model(0.1), 2, 0), end = GradientFlow.At(Model(0), 0.5, 1e6);
        Assert.Equal(0.5, start.Q, 1e-13);
        Assert.Equal(0.4, start.M, 1e-13);
        Assert.Equal(1.2 + 0.25 + 0.5 - 0.8, start.Grad2, 1e-13);
        // More dimensions than samples and no ridge: the data are fitted exactly, and the half of the start outside their span stays.
        Assert.Equal(0, end.Grad2, 1e-9);
        Assert.Equal((0.5 * 0.4) + (0.5 * 1.2), end.M, 1e-9);
    }
}
