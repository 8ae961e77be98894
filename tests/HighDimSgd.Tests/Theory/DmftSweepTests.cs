using HighDimSgd.Devices.Cpu;
using HighDimSgd.Experiments;
using HighDimSgd.Models;
using HighDimSgd.Theory;

namespace HighDimSgd.Tests.Theory;

/// <summary>
/// The sweep against an independent one and against its easy mistakes. Comparisons allow 4 combined standard errors, a false alarm
/// in 16 000 for each; seeds are fixed.
/// </summary>
public class DmftSweepTests
{
    private const int Sweeps = 8;
    private const int Paths = 16_000;

    private static readonly Lazy<double[][,]> Shipped = new(() => Solve(Logistic(ClockKind.Sgf), Sweeps));

    private static readonly Lazy<(double[] Q, double[] M, double[] Loss)[]> Reference = new(() =>
        [.. Enumerable.Range(1, 4).AsParallel().AsOrdered().Select(seed => ReferenceSweep.Run(Paths, seed)!.Value)]);

    [Fact]
    public void AgreesWithAnIndependentSweep()
    {
        for (int record = 0; record <= 12; record++)
        {
            int k = 5 * record;
            AssertClose(Shipped.Value, 0, record, [.. Reference.Value.Select(r => r.Q[k])]);
            AssertClose(Shipped.Value, 1, record, [.. Reference.Value.Select(r => r.M[k])]);
            AssertClose(Shipped.Value, 2, record, [.. Reference.Value.Select(r => r.Loss[k])]);
        }
    }

    [Fact]
    public void AgreesWithTheEarlierFigure()
    {
        // q(12) = 2.883 +- 0.001 in this setting.
        (double mean, double error) = MeanAndError([.. Shipped.Value.Select(s => s[0, 12])]);
        Assert.InRange(mean, 2.883 - (4 * Math.Sqrt((error * error) + 1e-6)), 2.883 + (4 * Math.Sqrt((error * error) + 1e-6)));
    }

    [Theory]
    [InlineData(Defect.NoCrossTerms, 3.508)]
    [InlineData(Defect.NoNoiseInMemory, 3.217)]
    public void LeavingATermOutMovesTheNormUp(Defect defect, double figure)
    {
        double[] wrong = [.. Enumerable.Range(1, 3).AsParallel().AsOrdered().Select(s => ReferenceSweep.Run(Paths, s, defect)!.Value.Q[60])];
        (double mean, double error) = MeanAndError([.. Shipped.Value.Select(s => s[0, 12])]);
        (double wrongMean, double wrongError) = MeanAndError(wrong);
        Assert.True(wrongMean - mean > 5 * Math.Sqrt((error * error) + (wrongError * wrongError)));
        Assert.Equal(figure, wrongMean, 0.05);
    }

    [Fact]
    public void LeavingTheItoTermOutLosesTheCovariance() => Assert.Null(ReferenceSweep.Run(Paths, 1, Defect.NoItoDiagonal));

    [Fact]
    public void ThePoissonClockHasItsOwnLimit()
    {
        double[][,] poisson = Solve(Logistic(ClockKind.Poisson), Sweeps);
        (double mean, double error) = MeanAndError([.. poisson.Select(s => s[0, 12])]);
        // Earlier figure 2.963 +- 0.006; the limit of SGF is 2.883.
        Assert.InRange(mean, 2.963 - (4 * Math.Sqrt((error * error) + 3.6e-5)), 2.963 + (4 * Math.Sqrt((error * error) + 3.6e-5)));
    }

    [Fact]
    public void SignLabelsGoByParts()
    {
        Experiment experiment = Logistic(ClockKind.Sgf) with
        {
            Model = new() { Loss = Loss.Logistic, Label = Label.Sign, Ridge = 0.2 },
            Aspect = 1.5,
            Algorithm = new() { Kind = ClockKind.Sgf, Temperature = 2, Step = 0.2, Steps = 40 },
            RecordSteps = [40],
        };
        double[][,] sweeps = Solve(experiment, Sweeps);
        // Simulation at t = 8 (earlier figures): q, m, training loss, training error, test loss, test error.
        double[] figures = [1.3577, 0.8131, 0.3353, 0.0803, 0.5191, 0.2552], errors = [0.0036, 0.0025, 0.0015, 0.0011, 0.0012, 0.0012];
        for (int o = 0; o < figures.Length; o++)
        {
            (double mean, double error) = MeanAndError([.. sweeps.Select(s => s[o, 0])]);
            Assert.InRange((mean - figures[o]) / Math.Sqrt((error * error) + (errors[o] * errors[o])), -4, 4);
        }
    }

    [SkippableFact]
    public void BitsDoNotDependOnThreadsOrVectors()
    {
        foreach (ResponseMethod method in new[] { ResponseMethod.Parts, ResponseMethod.Tangent })
        {
            Experiment experiment = Logistic(ClockKind.Sgf) with { Theory = new(10_001, 2, method) };
            double[,] one = new CpuDevice(1, 256).Run(new DmftSweep(experiment, 1), true).Curves;
            Assert.Equal(one, new CpuDevice(3, 256).Run(new DmftSweep(experiment, 1), true).Curves);
            if (System.Runtime.Intrinsics.Vector512.IsHardwareAccelerated)
                Assert.Equal(one, new CpuDevice(2, 512).Run(new DmftSweep(experiment, 1), true).Curves);
        }

        Skip.IfNot(System.Runtime.Intrinsics.Vector512.IsHardwareAccelerated, "no 512-bit vectors here; the rest was compared");
    }

    internal static double[][,] Solve(Experiment experiment, int sweeps)
    {
        var results = new List<double[,]>();
        new CpuDevice().Run(
            new DmftSweeps(experiment, Enumerable.Range(0, sweeps), (_, result) =>
            {
                Assert.Null(result.Refusal);
                results.Add(result.Curves);
                return true;
            }),
            wholeDevice: true);
        return [.. results];
    }

    internal static (double Mean, double Error) MeanAndError(double[] values)
    {
        double mean = values.Average();
        return (mean, Math.Sqrt(values.Sum(v => (v - mean) * (v - mean)) / (values.Length - 1) / values.Length));
    }

    private static void AssertClose(double[][,] sweeps, int observable, int record, double[] reference)
    {
        (double mean, double error) = MeanAndError([.. sweeps.Select(s => s[observable, record])]);
        (double other, double otherError) = MeanAndError(reference);
        Assert.InRange(mean - other, -(4 * Math.Sqrt((error * error) + (otherError * otherError))) - 1e-6,
            (4 * Math.Sqrt((error * error) + (otherError * otherError))) + 1e-6);
    }

    internal static Experiment Logistic(ClockKind clock) => new()
    {
        Name = "logistic",
        Seed = 20260206,
        Model = new() { Loss = Loss.Logistic, Label = Label.Logistic(3), Ridge = 0.1 },
        Aspect = 2,
        Algorithm = new() { Kind = clock, Temperature = 4, Step = 0.2, Steps = 60 },
        Sizes = [100],
        Replicas = [2],
        RecordSteps = [.. Enumerable.Range(0, 13).Select(i => 5 * i)],
        Theory = new(50_000),
    };
}
