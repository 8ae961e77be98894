using HighDimSgd.Devices.Cpu;
using HighDimSgd.Experiments;
using HighDimSgd.Models;
using HighDimSgd.Tests.Theory;

namespace HighDimSgd.Tests.Simulation;

/// <summary>Replicas with schedules of rate and ridge, against plain arithmetic with factors written out anew.</summary>
public class ScheduledReplicaTests
{
    [Theory]
    [InlineData(ClockKind.Gd)]
    [InlineData(ClockKind.Sgf)]
    [InlineData(ClockKind.Poisson)]
    [InlineData(ClockKind.Minibatch)]
    public void EveryClockFollowsItsSchedule(ClockKind clock)
    {
        Experiment experiment = Settings.Small(clock, model: 1, size: 40);
        Compare(experiment, 40, 2, out double without);
        Assert.True(without > 1e-2, "the schedule cannot be seen");
    }

    [Theory]
    [InlineData(0, 1)]
    [InlineData(1, 3)]
    public void SoDoFreshSamples(int model, int batch)
    {
        Compare(OnlineTheoryTests.Online(model, batch, 1.5, 2, [0, 0.1, 0.5, 1.5, 2]), 30, 2, out double without);
        Assert.True(without > 1e-2, "the schedule cannot be seen");
    }

    [Theory]
    [InlineData(ClockKind.Sgd, 1, 1)]
    [InlineData(ClockKind.Svag, 3, 4)]
    public void SoDoIterations(ClockKind kind, int batch, int amplification)
    {
        Compare(Settings.Iterations(kind, batch: batch, amplification: amplification, horizon: 2), 40, 2, out double without);
        Assert.True(without > 1e-2, "the schedule cannot be seen");
    }

    /// <summary>Horizon 2: the rate rises until 0.5 and falls like a cosine to 0.2, the ridge is tripled at 1.</summary>
    internal static Experiment Scheduled(Experiment experiment) => experiment with
    {
        Algorithm = experiment.Algorithm with
        {
            RateSchedule = new(ScheduleKind.Cosine) { Warmup = 0.5, End = 0.2 },
            RidgeSchedule = new(ScheduleKind.Step) { Times = [1], Factor = 3 },
        },
    };

    internal static double Rate(double t) => t < 0.5 ? 2 * t : 0.2 + (0.4 * (1 + Math.Cos(Math.PI * (t - 0.5) / 1.5)));

    internal static double Ridge(double t) => t < 1 ? 1 : 3;

    private static void Compare(Experiment plain, int size, int replica, out double without)
    {
        Experiment experiment = Scheduled(plain);
        IReadOnlyList<int> records = experiment.RecordStepsAt(size);
        var curves = new double[Observables.Of(experiment).Count, records.Count];
        Assert.True(new CpuDevice(1).Run(new DenseEngineTests.One(experiment, size, replica, curves), false));
        double[][] expected = new ReferenceReplica(experiment, size, replica, Rate, Ridge).Run(), steady = new ReferenceReplica(plain, size, replica).Run();
        for (int t = 0; t < records.Count; t++)
        {
            // Float32, as without a schedule.
            Assert.Equal(expected[records[t]][0], curves[0, t], 4e-5);
            Assert.Equal(expected[records[t]][1], curves[1, t], 4e-5);
        }

        without = Math.Abs(expected[^1][0] - steady[^1][0]);
    }
}
