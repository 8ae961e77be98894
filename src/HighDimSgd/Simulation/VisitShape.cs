namespace HighDimSgd.Simulation;

/// <summary>How many iterations of multi-pass SGD are prepared together.</summary>
/// <param name="SamplesPerIteration">Samples of an iteration.</param>
/// <param name="IsAlone">True where a replica runs by itself, false where many run side by side.</param>
internal readonly record struct VisitShape(int SamplesPerIteration, bool IsAlone)
{
    /// <summary>Draws of a replica whose words are made together.</summary>
    public const int Block = 4096;

    /// <summary>Words of a draw.</summary>
    public const int Words = 4;

    // Enough to share the cost of a call, and for a replica by itself few enough for the first-level cache.
    private const int FewVisits = 1024, ManyVisits = 4096;

    /// <summary>Iterations.</summary>
    public int Iterations => Math.Max(1, (IsAlone ? FewVisits : ManyVisits) / SamplesPerIteration);

    /// <summary>Visits of a replica in them.</summary>
    public int Visits => Iterations * SamplesPerIteration;

    /// <summary>Bytes of a replica: the words of its draws; visits with their labels and factors.</summary>
    public long Bytes => sizeof(float) * ((Words * Block) + (3L * Visits));
}
