using HighDimSgd.Devices;
using HighDimSgd.Experiments;
using HighDimSgd.Kernels;
using HighDimSgd.Kernels.Bodies;
using HighDimSgd.Kernels.Physics;
using HighDimSgd.Kernels.Random;
using HighDimSgd.Models;

namespace HighDimSgd.Simulation;

/// <summary>
/// One-pass SGD: every iteration draws B fresh samples, theta becomes theta - (rate/d) lambda theta - (rate/B) sum x l(x.theta; y), by way of a
/// velocity where there is momentum.
/// Sample b of iteration k has the address k B + b: it is the row (step) of its entries in the design's field, and the component of
/// its label noise. Samples are drawn in chunks, which nothing of the result depends on.
/// </summary>
/// <typeparam name="TReal">Lane of reals.</typeparam>
/// <typeparam name="TWord">Lane of words.</typeparam>
/// <typeparam name="TView">Memory.</typeparam>
/// <typeparam name="TLoss">The loss.</typeparam>
internal sealed class FreshEngine<TReal, TWord, TView, TLoss> : IReplicaEngine
    where TReal : unmanaged, IReal<TReal, TWord>
    where TWord : unmanaged, IWord<TReal, TWord>
    where TView : struct, IView<TReal, TWord>
    where TLoss : struct, ILoss<TReal>
{
    private readonly ISkeletons<TReal, TWord, TView> skeletons;
    private readonly Experiment experiment;
    private readonly FreshShape shape;
    private readonly TLoss loss;
    private readonly FreshData fresh;
    private readonly Slots<TReal, TWord, TView> design, theta, teacher, gradient, labels, products;
    private readonly HeavyBall<TReal, TWord, TView>? ball;

    /// <summary>Allocates the memory of replicas of dimension <paramref name="size"/>.</summary>
    public FreshEngine(ISkeletons<TReal, TWord, TView> skeletons, Experiment experiment, int size, TLoss loss, int designs = 1)
    {
        Designs = designs;
        this.skeletons = skeletons;
        this.experiment = experiment;
        this.loss = loss;
        shape = new(size, experiment.Algorithm.Batch);
        fresh = new(experiment.Model);
        design = Allocate((long)shape.PaddedSamples * shape.RowStride);
        theta = Allocate(shape.RowStride);
        teacher = Allocate(shape.RowStride);
        gradient = Allocate(shape.RowStride);
        labels = Allocate(shape.PaddedSamples);
        products = Allocate(shape.PaddedSamples);
        if (experiment.Algorithm.Momentum > 0)
            ball = new(skeletons, Allocate(shape.RowStride), designs, experiment.Algorithm.Momentum);
    }

    /// <inheritdoc/>
    public int Designs { get; }

    /// <inheritdoc/>
    public bool[] Run(int replica, IReadOnlyList<double[,]> curves)
    {
        int count = curves.Count;
        bool[] whole = [.. curves.Select(_ => true)];
        StartSource.Draw(skeletons, experiment, shape.Size, replica, teacher, theta, gradient, count);
        ball?.Restart();
        IReadOnlyList<int> records = experiment.RecordStepsAt(shape.Size);
        for (int k = 0, record = 0; record < records.Count; k++)
        {
            if (k == records[record] && !Observe(curves, whole, record++))
                break;
            if (record == records.Count)
                break;
            if (k % shape.Iterations == 0)
                DrawChunk(replica, count, k / shape.Iterations);
            Iterate(k, count);
        }

        return whole;
    }

    private void DrawChunk(int replica, int count, int chunk)
    {
        int first = chunk * shape.Samples, groups = shape.Samples / 4;
        DesignSource.Draw(
            skeletons, experiment.Design.Law, shape.Size, design, TableLayout.Plain(-(long)first * shape.RowStride, shape.RowStride),
            first + shape.Samples, first / 4, groups, Field(Purpose.Design), count);
        skeletons.RowPass(count, design, shape.RowStride, shape.Samples, teacher, gradient, new ProductRow<TReal, TWord, TView>(products));
        LabelSource.Draw(
            skeletons, experiment.Model.Label, products, TableLayout.Plain(0, 0), 1, labels, shape.Samples, Field(Purpose.Label), first, count);

        RandomField Field(Purpose purpose) => new(experiment.Seed, purpose, shape.Size, (uint)replica);
    }

    private void Iterate(int k, int count)
    {
        AlgorithmSpec algorithm = experiment.Algorithm;
        int row = k % shape.Iterations * shape.Batch;
        double kick = algorithm.RateFactor(k, shape.Size) * (algorithm.Rate / algorithm.Batch);
        skeletons.RowPass(count, design.From((long)row * shape.RowStride), shape.RowStride, shape.Batch, theta, gradient,
            new FreshRow<TReal, TWord, TView, TLoss>(labels.From(row), shape.Batch, (float)kick, loss));
        double ridge = experiment.RidgeStep(k, shape.Size);
        if (ball is null)
            skeletons.For(count, shape.Size, new DecayBody<TReal, TWord, TView>(theta, gradient, (float)ridge));
        else
            skeletons.For(count, shape.Size, ball.Update(theta, gradient, ridge));
    }

    private bool Observe(IReadOnlyList<double[,]> curves, bool[] whole, int record)
    {
        Four<double>[] overlaps = skeletons.ReduceEach(curves.Count, shape.Size, new OverlapSums<TReal, TWord, TView>(theta, teacher));
        for (int slot = 0; slot < curves.Count; slot++)
        {
            double q = overlaps[slot].A / shape.Size, m = overlaps[slot].B / shape.Size;
            whole[slot] &= double.IsFinite(q) && double.IsFinite(m);
            if (whole[slot])
                ObservableValues.Write(experiment.Model, fresh, q, m, curves[slot], record);
        }

        return whole.Contains(true);
    }

    private Slots<TReal, TWord, TView> Allocate(long length) => skeletons.AllocateSlots(Designs, length);
}
