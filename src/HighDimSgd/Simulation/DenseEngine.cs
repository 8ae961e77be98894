using HighDimSgd.Devices;
using HighDimSgd.Experiments;
using HighDimSgd.Kernels;
using HighDimSgd.Kernels.Bodies;
using HighDimSgd.Kernels.Physics;
using HighDimSgd.Kernels.Random;

namespace HighDimSgd.Simulation;

/// <summary>
/// Full passes over a stored design, replicas one after another: each runs all its steps while the design is in cache, and leaves its
/// observables at the record times. The clock stands at the replica's own address.
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
    private readonly Slots<TReal, TWord, TView> increments, velocity;
    private readonly float[] rest;

    /// <summary>Allocates the memory of one replica of dimension <paramref name="size"/>.</summary>
    public DenseEngine(ISkeletons<TReal, TWord, TView> skeletons, Experiment experiment, int size, TLoss loss)
    {
        this.skeletons = skeletons;
        this.experiment = experiment;
        this.loss = loss;
        data = new(skeletons, experiment, size, loss);
        clock = new(skeletons, experiment.Algorithm, experiment.Aspect);
        increments = data.Allocate(4L * data.Shape.PaddedSamples);
        rest = new float[experiment.Algorithm.Momentum == 0 ? 0 : data.Shape.RowStride];
        velocity = data.Allocate(rest.Length);
    }

    /// <inheritdoc/>
    public bool Run(int replica, double[,] curves)
    {
        Prepare(replica);
        return Advance(replica, curves);
    }

    /// <summary>Draws all that does not change with time.</summary>
    internal void Prepare(int replica) => data.Prepare(replica);

    /// <summary>Runs all steps of a replica on the design that was prepared.</summary>
    internal bool Advance(int replica, double[,] curves)
    {
        data.Restart();
        if (rest.Length > 0)
            skeletons.Write(velocity.View, rest);
        int steps = experiment.Algorithm.Steps, record = 0;
        for (int k = 0; k <= steps && record < experiment.RecordSteps.Count; k++)
        {
            if (k < steps)
                Pass(replica, k);
            else
                data.TakeProducts();
            if (k == experiment.RecordSteps[record] && !data.Observe(curves, record++))
                return false;
            if (k < steps)
                Update(k);
        }

        return true;
    }

    private void Update(int k)
    {
        double ridge = experiment.RidgeStep(k), momentum = experiment.Algorithm.Momentum;
        if (momentum == 0)
            skeletons.For(1, data.Shape.Size, new UpdateBody<TReal, TWord, TView>(data.Theta, data.Gradient, (float)(1 - ridge)));
        else
            skeletons.For(1, data.Shape.Size, new MomentumBody<TReal, TWord, TView>(data.Theta, velocity, data.Gradient, (float)momentum, (float)ridge));
    }

    private void Pass(int replica, int step)
    {
        int group = step / 4, stride = data.Shape.PaddedSamples, samples = data.Shape.Samples;
        if (step % 4 == 0)
            clock.Fill(increments, TableLayout.Plain(-4L * group * stride, stride), samples, group, data.Field(Purpose.Clock, replica));
        skeletons.RowPass(1, data.Design, data.Shape.RowStride, samples, data.Theta, data.Gradient, new TrainRow<TReal, TWord, TView, TLoss>(
            data.Products, data.Labels, increments, (step % 4) * stride, (float)(experiment.Algorithm.RateFactor(step) / experiment.Aspect), loss));
    }
}
