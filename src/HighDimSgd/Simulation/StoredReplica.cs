using HighDimSgd.Devices;
using HighDimSgd.Experiments;
using HighDimSgd.Kernels;
using HighDimSgd.Kernels.Bodies;
using HighDimSgd.Kernels.Physics;
using HighDimSgd.Kernels.Random;
using HighDimSgd.Models;

namespace HighDimSgd.Simulation;

/// <summary>
/// The data of a batch of replicas in memory (design, teacher, labels and start), their parameters, and what is observed of them: replicas on
/// designs of their own, several on one design, or the two starts of each. All first starts come before all second ones. The data stand at the address of the
/// replica's design and are drawn once for replicas of a design that follow each other.
/// </summary>
/// <typeparam name="TReal">Lane of reals.</typeparam>
/// <typeparam name="TWord">Lane of words.</typeparam>
/// <typeparam name="TView">Memory.</typeparam>
/// <typeparam name="TLoss">The loss.</typeparam>
internal sealed class StoredReplica<TReal, TWord, TView, TLoss>
    where TReal : unmanaged, IReal<TReal, TWord>
    where TWord : unmanaged, IWord<TReal, TWord>
    where TView : struct, IView<TReal, TWord>
    where TLoss : struct, ILoss<TReal>
{
    private readonly ISkeletons<TReal, TWord, TView> skeletons;
    private readonly Experiment experiment;
    private readonly TLoss loss;
    private readonly FreshData fresh;
    private readonly Slots<TReal, TWord, TView> teacher;
    private readonly float[] start;
    private (int First, int Count) prepared;

    /// <summary>
    /// Allocates the memory of replicas of dimension <paramref name="size"/> on a number of designs, or so many together on one; 0 designs are one where a device
    /// has no use for batches.
    /// </summary>
    public StoredReplica(ISkeletons<TReal, TWord, TView> skeletons, Experiment experiment, int size, TLoss loss, int designs = 0, int together = 1)
    {
        (Designs, Together, Sides) = (Math.Max(1, designs), together, designs > 0 ? experiment.Starts : 1);
        this.skeletons = skeletons;
        this.experiment = experiment;
        this.loss = loss;
        Shape = new(size, experiment.Samples(size), experiment.Design.Storage);
        fresh = new(experiment.Model);
        Design = new(skeletons, experiment.Design, Shape, AllocateData(Shape.DesignLength));
        Theta = Allocate(Shape.RowStride);
        teacher = AllocateData(Shape.RowStride);
        Gradient = Allocate(Shape.RowStride);
        Labels = AllocateData(Shape.PaddedSamples);
        Products = Allocate(Shape.PaddedSamples);
        start = new float[Batch * Theta.Stride];
    }

    /// <summary>Designs in memory.</summary>
    public int Designs { get; }

    /// <summary>Most replicas on one design; 1 where there are several designs.</summary>
    public int Together { get; }

    /// <summary>Most iterates of a batch.</summary>
    public int Batch => Designs * Together * Starts;

    /// <summary>Iterates of this batch: its replicas, or the starts of each.</summary>
    public int Count { get; private set; }

    /// <summary>Replicas of this batch.</summary>
    public int Replicas => Count / Starts;

    /// <summary>
    /// Parts of the batch that go one after another: two starts where a device wants batches, for an array of each design is at the place of a replica;
    /// else all iterates are one part, and one reading of the design serves them.
    /// </summary>
    public int Sides { get; }

    /// <summary>Iterates of a side.</summary>
    public int SideCount => Count / Sides;

    /// <summary>Clocks of a side: one for each iterate, or a single one for both starts.</summary>
    public int Clocks => SharesClock && Sides == 1 ? 1 : SideCount;

    /// <summary>True where a replica's two starts have one clock.</summary>
    public bool SharesClock => experiment.Second is { HasOwnClock: false };

    /// <summary>Shape of the memory.</summary>
    public DenseShape Shape { get; }

    /// <summary>The design X.</summary>
    public StoredDesign<TReal, TWord, TView> Design { get; }

    /// <summary>The parameter theta.</summary>
    public Slots<TReal, TWord, TView> Theta { get; }

    /// <summary>Room for a gradient.</summary>
    public Slots<TReal, TWord, TView> Gradient { get; }

    /// <summary>The labels y.</summary>
    public Slots<TReal, TWord, TView> Labels { get; }

    /// <summary>The preactivations r = X theta, where they have been taken.</summary>
    public Slots<TReal, TWord, TView> Products { get; }

    /// <summary>Draws the design of a replica and where there are several those that follow it, unless they are there yet.</summary>
    /// <param name="replica">The first replica.</param>
    /// <param name="count">Replicas of the batch.</param>
    public void Prepare(int replica, int count = 1)
    {
        int number = replica / experiment.ReplicasPerDesign;
        Count = count * Starts;
        count = Math.Min(count, Designs);
        if (prepared == (number, count))
            return;
        prepared = (number, count);
        Design.Draw(Field(Purpose.Design, number), count);
        StartSource.Draw(skeletons, experiment, Shape.Size, number, teacher, Theta, Gradient, count);
        int stride = (int)Theta.Stride;
        skeletons.Read(Theta.View, start.AsSpan(0, count * Starts * stride));
        for (int p = 1; p < Together; p++)
            start.AsSpan(0, stride).CopyTo(start.AsSpan(p * stride));
        TakeProducts(teacher, Products, count);
        LabelSource.Draw(
            skeletons, experiment.Model.Label, Products, TableLayout.Plain(0, 0), 1, Labels, Shape.Samples, Field(Purpose.Label, number),
            batch: count);
    }

    /// <summary>Puts the parameters at their start.</summary>
    public void Restart() => skeletons.Write(Theta.View, start.AsSpan(0, Count * (int)Theta.Stride));

    /// <summary>Takes the products r = X theta, for <see cref="Observe"/>.</summary>
    public void TakeProducts()
    {
        for (int side = 0; side < Sides; side++)
            TakeProducts(Theta.Skip(side * SideCount), Products.Skip(side * SideCount), SideCount);
    }

    /// <summary>Observes the parameters, whose products must be there.</summary>
    /// <param name="curves">Receive what is observed.</param>
    /// <param name="whole">Becomes false where a parameter has left the finite numbers; such are left out.</param>
    /// <param name="record">Place of the time.</param>
    /// <returns>True where there is one left.</returns>
    public bool Observe(IReadOnlyList<double[,]> curves, bool[] whole, int record)
    {
        Four<double>[] overlaps = Sums(Shape.Size, at => new OverlapSums<TReal, TWord, TView>(Theta.Skip(at), teacher));
        Four<double>[] train = Sums(Shape.Samples, at => new TrainSums<TReal, TWord, TView, TLoss>(Products.Skip(at), Labels, Shape.Samples, loss));
        bool[] before = [.. whole];
        for (int slot = 0; slot < Count; slot++)
        {
            int replica = slot % Replicas;
            double q = overlaps[slot].A / Shape.Size, m = overlaps[slot].B / Shape.Size;
            Four<double> sums = train[slot];
            whole[replica] &= double.IsFinite(q) && double.IsFinite(m) && double.IsFinite(sums.A) && double.IsFinite(sums.C);
            if (whole[replica])
                ObservableValues.Write(experiment, fresh, q, m, sums, Shape.Samples, curves[replica], record, slot / Replicas);
        }

        if (Starts > 1)
        {
            Four<double>[] between = skeletons.ReduceEach(Replicas, Shape.Size, new BetweenSums<TReal, TWord, TView>(Theta, Theta.Skip(Replicas)));
            for (int replica = 0; replica < Replicas; replica++)
            {
                if (before[replica])
                    ObservableValues.WriteAcross(experiment, between[replica].A / Shape.Size, between[replica].B / Shape.Size, curves[replica], record);
            }
        }

        return whole.Contains(true);
    }

    /// <summary>The random field of a purpose, at the address of the designs.</summary>
    public RandomField Field(Purpose purpose, int number) => new(experiment.Seed, purpose, Shape.Size, (uint)number);

    /// <summary>The random field of a purpose, at the address of a side's replicas; both starts have that of the first where they share a clock.</summary>
    public RandomField NoiseField(Purpose purpose, int replica, int side) => new(
        experiment.Seed, purpose, Shape.Size, (uint)replica + (SharesClock ? 0 : (uint)side * SecondStart.Address),
        Designs > 1 ? (uint)experiment.ReplicasPerDesign : Starts > 1 ? SecondStart.Address : 1);

    /// <summary>Memory of one more array for each replica of the batch.</summary>
    public Slots<TReal, TWord, TView> Allocate(long length) => skeletons.AllocateSlots(Batch, length);

    /// <summary>Memory of an array of each iterate; of a single one where one clock of a side is every iterate's.</summary>
    public Slots<TReal, TWord, TView> AllocateClocks(long length) => SharesClock && Sides == 1 ? AllocateData(length) : Allocate(length);

    /// <summary>Memory of an array of each design; that of a single design is every replica's.</summary>
    private Slots<TReal, TWord, TView> AllocateData(long length) =>
        Designs > 1 ? skeletons.AllocateSlots(Designs, length) : new(skeletons.AllocateSlots(1, length).View, 0);

    private int Starts => experiment.Starts;

    private void TakeProducts(Slots<TReal, TWord, TView> vectors, Slots<TReal, TWord, TView> products, int count) =>
        Design.Pass(count, vectors, Gradient, new ProductRow<TReal, TWord, TView>(products, (float)Design.Unit));

    /// <summary>Sums of every iterate by a body of one side.</summary>
    private Four<double>[] Sums<TBody>(int count, Func<int, TBody> body)
        where TBody : struct, IReduceBody<TReal> =>
        [.. Enumerable.Range(0, Sides).SelectMany(side => skeletons.ReduceEach(SideCount, count, body(side * SideCount)))];
}
