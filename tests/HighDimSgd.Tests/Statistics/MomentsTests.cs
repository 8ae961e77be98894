using HighDimSgd.Models;
using HighDimSgd.Results;
using HighDimSgd.Statistics;

namespace HighDimSgd.Tests.Statistics;

public sealed class MomentsTests
{
    private static SizeCurves Curves(string observable, double[] times, double[,] values, params int[] diverged) =>
        new(100, 200, times, [observable], [values], diverged);

    [Fact]
    public void MeansSkipDivergedReplicas()
    {
        var summary = Moments.Summarise(Curves(
            Observables.Q, [1, 2], new[,] { { 1.0, 4 }, { double.NaN, double.NaN }, { 3, 4 }, { 8, 7 } }, 1));
        var q = summary.Observables[Observables.Q];
        Assert.Equal([4.0, 5.0], q.Mean);
        Assert.Equal(13, q.Variance[0], 1e-14);
        Assert.Equal(Math.Sqrt(13.0 / 3), q.Error[0], 1e-14);
        Assert.Equal(1, q.Error[1], 1e-14);
        Assert.Equal(4, summary.Replicas);
        Assert.Equal([1], summary.Diverged);
    }

    [Fact]
    public void TheStartIsExactAndNothingElseIs()
    {
        // m(0) = 0 up to float rounding has no scale of its own; a small loss late in a run is not a constant.
        double[,] values = { { 1e-9, 1e-9 }, { -3e-9, 2e-9 }, { 2e-9, 0.7 } };
        var m = Moments.Summarise(Curves(Observables.M, [0, 1], values)).Observables[Observables.M];
        Assert.Equal(0, m.Error[0]);
        Assert.True(m.Error[1] > 0);
        var train = Moments.Summarise(Curves(Observables.TrainLoss, [0, 1], values)).Observables[Observables.TrainLoss];
        Assert.True(train.Error[0] > 0);
        double[,] start = { { 0.25, 1e-8 }, { 0.25 + 1e-8, 2e-8 } };
        var grad2 = Moments.Summarise(Curves(Observables.Grad2, [0, 1], start)).Observables[Observables.Grad2];
        Assert.Equal(0, grad2.Error[0]);
        Assert.True(grad2.Error[1] > 0);
        // A start that does vary is not hidden.
        double[,] random = { { 1, 1 }, { 1.001, 1 } };
        Assert.True(Moments.Summarise(Curves(Observables.Q, [0, 1], random)).Observables[Observables.Q].Error[0] > 0);
    }

    [Fact]
    public void TooFewReplicasHaveNoError()
    {
        var one = Moments.Summarise(Curves(Observables.Q, [0.0], new[,] { { 1.0 } })).Observables[Observables.Q];
        Assert.Equal(1, one.Mean[0]);
        Assert.Equal(double.NaN, one.Error[0]);
        var none = Moments.Summarise(Curves(Observables.Q, [0.0], new[,] { { double.NaN } }, 0)).Observables[Observables.Q];
        Assert.Equal(double.NaN, none.Mean[0]);
        Assert.Equal(double.NaN, none.Error[0]);
    }
}
