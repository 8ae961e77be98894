namespace HighDimSgd.Results;

/// <summary>
/// Where the variance of an observable comes from, by record time: one replica's variance is data + noise, and the mean over G
/// designs of P replicas each has the variance (data + noise/P)/G. Estimates of the one-way random effects model (Searle, Casella,
/// McCulloch, Variance Components, 1992, section 3.6), unbiased; that of the data may be negative where the noise dominates.
/// Errors are jackknifed over designs.
/// </summary>
/// <param name="Data">Variance between designs: design, teacher, labels and start.</param>
/// <param name="DataError">Its standard error.</param>
/// <param name="Noise">Variance between replicas of one design: the algorithm's own randomness.</param>
/// <param name="NoiseError">Its standard error.</param>
/// <param name="Share">Intraclass correlation data/(data + noise).</param>
/// <param name="ShareError">Its standard error.</param>
public sealed record VarianceComponents(
    double[] Data, double[] DataError, double[] Noise, double[] NoiseError, double[] Share, double[] ShareError)
{
    /// <summary>Variance of the mean over <paramref name="designs"/> designs of <paramref name="replicasPerDesign"/> replicas each.</summary>
    /// <param name="time">Index of the record time.</param>
    /// <param name="designs">Number of designs G.</param>
    /// <param name="replicasPerDesign">Replicas per design P.</param>
    public double VarianceOfMean(int time, int designs, int replicasPerDesign) =>
        (Data[time] + (Noise[time] / replicasPerDesign)) / designs;

    /// <summary>
    /// The replicas per design that give the smallest variance of the mean for a given cost, sqrt(kappa noise/data), as a real number of
    /// at least 1. Infinite where no variance of the data was seen, NaN where there is no variance at all.
    /// </summary>
    /// <param name="time">Index of the record time.</param>
    /// <param name="costRatio">kappa: cost of drawing a new design in units of the cost of one run on it.</param>
    public double BestReplicasPerDesign(int time, double costRatio)
    {
        if (!(Noise[time] > 0))
            return Data[time] > 0 ? 1 : double.NaN;
        return Data[time] > 0 ? Math.Max(1, Math.Sqrt(costRatio * Noise[time] / Data[time])) : double.PositiveInfinity;
    }
}
