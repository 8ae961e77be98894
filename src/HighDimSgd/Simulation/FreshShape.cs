namespace HighDimSgd.Simulation;

/// <summary>Memory shape of a replica that learns from fresh samples, a chunk of iterations at a time.</summary>
/// <param name="Size">Dimension d.</param>
/// <param name="Batch">Batch size B.</param>
internal readonly record struct FreshShape(int Size, int Batch)
{
    // Rows that are drawn together: enough to share their cost, few enough for the second-level cache.
    private const int Target = 64;

    /// <summary>Iterations per chunk. Its samples are a multiple of 4, since random numbers come in blocks of four rows.</summary>
    public int Iterations => Batch % 4 == 0 ? Math.Max(1, Target / Batch) : 4 * Math.Max(1, Target / (4 * Batch));

    /// <summary>Samples per chunk.</summary>
    public int Samples => Iterations * Batch;

    /// <summary>Elements from one row to the next.</summary>
    public int RowStride => new DenseShape(Size, 0).RowStride;

    /// <summary>Samples and the 16 more that a row pass may touch.</summary>
    public int PaddedSamples => Samples + 16;

    /// <summary>Bytes of one replica.</summary>
    public long Bytes => sizeof(float) * (((long)PaddedSamples * RowStride) + (3L * RowStride) + (2L * PaddedSamples));
}
