using System.Runtime.CompilerServices;
using HighDimSgd.Kernels.Random;

namespace HighDimSgd.Kernels.Bodies;

/// <summary>
/// Fills a table with a random field, four rows at a time: entry (step, component) is what <typeparamref name="TSource"/> makes
/// of the field's word at that address. Designs (rows are samples), clocks (rows are steps), teachers and starts all come from here.
/// Outer index: slot * groups + group; index: component.
/// </summary>
/// <param name="target">Tables, one per replica.</param>
/// <param name="layout">Where entries lie in a table.</param>
/// <param name="rows">Rows at or past this one are left alone.</param>
/// <param name="columns">Columns at or past this one are filled with zeros.</param>
/// <param name="firstGroup">First group of four rows.</param>
/// <param name="groups">Number of groups.</param>
/// <param name="field">Random field of the batch's first replica.</param>
/// <param name="source">What the numbers look like.</param>
public readonly struct FieldBody<TReal, TWord, TView, TSource>(
    Slots<TReal, TWord, TView> target,
    TableLayout layout,
    int rows,
    int columns,
    int firstGroup,
    int groups,
    RandomField field,
    TSource source) : IForBody, IStep<FieldBody<TReal, TWord, TView, TSource>>
    where TReal : unmanaged, IReal<TReal, TWord>
    where TWord : unmanaged, IWord<TReal, TWord>
    where TView : struct, IView<TReal, TWord>
    where TSource : struct, ISource<TReal, TWord>
{
    private readonly Slots<TReal, TWord, TView> target = target;
    private readonly TableLayout layout = layout;
    private readonly int rows = rows;
    private readonly int columns = columns;
    private readonly int firstGroup = firstGroup;
    private readonly int groups = groups;
    private readonly RandomField field = field;
    private readonly TSource source = source;

    /// <summary>One group alone, that of a step, put where the first group is put.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public FieldBody<TReal, TWord, TView, TSource> At(int step, float factor)
    {
        int group = step / StepGroup.Size;
        return new(target.From(layout.At(4 * firstGroup, 0) - layout.At(4 * group, 0)), layout, rows, columns, group, 1, field, source);
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Run(int outer, int index)
    {
        int slot = outer / groups;
        int group = firstGroup + outer - slot * groups;
        Four<TReal> drawn = source.Draw(field.Words<TReal, TWord>(slot, group, index));
        int row = 4 * group;
        Put(slot, row, index, drawn.A);
        Put(slot, row + 1, index, drawn.B);
        Put(slot, row + 2, index, drawn.C);
        Put(slot, row + 3, index, drawn.D);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void Put(int slot, int row, int index, TReal value)
    {
        if (row < rows)
            target.Store(slot, layout.At(row, index), Functions.Keep<TReal, TWord>(index, columns, value));
    }
}
