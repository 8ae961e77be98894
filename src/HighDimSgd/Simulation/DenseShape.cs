using HighDimSgd.Devices;
using HighDimSgd.Experiments;
using HighDimSgd.Kernels;

namespace HighDimSgd.Simulation;

/// <summary>Memory shape of one replica with a stored design.</summary>
/// <param name="Size">Dimension d.</param>
/// <param name="Samples">Samples n.</param>
/// <param name="Storage">Storage of the design's entries; 32-bit floats unless it is one of fewer bits.</param>
internal readonly record struct DenseShape(int Size, int Samples, DesignStorage Storage = DesignStorage.Float32)
{
    /// <summary>Columns in a 32-bit element.</summary>
    public int Columns => Storage == DesignStorage.Int8 ? 4 : Storage == DesignStorage.BFloat16 ? 2 : 1;

    /// <summary>Replicas of a design that advance together; two starts do so by themselves.</summary>
    public static int Together(Experiment experiment) => experiment.Second is null ? Math.Min(experiment.ReplicasPerDesign, 16) : 1;

    /// <summary>
    /// Columns from one row to the next: d rounded up to 16 elements, and 16 more where rows would fall on the same cache sets.
    /// </summary>
    public int RowStride
    {
        get
        {
            int block = 16 * Columns, stride = (Size + block - 1) / block * block;
            return Columns == 1 && stride % 1024 == 0 ? stride + block : stride;
        }
    }

    /// <summary>Samples and at least 16 more, rounded up to 64; the padding rows of the design are zero.</summary>
    public int PaddedSamples => (Samples + 16 + 63) / 64 * 64;

    /// <summary>Shape of the design as a table of signs.</summary>
    public SignTable Signs => new(Samples, Size);

    /// <summary>32-bit elements of the design.</summary>
    public long DesignLength => Storage == DesignStorage.Bit
        ? Signs.Length
        : (long)PaddedSamples * RowStride / Columns;

    /// <summary>Bytes of a design with so many replicas on it.</summary>
    public long Bytes(int replicas) =>
        sizeof(float) * (DesignLength + RowStride + PaddedSamples + (replicas * ((2L * RowStride) + ((1L + StepGroup.Size) * PaddedSamples))));
}
