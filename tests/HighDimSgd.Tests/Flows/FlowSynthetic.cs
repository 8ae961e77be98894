using HighDimSgd.Flows;

namespace HighDimSgd.Tests.Flows;

/// <summary>Made-up means of blocks with known differences, and what is made of them: nothing is simulated.</summary>
internal static class FlowSynthetic
{
    /// <summary>
    /// smf1 differs from sgd by 0.3 eta, smf2 by -0.25 eta^2, and sme2 like smf2 in one point and by 0.4 eta in two, with noise that is small beside that.
    /// <paramref name="order"/> is the true order of smf2.
    /// </summary>
    public static FlowResult Orders(double order = 2)
    {
        FlowExperiment experiment = FlowExperiment.Parse(FlowSamples.With(FlowSamples.TwoPoints, "problem: multiplicative", "problem: {kind: multiplicative, cubic: 1}"), "f") with { Replicas = 40 * FlowExperiment.Block };
        return Of(experiment, (run, statistic, time) => time * (run.Algorithm switch
        {
            FlowAlgorithm.Smf1 => 0.3 * run.Rate,
            FlowAlgorithm.Sme2 when statistic > 0 => 0.4 * run.Rate,
            FlowAlgorithm.Smf2 or FlowAlgorithm.Sme2 => -0.25 * Math.Pow(run.Rate, order),
            _ => 0,
        }) + Math.Exp(-time) + (0.1 * statistic));
    }

    /// <summary>A stationary state in balance at decay 0.05: sgd and an equation whose norm is half of sgd's at the large rate.</summary>
    public static FlowResult Stationary() => Of(FlowExperiment.Parse(FlowSamples.Stationary, "f"), (run, statistic, _) =>
    {
        double factor = run is { Algorithm: FlowAlgorithm.Sme1, Rate: > 1 } ? 0.5 : 1, norm = 2 * factor, noise = 0.15 * factor * (2 / run.Rate);
        return statistic switch { 0 => norm, 1 => 0.05 * factor, _ => noise };
    }, noise: 0.002);

    /// <summary>Nothing but finite numbers in sgd, and a run of which a block diverged.</summary>
    public static FlowResult Diverged()
    {
        FlowResult whole = Orders();
        FlowRun lost = whole.Experiment.Runs.First(r => r.Algorithm == FlowAlgorithm.Smf2);
        var blocks = whole.Blocks.ToDictionary(b => b.Key, b => b.Value);
        blocks[lost] = blocks[lost].ToDictionary(s => s.Key, s =>
        {
            var table = (double[,])s.Value.Clone();
            (table[1, 1], table[1, 2]) = (double.NaN, double.PositiveInfinity);
            return table;
        });
        return FlowAnalysis.Of(whole.Experiment, blocks);
    }

    private static FlowResult Of(FlowExperiment experiment, Func<FlowRun, int, double, double> mean, double noise = 1e-5)
    {
        var random = new Random(20261121);
        var blocks = new Dictionary<FlowRun, IReadOnlyDictionary<string, double[,]>>();
        foreach (FlowRun run in experiment.Runs)
        {
            blocks[run] = experiment.Statistics.Index().ToDictionary(s => s.Item, s =>
            {
                var table = new double[experiment.Blocks, experiment.Times.Count];
                for (int b = 0; b < experiment.Blocks; b++)
                {
                    for (int t = 0; t < experiment.Times.Count; t++)
                        table[b, t] = mean(run, s.Index, experiment.Times[t]) + (noise * (random.NextDouble() - 0.5));
                }

                return table;
            });
        }

        return FlowAnalysis.Of(experiment, blocks);
    }
}
