using HighDimSgd.Kernels;

namespace HighDimSgd.Ilgpu;

/// <summary>One half of a table of signs: for each of its lanes, words whose set bits are -1.</summary>
/// <param name="signs">The tables.</param>
/// <param name="layout">Where the word of a lane lies.</param>
/// <param name="words">Words of a lane.</param>
public readonly struct SignedSums(Slots<Real1, Word1, DeviceView> signs, TableLayout layout, int words)
{
    private readonly Slots<Real1, Word1, DeviceView> signs = signs;
    private readonly TableLayout layout = layout;
    private readonly int words = words;

    /// <summary>The sum of the values with a lane's signs, joined word by word.</summary>
    public float Of(int slot, int lane, Slots<Real1, Word1, DeviceView> values)
    {
        float sum = 0f;
        for (int word = 0; word < words; word++)
        {
            Word1 bits = Real1.Bits(signs.Load(slot, layout.At(word, lane)));
            float part = 0f;
            for (int bit = 0; bit < 32; bit++)
            {
                Word1 sign = Word1.ShiftLeft(Word1.ShiftRight(bits, bit), 31);
                part += Word1.AsReal(Real1.Bits(values.Load(slot, (32 * word) + bit)) ^ sign).Value;
            }

            sum += part;
        }

        return sum;
    }
}

/// <summary>First half of the skeleton <c>SignPass</c>: products and weights, a thread per row. Outer index: slot; index: row, or padding.</summary>
/// <param name="sums">Words of the rows.</param>
/// <param name="theta">Parameters.</param>
/// <param name="weights">Receives the weights, 0 past the rows.</param>
/// <param name="rows">Rows n.</param>
/// <param name="body">The row body.</param>
public readonly struct SignRow<TBody>(
    SignedSums sums, Slots<Real1, Word1, DeviceView> theta, Slots<Real1, Word1, DeviceView> weights, int rows, TBody body) : IForBody
    where TBody : struct, IRowBody<Real1>
{
    private readonly SignedSums sums = sums;
    private readonly Slots<Real1, Word1, DeviceView> theta = theta;
    private readonly Slots<Real1, Word1, DeviceView> weights = weights;
    private readonly int rows = rows;
    private readonly TBody body = body;

    /// <inheritdoc/>
    public void Run(int outer, int index)
    {
        float weight = 0f;
        if (index < rows)
            weight = body.Run(outer, index, new(sums.Of(outer, index, theta))).Value;
        weights.Store(outer, index, new(weight));
    }
}

/// <summary>Second half: the gradient, a thread per column. Outer index: slot; index: column, or padding, which receives 0.</summary>
/// <param name="sums">Words of the columns.</param>
/// <param name="weights">The weights.</param>
/// <param name="gradient">Receives the gradients.</param>
/// <param name="columns">Columns d.</param>
public readonly struct SignColumn(
    SignedSums sums, Slots<Real1, Word1, DeviceView> weights, Slots<Real1, Word1, DeviceView> gradient, int columns) : IForBody
{
    private readonly SignedSums sums = sums;
    private readonly Slots<Real1, Word1, DeviceView> weights = weights;
    private readonly Slots<Real1, Word1, DeviceView> gradient = gradient;
    private readonly int columns = columns;

    /// <inheritdoc/>
    public void Run(int outer, int index) =>
        gradient.Store(outer, index, new(index < columns ? sums.Of(outer, index, weights) : 0f));
}
