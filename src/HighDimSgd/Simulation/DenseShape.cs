using HighDimSgd.Experiments;

namespace HighDimSgd.Simulation;

/// <summary>Memory shape of one replica with a stored float32 design.</summary>
/// <param name="Size">Dimension d.</param>
/// <param name="Samples">Samples n.</param>
internal readonly record struct DenseShape(int Size, int Samples)
{
    /// <summary>Replicas of a design that advance together.</summary>
    public static int Together(Experiment experiment) => Math.Min(experiment.ReplicasPerDesign, 16);

    /// <summary>
    /// Elements from one row to the next: d rounded up to 16, and 16 more where rows would fall on the same cache sets.
    /// </summary>
    public int RowStride
    {
        get
        {
            int stride = (Size + 15) / 16 * 16;
            return stride % 1024 == 0 ? stride + 16 : stride;
        }
    }

    /// <summary>Samples and at least 16 more, rounded up to 64; the padding rows of the design are zero.</summary>
    public int PaddedSamples => (Samples + 16 + 63) / 64 * 64;

    /// <summary>Elements of the design.</summary>
    public long DesignLength => (long)PaddedSamples * RowStride;

    /// <summary>Bytes of a design with so many replicas on it.</summary>
    public long Bytes(int replicas) =>
        sizeof(float) * (DesignLength + RowStride + PaddedSamples + (replicas * ((2L * RowStride) + (5L * PaddedSamples))));
}
