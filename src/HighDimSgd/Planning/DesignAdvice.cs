using System.Globalization;
using HighDimSgd.Results;

namespace HighDimSgd.Planning;

/// <summary>
/// Which of the two to buy, designs or runs on them. The mean over G designs of P runs has variance (data + noise/P)/G; with a run for
/// the unit of cost and kappa for a design, the same error costs in proportion to (kappa + P)(data + noise/P).
/// </summary>
/// <param name="Components">Variances at one record time or several.</param>
/// <param name="Time">Index of the record time.</param>
/// <param name="CostRatio">kappa: cost of drawing a design in units of a run on it.</param>
internal sealed record DesignAdvice(VarianceComponents Components, int Time, double CostRatio)
{
    /// <summary>The record time at which one run varies most.</summary>
    public static int WidestTime(VarianceComponents components) => Enumerable.Range(0, components.Data.Length)
        .MaxBy(t => components.Data[t] + components.Noise[t] is var v && double.IsFinite(v) ? v : double.NegativeInfinity);

    /// <summary>Cost of a given error with P runs per design, up to a factor that P has no part in.</summary>
    public double Cost(int replicasPerDesign) =>
        (CostRatio + replicasPerDesign) * Components.VarianceOfMean(Time, 1, replicasPerDesign);

    /// <summary>The cheapest whole number of runs per design; null where no variance of the data is seen, and more are always cheaper.</summary>
    public int? Best
    {
        get
        {
            double best = Components.BestReplicasPerDesign(Time, CostRatio);
            if (double.IsInfinity(best))
                return null;
            // The cost is convex in P.
            int below = (int)best;
            return Cost(below + 1) < Cost(below) ? below + 1 : below;
        }
    }

    /// <summary>The advice in one line.</summary>
    /// <param name="observable">The observable.</param>
    /// <param name="pilot">What the variances are from.</param>
    /// <param name="written">Replicas per design as the experiment is written.</param>
    public string Words(string observable, SizeCurves pilot, int written)
    {
        (double data, double noise) = (Components.Data[Time], Components.Noise[Time]);
        double share = Math.Clamp(noise / (data + noise), 0, 1), error = Components.ShareError[Time];
        string found = string.Create(
            CultureInfo.InvariantCulture,
            $"At d = {pilot.Size} and t = {pilot.Times[Time]:g4}, noise is {100 * share:f0} ± {100 * error:f0} % of the variance of {observable} and a new design costs {CostRatio:g2} runs: ");
        if (Best is not { } best)
        {
            return found + string.Create(
                CultureInfo.InvariantCulture,
                $"the more replicas per design the cheaper, down to {written / (CostRatio + written):g2} of the time.");
        }

        return found + (best == written
            ? $"{Replicas(best)} per design {Is(best)} cheapest."
            : string.Create(
                CultureInfo.InvariantCulture, $"{Replicas(best)} per design would give the same error in {Cost(best) / Cost(written):g2} of the time."));
    }

    private static string Replicas(int count) => count == 1 ? "1 replica" : string.Create(CultureInfo.InvariantCulture, $"{count} replicas");

    private static string Is(int count) => count == 1 ? "is" : "are";
}
