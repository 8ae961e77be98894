namespace HighDimSgd.Statistics;

/// <summary>Mean and spread of independent values, such as those of the sweeps at one time.</summary>
/// <param name="Mean">Their mean.</param>
/// <param name="Variance">Their sample variance.</param>
/// <param name="Count">Their number, at least two.</param>
internal readonly record struct Sample(double Mean, double Variance, int Count)
{
    /// <summary>Standard error of the mean.</summary>
    public double Error => Math.Sqrt(Variance / Count);

    /// <summary>The sample of some values.</summary>
    public static Sample Of(IReadOnlyCollection<double> values)
    {
        double mean = values.Average();
        return new(mean, values.Sum(v => (v - mean) * (v - mean)) / (values.Count - 1), values.Count);
    }
}
