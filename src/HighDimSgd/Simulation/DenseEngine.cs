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

    /// <summary>Allocates the memory of replicas of dimension <paramref name="size"/>.</summary>
    public DenseEngine(ISkeletons<TReal, TWord, TView> skeletons, Experiment experiment, int size, TLoss loss, int designs = 1)
    {
        this.skeletons = skeletons;
        this.experiment = experiment;
        this.loss = loss;
        data = new(skeletons, experiment, size, loss, designs, designs > 1 ? 1 : DenseShape.Together(experiment));
        clock = new(skeletons, experiment.Algorithm, experiment.Aspect);
        increments = data.AllocateClocks(4L * data.Shape.PaddedSamples);
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
        int steps = experiment.Algorithm.Steps, record = 0;
        for (int k = 0; k <= steps && record < experiment.RecordSteps.Count; k++)
        {
            if (k < steps)
                Pass(replica, k);
            else
                data.TakeProducts();
            if (k == experiment.RecordSteps[record] && !data.Observe(curves, whole, record++))
                break;
            if (k < steps)
                Update(k);
        }

        return whole;
    }

    private void Update(int k)
    {
        double ridge = experiment.RidgeStep(k);
        if (ball is null)
            skeletons.For(data.Count, data.Shape.Size, new UpdateBody<TReal, TWord, TView>(data.Theta, data.Gradient, (float)(1 - ridge)));
        else
            ball.Update(data.Count, data.Shape.Size, data.Theta, data.Gradient, ridge);
    }

    private void Pass(int replica, int step)
    {
        int group = step / 4, stride = data.Shape.PaddedSamples, samples = data.Shape.Samples;
        if (step % 4 == 0)
            clock.Fill(increments, TableLayout.Plain(-4L * group * stride, stride), samples, group, data.NoiseField(Purpose.Clock, replica), data.Clocks);
        double unit = data.Design.Unit;
        data.Design.Pass(data.Count, data.Theta, data.Gradient, new TrainRow<TReal, TWord, TView, TLoss>(
            data.Products, data.Labels, increments, (step % 4) * stride, (float)(unit * experiment.Algorithm.RateFactor(step) / experiment.Aspect), loss, (float)unit));
    }
}
