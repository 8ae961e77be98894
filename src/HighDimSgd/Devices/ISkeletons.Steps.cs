using HighDimSgd.Kernels;
using HighDimSgd.Kernels.Random;

namespace HighDimSgd.Devices;

/// <content>
/// Steps one after another as one piece of work, where a device has a use for that: in each step the update at every coordinate, where a group of steps begins
/// the draw of its increments, then a pass over the design. All numbers are those of these three by themselves.
/// </content>
public partial interface ISkeletons<TReal, TWord, TView>
{
    /// <summary>Steps with <see cref="RowPass"/>, if they can run as one.</summary>
    /// <param name="range">The steps.</param>
    /// <param name="factors">For each step that of its update and that of its rows, side by side.</param>
    /// <param name="design">Designs, row-major; one for all replicas where its stride is 0.</param>
    /// <param name="rowStride">Elements from one row to the next, a multiple of 16.</param>
    /// <param name="theta">Parameters, padded like a row.</param>
    /// <param name="gradient">Gradients.</param>
    /// <param name="draw">The draw. Outer index: slot; index: row.</param>
    /// <param name="update">The update. Outer index: slot; index: coordinate.</param>
    /// <param name="row">The row body.</param>
    /// <returns>False where nothing was done.</returns>
    bool TrySteps<TDraw, TUpdate, TBody>(
        StepRange range,
        ReadOnlySpan<float> factors,
        Slots<TReal, TWord, TView> design,
        int rowStride,
        Slots<TReal, TWord, TView> theta,
        Slots<TReal, TWord, TView> gradient,
        TDraw draw,
        TUpdate update,
        TBody row)
        where TDraw : struct, IForBody, IStep<TDraw>
        where TUpdate : struct, IForBody, IStep<TUpdate>
        where TBody : struct, IRowBody<TReal>, IStep<TBody> => false;

    /// <summary>The same with <see cref="PackedPass"/>; columns from one row to the next are a multiple of 16 words.</summary>
    bool TryPackedSteps<TFormat, TDraw, TUpdate, TBody>(
        StepRange range,
        ReadOnlySpan<float> factors,
        Slots<TReal, TWord, TView> design,
        int rowStride,
        Slots<TReal, TWord, TView> theta,
        Slots<TReal, TWord, TView> gradient,
        TDraw draw,
        TUpdate update,
        TBody row)
        where TFormat : struct, IEntryFormat<TReal, TWord>
        where TDraw : struct, IForBody, IStep<TDraw>
        where TUpdate : struct, IForBody, IStep<TUpdate>
        where TBody : struct, IRowBody<TReal>, IStep<TBody> => false;

    /// <summary>The same with <see cref="SignPass"/>.</summary>
    bool TrySignSteps<TDraw, TUpdate, TBody>(
        StepRange range,
        ReadOnlySpan<float> factors,
        Slots<TReal, TWord, TView> signs,
        SignTable table,
        Slots<TReal, TWord, TView> theta,
        Slots<TReal, TWord, TView> gradient,
        TDraw draw,
        TUpdate update,
        TBody row)
        where TDraw : struct, IForBody, IStep<TDraw>
        where TUpdate : struct, IForBody, IStep<TUpdate>
        where TBody : struct, IRowBody<TReal>, IStep<TBody> => false;
}

/// <summary>Steps that follow each other, of the replicas of a batch.</summary>
/// <param name="first">The first step.</param>
/// <param name="count">Number of steps.</param>
/// <param name="batch">Number of replicas.</param>
/// <param name="rows">Rows n of a design.</param>
/// <param name="size">Coordinates that are updated.</param>
public readonly struct StepRange(int first, int count, int batch, int rows, int size)
{
    /// <summary>The first step.</summary>
    public int First { get; } = first;

    /// <summary>Number of steps.</summary>
    public int Count { get; } = count;

    /// <summary>Number of replicas.</summary>
    public int Batch { get; } = batch;

    /// <summary>Rows n of a design.</summary>
    public int Rows { get; } = rows;

    /// <summary>Coordinates that are updated.</summary>
    public int Size { get; } = size;
}
