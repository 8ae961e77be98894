using System.Runtime.CompilerServices;
using HighDimSgd.Kernels.Random;

namespace HighDimSgd.Kernels.Bodies;

/// <summary>
/// Draws designs in a format of few bits, four rows at a time, zeros past the last row and column. Outer index: slot * groups + group;
/// index: word of a row.
/// </summary>
/// <param name="target">Designs, row-major.</param>
/// <param name="stride">Words from one row to the next.</param>
/// <param name="rows">Rows n.</param>
/// <param name="columns">Columns d.</param>
/// <param name="field">Random field of the batch's first design, at the addresses of a design in floats.</param>
public readonly struct PackBody<TReal, TWord, TView, TFormat>(
    Slots<TReal, TWord, TView> target, int stride, int rows, int columns, RandomField field) : IForBody
    where TReal : unmanaged, IReal<TReal, TWord>
    where TWord : unmanaged, IWord<TReal, TWord>
    where TView : struct, IView<TReal, TWord>
    where TFormat : struct, IEntryFormat<TReal, TWord>
{
    private readonly Slots<TReal, TWord, TView> target = target;
    private readonly int stride = stride;
    private readonly int rows = rows;
    private readonly int columns = columns;
    private readonly RandomField field = field;

    /// <inheritdoc/>
    public void Run(int outer, int index)
    {
        int groups = (rows + 3) / 4, slot = outer / groups, group = outer - slot * groups;
        int lane = index & 15, column = (index - lane) * TFormat.Columns + lane;
        Four<TReal> a = Draw(slot, group, column), b = Draw(slot, group, column + 16), c = a, d = a;
        if (TFormat.Columns > 2)
        {
            c = Draw(slot, group, column + 32);
            d = Draw(slot, group, column + 48);
        }

        Put(slot, 4 * group, index, new(a.A, b.A, c.A, d.A));
        Put(slot, 4 * group + 1, index, new(a.B, b.B, c.B, d.B));
        Put(slot, 4 * group + 2, index, new(a.C, b.C, c.C, d.C));
        Put(slot, 4 * group + 3, index, new(a.D, b.D, c.D, d.D));
    }

    private Four<TReal> Draw(int slot, int group, int column)
    {
        Four<TReal> drawn = new NormalSource<TReal, TWord>(0f, 1f).Draw(field.Words<TReal, TWord>(slot, group, column));
        return new(Keep(column, drawn.A), Keep(column, drawn.B), Keep(column, drawn.C), Keep(column, drawn.D));
    }

    private TReal Keep(int column, TReal value) => Functions.Keep<TReal, TWord>(column, columns, value);

    private void Put(int slot, int row, int index, Four<TReal> normals)
    {
        if (row < rows)
            target.Store(slot, (long)row * stride + index, TWord.AsReal(TFormat.Pack(normals)));
    }
}

/// <summary>
/// Draws signs, 32 rows of a column in a word: bit b of word w is set where the entry of row 32 w + b is negative, as in
/// <see cref="RademacherSource{TReal, TWord}"/>. Outer index: slot * words + word; index: column.
/// </summary>
/// <param name="target">Receives the words.</param>
/// <param name="layout">Where the word of a column lies.</param>
/// <param name="words">Words of a column.</param>
/// <param name="field">Random field of the batch's first design.</param>
public readonly struct SignBody<TReal, TWord, TView>(
    Slots<TReal, TWord, TView> target, TableLayout layout, int words, RandomField field) : IForBody
    where TReal : unmanaged, IReal<TReal, TWord>
    where TWord : unmanaged, IWord<TReal, TWord>
    where TView : struct, IView<TReal, TWord>
{
    private readonly Slots<TReal, TWord, TView> target = target;
    private readonly TableLayout layout = layout;
    private readonly int words = words;
    private readonly RandomField field = field;

    /// <inheritdoc/>
    public void Run(int outer, int index)
    {
        int slot = outer / words, word = outer - slot * words;
        TWord signs = TWord.Of(0);
        for (int group = 7; group >= 0; group--)
        {
            Four<TWord> drawn = field.Words<TReal, TWord>(slot, 8 * word + group, index);
            signs = TWord.ShiftLeft(signs, 4) + Bit(drawn.A, 0) + Bit(drawn.B, 1) + Bit(drawn.C, 2) + Bit(drawn.D, 3);
        }

        target.Store(slot, layout.At(word, index), TWord.AsReal(signs));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TWord Bit(TWord drawn, int place) => TWord.ShiftLeft(TWord.ShiftRight(drawn, 31), place);
}

/// <summary>
/// Turns signs from words along columns to words along rows: bit b of word w is that of column 32 w + b.
/// Outer index: slot * words + word; index: row.
/// </summary>
/// <param name="source">Words of 32 rows.</param>
/// <param name="sourceLayout">Where the word of a column lies; columns up to a multiple of 32 are there.</param>
/// <param name="target">Receives words of 32 columns.</param>
/// <param name="layout">Where the word of a row lies.</param>
/// <param name="words">Words of a row.</param>
public readonly struct TurnBody<TReal, TWord, TView>(
    Slots<TReal, TWord, TView> source, TableLayout sourceLayout, Slots<TReal, TWord, TView> target, TableLayout layout, int words) : IForBody
    where TReal : unmanaged, IReal<TReal, TWord>
    where TWord : unmanaged, IWord<TReal, TWord>
    where TView : struct, IView<TReal, TWord>
{
    private readonly Slots<TReal, TWord, TView> source = source;
    private readonly TableLayout sourceLayout = sourceLayout;
    private readonly Slots<TReal, TWord, TView> target = target;
    private readonly TableLayout layout = layout;
    private readonly int words = words;

    /// <inheritdoc/>
    public void Run(int outer, int index)
    {
        int slot = outer / words, word = outer - slot * words;
        TWord place = TWord.Sequence((uint)(index & 31)), turned = TWord.Of(0);
        for (int column = 0; column < 32; column++)
        {
            TWord signs = TReal.Bits(source.View.Spread(source.Start + slot * source.Stride + sourceLayout.At(index >> 5, 32 * word + column)));
            turned += TWord.ShiftLeft(TWord.ShiftRight(signs, place) & TWord.Of(1), column);
        }

        target.Store(slot, layout.At(word, index), TWord.AsReal(turned));
    }
}
