namespace HighDimSgd.Experiments;

/// <content>What is particular to true iterations: steps that depend on the size; and for <c>online</c> no training set.</content>
internal sealed partial class ExperimentReader
{
    private void RefuseWhatIsNotOnline()
    {
        foreach (Key key in Keys.NotOnline.Where(_file.Has))
        {
            throw _file.Refuse(
                key, "algorithm 'online' does not take this key: it has neither a training set nor a clock, and its theory is a differential equation; leave it out");
        }
    }

    private AlgorithmSpec Iterations(ClockKind kind) =>
        AlgorithmSpec.Iterations(kind, _algorithm.GetInt(Keys.Batch), _algorithm.Get(Keys.Rate), _algorithm.Get(Keys.Horizon)) with
        {
            Amplification = _algorithm.GetInt(Keys.Amplification),
            Sampling = _algorithm.Get(Keys.Sampling),
            Momentum = _algorithm.Get(Keys.Momentum),
        };

    private void RefuseLargeBatches(AlgorithmSpec algorithm, double aspect, List<int> sizes)
    {
        double samples = aspect * sizes[0];
        if (algorithm.Sampling != Sampling.Replacement && algorithm.Batch > samples)
        {
            throw _algorithm.Refuse(
                Keys.Batch, $"{algorithm.Batch} is more than the {Text(samples)} samples at d = {sizes[0]}, of which each is drawn once; allowed: at most {Text(samples)}");
        }
    }

    private double[] RecordTimes(AlgorithmSpec algorithm, IReadOnlyList<int> sizes)
    {
        foreach (int size in sizes)
        {
            double samples = Math.Round(algorithm.Horizon / algorithm.StepAt(size)) * algorithm.SamplesPerIteration;
            if (samples > Keys.MostVisits)
            {
                throw _algorithm.Refuse(
                    Keys.Horizon, $"{Text(algorithm.Horizon)} takes {Text(samples)} samples at d = {size}; allowed: at most {Keys.MostVisits}");
            }
        }

        Section record = _file.Get(Keys.Record);
        if (record.Has(Keys.Points) && record.Has(Keys.Times))
            throw record.Refuse(Keys.Times, "points and times are both given; allowed: one of them");
        double[] times = record.Has(Keys.Times)
            ? [.. record.Get(Keys.Times)]
            : HighDimSgd.Experiments.Experiment.EvenTimes(record.GetInt(Keys.Points), algorithm.Horizon);
        if (times[^1] > algorithm.Horizon)
            throw record.Refuse(Keys.Times, $"{Text(times[^1])} is after the horizon {Text(algorithm.Horizon)}");
        foreach (int size in sizes)
            RefuseEqualSteps(times, size, algorithm.StepAt(size));
        return times;
    }

    private void RefuseEqualSteps(double[] times, int size, double step)
    {
        int equal = Enumerable.Range(1, times.Length - 1).FirstOrDefault(i => Math.Round(times[i] / step) == Math.Round(times[i - 1] / step));
        if (equal > 0)
        {
            throw _file.Refuse(
                Keys.Record,
                $"the times {Text(times[equal - 1])} and {Text(times[equal])} fall on the same iteration at d = {size}, where one takes "
                + $"{Text(step)}; allowed: fewer record times, or larger sizes");
        }
    }
}
