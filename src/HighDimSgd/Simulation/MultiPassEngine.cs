using HighDimSgd.Devices;
using HighDimSgd.Experiments;
using HighDimSgd.Kernels;
using HighDimSgd.Kernels.Bodies;
using HighDimSgd.Kernels.Physics;
using HighDimSgd.Kernels.Random;

namespace HighDimSgd.Simulation;

/// <summary>
/// Multi-pass SGD and SVAG, iteration by iteration on a stored design: theta becomes theta - (rate/(l d)) lambda theta
/// - (rate/(l B)) sum_b c_b x_b l(x_b.theta; y_b), c_b = 1 for SGD, and (1+s)/2 on the first batch of SVAG, (1-s)/2 on the second, s = sqrt(2l-1);
/// by way of a velocity where there is momentum.
/// An iteration costs as much as its batch has entries; only observing reads the whole design.
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
    // Visits that are prepared together: enough to share the cost of a call, few enough for the first-level cache.
    private const int Target = 1024;

    private readonly ISkeletons<TReal, TWord, TView> skeletons;
    private readonly Experiment experiment;
    private readonly TLoss loss;
    private readonly StoredReplica<TReal, TWord, TView, TLoss> data;
    private readonly VisitSource<TReal, TWord, TView> source;
    private readonly Slots<TReal, TWord, TView> labels, factors;
    private readonly HeavyBall<TReal, TWord, TView>? ball;
    private readonly int[] visits;
    private readonly float[] decays, weights, allLabels, visitedLabels;

    /// <summary>Allocates the memory of one replica of dimension <paramref name="size"/>.</summary>
    public MultiPassEngine(ISkeletons<TReal, TWord, TView> skeletons, Experiment experiment, int size, TLoss loss)
    {
        this.skeletons = skeletons;
        this.experiment = experiment;
        this.loss = loss;
        data = new(skeletons, experiment, size, loss);
        AlgorithmSpec algorithm = experiment.Algorithm;
        source = new(skeletons, algorithm, data.Shape.Samples);
        decays = new float[Math.Max(1, Target / algorithm.SamplesPerIteration)];
        visits = new int[decays.Length * algorithm.SamplesPerIteration];
        allLabels = new float[data.Shape.Samples];
        (visitedLabels, weights) = (new float[visits.Length], new float[visits.Length]);
        labels = data.Allocate(visits.Length + 16);
        factors = data.Allocate(visits.Length + 16);
        if (algorithm.Momentum > 0)
            ball = new(skeletons, data.Allocate(data.Shape.RowStride), data.Batch, algorithm.Momentum);
        Schedule(0);
    }

    /// <inheritdoc/>
    public bool[] Run(int replica, IReadOnlyList<double[,]> curves)
    {
        Prepare(replica);
        return Advance(replica, curves);
    }

    /// <summary>Draws all that does not change with time.</summary>
    internal void Prepare(int replica)
    {
        data.Prepare(replica);
        skeletons.Read(data.Labels.View, allLabels);
    }

    /// <summary>Runs all iterations of a replica on the design that was prepared.</summary>
    internal bool[] Advance(int replica, IReadOnlyList<double[,]> curves)
    {
        data.Restart();
        ball?.Restart();
        bool[] whole = [true];
        source.Start(data.Field(Purpose.Visit, replica));
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
        Span<int> rows = visits.AsSpan(0, iterations * experiment.Algorithm.SamplesPerIteration);
        source.Next(rows);
        for (int v = 0; v < rows.Length; v++)
            visitedLabels[v] = allLabels[rows[v]];
        skeletons.Write(labels.View, visitedLabels.AsSpan(0, rows.Length));
        var weigh = new VisitRow<TReal, TWord, TView, TLoss>(labels, factors, loss);
        if (ball is null)
            skeletons.Iterate(data.Design.Floats, data.Shape.RowStride, rows, decays.AsSpan(0, iterations), data.Theta, weigh);
        else
            ball.Iterate(data.Design.Floats, data.Shape.RowStride, rows, decays.AsSpan(0, iterations), data.Theta, weigh);
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
