using HighDimSgd.Devices;
using HighDimSgd.Experiments;
using HighDimSgd.Kernels;
using HighDimSgd.Kernels.Bodies;
using HighDimSgd.Kernels.Physics;
using HighDimSgd.Kernels.Random;
using HighDimSgd.Models;

namespace HighDimSgd.Simulation;

/// <summary>
/// Simulates replicas on Gaussian designs that are never stored, exactly in law (Lu, Householder Dice, IEEE Trans. Inf. Theory 67, 2021):
/// the part of the design that the dynamics ask for is drawn when they do, given what they have seen. Two passes over a table of the
/// seen directions a step, so 8 n K^2 bytes of reading for K steps whatever the dimension, and n (2 K + 6) floats of memory.
/// </summary>
/// <typeparam name="TReal">Lane of reals.</typeparam>
/// <typeparam name="TWord">Lane of words.</typeparam>
/// <typeparam name="TView">Memory.</typeparam>
/// <typeparam name="TLoss">The loss.</typeparam>
internal sealed partial class MatrixFreeEngine<TReal, TWord, TView, TLoss> : IReplicaEngine
    where TReal : unmanaged, IReal<TReal, TWord>
    where TWord : unmanaged, IWord<TReal, TWord>
    where TView : struct, IView<TReal, TWord>
    where TLoss : struct, ILoss<TReal>
{
    // A force whose part outside the directions seen is shorter than this share of it lies within them, as far as 32 bits can tell.
    private const double Dependent = 1e-5;

    private readonly ISkeletons<TReal, TWord, TView> skeletons;
    private readonly Experiment experiment;
    private readonly int size;
    private readonly MatrixFreeShape shape;
    private readonly PathTable layout;
    private readonly TLoss loss;
    private readonly ClockSource<TReal, TWord, TView> clock;
    private readonly FreshData fresh;
    private readonly TView table;
    private readonly Slots<TReal, TWord, TView> labels, products, increments;
    private readonly SeenDirections seen;
    private readonly Checkpoint? checkpoint;
    private int drawn;

    /// <summary>Allocates the memory of one replica of dimension <paramref name="size"/>.</summary>
    public MatrixFreeEngine(ISkeletons<TReal, TWord, TView> skeletons, Experiment experiment, int size, TLoss loss, Checkpoint? checkpoint = null)
    {
        this.checkpoint = checkpoint;
        this.skeletons = skeletons;
        this.experiment = experiment;
        this.size = size;
        this.loss = loss;
        shape = new(experiment.Samples(size), experiment.Algorithm.Steps);
        layout = shape.Table;
        clock = new(skeletons, experiment.Algorithm, experiment.Aspect);
        fresh = new(experiment.Model);
        table = skeletons.Allocate(layout.Length);
        labels = Allocate(shape.PaddedSamples);
        products = Allocate(shape.PaddedSamples);
        increments = Allocate(4L * shape.PaddedSamples);
        seen = new(size, shape.MostImages);
    }

    /// <inheritdoc/>
    public bool[] Run(int replica, IReadOnlyList<double[,]> curves) => [Run(replica, curves[0])];

    private bool Run(int replica, double[,] curves)
    {
        int steps = experiment.Algorithm.Steps, record = 0, first = 0;
        Residual last = default;
        if (checkpoint?.Resume(replica, reader => (first, record, last) = Load(reader, curves)) != true)
            Start(replica);
        DrawLabels(replica);
        for (int k = first; record < experiment.RecordSteps.Count; k++)
        {
            if ((k == first || k % 4 == 0) && k < steps)
                DrawClock(replica, k / 4);
            DrawNormals(replica, seen.Right);
            Force force = Pass(k, last);
            if (k == experiment.RecordSteps[record] && !Observe(curves, record++))
            {
                // Columns in waiting are passed over at weight 0: what is not finite must not stay for the next replica.
                Clear();
                return false;
            }

            if (k < steps)
                last = Advance(replica, k, force);
            if (record < experiment.RecordSteps.Count)
                checkpoint?.Keep(writer => Save(writer, k + 1, record, last, curves));
        }

        return true;
    }

    /// <summary>The directions seen so far, for tests.</summary>
    internal SeenDirections Seen => seen;

    /// <summary>The table's columns on the host, for tests.</summary>
    internal float[] Column(int column)
    {
        var all = new float[layout.Length];
        skeletons.Read(table, all);
        TableLayout columns = layout.Columnwise(0, 1);
        return [.. Enumerable.Range(0, layout.Rows).Select(i => all[columns.At(column, i)])];
    }

    private void Start(int replica)
    {
        ModelSpec model = experiment.Model;
        double along = model.StartOverlap / Math.Sqrt(model.TeacherNorm);
        seen.Start(along, Math.Sqrt(Math.Max(0, model.StartNorm - (along * along))));
        drawn = 0;
        DrawNormals(replica, 0);
    }

    private void Clear()
    {
        var zeros = new float[layout.Columns * PathTable.Block];
        for (int b = 0; b < layout.Blocks; b++)
            skeletons.Write(table, zeros, BlockStart(b));
    }

    private void DrawLabels(int replica) => LabelSource.Draw(
        skeletons, experiment.Model.Label, new(table, 0), layout.Columnwise(MatrixFreeShape.Image(0), 1), Math.Sqrt(experiment.Model.TeacherNorm),
        labels, layout.Rows, Field(Purpose.Label, replica));

    private void DrawNormals(int replica, int image)
    {
        for (; drawn <= image; drawn += 4)
        {
            skeletons.For(1, layout.Rows, new FieldBody<TReal, TWord, TView, NormalSource<TReal, TWord>>(
                new(table, 0), layout.Columnwise(0, 2), drawn + 4, layout.Rows, drawn / 4, 1, Field(Purpose.Design, replica), new(0, 1)));
        }
    }

    private void DrawClock(int replica, int group)
    {
        int stride = shape.PaddedSamples;
        clock.Fill(increments, TableLayout.Plain(-4L * group * stride, stride), layout.Rows, group, Field(Purpose.Clock, replica));
    }

    /// <summary>Finishes the directions of the last step, and makes r and f of this one.</summary>
    private Force Pass(int step, Residual last)
    {
        int left = seen.Left, right = seen.Right;
        int used = Math.Max(MatrixFreeShape.Image(right), MatrixFreeShape.Direction(left));
        var coefficients = new float[3 * used];
        int known = last.HasImage ? right - 1 : right;
        for (int j = 0; j < known; j++)
            coefficients[(3 * MatrixFreeShape.Image(j)) + 2] = (float)seen.Theta[j];
        for (int i = 0; i < last.Correction?.Length; i++)
        {
            coefficients[3 * MatrixFreeShape.Direction(i)] = (float)last.Correction[i];
            coefficients[(3 * MatrixFreeShape.Direction(i)) + 1] = (float)last.OfNormals![i];
        }

        int force = MatrixFreeShape.Direction(left), next = MatrixFreeShape.Image(right);
        var numbers = new Four<float>(
            (float)(1 / last.Length), (float)last.AlongDirection, last.HasImage ? (float)seen.Theta[right - 1] : 0, (float)(experiment.Algorithm.RateFactor(step) / experiment.Aspect));
        var sums = new double[2 * (Math.Max(force, next) + 1)];
        skeletons.TallSkinnyBlock(table, layout, coefficients, new ImageRow<TReal, TWord, TView, TLoss>(
            table, layout.Columnwise(0, 1), last.IsNew ? MatrixFreeShape.Direction(left - 1) : -1, last.HasImage ? MatrixFreeShape.Image(right - 1) : -1,
            force, next, numbers, layout.Rows, products.View, labels.View, increments.View, (step % 4) * shape.PaddedSamples, loss), sums);
        double[] along = new double[left], normals = new double[left];
        for (int i = 0; i < left; i++)
        {
            along[i] = sums[2 * MatrixFreeShape.Direction(i)];
            normals[i] = sums[(2 * MatrixFreeShape.Direction(i)) + 1];
        }

        return new(along, normals, sums[2 * force]);
    }

    /// <summary>Takes the step: theta's coordinates, and what the next pass needs to finish the new directions.</summary>
    private Residual Advance(int replica, int step, Force force)
    {
        int left = seen.Left, right = seen.Right;
        int column = MatrixFreeShape.Direction(left), normals = MatrixFreeShape.Image(right);
        var coefficients = new float[MatrixFreeShape.Direction(left)];
        for (int i = 0; i < left; i++)
            coefficients[MatrixFreeShape.Direction(i)] = (float)force.Along[i];
        var sums = new double[Math.Max(column, normals) + 1];
        skeletons.TallSkinnyBlock(
            table, layout, coefficients, new ResidualRow<TReal, TWord, TView>(table, layout.Columnwise(0, 1), column), sums);
        double[] correction = [.. Enumerable.Range(0, left).Select(i => sums[MatrixFreeShape.Direction(i)])];
        double square = sums[column], withNormals = sums[normals];
        double[] products = [.. Enumerable.Range(0, right).Select(j => sums[MatrixFreeShape.Image(j)])];
        for (int i = 0; i < left; i++)
        {
            square -= correction[i] * correction[i];
            withNormals -= correction[i] * force.OfNormals[i];
        }

        seen.Correct(products, correction);
        double length = Math.Sqrt(Math.Max(0, square));
        seen.Advance(1 - experiment.RidgeStep(step), experiment.Algorithm.Momentum, [.. force.Along.Zip(correction, (a, c) => a + c)]);
        if (length * length <= Dependent * Dependent * force.Square)
            return default;
        for (int j = 0; j < right; j++)
            products[j] /= length;
        bool hasImage = right < size;
        double chi = ChiSource.Draw(Field(Purpose.Complement, replica), right, size - right);
        seen.Extend(length, products, chi);
        return new(true, hasImage, length, chi - (withNormals / length), correction, force.OfNormals);
    }

    private bool Observe(double[,] curves, int record)
    {
        Four<double> train = skeletons.Reduce(
            0, layout.Rows, new TrainSums<TReal, TWord, TView, TLoss>(products, labels, layout.Rows, loss));
        double q = seen.Norm, m = seen.Theta[0] * Math.Sqrt(experiment.Model.TeacherNorm);
        if (!double.IsFinite(q) || !double.IsFinite(train.A) || !double.IsFinite(train.C))
            return false;
        ObservableValues.Write(experiment, fresh, q, m, train, layout.Rows, curves, record);
        return true;
    }

    private RandomField Field(Purpose purpose, int number) => new(experiment.Seed, purpose, size, (uint)number);

    private Slots<TReal, TWord, TView> Allocate(long length) => skeletons.AllocateSlots(1, length);

    /// <summary>A force as the first pass leaves it.</summary>
    /// <param name="Along">U^T f.</param>
    /// <param name="OfNormals">U^T z of the normals in waiting.</param>
    /// <param name="Square">|f|^2.</param>
    private readonly record struct Force(double[] Along, double[] OfNormals, double Square);

    /// <summary>What the second pass leaves to the next first one.</summary>
    /// <param name="IsNew">The force took a new direction u.</param>
    /// <param name="HasImage">Theta took one as well.</param>
    /// <param name="Length">Length of the residual.</param>
    /// <param name="AlongDirection">chi - u.z.</param>
    /// <param name="Correction">U^T residual.</param>
    /// <param name="OfNormals">U^T z.</param>
    private readonly record struct Residual(
        bool IsNew, bool HasImage, double Length, double AlongDirection, double[]? Correction, double[]? OfNormals)
    {
        public void Save(BinaryWriter writer)
        {
            writer.Write(IsNew);
            writer.Write(HasImage);
            writer.Write(Length);
            writer.Write(AlongDirection);
            writer.Write(Correction ?? []);
            writer.Write(OfNormals ?? []);
        }

        public static Residual Load(BinaryReader reader) => new(
            reader.ReadBoolean(), reader.ReadBoolean(), reader.ReadDouble(), reader.ReadDouble(), reader.ReadDoubles(), reader.ReadDoubles());
    }
}
