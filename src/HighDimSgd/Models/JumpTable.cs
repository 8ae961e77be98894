using HighDimSgd.Experiments;

namespace HighDimSgd.Models;

/// <summary>
/// The law of a jump clock as integer thresholds: the increment over one step is the start plus the sum of the jumps whose thresholds a
/// random word reaches.
/// </summary>
/// <param name="Start">The lowest increment.</param>
/// <param name="Thresholds">Threshold j is 2^32 times the chance of the outcomes up to j, ascending, the last below 2^32.</param>
/// <param name="Jumps">What passing each threshold adds.</param>
public sealed record JumpTable(double Start, IReadOnlyList<uint> Thresholds, IReadOnlyList<double> Jumps)
{
    /// <summary>Largest mean count per step and clock that has a table.</summary>
    public const double MaxMean = 256;

    /// <summary>Smallest mean count per step whose chance 32 bits hold to a part in a thousand.</summary>
    public const double LeastMean = 1e-6;

    /// <summary>Largest mean count of each of two clocks, whose outcomes come in pairs.</summary>
    public const double MaxPairedMean = 4;

    private const double Words = 4294967296.0;
    private const double Negligible = 1e-12;

    /// <summary>Poisson counts of a mean at most <see cref="MaxMean"/>.</summary>
    /// <param name="mean">Mean count per step, D/(tau delta).</param>
    /// <param name="jump">Jump, tau delta.</param>
    public static JumpTable Poisson(double mean, double jump)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(mean, MaxMean);
        return Of(Counts(mean).Select(c => (jump * c.Count, c.Chance)));
    }

    /// <summary>One jump with probability <paramref name="fraction"/>.</summary>
    /// <param name="fraction">Batch fraction b in (0, 1].</param>
    /// <param name="jump">Jump, D/b.</param>
    public static JumpTable Bernoulli(double fraction, double jump) =>
        new(0, [(uint)Math.Min(Math.Round((1 - fraction) * Words), uint.MaxValue)], [jump]);

    /// <summary>
    /// Two independent Poisson clocks with the weights (1+s)/2 and (1-s)/2, s = sqrt(2l-1): the law of SVAG at amplification l (Li, Malladi and Arora, arXiv 2102.12470).
    /// </summary>
    /// <param name="amplification">l, at least 1.</param>
    /// <param name="mean">Mean count of each clock per step, D l/(tau delta), at most <see cref="MaxPairedMean"/>.</param>
    /// <param name="jump">Jump of each, tau delta/l.</param>
    public static JumpTable TwoClocks(int amplification, double mean, double jump)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(mean, MaxPairedMean);
        double s = Math.Sqrt((2.0 * amplification) - 1);
        return Of(Counts(mean).SelectMany(_ => Counts(mean), (a, b) =>
            (jump * (((1 + s) / 2 * a.Count) + ((1 - s) / 2 * b.Count)), a.Chance * b.Chance)));
    }

    /// <summary>The table of an algorithm with a jump clock.</summary>
    public static JumpTable Of(AlgorithmSpec algorithm, double aspect)
    {
        ArgumentNullException.ThrowIfNull(algorithm);
        double visit = algorithm.Temperature * aspect;
        return algorithm.Kind switch
        {
            ClockKind.Poisson => Poisson(algorithm.Step / visit, visit),
            ClockKind.TwoClock => TwoClocks(
                algorithm.Amplification, algorithm.Step * algorithm.Amplification / visit, visit / algorithm.Amplification),
            ClockKind.Table => Of(algorithm.Weights.Zip(algorithm.Chances, (w, p) => (algorithm.Step * w, p))),
            _ => Bernoulli(algorithm.Fraction, algorithm.Step / algorithm.Fraction),
        };
    }

    private static IEnumerable<(int Count, double Chance)> Counts(double mean)
    {
        double chance = Math.Exp(-mean);
        for (int count = 0; count <= mean || chance > Negligible; chance *= mean / ++count)
            yield return (count, chance);
    }

    /// <summary>Outcomes in ascending order; one whose chance is below the words' resolution is passed over.</summary>
    private static JumpTable Of(IEnumerable<(double Value, double Chance)> outcomes)
    {
        (double Value, double Chance)[] sorted = [.. outcomes.GroupBy(o => o.Value).Select(g => (g.Key, g.Sum(o => o.Chance))).OrderBy(o => o.Key)];
        var (thresholds, jumps) = (new List<uint>(), new List<double>());
        double start = sorted[0].Value, last = start, cumulative = 0;
        for (int i = 0; i < sorted.Length; i++)
        {
            double below = Math.Round(cumulative * Words);
            cumulative += sorted[i].Chance;
            if (Math.Min(Math.Round(cumulative * Words), Words) <= below || below >= Words)
                continue;
            if (below == 0)
            {
                start = last = sorted[i].Value;
                continue;
            }

            thresholds.Add((uint)below);
            jumps.Add(sorted[i].Value - last);
            last = sorted[i].Value;
        }

        return new(start, thresholds, jumps);
    }
}
