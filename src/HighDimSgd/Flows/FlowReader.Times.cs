using HighDimSgd.Experiments;

namespace HighDimSgd.Flows;

/// <content>Record times: whole numbers of iterations of every rate.</content>
internal sealed partial class FlowReader
{
    private double[] Times(IReadOnlyList<double> rates)
    {
        double horizon = file.Get(FlowKeys.Horizon);
        foreach (double rate in rates)
        {
            double ratio = horizon / rate;
            if (!ExperimentReader.IsWhole(ratio, out long whole) || whole < 1)
            {
                double below = Math.Floor(ratio);
                string near = below < 1 ? Text(rate) : $"{Text(below * rate)} or {Text((below + 1) * rate)}";
                throw file.Refuse(FlowKeys.Horizon, $"{Text(horizon)} is not a whole number of iterations of rate {Text(rate)}; allowed nearby: {near}");
            }
        }

        Section record = file.Get(FlowKeys.Record);
        if (record.Has(FlowKeys.Points) && record.Has(FlowKeys.Times))
            throw record.Refuse(FlowKeys.Times, "points and times are both given; allowed: one of them");
        if (record.Has(FlowKeys.Times))
            return Given(record, horizon, rates);
        int points = record.GetInt(FlowKeys.Points);
        return Fits(points) ? HighDimSgd.Experiments.Experiment.EvenTimes(points, horizon) : throw record.Refuse(
            FlowKeys.Points, $"{points} times spread evenly over {Text(horizon)} are not all whole numbers of iterations of every rate; allowed nearby: {Nearby()}");

        bool Fits(int count) => rates.All(rate => (long)Math.Round(horizon / rate) % (count - 1) == 0);
        string Nearby()
        {
            int below = Enumerable.Range(2, points - 2).Last(Fits), above = Enumerable.Range(points, points).FirstOrDefault(Fits);
            return above > 0 ? $"{below} or {above}" : $"{below}";
        }
    }

    private static double[] Given(Section record, double horizon, IReadOnlyList<double> rates)
    {
        IReadOnlyList<double> times = record.Get(FlowKeys.Times);
        foreach (double time in times)
        {
            if (time > horizon)
                throw record.Refuse(FlowKeys.Times, $"{Text(time)} is after the horizon {Text(horizon)}");
            if (rates.FirstOrDefault(rate => !ExperimentReader.IsWhole(time / rate, out _)) is var wrong and > 0)
                throw record.Refuse(FlowKeys.Times, $"{Text(time)} is not a whole number of iterations of rate {Text(wrong)}");
        }

        return times[^1] == horizon ? [.. times] : [.. times, horizon];
    }

    /// <summary>Random numbers are addressed by their number within a path, of 31 bits.</summary>
    private void RefuseManySteps(IReadOnlyList<double> rates, IReadOnlyList<int> batches, IReadOnlyList<int> amplifications, int substeps)
    {
        double most = 0;
        foreach (FlowAlgorithm algorithm in algorithms)
        {
            for (int i = 0; i < rates.Count; i++)
            {
                double draws = algorithm switch
                {
                    FlowAlgorithm.Sgd => batches[i],
                    FlowAlgorithm.Svag => 2.0 * batches[i] * amplifications[^1],
                    FlowAlgorithm.NoisyGd => problem.Modes(data?.Samples ?? 0),
                    FlowAlgorithm.Sme1 or FlowAlgorithm.Sme2 => (double)dimension * substeps,
                    FlowAlgorithm.Smf1 or FlowAlgorithm.Smf2 => (double)problem.Modes(data?.Samples ?? 0) * substeps,
                    _ => substeps,
                };
                most = Math.Max(most, draws * file.Get(FlowKeys.Horizon) / rates[i]);
            }
        }

        if (most >= int.MaxValue)
            throw file.Refuse(FlowKeys.Horizon, $"a path would draw {Text(most)} random numbers; allowed: at most {int.MaxValue}, by a shorter horizon or larger rates");
    }

    private static string Text(double value) => ExperimentReader.Text(value);
}
