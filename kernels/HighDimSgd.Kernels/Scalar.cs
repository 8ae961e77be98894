namespace HighDimSgd.Kernels;

/// <summary>One real: what a GPU thread works on, and the reference for the wider lanes.</summary>
/// <param name="value">The number.</param>
public readonly struct Real1(float value) : IReal<Real1, Word1>
{
    /// <summary>The number.</summary>
    public readonly float Value = value;

    /// <inheritdoc/>
    public static Real1 operator +(Real1 a, Real1 b) => new(a.Value + b.Value);

    /// <inheritdoc/>
    public static Real1 operator -(Real1 a, Real1 b) => new(a.Value - b.Value);

    /// <inheritdoc/>
    public static Real1 operator *(Real1 a, Real1 b) => new(a.Value * b.Value);

    /// <inheritdoc/>
    public static Real1 operator /(Real1 a, Real1 b) => new(a.Value / b.Value);

    /// <inheritdoc/>
    public static Real1 Of(float x) => new(x);

    /// <inheritdoc/>
    public static Real1 Sqrt(Real1 x) => new(MathF.Sqrt(x.Value));

    /// <inheritdoc/>
    public static Real1 WhereLess(Real1 a, Real1 b, Real1 yes, Real1 no)
    {
        // ILGPU 1.5.3 turns c < x with a constant c into "x > c or unordered", so NaN is asked about by itself.
        bool less = a.Value < b.Value & !float.IsNaN(b.Value);
        return less ? yes : no;
    }

    // The signed forms: ILGPU knows no others.

    /// <inheritdoc/>
    public static Word1 Bits(Real1 x) => new((uint)BitConverter.SingleToInt32Bits(x.Value));
}

/// <summary>One word.</summary>
/// <param name="value">The word.</param>
public readonly struct Word1(uint value) : IWord<Real1, Word1>
{
    /// <summary>The word.</summary>
    public readonly uint Value = value;

    /// <inheritdoc/>
    public static Word1 operator +(Word1 a, Word1 b) => new(a.Value + b.Value);

    /// <inheritdoc/>
    public static Word1 operator -(Word1 a, Word1 b) => new(a.Value - b.Value);

    /// <inheritdoc/>
    public static Word1 operator ^(Word1 a, Word1 b) => new(a.Value ^ b.Value);

    /// <inheritdoc/>
    public static Word1 operator &(Word1 a, Word1 b) => new(a.Value & b.Value);

    /// <inheritdoc/>
    public static Word1 Of(uint x) => new(x);

    /// <inheritdoc/>
    public static Word1 Sequence(uint first) => new(first);

    /// <inheritdoc/>
    public static Word1 MultiplyLow(Word1 a, uint b) => new(a.Value * b);

    /// <inheritdoc/>
    public static Word1 MultiplyHigh(Word1 a, uint b) => new((uint)(((ulong)a.Value * b) >> 32));

    /// <inheritdoc/>
    public static Word1 ShiftLeft(Word1 a, int count) => new(a.Value << count);

    /// <inheritdoc/>
    public static Word1 ShiftRight(Word1 a, int count) => new(a.Value >> count);

    /// <inheritdoc/>
    public static Word1 ShiftRight(Word1 a, Word1 counts) => new(a.Value >> (int)counts.Value);

    /// <inheritdoc/>
    public static Word1 ShiftRightSigned(Word1 a, int count) => new((uint)((int)a.Value >> count));

    /// <inheritdoc/>
    public static Real1 AtLeast(Word1 a, Word1 b) => new(a.Value >= b.Value ? 1f : 0f);

    /// <inheritdoc/>
    public static Real1 ToReal(Word1 a) => new((int)a.Value);

    /// <inheritdoc/>
    public static Real1 AsReal(Word1 a) => new(BitConverter.Int32BitsToSingle((int)a.Value));
}
