using HighDimSgd.Devices;
using HighDimSgd.Experiments;
using HighDimSgd.Kernels;
using HighDimSgd.Kernels.Bodies;
using HighDimSgd.Kernels.Physics;
using HighDimSgd.Kernels.Random;

namespace HighDimSgd.Simulation;

/// <summary>
/// Full passes over stored designs: replicas run all their steps while their design is in cache, those that share one side by side so that
/// an entry that is read serves them all, and leave their observables at the record times. The clock stands at the replica's own address. Two
/// starts advance side by side in the same way, on one clock or each on its own.
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
    private readonly TLoss loss;
    private readonly StoredReplica<TReal, TWord, TView, TLoss> data;
    private readonly ClockSource<TReal, TWord, TView> clock;
    private readonly Slots<TReal, TWord, TView> increments;
    private readonly HeavyBall<TReal, TWord, TView>? ball;

    /// <summary>Allocates the memory of replicas of dimension <paramref name="size"/>, on so many designs where a device wants batches, else 0.</summary>
    public DenseEngine(ISkeletons<TReal, TWord, TView> skeletons, Experiment experiment, int size, TLoss loss, int designs = 0)
    {
        this.skeletons = skeletons;
        this.experiment = experiment;
        this.loss = loss;
        data = new(skeletons, experiment, size, loss, designs, designs > 1 ? 1 : DenseShape.Together(experiment));
        clock = new(skeletons, experiment.Algorithm, experiment.Aspect);
        increments = data.AllocateClocks((long)StepGroup.Size * data.Shape.PaddedSamples);
        if (experiment.Algorithm.Momentum > 0)
            ball = new(skeletons, data.Allocate(data.Shape.RowStride), data.Batch, experiment.Algorithm.Momentum);
    }

    /// <inheritdoc/>
    public int Designs => data.Designs;

    /// <inheritdoc/>
    public int Together => data.Together;

    /// <inheritdoc/>
    public bool[] Run(int replica, IReadOnlyList<double[,]> curves)
    {
        Prepare(replica, curves.Count);
        return Advance(replica, curves);
    }

    /// <summary>Draws all that does not change with time.</summary>
    internal void Prepare(int replica, int count = 1) => data.Prepare(replica, count);

    /// <summary>Runs all steps of the replicas that were prepared.</summary>
    internal bool[] Advance(int replica, IReadOnlyList<double[,]> curves)
    {
        data.Restart();
        ball?.Restart();
        bool[] whole = [.. curves.Select(_ => true)];
        int last = experiment.Algorithm.Steps - 1, next = 0;
        for (int record = 0; record < experiment.RecordSteps.Count; record++)
        {
            int step = experiment.RecordSteps[record];
            for (int side = 0; side < data.Sides; side++)
                clock.Close(new Stretch(this, replica, side, next, Math.Min(step, last)));
            next = step + 1;
            if (step > last)
                Finish(last);
            if (!data.Observe(curves, whole, record))
                break;
        }

        return whole;
    }

    /// <summary>The passes of the steps <paramref name="first"/> to <paramref name="last"/> of one side, each but that of step 0 after the update of the step before.</summary>
    private void Run<TSource>(int replica, int side, int first, int last, TSource source)
        where TSource : struct, ISource<TReal, TWord>
    {
        int at = side * data.SideCount, stride = data.Shape.PaddedSamples, samples = data.Shape.Samples;
        Slots<TReal, TWord, TView> theta = data.Theta.Skip(at), gradient = data.Gradient.Skip(at), clocks = increments.Skip(at);
        var draw = new FieldBody<TReal, TWord, TView, TSource>(
            clocks, TableLayout.Plain(0, stride), experiment.Algorithm.Steps, samples, 0, 1, data.NoiseField(Purpose.Clock, replica, side), source);
        var row = new TrainRow<TReal, TWord, TView, TLoss>(data.Products.Skip(at), data.Labels, clocks, stride, 0, RowFactor(0), loss, (float)data.Design.Unit);
        if (first == 0)
        {
            skeletons.For(data.Clocks, samples, draw);
            data.Design.Pass(data.SideCount, theta, gradient, row);
            first = 1;
        }

        if (first > last)
            return;
        float[] factors = [.. Enumerable.Range(first, last + 1 - first).SelectMany(k => (float[])[UpdateFactor(k - 1), RowFactor(k)])];
        if (ball is null)
            Steps(new UpdateBody<TReal, TWord, TView>(theta, gradient, 1));
        else
            Steps(ball.Update(theta, gradient, 0, at));

        void Steps<TUpdate>(TUpdate update)
            where TUpdate : struct, IForBody, IStep<TUpdate> =>
            data.Design.Steps(first, factors, data.SideCount, data.Clocks, theta, gradient, draw, update, row);
    }

    /// <summary>The last update, whose pass takes the products alone and draws no clock.</summary>
    private void Finish(int last)
    {
        if (ball is null)
            skeletons.For(data.Count, data.Shape.Size, new UpdateBody<TReal, TWord, TView>(data.Theta, data.Gradient, UpdateFactor(last)));
        else
            skeletons.For(data.Count, data.Shape.Size, ball.Update(data.Theta, data.Gradient, UpdateFactor(last)));
        data.TakeProducts();
    }

    private float UpdateFactor(int step) => (float)(ball is null ? 1 - experiment.RidgeStep(step) : experiment.RidgeStep(step));

    private float RowFactor(int step) => (float)(data.Design.Unit * experiment.Algorithm.RateFactor(step) / experiment.Aspect);

    /// <summary>Runs on once the clock has told what it is.</summary>
    private sealed class Stretch(DenseEngine<TReal, TWord, TView, TLoss> engine, int replica, int side, int first, int last) : ISourceUser<TReal, TWord>
    {
        public void Use<TSource>(TSource source)
            where TSource : struct, ISource<TReal, TWord> => engine.Run(replica, side, first, last, source);
    }
}
