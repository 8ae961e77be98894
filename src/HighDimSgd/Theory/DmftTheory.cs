using HighDimSgd.Devices;
using HighDimSgd.Experiments;
using HighDimSgd.Models;
using HighDimSgd.Results;
using HighDimSgd.Simulation;
using HighDimSgd.Statistics;

namespace HighDimSgd.Theory;

/// <summary>The limiting theory of an experiment: independent sweeps, their mean and its error.</summary>
/// <param name="experiment">The experiment.</param>
/// <param name="device">Where sweeps run.</param>
/// <param name="store">Where finished sweeps go.</param>
internal sealed class DmftTheory(Experiment experiment, IDevice device, UnitStore store)
{
    /// <summary>The rows of a sweep's curves.</summary>
    public static IReadOnlyList<string> Rows(Experiment experiment) => [.. Observables.Of(experiment), .. ResponseForm.Rows(experiment)];

    /// <summary>Solves the theory of a clock at a step.</summary>
    /// <param name="run">The clock and the step.</param>
    /// <param name="finished">Called after every sweep with all so far.</param>
    /// <param name="cancellation">Stops between sweeps; finished ones stay.</param>
    public TheoryResult Solve(SweepRun run, Action<IReadOnlyDictionary<int, ReplicaCurve>> finished, CancellationToken cancellation)
    {
        Experiment variant = run.Experiment;
        string clock = variant.TheoryName, hash = UnitStore.TheoryHash(variant, device.Key);
        SortedDictionary<int, ReplicaCurve> sweeps = store.Read(run.Name, hash, 0, variant.RecordSteps);
        finished(sweeps);
        int[] missing = [.. Enumerable.Range(0, experiment.Theory.Sweeps).Where(s => !sweeps.ContainsKey(s))];
        if (missing.Length > 0 && sweeps.Values.All(s => s.IsWhole))
            DmftSweeps.RunAll(device, variant, missing, Finish, run.Refinement);
        cancellation.ThrowIfCancellationRequested();
        double[] times = variant.Times();
        if (sweeps.FirstOrDefault(s => !s.Value.IsWhole) is { Value: { } refused } first)
            return new(TheoryResult.Refused, $"sweep {first.Key} stopped {refused.Note}", clock, times, new Dictionary<string, Curve>());
        Dictionary<string, double[,]> tables = Tables(variant, [.. sweeps.Values.Take(experiment.Theory.Sweeps)]);
        return new(TheoryResult.Ok, string.Empty, clock, times, Observables.Of(variant).ToDictionary(name => name, name => Average(tables[name]))) { Sweeps = tables };

        bool Finish(int sweep, SweepResult result)
        {
            sweeps[sweep] = new(result.Curves, result.Refusal ?? string.Empty);
            store.Write(run.Name, hash, 0, variant.RecordSteps, sweep, [sweeps[sweep]]);
            finished(sweeps);
            return result.Refusal is null && !cancellation.IsCancellationRequested;
        }
    }

    /// <summary>The rows of sweeps as tables (sweeps, times).</summary>
    public static Dictionary<string, double[,]> Tables(Experiment variant, IReadOnlyList<ReplicaCurve> sweeps) =>
        Rows(variant).Select((name, o) => (name, o)).ToDictionary(x => x.name, x =>
        {
            var table = new double[sweeps.Count, variant.RecordSteps.Count];
            for (int s = 0; s < sweeps.Count; s++)
            {
                for (int t = 0; t < variant.RecordSteps.Count; t++)
                    table[s, t] = sweeps[s].Values[x.o, t];
            }

            return table;
        });

    /// <summary>The mean over sweeps with its error.</summary>
    public static Curve Average(double[,] sweeps)
    {
        (int count, int times) = (sweeps.GetLength(0), sweeps.GetLength(1));
        var curve = new Curve(new double[times], new double[times], new double[times]);
        for (int t = 0; t < times; t++)
        {
            Sample sample = Sample.Of([.. Enumerable.Range(0, count).Select(s => sweeps[s, t])]);
            (curve.Mean[t], curve.Variance[t], curve.Error[t]) = (sample.Mean, sample.Variance, sample.Error);
        }

        return curve;
    }
}
