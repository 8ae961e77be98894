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

    /// <summary>Solves the theory of the experiment, or of one of its <see cref="Experiment.Further"/>.</summary>
    /// <param name="variant">The experiment with the clock.</param>
    /// <param name="finished">Called after every sweep with all so far.</param>
    /// <param name="cancellation">Stops between sweeps; finished ones stay.</param>
    public TheoryResult Solve(Experiment variant, Action<IReadOnlyDictionary<int, ReplicaCurve>> finished, CancellationToken cancellation)
    {
        string name = Keys.Clock.Word(variant.Algorithm.Kind), hash = UnitStore.TheoryHash(variant, device.Key);
        SortedDictionary<int, ReplicaCurve> sweeps = store.Read(name, hash, 0);
        finished(sweeps);
        int[] missing = [.. Enumerable.Range(0, experiment.Theory.Sweeps).Where(s => !sweeps.ContainsKey(s))];
        if (missing.Length > 0 && sweeps.Values.All(s => s.IsWhole))
            device.Run(new DmftSweeps(variant, missing, Finish), wholeDevice: true);
        cancellation.ThrowIfCancellationRequested();
        double[] times = experiment.Times();
        if (sweeps.FirstOrDefault(s => !s.Value.IsWhole) is { Value: { } refused } first)
            return new(TheoryResult.Refused, $"sweep {first.Key} stopped {refused.Note}", name, times, new Dictionary<string, Curve>());
        ReplicaCurve[] used = [.. sweeps.Values.Take(experiment.Theory.Sweeps)];
        return new(TheoryResult.Ok, string.Empty, name, times, Average(used, times.Length)) { Sweeps = Tables(Rows(variant), used, times.Length) };

        bool Finish(int sweep, SweepResult result)
        {
            sweeps[sweep] = new(result.Curves, result.Refusal ?? string.Empty);
            store.Write(name, hash, 0, sweep, [sweeps[sweep]]);
            finished(sweeps);
            return result.Refusal is null && !cancellation.IsCancellationRequested;
        }
    }

    private static Dictionary<string, double[,]> Tables(IReadOnlyList<string> rows, ReplicaCurve[] sweeps, int times) =>
        rows.Select((name, o) => (name, o)).ToDictionary(x => x.name, x =>
        {
            var table = new double[sweeps.Length, times];
            for (int s = 0; s < sweeps.Length; s++)
            {
                for (int t = 0; t < times; t++)
                    table[s, t] = sweeps[s].Values[x.o, t];
            }

            return table;
        });

    private Dictionary<string, Curve> Average(ReplicaCurve[] sweeps, int times)
    {
        IReadOnlyList<string> names = Observables.Of(experiment.Model);
        var curves = new Dictionary<string, Curve>();
        for (int o = 0; o < names.Count; o++)
        {
            var curve = new Curve(new double[times], new double[times], new double[times]);
            for (int t = 0; t < times; t++)
            {
                Sample sample = Sample.Of([.. sweeps.Select(s => s.Values[o, t])]);
                (curve.Mean[t], curve.Variance[t], curve.Error[t]) = (sample.Mean, sample.Variance, sample.Error);
            }

            curves[names[o]] = curve;
        }

        return curves;
    }
}
