using HighDimSgd.Results;

namespace HighDimSgd.Statistics;

/// <summary>
/// The independent units of a simulation. Replicas that share a design are not independent of each other, designs are; so every
/// error over replicas is taken over the designs' means. Every design counts the same, however many of its replicas diverged.
/// </summary>
internal static class Designs
{
    /// <summary>The replicas of each design that did not diverge; designs with none left are left out.</summary>
    public static int[][] Kept(SizeCurves curves) =>
    [
        .. Enumerable.Range(0, curves.Replicas).Except(curves.Diverged).Order()
            .GroupBy(r => r / curves.ReplicasPerDesign).Select(g => g.ToArray()),
    ];

    /// <summary>Means over the replicas of each design, shape (designs, times).</summary>
    /// <param name="values">Values by replica and time.</param>
    /// <param name="designs">Replicas by design.</param>
    public static double[,] Means(double[,] values, int[][] designs)
    {
        var means = new double[designs.Length, values.GetLength(1)];
        for (int g = 0; g < designs.Length; g++)
        {
            for (int t = 0; t < means.GetLength(1); t++)
                means[g, t] = Mean(values, designs[g], t);
        }

        return means;
    }

    /// <summary>Means of an observable over the replicas of each design, shape (designs, times).</summary>
    public static double[,] Means(SizeCurves curves, int observable) => Means(curves.Values[observable], Kept(curves));

    /// <summary>Mean about the first value, which is exact where all are equal.</summary>
    public static double Mean(double[,] values, int[] replicas, int time)
    {
        double first = values[replicas[0], time], sum = 0;
        foreach (int r in replicas)
            sum += values[r, time] - first;
        return first + (sum / replicas.Length);
    }
}
