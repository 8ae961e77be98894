using HighDimSgd.Devices;
using HighDimSgd.Experiments;
using HighDimSgd.Kernels;
using HighDimSgd.Kernels.Bodies;
using HighDimSgd.Kernels.Physics;
using HighDimSgd.Kernels.Random;
using HighDimSgd.Models;

namespace HighDimSgd.Simulation;

/// <summary>
/// Simulates replicas with a stored design, one after another: each runs all its steps while the design is in cache, and leaves its
/// observables at the record times. The data (design, teacher, labels and start) stand at the address of the replica's design, the
/// clock at the replica's own; data are drawn once for replicas of a design that follow each other.
/// </summary>
/// <typeparam name="TReal">Lane of reals.</typeparam>
/// <typeparam name="TWord">Lane of words.</typeparam>
/// <typeparam name="TView">Memory.</typeparam>
/// <typeparam name="TLoss">The loss.</typeparam>
internal sealed class DenseEngine<TReal, TWord, TView, TLoss> : IReplicaEngine
    where TReal : unmanaged, IReal<TReal, TWord>
    where TWord : unmanaged, IWord<TReal, TWord>
    where TView : struct, IView<TReal, TWord>
    where TLoss : struct, ILoss<TReal>
{
    private readonly ISkeletons<TReal, TWord, TView> skeletons;
    private readonly Experiment experiment;
    private readonly DenseShape shape;
    private readonly TLoss loss;
    private readonly ClockSource<TReal, TWord, TView> clock;
    private readonly FreshData fresh;
    private readonly Slots<TReal, TWord, TView> design, theta, teacher, gradient, labels, products, increments;
    private readonly float[] start;
    private int prepared = -1;

    /// <summary>Allocates the memory of one replica of dimension <paramref name="size"/>.</summary>
    public DenseEngine(ISkeletons<TReal, TWord, TView> skeletons, Experiment experiment, int size, TLoss loss)
    {
        this.skeletons = skeletons;
        this.experiment = experiment;
        this.loss = loss;
        shape = new(size, experiment.Samples(size));
        start = new float[size];
        clock = new(skeletons, experiment.Algorithm, experiment.Aspect);
        fresh = new(experiment.Model);
        design = Allocate(shape.DesignLength);
        theta = Allocate(shape.RowStride);
        teacher = Allocate(shape.RowStride);
        gradient = Allocate(shape.RowStride);
        labels = Allocate(shape.PaddedSamples);
        products = Allocate(shape.PaddedSamples);
        increments = Allocate(4L * shape.PaddedSamples);
    }

    /// <inheritdoc/>
    public bool Run(int replica, double[,] curves)
    {
        int design = replica / experiment.ReplicasPerDesign;
        if (design != prepared)
            Prepare(design);
        return Advance(replica, curves);
    }

    /// <summary>Draws all that does not change with time: design, teacher, start and labels.</summary>
    /// <param name="number">Number of the design.</param>
    internal void Prepare(int number)
    {
        DesignSource.Draw(
            skeletons, experiment.Design.Law, shape.Size, design, TableLayout.Plain(0, shape.RowStride), shape.Samples, 0, (shape.Samples + 3) / 4,
            Field(Purpose.Design, number));
        StartSource.Draw(skeletons, experiment, shape.Size, number, teacher, theta, gradient);
        skeletons.Read(theta.View, start);
        DrawLabels(number);
        prepared = number;
    }

    /// <summary>Runs all steps of a replica on the design that was prepared.</summary>
    internal bool Advance(int replica, double[,] curves)
    {
        skeletons.Write(theta.View, start);
        int steps = experiment.Algorithm.Steps, record = 0;
        for (int k = 0; k <= steps && record < experiment.RecordSteps.Count; k++)
        {
            if (k < steps)
                Pass(replica, k);
            else
                skeletons.RowPass(1, design, shape.RowStride, shape.Samples, theta, gradient, new ProductRow<TReal, TWord, TView>(products));
            if (k == experiment.RecordSteps[record] && !Observe(curves, record++))
                return false;
            if (k < steps)
                skeletons.For(1, shape.Size, new UpdateBody<TReal, TWord, TView>(theta, gradient, (float)(1 - experiment.RidgeStep(k))));
        }

        return true;
    }

    private void DrawLabels(int number)
    {
        skeletons.RowPass(1, design, shape.RowStride, shape.Samples, teacher, gradient, new ProductRow<TReal, TWord, TView>(products));
        LabelSource.Draw(
            skeletons, experiment.Model.Label, products, TableLayout.Plain(0, 0), 1, labels, shape.Samples, Field(Purpose.Label, number));
    }

    private void Pass(int replica, int step)
    {
        int group = step / 4, stride = shape.PaddedSamples;
        if (step % 4 == 0)
            clock.Fill(increments, TableLayout.Plain(-4L * group * stride, stride), shape.Samples, group, Field(Purpose.Clock, replica));
        skeletons.RowPass(1, design, shape.RowStride, shape.Samples, theta, gradient, new TrainRow<TReal, TWord, TView, TLoss>(
            products, labels, increments, (step % 4) * stride, (float)(experiment.Algorithm.RateFactor(step) / experiment.Aspect), loss));
    }

    private bool Observe(double[,] curves, int record)
    {
        Four<double> overlaps = skeletons.Reduce(0, shape.Size, new OverlapSums<TReal, TWord, TView>(theta, teacher));
        Four<double> train = skeletons.Reduce(
            0, shape.Samples, new TrainSums<TReal, TWord, TView, TLoss>(products, labels, shape.Samples, loss));
        double q = overlaps.A / shape.Size, m = overlaps.B / shape.Size;
        if (!double.IsFinite(q) || !double.IsFinite(m) || !double.IsFinite(train.A) || !double.IsFinite(train.C))
            return false;
        double n = shape.Samples;
        ObservableValues.Write(experiment.Model, fresh, q, m, train.A / n, train.B / n, train.C / n, curves, record);
        return true;
    }

    private RandomField Field(Purpose purpose, int number) => new(experiment.Seed, purpose, shape.Size, (uint)number);

    private Slots<TReal, TWord, TView> Allocate(long length)
    {
        length = (length + 63) / 64 * 64;
        return new(skeletons.Allocate(length), length);
    }
}
