using HighDimSgd.Devices;
using HighDimSgd.Experiments;
using HighDimSgd.Kernels;
using HighDimSgd.Kernels.Bodies;
using HighDimSgd.Kernels.Physics;
using HighDimSgd.Kernels.Random;
using HighDimSgd.Models;

namespace HighDimSgd.Simulation;

/// <summary>
/// The data of a replica in memory (design, teacher, labels and start), its parameter, and what is observed of them. The data stand at the
/// address of the replica's design and are drawn once for replicas of a design that follow each other.
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
    private int prepared = -1;

    /// <summary>Allocates the memory of one replica of dimension <paramref name="size"/>.</summary>
    public StoredReplica(ISkeletons<TReal, TWord, TView> skeletons, Experiment experiment, int size, TLoss loss)
    {
        this.skeletons = skeletons;
        this.experiment = experiment;
        this.loss = loss;
        Shape = new(size, experiment.Samples(size));
        start = new float[size];
        fresh = new(experiment.Model);
        Design = Allocate(Shape.DesignLength);
        Theta = Allocate(Shape.RowStride);
        teacher = Allocate(Shape.RowStride);
        Gradient = Allocate(Shape.RowStride);
        Labels = Allocate(Shape.PaddedSamples);
        Products = Allocate(Shape.PaddedSamples);
    }

    /// <summary>Shape of the memory.</summary>
    public DenseShape Shape { get; }

    /// <summary>The design X, row-major.</summary>
    public Slots<TReal, TWord, TView> Design { get; }

    /// <summary>The parameter theta.</summary>
    public Slots<TReal, TWord, TView> Theta { get; }

    /// <summary>Room for a gradient.</summary>
    public Slots<TReal, TWord, TView> Gradient { get; }

    /// <summary>The labels y.</summary>
    public Slots<TReal, TWord, TView> Labels { get; }

    /// <summary>The preactivations r = X theta, where they have been taken.</summary>
    public Slots<TReal, TWord, TView> Products { get; }

    /// <summary>Draws the design of a replica, where it is not there yet.</summary>
    public void Prepare(int replica)
    {
        int number = replica / experiment.ReplicasPerDesign;
        if (number == prepared)
            return;
        DesignSource.Draw(
            skeletons, experiment.Design.Law, Shape.Size, Design, TableLayout.Plain(0, Shape.RowStride), Shape.Samples, 0, (Shape.Samples + 3) / 4,
            Field(Purpose.Design, number));
        StartSource.Draw(skeletons, experiment, Shape.Size, number, teacher, Theta, Gradient);
        skeletons.Read(Theta.View, start);
        TakeProducts(teacher);
        LabelSource.Draw(
            skeletons, experiment.Model.Label, Products, TableLayout.Plain(0, 0), 1, Labels, Shape.Samples, Field(Purpose.Label, number));
        prepared = number;
    }

    /// <summary>Puts the parameter at its start.</summary>
    public void Restart() => skeletons.Write(Theta.View, start);

    /// <summary>Takes the products r = X theta, for <see cref="Observe"/>.</summary>
    public void TakeProducts() => TakeProducts(Theta);

    /// <summary>Observes the parameter, whose products must be there.</summary>
    /// <returns>False where it has left the finite numbers.</returns>
    public bool Observe(double[,] curves, int record)
    {
        Four<double> overlaps = skeletons.Reduce(0, Shape.Size, new OverlapSums<TReal, TWord, TView>(Theta, teacher));
        Four<double> train = skeletons.Reduce(
            0, Shape.Samples, new TrainSums<TReal, TWord, TView, TLoss>(Products, Labels, Shape.Samples, loss));
        double q = overlaps.A / Shape.Size, m = overlaps.B / Shape.Size;
        if (!double.IsFinite(q) || !double.IsFinite(m) || !double.IsFinite(train.A) || !double.IsFinite(train.C))
            return false;
        double n = Shape.Samples;
        ObservableValues.Write(experiment.Model, fresh, q, m, train.A / n, train.B / n, train.C / n, curves, record);
        ObservableValues.WriteFourth(experiment, train.D / n, curves, record);
        return true;
    }

    /// <summary>The random field of a purpose.</summary>
    public RandomField Field(Purpose purpose, int number) => new(experiment.Seed, purpose, Shape.Size, (uint)number);

    /// <summary>Memory of one more array.</summary>
    public Slots<TReal, TWord, TView> Allocate(long length)
    {
        length = (length + 63) / 64 * 64;
        return new(skeletons.Allocate(length), length);
    }

    private void TakeProducts(Slots<TReal, TWord, TView> vector) => skeletons.RowPass(
        1, Design, Shape.RowStride, Shape.Samples, vector, Gradient, new ProductRow<TReal, TWord, TView>(Products));
}
