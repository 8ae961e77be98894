using HighDimSgd.Devices;
using HighDimSgd.Experiments;
using HighDimSgd.Kernels;
using HighDimSgd.Kernels.Bodies;
using HighDimSgd.Kernels.Random;

namespace HighDimSgd.Simulation;

/// <summary>
/// The designs of a batch in one of the storages. All are drawn from the words at the same addresses: entries of fewer bits are the
/// rounded normals of the design in floats, signs are those of the Rademacher design.
/// </summary>
internal sealed class StoredDesign<TReal, TWord, TView>
    where TReal : unmanaged, IReal<TReal, TWord>
    where TWord : unmanaged, IWord<TReal, TWord>
    where TView : struct, IView<TReal, TWord>
{
    private readonly ISkeletons<TReal, TWord, TView> skeletons;
    private readonly DesignSpec design;
    private readonly DenseShape shape;
    private readonly Slots<TReal, TWord, TView> memory;

    /// <summary>Designs of a storage and shape in memory for them.</summary>
    public StoredDesign(ISkeletons<TReal, TWord, TView> skeletons, DesignSpec design, DenseShape shape, Slots<TReal, TWord, TView> memory)
    {
        this.skeletons = skeletons;
        this.design = design;
        this.shape = shape;
        this.memory = memory;
        double deviation = design.Storage switch
        {
            DesignStorage.Int8 => Int8Entries<TReal, TWord>.Deviation,
            DesignStorage.BFloat16 => BFloat16Entries<TReal, TWord>.Deviation,
            DesignStorage.Bit => 1,
            _ => 1 / Math.Sqrt(shape.Size),
        };
        Unit = 1 / (deviation * Math.Sqrt(shape.Size));
    }

    /// <summary>What a stored entry of 1 stands for; 1 for floats.</summary>
    public double Unit { get; }

    /// <summary>The entries, row-major.</summary>
    /// <exception cref="InvalidOperationException">They are not floats.</exception>
    public Slots<TReal, TWord, TView> Floats => shape.Storage is DesignStorage.Float32 or DesignStorage.Auto
        ? memory
        : throw new InvalidOperationException($"a design of {design.Storage} entries has no rows of floats");

    /// <summary>Draws the designs of a random field's first replica and those that follow it.</summary>
    public void Draw(RandomField field, int count)
    {
        int groups = (shape.Samples + 3) / 4, stride = shape.RowStride / shape.Columns;
        switch (design.Storage)
        {
            case DesignStorage.Int8:
                Pack<Int8Entries<TReal, TWord>>();
                break;
            case DesignStorage.BFloat16:
                Pack<BFloat16Entries<TReal, TWord>>();
                break;
            case DesignStorage.Bit:
                SignTable table = shape.Signs;
                skeletons.For(count * table.ColumnWords, table.PaddedColumns, new SignBody<TReal, TWord, TView>(memory, table.ColumnLayout, table.ColumnWords, field));
                skeletons.For(count * table.RowWords, table.PaddedRows, new TurnBody<TReal, TWord, TView>(
                    memory, table.ColumnLayout, memory, table.RowLayout, table.RowWords));
                break;
            default:
                DesignSource.Draw(skeletons, design.Law, shape.Size, memory, TableLayout.Plain(0, shape.RowStride), shape.Samples, 0, groups, field, count);
                break;
        }

        void Pack<TFormat>()
            where TFormat : struct, IEntryFormat<TReal, TWord> => skeletons.For(count * groups, stride, new PackBody<TReal, TWord, TView, TFormat>(
                memory, stride, shape.Samples, shape.Size, field));
    }

    /// <summary>
    /// Steps one after another: in each the update, at the first step of a group the draw of its increments, then a pass; as one piece of work where the device
    /// has a use for that and every replica draws for itself.
    /// </summary>
    /// <param name="first">The first step.</param>
    /// <param name="factors">For each step that of its update and that of its rows, side by side.</param>
    /// <param name="count">Number of replicas.</param>
    /// <param name="clocks">Number of replicas that draw.</param>
    /// <param name="theta">Parameters.</param>
    /// <param name="gradient">Gradients.</param>
    /// <param name="draw">The draw.</param>
    /// <param name="update">The update.</param>
    /// <param name="row">The row body.</param>
    public void Steps<TDraw, TUpdate, TBody>(
        int first, ReadOnlySpan<float> factors, int count, int clocks, Slots<TReal, TWord, TView> theta, Slots<TReal, TWord, TView> gradient,
        TDraw draw, TUpdate update, TBody row)
        where TDraw : struct, IForBody, IStep<TDraw>
        where TUpdate : struct, IForBody, IStep<TUpdate>
        where TBody : struct, IRowBody<TReal>, IStep<TBody>
    {
        var range = new StepRange(first, factors.Length / 2, count, shape.Samples, shape.Size);
        if (clocks == count && TrySteps(range, factors, theta, gradient, draw, update, row))
            return;
        for (int k = 0; k < range.Count; k++)
        {
            int step = first + k;
            skeletons.For(count, shape.Size, update.At(step, factors[2 * k]));
            if (step % StepGroup.Size == 0)
                skeletons.For(clocks, shape.Samples, draw.At(step, 0));
            Pass(count, theta, gradient, row.At(step, factors[(2 * k) + 1]));
        }
    }

    /// <summary>One read of the designs, see <see cref="ISkeletons{TReal, TWord, TView}.RowPass"/>; products come without the <see cref="Unit"/>.</summary>
    public void Pass<TBody>(int count, Slots<TReal, TWord, TView> theta, Slots<TReal, TWord, TView> gradient, TBody body)
        where TBody : struct, IRowBody<TReal>
    {
        switch (design.Storage)
        {
            case DesignStorage.Int8:
                skeletons.PackedPass<Int8Entries<TReal, TWord>, TBody>(count, memory, shape.RowStride, shape.Samples, theta, gradient, body);
                break;
            case DesignStorage.BFloat16:
                skeletons.PackedPass<BFloat16Entries<TReal, TWord>, TBody>(count, memory, shape.RowStride, shape.Samples, theta, gradient, body);
                break;
            case DesignStorage.Bit:
                skeletons.SignPass(count, memory, shape.Signs, theta, gradient, body);
                break;
            default:
                skeletons.RowPass(count, memory, shape.RowStride, shape.Samples, theta, gradient, body);
                break;
        }
    }

    private bool TrySteps<TDraw, TUpdate, TBody>(
        StepRange range, ReadOnlySpan<float> factors, Slots<TReal, TWord, TView> theta, Slots<TReal, TWord, TView> gradient, TDraw draw, TUpdate update, TBody row)
        where TDraw : struct, IForBody, IStep<TDraw>
        where TUpdate : struct, IForBody, IStep<TUpdate>
        where TBody : struct, IRowBody<TReal>, IStep<TBody> => design.Storage switch
        {
            DesignStorage.Int8 => skeletons.TryPackedSteps<Int8Entries<TReal, TWord>, TDraw, TUpdate, TBody>(
                range, factors, memory, shape.RowStride, theta, gradient, draw, update, row),
            DesignStorage.BFloat16 => skeletons.TryPackedSteps<BFloat16Entries<TReal, TWord>, TDraw, TUpdate, TBody>(
                range, factors, memory, shape.RowStride, theta, gradient, draw, update, row),
            DesignStorage.Bit => skeletons.TrySignSteps(range, factors, memory, shape.Signs, theta, gradient, draw, update, row),
            _ => skeletons.TrySteps(range, factors, memory, shape.RowStride, theta, gradient, draw, update, row),
        };
}
