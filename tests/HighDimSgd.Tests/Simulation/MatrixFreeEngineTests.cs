using HighDimSgd.Devices;
using HighDimSgd.Devices.Cpu;
using HighDimSgd.Experiments;
using HighDimSgd.Kernels;
using HighDimSgd.Kernels.Physics;
using HighDimSgd.Models;
using HighDimSgd.Simulation;

namespace HighDimSgd.Tests.Simulation;

/// <summary>
/// The engine that stores no design. Within the directions that it has seen its images are a design, so that its dynamics can be followed
/// in plain arithmetic; that the images have the right law is for <see cref="MatrixFreeLawTests"/>.
/// </summary>
public class MatrixFreeEngineTests
{
    public static TheoryData<ClockKind, int, double, int> Cases => new()
    {
        { ClockKind.Sgf, 60, 1.5, 12 },
        { ClockKind.Gd, 60, 1.5, 12 },
        { ClockKind.Poisson, 33, 2, 9 },
        { ClockKind.Minibatch, 127, 0.5, 20 },
        { ClockKind.TwoClock, 40, 1, 12 },
        { ClockKind.Sgf, 12, 2, 30 }, // theta fills the space
        { ClockKind.Sgf, 40, 0.25, 30 }, // the forces do
        { ClockKind.Sgf, 5000, 1, 3 }, // more than one chunk of rows
    };

    [Theory]
    [MemberData(nameof(Cases))]
    public void FollowsPlainArithmeticOnTheDesignItMade(ClockKind clock, int size, double aspect, int steps)
    {
        Experiment experiment = MatrixFree(Settings.Small(clock, 1, size, 1, aspect, steps));
        Inside inside = Run(new CpuDevice(1), experiment, size);
        Compare(experiment, inside, new ReferenceReplica(experiment, size, 3, images: inside.Images).Run());
    }

    [Theory]
    [InlineData(0)]
    [InlineData(0.7)]
    public void FollowsSchedulesAndMomentum(double momentum)
    {
        Experiment experiment = ScheduledReplicaTests.Scheduled(MatrixFree(Settings.Small()));
        experiment = experiment with { Algorithm = experiment.Algorithm with { Momentum = momentum } };
        Inside inside = Run(new CpuDevice(1), experiment, 40);
        Compare(
            experiment, inside,
            new ReferenceReplica(experiment, 40, 3, ScheduledReplicaTests.Rate, ScheduledReplicaTests.Ridge, inside.Images).Run());
    }

    private static void Compare(Experiment experiment, Inside inside, double[][] reference)
    {
        string[] recorded = [Observables.Q, Observables.M, Observables.TrainLoss, Observables.TrainError, Observables.Grad2];
        IReadOnlyList<string> names = Observables.Of(experiment);
        for (int o = 0; o < recorded.Length; o++)
        {
            for (int k = 0; k < reference.Length; k++)
            {
                double expected = reference[k][o], slack = 1e-4 * (1 + Math.Abs(expected));
                Assert.InRange(inside.Curves[names.ToList().IndexOf(recorded[o]), k], expected - slack, expected + slack);
            }
        }
    }

    [Theory]
    [InlineData(ClockKind.Sgf, 2000, 2400, 1000)]
    [InlineData(ClockKind.Gd, 300, 450, 400)]
    [InlineData(ClockKind.Poisson, 50, 60, 200)]
    public void DirectionsStayOrthonormal(ClockKind clock, int size, int samples, int steps)
    {
        Experiment experiment = MatrixFree(Settings.Small(clock, 1, size, 1, (double)samples / size, steps)) with { RecordSteps = [steps] };
        Inside inside = Run(new CpuDevice(2), experiment, size);
        Assert.True(inside.Directions.Length <= Math.Min(steps, samples));
        Assert.True(inside.Images.GetLength(1) <= Math.Min(steps + 2, size));
        for (int i = 0; i < inside.Directions.Length; i += Math.Max(1, inside.Directions.Length / 60))
        {
            for (int j = 0; j <= i; j++)
                Assert.Equal(i == j ? 1 : 0, Dot(inside.Directions[i], inside.Directions[j]), 1e-5);
            for (int j = 0; j < inside.Images.GetLength(1); j += 7)
            {
                double length = Math.Sqrt(samples);
                double product = Enumerable.Range(0, samples).Sum(r => (double)inside.Directions[i][r] * inside.Images[r, j]);
                Assert.Equal(inside.Product(i, j) / length, product / length, 1e-5);
            }
        }
    }

    [Fact]
    public void ForcesThatDependOnEarlierOnesTakeNoMemory()
    {
        // Gradient descent on squared loss without noise: forces stay in a Krylov space of 8 samples.
        Experiment experiment = MatrixFree(Settings.Small(ClockKind.Gd, 0, 16, 1, 0.5, 40));
        Assert.InRange(Run(new CpuDevice(1), experiment, 16).Directions.Length, 4, 8);
    }

    [Fact]
    public void BitsDoNotDependOnThreadsOrVectors()
    {
        Experiment experiment = MatrixFree(Settings.Small(size: 5000, aspect: 2, steps: 6));
        double[,] one = Run(new CpuDevice(1, 256), experiment, 5000).Curves;
        Assert.Equal(one, Run(new CpuDevice(2, 256), experiment, 5000).Curves);
        if (System.Runtime.Intrinsics.Vector512.IsHardwareAccelerated)
            Assert.Equal(one, Run(new CpuDevice(2, 512), experiment, 5000).Curves);
    }

    [Fact]
    public void ReplicasDoNotSeeTheirForerunners()
    {
        Experiment experiment = MatrixFree(Settings.Small(ClockKind.Gd, steps: 30));
        double[,] alone = Run(new CpuDevice(1), experiment, 40).Curves;
        Assert.Equal(alone, Run(new CpuDevice(1), experiment, 40, before: [7, 4]).Curves);
    }

    [Fact]
    public void ADivergedReplicaSaysSo()
    {
        Experiment small = MatrixFree(Settings.Small(ClockKind.Gd, model: 0, steps: 200));
        Experiment experiment = small with { Algorithm = small.Algorithm with { Step = 50 } };
        Assert.False(new CpuDevice(1).Run(new DenseEngineTests.One(experiment, 40, 0, new double[5, 201]), false));
    }

    internal static Experiment MatrixFree(Experiment experiment) =>
        experiment with { Design = experiment.Design with { Storage = DesignStorage.MatrixFree } };

    private static double Dot(float[] a, float[] b) => a.Zip(b, (p, q) => (double)p * q).Sum();

    private static Inside Run(CpuDevice device, Experiment experiment, int size, params int[] before) =>
        device.Run(new Program(experiment, size, before), wholeDevice: true);

    /// <summary>What a replica left.</summary>
    private sealed record Inside(double[,] Curves, double[,] Images, float[][] Directions, Func<int, int, double> Product);

    private sealed class Program(Experiment experiment, int size, int[] before) : IDeviceProgram<Inside>
    {
        private readonly Experiment experiment = experiment;
        private readonly int size = size;

        public Inside Run<TReal, TWord, TView>(ISkeletons<TReal, TWord, TView> skeletons)
            where TReal : unmanaged, IReal<TReal, TWord>
            where TWord : unmanaged, IWord<TReal, TWord>
            where TView : struct, IView<TReal, TWord> =>
            experiment.Model.Loss.Close(new WithLoss<TReal, TWord, TView>(this, skeletons));

        private Inside Run(IReplicaEngine engine, SeenDirections seen, Func<int, float[]> column)
        {
            double[,] curves = new double[Observables.Of(experiment).Count, experiment.RecordSteps.Count];
            foreach (int replica in before)
                engine.Run(replica, [new double[curves.GetLength(0), curves.GetLength(1)]]);
            Assert.True(Assert.Single(engine.Run(3, [curves])));
            float[][] images = [.. Enumerable.Range(0, seen.Right).Select(j => column(MatrixFreeShape.Image(j)))];
            var table = new double[images[0].Length, images.Length];
            for (int j = 0; j < images.Length; j++)
            {
                for (int i = 0; i < images[j].Length; i++)
                    table[i, j] = images[j][i];
            }

            return new(curves, table, [.. Enumerable.Range(0, seen.Left).Select(i => column(MatrixFreeShape.Direction(i)))], seen.Product);
        }

        private sealed class WithLoss<TReal, TWord, TView>(Program program, ISkeletons<TReal, TWord, TView> skeletons)
            : ILossUser<TReal, TWord, Inside>
            where TReal : unmanaged, IReal<TReal, TWord>
            where TWord : unmanaged, IWord<TReal, TWord>
            where TView : struct, IView<TReal, TWord>
        {
            public Inside Use<TLoss>(TLoss loss)
                where TLoss : struct, ILoss<TReal>
            {
                var engine = new MatrixFreeEngine<TReal, TWord, TView, TLoss>(skeletons, program.experiment, program.size, loss);
                return program.Run(engine, engine.Seen, engine.Column);
            }
        }
    }
}
