using HighDimSgd.Experiments;

namespace HighDimSgd.Models;

/// <summary>
/// The law of a jump clock as integer thresholds: the count over one step is the number of thresholds that a random word reaches.
/// </summary>
/// <param name="Jump">Increment per count.</param>
/// <param name="Thresholds">Threshold j is 2^32 P(count at most j), ascending, the last below 2^32.</param>
public sealed record JumpTable(double Jump, IReadOnlyList<uint> Thresholds)
{
    /// <summary>Largest mean count per step that has a table.</summary>
    public const double MaxMean = 256;

    /// <summary>Poisson counts of a mean at most <see cref="MaxMean"/>.</summary>
    /// <param name="mean">Mean count per step, D/(tau delta).</param>
    /// <param name="jump">Jump, tau delta.</param>
    public static JumpTable Poisson(double mean, double jump)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(mean, MaxMean);
        var thresholds = new List<uint>();
        double probability = Math.Exp(-mean), cumulative = probability;
        for (int count = 1; ; count++)
        {
            double threshold = Math.Round(cumulative * 4294967296.0);
            if (threshold >= 4294967296.0)
                return new(jump, thresholds);
            thresholds.Add((uint)threshold);
            probability *= mean / count;
            if (count > mean && probability < 1e-12)
                return new(jump, thresholds);
            cumulative += probability;
        }
    }

    /// <summary>One jump with probability <paramref name="fraction"/>.</summary>
    /// <param name="fraction">Batch fraction b in (0, 1].</param>
    /// <param name="jump">Jump, D/b.</param>
    public static JumpTable Bernoulli(double fraction, double jump) =>
        new(jump, [(uint)Math.Min(Math.Round((1 - fraction) * 4294967296.0), uint.MaxValue)]);

    /// <summary>The table of an algorithm with a jump clock.</summary>
    public static JumpTable Of(AlgorithmSpec algorithm, double aspect)
    {
        ArgumentNullException.ThrowIfNull(algorithm);
        double visit = algorithm.Temperature * aspect;
        return algorithm.Kind == ClockKind.Poisson
            ? Poisson(algorithm.Step / visit, visit)
            : Bernoulli(algorithm.Fraction, algorithm.Step / algorithm.Fraction);
    }
}
