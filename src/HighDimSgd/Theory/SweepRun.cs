using HighDimSgd.Experiments;

namespace HighDimSgd.Theory;

/// <summary>The sweeps of one clock at one step.</summary>
/// <param name="Experiment">The experiment with that clock and step, recorded at whole steps.</param>
/// <param name="Name">Name of its units of work.</param>
/// <param name="Title">Name in words.</param>
/// <param name="Refinement">1, 2 or 4, see <see cref="DmftSweeps"/>.</param>
internal sealed record SweepRun(Experiment Experiment, string Name, string Title, int Refinement)
{
    /// <summary>All that the theories of an experiment take, those of its own limit first.</summary>
    public static IEnumerable<SweepRun> All(Experiment experiment) => experiment.IsOnline ? []
        : experiment.Further.Prepend(experiment.Limit).OfType<Experiment>().SelectMany(variant => Of(variant, experiment.Algorithm.IsIterative));

    /// <summary>What the theory of a clock takes: a single run at the clock's own step, or one for each level of the extrapolation to none.</summary>
    /// <param name="variant">The experiment with the clock.</param>
    /// <param name="inContinuousTime">True for the clock of a limit of true iterations.</param>
    public static IReadOnlyList<SweepRun> Of(Experiment variant, bool inContinuousTime)
    {
        if (inContinuousTime)
            return StepExtrapolation.Runs(variant);
        string name = variant.TheoryName;
        return [new(variant, name, name, 1)];
    }
}
