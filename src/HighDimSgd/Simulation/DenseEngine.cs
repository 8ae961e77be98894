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
        increments = data.AllocateClocks((long)data.Shape.ClockSteps * data.Shape.PaddedSamples);
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
        int k = 0;
        Pass(replica, k);
        for (int record = 0; record < experiment.RecordSteps.Count; record++)
        {
            while (k < experiment.RecordSteps[record])
                k += Advance(replica, k, experiment.RecordSteps[record]);
            if (!data.Observe(curves, whole, record))
                break;
        }

        return whole;
    }

    /// <summary>From the pass of step <paramref name="k"/> to that of a later one, <paramref name="end"/> at most.</summary>
    /// <returns>The number of steps between.</returns>
    private int Advance(int replica, int k, int end)
    {
        double ridge = experiment.RidgeStep(k);
        if (ball is null)
            return Advance(replica, k, end, new UpdateBody<TReal, TWord, TView>(data.Theta, data.Gradient, (float)(1 - ridge)));
        return Advance(replica, k, end, ball.Update(data.Theta, data.Gradient, ridge));
    }

    private int Advance<TUpdate>(int replica, int k, int end, TUpdate update)
        where TUpdate : struct, IForBody
    {
        // The pass of the last step takes the products alone, and draws no clock.
        int next = k + 1, clocked = Math.Min(end, experiment.Algorithm.Steps - 1) - k;
        if (clocked > 1 && experiment.Algorithm.IsSteady && data.Design.IsKept)
        {
            DrawClock(replica, next);
            int steps = Math.Min(clocked, data.Shape.ClockSteps - (next % data.Shape.ClockSteps));
            data.Design.Steps<TUpdate, TrainSteps<TReal, TWord, TView, TLoss>, TrainRow<TReal, TWord, TView, TLoss>>(
                steps, data.Count, data.Theta, data.Gradient, update, new(Row(next), data.Shape.PaddedSamples));
            return steps;
        }

        skeletons.For(data.Count, data.Shape.Size, update);
        Pass(replica, next);
        return 1;
    }

    private void Pass(int replica, int step)
    {
        if (step == experiment.Algorithm.Steps)
        {
            data.TakeProducts();
            return;
        }

        DrawClock(replica, step);
        data.Design.Pass(data.Count, data.Theta, data.Gradient, Row(step));
    }

    private TrainRow<TReal, TWord, TView, TLoss> Row(int step)
    {
        double unit = data.Design.Unit;
        return new(
            data.Products, data.Labels, increments, step % data.Shape.ClockSteps * data.Shape.PaddedSamples,
            (float)(unit * experiment.Algorithm.RateFactor(step) / experiment.Aspect), loss, (float)unit);
    }

    /// <summary>Draws the increments of a step and those after it, where they are not there.</summary>
    private void DrawClock(int replica, int step)
    {
        int ahead = data.Shape.ClockSteps, stride = data.Shape.PaddedSamples;
        if (step % ahead != 0)
            return;
        for (int group = step / 4; 4 * group < Math.Min(step + ahead, experiment.Algorithm.Steps); group++)
        {
            clock.Fill(
                increments, TableLayout.Plain(-(long)step * stride, stride), data.Shape.Samples, group, data.NoiseField(Purpose.Clock, replica),
                data.Clocks);
        }
    }
}
