using HighDimSgd.Models;

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

    private static int[] Amplifications(Section theory, AlgorithmSpec algorithm)
    {
        int[] amplifications = [.. theory.Get(Keys.Amplifications).Select(l => (int)l)];
        return amplifications.Length == 0 || algorithm.Kind == ClockKind.Svag ? amplifications
            : throw theory.Refuse(Keys.Amplifications, $"'{Keys.Clock.Word(algorithm.Kind)}' has no ladder to the flow; only 'svag' takes this key");
    }

    // A sweep takes the square of its steps, so that four times these are hours already.
    private const int MostDefaultSteps = 1000;

    /// <summary>The steps that the theory of sgd and svag is extrapolated from.</summary>
    private double[] TheorySteps(Section theory, AlgorithmSpec algorithm, double aspect)
    {
        if (algorithm.Kind is not (ClockKind.Sgd or ClockKind.Svag))
        {
            return !theory.Has(Keys.TheorySteps) ? []
                : throw theory.Refuse(Keys.TheorySteps, "the theory of a clock has the clock's own step; only 'sgd' and 'svag' take this key");
        }

        // The largest amplification has the most jumps in a step.
        algorithm = algorithm with { Amplification = Amplifications(theory, algorithm).Append(algorithm.Amplification).Max() };
        double[] standard = TheorySpec.DefaultSteps(algorithm, aspect);
        if (!theory.Has(Keys.TheorySteps))
        {
            double count = Math.Round(algorithm.Horizon / standard[0]);
            return algorithm.Momentum == 0 || count <= MostDefaultSteps ? Meeting(standard) : throw _file.Get(Keys.Algorithm).Refuse(
                Keys.Momentum,
                $"{Text(algorithm.Momentum)} makes the theory's steps {Text(standard[0])} long, {Text(count)} to the horizon and four times as many for the last; allowed: up to {MostDefaultSteps}, by a smaller momentum or horizon, or theory: steps of your own");
        }

        double visit = TheorySpec.Visit(algorithm, aspect), largest = TheorySpec.MostJumps(algorithm) * visit, least = JumpTable.LeastMean * visit;
        double[] steps = [.. theory.Get(Keys.TheorySteps)];
        if (Math.Max(Math.Abs((2 * steps[1] / steps[0]) - 1), Math.Abs((4 * steps[2] / steps[0]) - 1)) > WholeTolerance)
            throw theory.Refuse(Keys.TheorySteps, $"each step must be half of the one before; allowed: [{Text(steps[0])}, {Text(steps[0] / 2)}, {Text(steps[0] / 4)}]");
        if (!IsWhole(algorithm.Horizon / steps[0], out long whole) || whole < 1)
            throw theory.Refuse(Keys.TheorySteps, $"the horizon {Text(algorithm.Horizon)} is not a whole number of steps of {Text(steps[0])}");
        if (steps[2] > largest || steps[2] < least)
        {
            throw theory.Refuse(
                Keys.TheorySteps, $"the clock cannot be drawn at the last step {Text(steps[2])}; allowed: {Text(least)} to {Text(largest)} at this temperature and aspect");
        }

        return Meeting(steps);

        // Where a step straddles a jump the theory is not smooth in the steps, and cannot be extrapolated.
        double[] Meeting(double[] steps)
        {
            if (algorithm.JumpWithin(steps[0]) is not { } jump || (algorithm.Sampling != Sampling.Replacement && _file.Get(Keys.Compare).Count == 0))
                return steps;
            string allowed = algorithm.JumpWithin(standard[0]) is null
                ? $"[{string.Join(", ", standard.Select(Text))}], or other steps that meet all jumps"
                : $"the time {Text(Math.Round(jump / steps[0]) * steps[0])} instead, or steps that meet all jumps and the horizon";
            throw theory.Refuse(Keys.TheorySteps, $"a schedule jumps at {Text(jump)}, within a step of {Text(steps[0])}; allowed: {allowed}");
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
