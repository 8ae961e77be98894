using HighDimSgd.Devices;
using HighDimSgd.Experiments;
using HighDimSgd.Results;
using HighDimSgd.Simulation;

namespace HighDimSgd.Theory;

/// <summary>A solved theory.</summary>
/// <param name="Result">At the times that the experiment asks for.</param>
/// <param name="Closed">What closed forms are held against, with the experiment whose clock and step it has.</param>
/// <param name="InTime">The same at any time, where iterations are longer or shorter than the times asked for.</param>
internal sealed record SolvedTheory(TheoryResult Result, (Experiment Experiment, TheoryResult Theory) Closed, ITheoryInTime? InTime)
{
    /// <summary>The theory at the times of a size; null where all sizes have the same, or without a solution.</summary>
    public IReadOnlyDictionary<string, double[]>? At(double[] times) => Result.Status == TheoryResult.Ok ? InTime?.At(times) : null;

    /// <summary>
    /// Curves moved along the theory from their own record times to those that were asked for: what is left differs from the theory by c/d,
    /// without the rounding of times to iterations.
    /// </summary>
    /// <param name="curves">The curves.</param>
    /// <param name="own">The theory at their own times, as <see cref="At"/> gives it.</param>
    public SizeCurves Moved(SizeCurves curves, IReadOnlyDictionary<string, double[]>? own)
    {
        double[] times = Result.Times;
        if (own is null || curves.Times.AsSpan().SequenceEqual(times))
            return curves;
        return curves with { Times = times, Values = [.. curves.Values.Select((values, o) => Shifted(values, curves.Observables[o]))] };

        double[,] Shifted(double[,] values, string name)
        {
            var moved = (double[,])values.Clone();
            for (int t = 0; t < times.Length; t++)
            {
                double shift = Result.Observables[name].Mean[t] - own[name][t];
                for (int r = 0; shift != 0 && r < moved.GetLength(0); r++)
                    moved[r, t] += shift;
            }

            return moved;
        }
    }
}

/// <summary>Solves the theories of an experiment.</summary>
/// <param name="experiment">The experiment.</param>
/// <param name="device">Where sweeps run.</param>
/// <param name="store">Where finished sweeps go.</param>
/// <param name="finished">Called after every sweep with its run and all sweeps so far.</param>
/// <param name="cancellation">Stops between sweeps; finished ones stay.</param>
internal sealed class TheorySolver(
    Experiment experiment, IDevice device, UnitStore store, Action<SweepRun, IReadOnlyDictionary<int, ReplicaCurve>> finished, CancellationToken cancellation)
{
    private readonly DmftTheory dmft = new(experiment, device, store);

    /// <summary>The limit of the experiment's own algorithm.</summary>
    public SolvedTheory Limit()
    {
        if (experiment.IsOnline)
            return Online(experiment, cancellation);
        return experiment.Limit is { } limit ? Solve(limit) : Without(TheoryResult.None, Unknown(experiment.Algorithm));
    }

    /// <summary>The further theories.</summary>
    public IEnumerable<SolvedTheory> Further() => experiment.Further.Select(Solve);

    /// <summary>No theory.</summary>
    public SolvedTheory Without(string status, string why = "")
    {
        TheoryResult nothing = Nothing(status, why, Keys.Clock.Word((experiment.Limit ?? experiment).Algorithm.Kind));
        return new(nothing, (experiment, nothing), null);
    }

    /// <summary>The differential equations of one-pass SGD.</summary>
    public static SolvedTheory Online(Experiment experiment, CancellationToken cancellation = default)
    {
        var online = new OnlineTheory(experiment, cancellation);
        TheoryResult result = online.Solve();
        return new(result, (experiment, result), online);
    }

    private static string Unknown(AlgorithmSpec algorithm) => algorithm.Sampling == Sampling.Reshuffle
        ? "with sampling 'reshuffle' every epoch visits every sample exactly once, and the clock of that is not among those that are solved here"
        : "sampling 'without-replacement' is solved only for batches that are few of the samples, where it has the limit of 'replacement'; compare: [poisson] draws that";

    private TheoryResult Nothing(string status, string why, string clock) => new(status, why, clock, experiment.Times(), new Dictionary<string, Curve>());

    private SolvedTheory Solve(Experiment variant)
    {
        bool isContinuous = experiment.Algorithm.IsIterative;
        var solved = new List<(Experiment Experiment, TheoryResult Theory)>();
        foreach (SweepRun run in SweepRun.Of(variant, isContinuous))
        {
            TheoryResult result = dmft.Solve(run, sweeps => finished(run, sweeps), cancellation);
            solved.Add((run.Experiment, result));
            if (result.Status != TheoryResult.Ok)
                return new(Nothing(result.Status, result.Why, result.Clock), solved[^1], null);
        }

        if (!isContinuous)
            return new(solved[0].Theory, solved[0], null);
        var theory = new ContinuousTheory(experiment, [.. solved.Select(s => s.Theory)]);
        return new(theory.Result(), solved[^1], theory);
    }
}
