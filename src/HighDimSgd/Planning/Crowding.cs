namespace HighDimSgd.Planning;

/// <summary>
/// Wall-clock over computing time, summed over all measures of a plan: above 1 where others compute beside them, or where there are more
/// threads than processors. Measures are taken in computing time and share this factor, since a short one may see none or all of a rival.
/// </summary>
internal sealed class Crowding
{
    private double wall, computing;

    /// <summary>The factor, at least 1.</summary>
    public double Factor => computing > 0 ? Math.Max(1, wall / computing) : 1;

    /// <summary>Takes in a measure.</summary>
    /// <param name="wallSeconds">Wall-clock seconds, summed over the threads at work.</param>
    /// <param name="computingSeconds">Their computing seconds.</param>
    public void Add(double wallSeconds, double computingSeconds)
    {
        wall += wallSeconds;
        computing += computingSeconds;
    }
}
