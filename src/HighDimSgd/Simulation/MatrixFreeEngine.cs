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
/// seen directions a step, so 8 n K^2 bytes of reading for K steps whatever the dimension, and n (2 K + 6) floats of memory. The replicas of a batch
/// advance together; a pass goes over as many columns as the replica that has seen most, at weight 0 where another has none.
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
    private readonly ISkeletons<TReal, TWord, TView> skeletons;
    private readonly Experiment experiment;
    private readonly int size;
    private readonly MatrixFreeShape shape;
    private readonly PathTable layout;
    private readonly TLoss loss;
    private readonly ClockSource<TReal, TWord, TView> clock;
    private readonly FreshData fresh;
    private readonly Slots<TReal, TWord, TView> table, labels, products, increments;
    private readonly TView numbers;
    private readonly UnstoredReplica[] replicas;
    private readonly Checkpoint? checkpoint;
    private int drawn;

    /// <summary>
    /// Allocates the memory of a number of replicas of dimension <paramref name="size"/>. A replica by itself is kept in <paramref name="checkpoint"/>.
    /// </summary>
    public MatrixFreeEngine(
        ISkeletons<TReal, TWord, TView> skeletons, Experiment experiment, int size, TLoss loss, int batch = 1, Checkpoint? checkpoint = null)
    {
        this.checkpoint = batch == 1 ? checkpoint : null;
        this.skeletons = skeletons;
        this.experiment = experiment;
        this.size = size;
        this.loss = loss;
        shape = new(experiment.Samples(size), experiment.Algorithm.Steps);
        layout = shape.Table;
        clock = new(skeletons, experiment.Algorithm, experiment.Aspect);
        fresh = new(experiment.Model);
        replicas = [.. Enumerable.Range(0, batch).Select(_ => new UnstoredReplica(size, shape.MostImages))];
        table = Allocate(layout.Length);
        labels = Allocate(shape.PaddedSamples);
        products = Allocate(shape.PaddedSamples);
        increments = Allocate((long)StepGroup.Size * shape.PaddedSamples);
        numbers = skeletons.Allocate((long)batch * ImageNumbers.Count);
    }

    /// <inheritdoc/>
    public int Designs => replicas.Length;

    /// <inheritdoc/>
    public bool[] Run(int replica, IReadOnlyList<double[,]> curves)
    {
        int steps = experiment.Algorithm.Steps, record = 0, first = 0, count = curves.Count;
        bool[] whole = [.. curves.Select(_ => true)];
        if (checkpoint?.Resume(replica, reader => (first, record) = Load(reader, curves[0])) != true)
            Start(replica, count);
        DrawLabels(replica, count);
        for (int k = first; record < experiment.RecordSteps.Count; k++)
        {
            if ((k == first || k % StepGroup.Size == 0) && k < steps)
                DrawClock(replica, k / StepGroup.Size, count);
            DrawNormals(replica, Most(count, r => r.Seen.Right), count);
            Pass(k, count);
            if (k == experiment.RecordSteps[record] && !Observe(curves, whole, record++))
                break;
            if (k < steps)
                Advance(replica, k, count);
            if (record < experiment.RecordSteps.Count)
                checkpoint?.Keep(writer => Save(writer, k + 1, record, curves[0]));
        }

        // Columns in waiting are passed over at weight 0: what is not finite must not stay for the next replica.
        for (int slot = 0; slot < count; slot++)
        {
            if (!whole[slot])
                Clear(slot);
        }

        return whole;
    }

    /// <summary>The directions that the first replica has seen, for tests.</summary>
    internal SeenDirections Seen => replicas[0].Seen;

    /// <summary>A column of the first replica's table on the host, for tests.</summary>
    internal float[] Column(int column)
    {
        var all = new float[layout.Length];
        skeletons.Read(table.View, all);
        TableLayout columns = layout.Columnwise(0, 1);
        return [.. Enumerable.Range(0, layout.Rows).Select(i => all[columns.At(column, i)])];
    }

    private void Start(int replica, int count)
    {
        ModelSpec model = experiment.Model;
        double along = model.StartOverlap / Math.Sqrt(model.TeacherNorm);
        for (int slot = 0; slot < count; slot++)
            replicas[slot].Start(along, Math.Sqrt(Math.Max(0, model.StartNorm - (along * along))));
        drawn = 0;
        DrawNormals(replica, 0, count);
    }

    private void Clear(int slot)
    {
        var zeros = new float[layout.Columns * PathTable.Block];
        for (int b = 0; b < layout.Blocks; b++)
            skeletons.Write(table.View, zeros, BlockStart(slot, b));
    }

    private void DrawLabels(int replica, int count) => LabelSource.Draw(
        skeletons, experiment.Model.Label, table, layout.Columnwise(MatrixFreeShape.Image(0), 1), Math.Sqrt(experiment.Model.TeacherNorm),
        labels, layout.Rows, Field(Purpose.Label, replica), batch: count);

    private void DrawNormals(int replica, int image, int count)
    {
        for (; drawn <= image; drawn += 4)
        {
            skeletons.For(count, layout.Rows, new FieldBody<TReal, TWord, TView, NormalSource<TReal, TWord>>(
                table, layout.Columnwise(0, 2), drawn + 4, layout.Rows, drawn / 4, 1, Field(Purpose.Design, replica), new(0, 1)));
        }
    }

    private void DrawClock(int replica, int group, int count)
    {
        int stride = shape.PaddedSamples;
        clock.Fill(increments, TableLayout.Plain(-(long)StepGroup.Size * group * stride, stride), layout.Rows, group, Field(Purpose.Clock, replica), count);
    }

    /// <summary>Finishes the directions of the last step, and makes r and f of this one.</summary>
    private void Pass(int step, int count)
    {
        int used = Most(count, r => r.Columns), given = 3 * used, taken = 2 * (used + 1);
        float[] coefficients = new float[count * given], all = new float[count * ImageNumbers.Count];
        double rate = experiment.Algorithm.RateFactor(step) / experiment.Aspect;
        Each(count, slot => replicas[slot].BeginImages(
            rate, coefficients.AsSpan(slot * given, given), all.AsSpan(slot * ImageNumbers.Count, ImageNumbers.Count)));
        skeletons.Write(numbers, all);
        var sums = new double[count * taken];
        skeletons.TallSkinnyBlock(count, table, layout, coefficients, new ImageRow<TReal, TWord, TView, TLoss>(
            table, layout.Columnwise(0, 1), numbers, layout.Rows, products, labels, increments, step % StepGroup.Size * shape.PaddedSamples, loss), sums);
        Each(count, slot => replicas[slot].EndImages(sums.AsSpan(slot * taken, taken)));
    }

    /// <summary>Takes the step: theta's coordinates, and what the next pass needs to finish the new directions.</summary>
    private void Advance(int replica, int step, int count)
    {
        int used = MatrixFreeShape.Direction(Most(count, r => r.Seen.Left)), taken = Most(count, r => r.Columns) + 1;
        var coefficients = new float[count * used];
        Each(count, slot => replicas[slot].BeginResidual(coefficients.AsSpan(slot * used, used)));
        var sums = new double[count * taken];
        skeletons.TallSkinnyBlock(
            count, table, layout, coefficients, new ResidualRow<TReal, TWord, TView>(table, layout.Columnwise(0, 1), numbers), sums);
        double shrink = 1 - experiment.RidgeStep(step);
        Each(count, slot => replicas[slot].EndResidual(
            sums.AsSpan(slot * taken, taken), shrink, experiment.Algorithm.Momentum, Field(Purpose.Complement, replica + slot)));
    }

    private bool Observe(IReadOnlyList<double[,]> curves, bool[] whole, int record)
    {
        Four<double>[] train = skeletons.ReduceEach(
            curves.Count, layout.Rows, new TrainSums<TReal, TWord, TView, TLoss>(products, labels, layout.Rows, loss));
        for (int slot = 0; slot < whole.Length; slot++)
        {
            SeenDirections seen = replicas[slot].Seen;
            double q = seen.Norm, m = seen.Theta[0] * Math.Sqrt(experiment.Model.TeacherNorm);
            whole[slot] &= double.IsFinite(q) && double.IsFinite(train[slot].A) && double.IsFinite(train[slot].C);
            if (whole[slot])
                ObservableValues.Write(experiment, fresh, q, m, train[slot], layout.Rows, curves[slot], record);
        }

        return whole.Contains(true);
    }

    /// <summary>The largest number of any replica.</summary>
    private int Most(int count, Func<UnstoredReplica, int> number)
    {
        int most = 0;
        for (int slot = 0; slot < count; slot++)
            most = Math.Max(most, number(replicas[slot]));
        return most;
    }

    private static void Each(int count, Action<int> work)
    {
        if (count == 1)
            work(0);
        else
            Parallel.For(0, count, work);
    }

    private RandomField Field(Purpose purpose, int number) => new(experiment.Seed, purpose, size, (uint)number);

    private Slots<TReal, TWord, TView> Allocate(long length) => skeletons.AllocateSlots(replicas.Length, length);
}
