using HighDimSgd.Devices.Cpu;
using HighDimSgd.Experiments;
using HighDimSgd.Results;
using HighDimSgd.Tests.Theory;

namespace HighDimSgd.Tests.Simulation;

/// <summary>One-pass SGD: number by number, in exact means at finite size, in bits, and in its limit.</summary>
public sealed class FreshEngineTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("hdsgd-").FullName;

    public void Dispose() => Directory.Delete(folder, true);

    [Theory]
    [InlineData(0, 1, DesignLaw.Gaussian)]
    [InlineData(1, 3, DesignLaw.Gaussian)]
    [InlineData(2, 4, DesignLaw.Rademacher)]
    [InlineData(1, 70, DesignLaw.Gaussian)]
    public void FollowsTheReferenceAtTheSameAddresses(int model, int batch, DesignLaw law)
    {
        // 90 iterations, so that several chunks are drawn.
        const int Size = 30;
        Experiment experiment = OnlineTheoryTests.Online(model, batch, 1.5, 4.5, [0, 0.05, 0.1, 0.5, 2, 4.5]) with
        {
            Design = new(law),
            Sizes = [Size],
            Replicas = [3],
        };
        SizeSummary size = Runner.Run(experiment, new(folder)).Sizes[0];
        double[][][] replicas = [.. Enumerable.Range(0, 3).Select(r => new ReferenceReplica(experiment, Size, r).Run())];
        for (int t = 0; t < 6; t++)
        {
            int k = experiment.RecordStepsAt(Size)[t];
            Assert.Equal(replicas.Average(r => r[k][0]), size.Observables["q"].Mean[t], 2e-5);
            Assert.Equal(replicas.Average(r => r[k][1]), size.Observables["m"].Mean[t], 2e-5);
        }

        Assert.Equal(new[] { "q", "m", "test_loss" }, size.Observables.Keys.Where(o => o != "test_error"));
    }

    [Theory]
    [InlineData(1, DesignLaw.Gaussian)]
    [InlineData(3, DesignLaw.Gaussian)]
    [InlineData(2, DesignLaw.Rademacher)]
    public void TheMeansOfTheLinearCaseAreExactAtFiniteSize(int batch, DesignLaw law)
    {
        // With e = q - 2m + rho: E|g|^2/d = ((k e + sigma^2)/B + (1 - 1/B) e/d)/d, where E |x|^2 (x.u)^2 = k |u|^2/d, k = (d+2)/d for normal
        // and 1 for Rademacher entries. 4.5 standard errors of 30000 replicas: a false alarm in 150000 for each number.
        const int Size = 8;
        Experiment experiment = OnlineTheoryTests.Online(0, batch, 1.1, 2.75, [0, 0.1375, 0.55, 1.375, 2.75]) with
        {
            Design = new(law),
            Sizes = [Size],
            Replicas = [30_000],
        };
        SizeSummary size = Runner.Run(experiment, new(folder)).Sizes[0];
        (double[] q, double[] m) = Exact(law);
        (double[] otherQ, _) = Exact(law == DesignLaw.Gaussian ? DesignLaw.Rademacher : DesignLaw.Gaussian);
        for (int t = 1; t < 5; t++)
        {
            int k = experiment.RecordStepsAt(Size)[t];
            Assert.InRange(size.Observables["q"].Mean[t] - q[k], -4.5 * size.Observables["q"].Error[t], 4.5 * size.Observables["q"].Error[t]);
            Assert.InRange(size.Observables["m"].Mean[t] - m[k], -4.5 * size.Observables["m"].Error[t], 4.5 * size.Observables["m"].Error[t]);
        }

        Assert.True(Math.Abs(size.Observables["q"].Mean[3] - otherQ[10]) > 4.5 * size.Observables["q"].Error[3], "the laws cannot be told apart");

        (double[], double[]) Exact(DesignLaw of)
        {
            const double rho = 1.2, rate = 1.1, noise2 = 0.25, decay = 0.1 * rate / Size;
            double kappa = of == DesignLaw.Gaussian ? (Size + 2.0) / Size : 1;
            var (norm, overlap) = (new double[21], new double[21]);
            (norm[0], overlap[0]) = (0.8, 0.3);
            for (int k = 0; k < 20; k++)
            {
                double e = norm[k] - (2 * overlap[k]) + rho, square = ((((kappa * e) + noise2) / batch) + ((1 - (1.0 / batch)) * e / Size)) / Size;
                norm[k + 1] = ((1 - decay) * (1 - decay) * norm[k]) - (2 * (1 - decay) * rate * (norm[k] - overlap[k]) / Size) + (rate * rate * square);
                overlap[k + 1] = ((1 - decay) * overlap[k]) - (rate * (overlap[k] - rho) / Size);
            }

            return (norm, overlap);
        }
    }

    [SkippableFact]
    public void BitsDoNotDependOnThreadsNorVectors()
    {
        Experiment experiment = OnlineTheoryTests.Online(1, 3, 1.5, 3, [0, 1, 3]) with { Sizes = [37], Replicas = [40] };
        byte[] one = Bytes("one", 1);
        Assert.Equal(one, Bytes("three", 3));
        Skip.IfNot(System.Runtime.Intrinsics.Vector512.IsHardwareAccelerated, "no 512-bit vectors here; the rest was compared");
        Assert.Equal(Curves(256), Curves(512));

        byte[] Bytes(string name, int threads)
        {
            Runner.Run(experiment, new(Path.Combine(folder, name), Threads: threads));
            return File.ReadAllBytes(Path.Combine(folder, name, ResultsFile.Name));
        }

        double[,] Curves(int bits)
        {
            var curves = new double[4, 3];
            Assert.True(new CpuDevice(1, bits).Run(new DenseEngineTests.One(experiment, 37, 2, curves), false));
            return curves;
        }
    }

    [Theory]
    [InlineData(0, 1, 1.0)]
    [InlineData(1, 1, 2.0)]
    [InlineData(1, 2, 4.6)]
    [InlineData(2, 1, 1.3)]
    public void TheLimitIsTheDifferentialEquation(int model, int batch, double rate)
    {
        // Fixed seed; the verdict at alpha 0.01 raises a false alarm in one case of a hundred. A theory of a rate 6 per cent higher fails.
        Experiment experiment = OnlineTheoryTests.Online(model, batch, rate, 3, [0, 0.5, 1, 1.5, 2, 2.5, 3]) with
        {
            Sizes = [50, 100, 200],
            Replicas = [1000, 600, 300],
        };
        ExperimentResult result = Runner.Run(experiment, new(folder));
        Assert.NotEqual("fail", result.Verdict.Status);
        Assert.All(result.Sizes, s => Assert.NotNull(s.Theory));
        IReadOnlyList<SizeCurves> curves = ReadCurves(experiment, folder);
        Experiment wrong = experiment with { Algorithm = experiment.Algorithm with { Rate = 1.06 * rate } };
        var theory = HighDimSgd.Theory.TheorySolver.Online(experiment);
        var shifted = HighDimSgd.Statistics.Comparison.Compare(
            experiment, new HighDimSgd.Theory.OnlineTheory(wrong).Solve(), [.. curves.Select(c => theory.Moved(c, theory.At(c.Times)))]);
        Assert.Equal("fail", shifted.Status);
    }

    private static SizeCurves[] ReadCurves(Experiment experiment, string folder)
    {
        var store = new HighDimSgd.Simulation.UnitStore(folder, experiment, "cpu");
        return [.. experiment.Sizes.Select((d, i) => new HighDimSgd.Simulation.Simulator(experiment, new CpuDevice(), store)
            .Run(d, experiment.Replicas[i], _ => { }, CancellationToken.None))];
    }
}
