using HighDimSgd.Devices;
using HighDimSgd.Experiments;
using HighDimSgd.Kernels;
using HighDimSgd.Kernels.Bodies;
using HighDimSgd.Kernels.Physics;
using HighDimSgd.Kernels.Random;

namespace HighDimSgd.Simulation;

/// <summary>
/// Multi-pass SGD and SVAG, iteration by iteration on stored designs, of one replica or several side by side: theta becomes theta - (rate/(l d)) lambda theta
/// - (rate/(l B)) sum_b c_b x_b l(x_b.theta; y_b), c_b = 1 for SGD, and (1+s)/2 on the first batch of SVAG, (1-s)/2 on the second, s = sqrt(2l-1);
/// by way of a velocity where there is momentum.
/// An iteration costs as much as its batch has entries; only observing reads the whole design. Two starts take turns on their design, some iterations each.
/// </summary>
/// <typeparam name="TReal">Lane of reals.</typeparam>
/// <typeparam name="TWord">Lane of words.</typeparam>
/// <typeparam name="TView">Memory.</typeparam>
/// <typeparam name="TLoss">The loss.</typeparam>
internal sealed class MultiPassEngine<TReal, TWord, TView, TLoss> : IReplicaEngine
    where TReal : unmanaged, IReal<TReal, TWord>
    where TWord : unmanaged, IWord<TReal, TWord>
    where TView : struct, IView<TReal, TWord>
    where TLoss : struct, ILoss<TReal>
{
    private readonly ISkeletons<TReal, TWord, TView> skeletons;
    private readonly Experiment experiment;
    private readonly TLoss loss;
    private readonly StoredReplica<TReal, TWord, TView, TLoss> data;
    private readonly VisitSource<TReal, TWord, TView> source;
    private readonly Slots<TReal, TWord, TView> labels, factors;
    private readonly HeavyBall<TReal, TWord, TView>? ball;
    private readonly int[] visits;
    private readonly float[] decays, weights, allLabels, visitedLabels;

    /// <summary>
    /// Allocates the memory of replicas of dimension <paramref name="size"/>, each on a design of its own; so many where a device wants batches, else 0.
    /// </summary>
    public MultiPassEngine(ISkeletons<TReal, TWord, TView> skeletons, Experiment experiment, int size, TLoss loss, int designs = 0)
    {
        this.skeletons = skeletons;
        this.experiment = experiment;
        this.loss = loss;
        data = new(skeletons, experiment, size, loss, designs);
        AlgorithmSpec algorithm = experiment.Algorithm;
        source = new(skeletons, algorithm, data.Shape.Samples, data.Batch);
        var shape = new VisitShape(algorithm.SamplesPerIteration, Designs == 1);
        decays = new float[shape.Iterations];
        labels = data.Allocate(shape.Visits + 16);
        factors = new(skeletons.AllocateSlots(1, shape.Visits + 16).View, 0);
        (visits, weights) = (new int[data.Batch * shape.Visits], new float[shape.Visits]);
        (allLabels, visitedLabels) = (new float[Designs * data.Shape.PaddedSamples], new float[data.Batch * labels.Stride]);
        if (algorithm.Momentum > 0)
            ball = new(skeletons, data.Allocate(data.Shape.RowStride), data.Batch, algorithm.Momentum);
        Schedule(0);
    }

    /// <inheritdoc/>
    public int Designs => data.Designs;

    /// <inheritdoc/>
    public bool[] Run(int replica, IReadOnlyList<double[,]> curves)
    {
        Prepare(replica, curves.Count);
        return Advance(replica, curves);
    }

    /// <summary>Draws all that does not change with time.</summary>
    internal void Prepare(int replica, int count = 1)
    {
        data.Prepare(replica, count);
        skeletons.Read(data.Labels.View, allLabels.AsSpan(0, count * data.Shape.PaddedSamples));
    }

    /// <summary>Runs all iterations of replicas on the designs that were prepared.</summary>
    internal bool[] Advance(int replica, IReadOnlyList<double[,]> curves)
    {
        data.Restart();
        ball?.Restart();
        bool[] whole = [.. curves.Select(_ => true)];
        source.Start([.. Enumerable.Range(0, data.SharesClock ? 1 : data.Sides).Select(side => data.NoiseField(Purpose.Visit, replica, side))], data.Clocks);
        IReadOnlyList<int> records = experiment.RecordStepsAt(data.Shape.Size);
        for (int record = 0, k = 0; record < records.Count; k = records[record++])
        {
            for (int left = records[record] - k; left > 0; left -= decays.Length)
                Iterate(records[record] - left, Math.Min(left, decays.Length));
            data.TakeProducts();
            if (!data.Observe(curves, whole, record))
                break;
        }

        return whole;
    }

    private void Iterate(int first, int iterations)
    {
        if (!experiment.Algorithm.IsSteady)
            Schedule(first);
        int each = iterations * experiment.Algorithm.SamplesPerIteration, stride = (int)labels.Stride;
        source.Next(visits, each);
        for (int slot = source.Count; slot < data.Count; slot++)
            visits.AsSpan(slot % source.Count * each, each).CopyTo(visits.AsSpan(slot * each));
        for (int slot = 0; slot < data.Count; slot++)
        {
            int place = slot % data.Replicas * data.Shape.PaddedSamples;
            for (int v = 0; v < each; v++)
                visitedLabels[(slot * stride) + v] = allLabels[place + visits[(slot * each) + v]];
        }

        skeletons.Write(labels.View, visitedLabels.AsSpan(0, ((data.Count - 1) * stride) + each));
        for (int side = 0, count = data.SideCount; side < data.Sides; side++)
        {
            int at = side * count;
            var weigh = new VisitRow<TReal, TWord, TView, TLoss>(labels.Skip(at), factors, loss);
            ReadOnlySpan<int> rows = visits.AsSpan(at * each, count * each);
            if (ball is null)
                skeletons.Iterate(count, data.Design.Floats, data.Shape.RowStride, rows, decays.AsSpan(0, iterations), data.Theta.Skip(at), weigh);
            else
                ball.Iterate(at, count, data.Design.Floats, data.Shape.RowStride, rows, decays.AsSpan(0, iterations), data.Theta.Skip(at), weigh);
        }
    }

    /// <summary>The decays of the iterations from <paramref name="first"/> on, and the factors of their visits.</summary>
    private void Schedule(int first)
    {
        AlgorithmSpec algorithm = experiment.Algorithm;
        int batch = algorithm.SamplesPerIteration, size = data.Shape.Size;
        double rate = algorithm.Rate / algorithm.Amplification / algorithm.Batch, s = Math.Sqrt((2 * algorithm.Amplification) - 1);
        for (int k = 0; k < decays.Length; k++)
        {
            decays[k] = (float)experiment.RidgeStep(first + k, size);
            double push = algorithm.RateFactor(first + k, size) * rate / 2;
            for (int b = 0; b < batch; b++)
                weights[(k * batch) + b] = (float)(push * (1 + (b < algorithm.Batch ? s : -s)));
        }

        skeletons.Write(factors.View, weights);
    }
}
