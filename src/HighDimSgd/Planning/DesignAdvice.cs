using System.Globalization;
using HighDimSgd.Results;

namespace HighDimSgd.Planning;

/// <summary>
/// Which of the two to buy, designs or runs on them. The mean over G designs of P runs has variance (data + noise/P)/G; with a single run for
/// the unit of cost and kappa for a design, the same error costs in proportion to (kappa + c(P))(data + noise/P). Runs on one design share the
/// work four by four: c(1) = 1, c(P) = 4 g ceil(P/4).
/// </summary>
/// <param name="Components">Variances at one record time or several.</param>
/// <param name="Time">Index of the record time.</param>
/// <param name="CostRatio">kappa: cost of drawing a design in units of a single run on it.</param>
/// <param name="Together">g: cost of one of many runs on a design in the same units.</param>
internal sealed record DesignAdvice(VarianceComponents Components, int Time, double CostRatio, double Together)
{
    /// <summary>Runs that go abreast.</summary>
    public const int Abreast = 4;

    /// <summary>g from the cost of a design with P runs over that of one with a single run.</summary>
    public static double TogetherOf(double costRatio, int replicasPerDesign, double ratio) =>
        Math.Max(0.01, (ratio * (costRatio + 1)) - costRatio) / Tiled(replicasPerDesign);

    /// <summary>The record time at which one run varies most.</summary>
    public static int WidestTime(VarianceComponents components) => Enumerable.Range(0, components.Data.Length)
        .MaxBy(t => components.Data[t] + components.Noise[t] is var v && double.IsFinite(v) ? v : double.NegativeInfinity);

    /// <summary>Cost of a given error with P runs per design, up to a factor that P has no part in.</summary>
    public double Cost(int replicasPerDesign) =>
        (CostRatio + Runs(replicasPerDesign)) * Components.VarianceOfMean(Time, 1, replicasPerDesign);

    /// <summary>The cheapest whole number of runs per design; null where no variance of the data is seen, and more are always cheaper.</summary>
    public int? Best
    {
        get
        {
            double best = Components.BestReplicasPerDesign(Time, CostRatio / Together);
            if (double.IsInfinity(best))
                return null;
            // Over whole fours the cost is convex.
            int below = (int)best / Abreast * Abreast;
            return new[] { 1, Math.Max(Abreast, below), below + Abreast }.MinBy(Cost);
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
            $"At d = {pilot.Size} and t = {pilot.Times[Time]:g4}, noise is {100 * share:f0} ± {100 * error:f0} % of the variance of {observable}, a new design costs {CostRatio:g2} runs and one of several runs on it {Together:g2}: ");
        if (Best is not { } best)
        {
            return found + string.Create(
                CultureInfo.InvariantCulture,
                $"the more replicas per design the cheaper, down to {Together * written / (CostRatio + Runs(written)):g2} of the time.");
        }

        return found + (best == written
            ? $"{Replicas(best)} per design {Is(best)} cheapest."
            : string.Create(
                CultureInfo.InvariantCulture, $"{Replicas(best)} per design would give the same error in {Cost(best) / Cost(written):g2} of the time."));
    }

    private double Runs(int replicasPerDesign) => replicasPerDesign == 1 ? 1 : Together * Tiled(replicasPerDesign);

    private static int Tiled(int replicasPerDesign) => (replicasPerDesign + Abreast - 1) / Abreast * Abreast;

    private static string Replicas(int count) => count == 1 ? "1 replica" : string.Create(CultureInfo.InvariantCulture, $"{count} replicas");

    private static string Is(int count) => count == 1 ? "is" : "are";
}
