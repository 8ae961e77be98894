using HighDimSgd.Kernels;
using HighDimSgd.Kernels.Random;
using ILGPU;

namespace HighDimSgd.Ilgpu;

/// <summary>Rows of a design, and how a group shares them out; a function of the design's shape alone.</summary>
/// <param name="rows">Rows n.</param>
/// <param name="words">Words from one row to the next.</param>
/// <param name="columns">Columns from one row to the next.</param>
public readonly struct RowShape(int rows, int words, int columns)
{
    /// <summary>Rows of a panel, whose gradient is summed by one group.</summary>
    public const int PanelRows = 128;

    /// <summary>Rows n.</summary>
    public int Rows { get; } = rows;

    /// <summary>Words from one row to the next.</summary>
    public int Words { get; } = words;

    /// <summary>Columns from one row to the next.</summary>
    public int Columns { get; } = columns;

    /// <summary>Panels.</summary>
    public int Panels { get; } = (rows + PanelRows - 1) / PanelRows;

    /// <summary>Binary logarithm of the virtual lanes over words: about four words to a lane.</summary>
    public int LaneShift { get; } = Lanes.Shift(words / 4);
}

/// <summary>Virtual lanes of a group.</summary>
public static class Lanes
{
    /// <summary>Binary logarithm of the lanes for so many numbers: 32 to 256 lanes.</summary>
    public static int Shift(int count) => count > 128 ? 8 : count > 64 ? 7 : count > 32 ? 6 : 5;
}

/// <content>
/// Rows four at a time, for all that passes over designs: products by virtual lanes over the words, the tree, the row body on four threads, then the
/// weighted rows onto a sum. The rows' second reading comes from the cache, four being small; so a row is read once from memory.
/// </content>
public static partial class Entry
{
    private const int RowsAtOnce = 4;

    /// <summary>The rows from <paramref name="row"/> on that lie at <paramref name="x"/>, of which <paramref name="count"/> count.</summary>
    private static void FourRows<TFormat, TBody>(
        RowShape shape,
        DeviceView design,
        Four<long> x,
        Slots<Real1, Word1, DeviceView> theta,
        int slot,
        int row,
        int count,
        ArrayView<float> products,
        ArrayView<float> weights,
        DeviceView target,
        long sums,
        bool isFirst,
        TBody body)
        where TFormat : struct, IEntryFormat<Real1, Word1>
        where TBody : struct, IRowBody<Real1>
    {
        int shift = shape.LaneShift, words = shape.Words;
        for (int lane = Group.IdxX; lane < 1 << shift; lane += Group.DimX)
            Products<TFormat>(design, x, theta, slot, words, lane, shift, products);
        Tree(products, RowsAtOnce, shift);
        for (int r = Group.IdxX; r < RowsAtOnce; r += Group.DimX)
            weights[r] = r < count ? body.Run(slot, row + r, new(products[r << shift])).Value : 0f;
        Group.Barrier();
        if (TBody.WantsGradient)
        {
            for (int word = Group.IdxX; word < words; word += Group.DimX)
                Add<TFormat>(design, x, word, weights, target, sums, isFirst);
        }
    }

    private static void Products<TFormat>(
        DeviceView design, Four<long> x, Slots<Real1, Word1, DeviceView> theta, int slot, int words, int lane, int shift, ArrayView<float> products)
        where TFormat : struct, IEntryFormat<Real1, Word1>
    {
        float a = 0f, b = 0f, c = 0f, d = 0f;
        for (int word = lane; word < words; word += 1 << shift)
        {
            Word1 p = At(design, x.A + word), q = At(design, x.B + word), r = At(design, x.C + word), s = At(design, x.D + word);
            int column = FirstColumn<TFormat>(word);
            for (int place = 0; place < TFormat.Columns; place++)
            {
                float t = theta.Load(slot, column + (16 * place)).Value;
                a += TFormat.Unpack(p, place).Value * t;
                b += TFormat.Unpack(q, place).Value * t;
                c += TFormat.Unpack(r, place).Value * t;
                d += TFormat.Unpack(s, place).Value * t;
            }
        }

        products[lane] = a;
        products[(1 << shift) + lane] = b;
        products[(2 << shift) + lane] = c;
        products[(3 << shift) + lane] = d;
    }

    private static void Add<TFormat>(DeviceView design, Four<long> x, int word, ArrayView<float> weights, DeviceView target, long sums, bool isFirst)
        where TFormat : struct, IEntryFormat<Real1, Word1>
    {
        Word1 p = At(design, x.A + word), q = At(design, x.B + word), r = At(design, x.C + word), s = At(design, x.D + word);
        int column = FirstColumn<TFormat>(word);
        for (int place = 0; place < TFormat.Columns; place++)
        {
            long at = sums + column + (16 * place);
            float sum = isFirst ? 0f : target.Load(at).Value;
            sum += weights[0] * TFormat.Unpack(p, place).Value;
            sum += weights[1] * TFormat.Unpack(q, place).Value;
            sum += weights[2] * TFormat.Unpack(r, place).Value;
            sum += weights[3] * TFormat.Unpack(s, place).Value;
            target.Store(at, new(sum));
        }
    }

    private static Word1 At(DeviceView design, long place) => Real1.Bits(design.Load(place));

    /// <summary>The column at place 0 of a word; the others follow 16 apart, see <see cref="IEntryFormat{TReal, TWord}.Columns"/>.</summary>
    private static int FirstColumn<TFormat>(int word)
        where TFormat : struct, IEntryFormat<Real1, Word1> => TFormat.Columns == 1 ? word : ((word >> 4) * 16 * TFormat.Columns) + (word & 15);
}
