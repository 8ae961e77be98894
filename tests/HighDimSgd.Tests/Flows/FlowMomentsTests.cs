using HighDimSgd.Devices.Cpu;
using HighDimSgd.Experiments;
using HighDimSgd.Flows;

namespace HighDimSgd.Tests.Flows;

/// <summary>Closed moments against the papers' figures, and simulation against closed moments.</summary>
public sealed class FlowMomentsTests
{
    // Two-sided 5.3 standard errors: with the 64 comparisons here a false alarm in 1e-5.
    private const double Far = 5.3;

    [Theory]
    [InlineData(0.2, -0.038568, -1.03e-2, -0.0340, -0.76)]
    [InlineData(0.1, -0.089528, -2.57e-3, -0.0153, -0.68)]
    [InlineData(0.05, -0.113081, -6.4e-4, -0.0072, -0.645)]
    [InlineData(0.025, -0.124368, -1.6e-4, -0.0035, -0.63)]
    public void TwoPointMomentsAreThoseOfTheTable(double rate, double sgd, double second, double first, double onePoint)
    {
        FlowExperiment experiment = FlowRuns.TwoPoints(rate);
        double At(FlowAlgorithm algorithm, string statistic) => FlowMoments.Of(experiment, FlowRuns.Of(experiment, algorithm))[statistic][^1];
        Assert.Equal(sgd, At(FlowAlgorithm.Sgd, "xy"), 1e-6);
        Assert.Equal(second, At(FlowAlgorithm.Smf2, "xy") - sgd, 6e-6 + (0.005 * Math.Abs(second)));
        Assert.Equal(first, At(FlowAlgorithm.Smf1, "xy") - sgd, 0.015 * Math.Abs(first));
        Assert.Equal(onePoint, (At(FlowAlgorithm.Smf2, "xx") - At(FlowAlgorithm.Sgd, "xx")) / (rate * rate), 0.006);
        Assert.Equal(At(FlowAlgorithm.Smf2, "xx"), At(FlowAlgorithm.Sme2, "xx"), 1e-12);
        Assert.False(FlowMoments.Of(experiment, FlowRuns.Of(experiment, FlowAlgorithm.Sme2)).ContainsKey("xy"));
    }

    [Theory]
    [InlineData(1, 0.11664, 0.12040)]
    [InlineData(2, 0.16106, 0.11916)]
    [InlineData(4, 0.18236, 0.12112)]
    [InlineData(16, 0.19791, 0.12344)]
    [InlineData(64, 0.20173, 0.12412)]
    public void SvagMomentsAreThoseOfTheTable(int amplification, double mean, double square)
    {
        FlowExperiment experiment = FlowRuns.Quadratic([amplification]);
        IReadOnlyDictionary<string, double[]> moments = FlowMoments.Of(experiment, FlowRuns.Of(experiment, FlowAlgorithm.Svag, amplification));
        Assert.Equal(mean, moments["x"][^1], 6e-6);
        Assert.Equal(square, moments["xx"][^1], 6e-6);
        IReadOnlyDictionary<string, double[]> limit = FlowMoments.Of(experiment, FlowRuns.Of(experiment, FlowAlgorithm.Sme1));
        Assert.Equal(0.20300, limit["x"][^1], 6e-6);
        Assert.Equal(0.12435, limit["xx"][^1], 6e-6);
    }

    [Theory]
    [InlineData(FlowAlgorithm.Sgd)]
    [InlineData(FlowAlgorithm.NoisyGd)]
    [InlineData(FlowAlgorithm.Flow1)]
    [InlineData(FlowAlgorithm.Flow2)]
    [InlineData(FlowAlgorithm.Sme1)]
    [InlineData(FlowAlgorithm.Sme2)]
    [InlineData(FlowAlgorithm.Smf1)]
    [InlineData(FlowAlgorithm.Smf2)]
    public void SimulationMeetsClosedMoments(FlowAlgorithm algorithm)
    {
        Meets(FlowRuns.TwoPoints(0.05), algorithm);
        Meets(FlowRuns.OnData(new LinearRegression { Values = [0.1] }, 0.05, batch: 2), algorithm);
    }

    [Fact]
    public void SvagMeetsClosedMoments()
    {
        FlowExperiment experiment = FlowRuns.Quadratic([4]);
        Meets(experiment, FlowAlgorithm.Svag, 4);
        Meets(FlowRuns.OnData(new LinearRegression { Values = [0.1] }, 0.1, batch: 2), FlowAlgorithm.Svag, 3);
    }

    /// <summary>
    /// One step of batches of distinct samples: the variance of the mean gradient is that of independent ones times (n - B)/(n - 1), and with B = n it is
    /// gradient descent.
    /// </summary>
    [Fact]
    public void DistinctSamplesHaveTheVarianceOfAFinitePopulation()
    {
        FlowExperiment With(int batch, Sampling sampling) => FlowRuns.OnData(new LinearRegression { Values = [0.1] }, 1, batch) with { Sampling = sampling };
        double Noise(int batch, Sampling sampling)
        {
            FlowExperiment experiment = With(batch, sampling);
            Dictionary<string, double[]> blocks = FlowRuns.Simulate(experiment, FlowRuns.Of(experiment, FlowAlgorithm.Sgd));
            IReadOnlyDictionary<string, double[]> still = FlowMoments.Of(With(1_000_000_000, Sampling.Replacement), FlowRuns.Of(With(1_000_000_000, Sampling.Replacement), FlowAlgorithm.Sgd));
            return blocks["xx"].Average() - still["xx"][^1];
        }

        double all = Noise(1, Sampling.Replacement);
        Assert.Equal(1.0 / 3, Noise(3, Sampling.Replacement) / all, 0.01);
        Assert.Equal(1.0 / 3 * 3 / 5, Noise(3, Sampling.WithoutReplacement) / all, 0.01);
        Assert.Equal(0, Noise(6, Sampling.WithoutReplacement) / all, 1e-5);
    }

    /// <summary>Where the noise vanishes at the first point, the second still has noise of its own covariance.</summary>
    [Fact]
    public void TheSecondPointHasNoiseWhereTheFirstHasNone() =>
        Meets(FlowRuns.TwoPoints(0.05) with { Problem = new MultiplicativeNoise { Values = [1, 0, 0, 1] }, Starts = [[0], [1]], Statistics = ["y", "yy"], Drive = FlowDrive.Samples }, FlowAlgorithm.Sme1);

    [Fact]
    public void APlantedErrorIsFound()
    {
        FlowExperiment experiment = FlowRuns.TwoPoints(0.05), other = FlowRuns.TwoPoints(0.0625);
        Assert.ThrowsAny<Xunit.Sdk.XunitException>(() => Meets(experiment, FlowAlgorithm.Sgd, closed: FlowMoments.Of(other, FlowRuns.Of(other, FlowAlgorithm.Sgd))));
    }

    [Fact]
    public void VectorWidthAndThreadsDoNotShow()
    {
        FlowExperiment experiment = FlowRuns.OnData(new TwoLayerNetwork { Values = [2, 0.01] }, 0.25, replicas: 3 * FlowExperiment.Block) with { Starts = [[1, 2, 3, 4, 5, 6], [0, 1, 0, 1, 0, 1]] };
        foreach (FlowAlgorithm algorithm in experiment.Algorithms)
        {
            FlowRun run = FlowRuns.Of(experiment, algorithm);
            Dictionary<string, double[]> wide = FlowRuns.Simulate(experiment, run, new CpuDevice(2, 512)), narrow = FlowRuns.Simulate(experiment, run, new CpuDevice(1, 256));
            foreach (string statistic in experiment.Statistics)
                Assert.Equal(wide[statistic], narrow[statistic]);
        }
    }

    private static void Meets(
        FlowExperiment experiment, FlowAlgorithm algorithm, int amplification = 1, IReadOnlyDictionary<string, double[]>? closed = null)
    {
        FlowRun run = FlowRuns.Of(experiment, algorithm, amplification);
        Dictionary<string, double[]> blocks = FlowRuns.Simulate(experiment, run);
        foreach ((string statistic, double[] exact) in closed ?? FlowMoments.Of(experiment, run))
        {
            (double mean, double error) = FlowRuns.Mean(blocks[statistic]);
            // Beside chance: float32, and for the flows the integrator at one step per rate.
            double integrator = algorithm is FlowAlgorithm.Sgd or FlowAlgorithm.Svag or FlowAlgorithm.NoisyGd ? 0 : 6 * Math.Pow(run.Rate, 3);
            Assert.True(
                Math.Abs(mean - exact[^1]) < (Far * error) + integrator + 2e-6, $"{experiment.Problem.Name} {algorithm} {statistic}: {mean:g7} +- {error:g2} against {exact[^1]:g7}");
        }
    }
}
