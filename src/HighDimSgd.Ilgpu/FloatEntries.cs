using HighDimSgd.Kernels;
using HighDimSgd.Kernels.Random;

namespace HighDimSgd.Ilgpu;

/// <summary>Entries of 32 bits, as a format among those of fewer: a word is a column.</summary>
public readonly struct FloatEntries : IEntryFormat<Real1, Word1>
{
    /// <inheritdoc/>
    public static int Columns => 1;

    /// <inheritdoc/>
    public static double Deviation => 1;

    /// <inheritdoc/>
    public static double FourthMoment => 3;

    /// <inheritdoc/>
    public static Word1 Pack(Four<Real1> normals) => Real1.Bits(normals.A);

    /// <inheritdoc/>
    public static Real1 Unpack(Word1 word, int place) => Word1.AsReal(word);
}
