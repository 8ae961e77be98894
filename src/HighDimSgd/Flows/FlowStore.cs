using System.Text.Json.Nodes;
using HighDimSgd.Experiments;
using HighDimSgd.Kernels.Random;
using HighDimSgd.Simulation;

namespace HighDimSgd.Flows;

/// <summary>
/// The finished blocks in a results folder, one file for a range of them. A run that was cut off finds them and does the rest; whatever fixes the numbers
/// is in their hash, and units that do not belong are refused by name. Rates, algorithms, amplifications and replicas may be added, record times left out.
/// </summary>
/// <param name="results">The results folder.</param>
/// <param name="experiment">The experiment.</param>
/// <param name="deviceKey">Kind of device: curves of different kinds differ in rounding and are not mixed.</param>
internal sealed class FlowStore(string results, FlowExperiment experiment, string deviceKey)
{
    // What fixes a path beside its run. The statistics are the rows of a unit's curves.
    private static readonly string[] Fixing =
    [
        FlowKeys.Problem.Name, FlowKeys.Data.Name, FlowKeys.Starts.Name, FlowKeys.Sampling.Name, FlowKeys.Substeps.Name, FlowKeys.Drive.Name, Keys.Seed.Name,
        FlowKeys.Statistics.Name,
    ];

    private readonly string folder = UnitStore.UnitFolder(results);

    /// <summary>Hash of what fixes a path beside its run: problem, data, starts, sampling, substeps, drive, seed, statistics, counter layout and kind of device.</summary>
    public string Hash { get; } = HashOf(experiment, deviceKey);

    /// <summary>Refuses a folder whose units do not belong, before anything is computed.</summary>
    /// <exception cref="ExperimentException">A unit is damaged, or of another experiment.</exception>
    public void Check()
    {
        foreach (string path in UnitStore.Files(folder))
            Read(path);
        foreach (FlowRun run in experiment.Runs)
            Read(run);
    }

    /// <summary>Reads the finished blocks of a run: statistic by record time.</summary>
    /// <exception cref="ExperimentException">A unit is damaged, of another experiment, or not recorded at all times that are wanted.</exception>
    public SortedDictionary<int, double[,]> Read(FlowRun run)
    {
        var found = new SortedDictionary<int, double[,]>();
        foreach (string path in UnitStore.Files(folder, Prefix(run)))
        {
            WorkUnit unit = Read(path);
            if (unit.Kind != run.Name)
                throw UnitStore.Foreign(path, "algorithm, amplification, batch or rate");
            int[] columns = UnitStore.Columns(unit, path, run.RecordSteps(experiment.Times), step => step * run.Step);
            for (int i = 0; i < unit.Count && unit.First + i < experiment.Blocks; i++)
                found[unit.First + i] = UnitStore.Pick(unit.Curves[i], columns);
        }

        return found;
    }

    /// <summary>Writes consecutive blocks of a run: statistic by record time.</summary>
    public void Write(FlowRun run, int firstBlock, IReadOnlyList<double[,]> blocks)
    {
        var unit = new WorkUnit(run.Name, Hash, 0, firstBlock, blocks.Count, run.RecordSteps(experiment.Times), [.. blocks.Select(_ => string.Empty)]) { Curves = blocks };
        unit.Write(UnitStore.PathOf(folder, Prefix(run), firstBlock, blocks.Count));
    }

    private WorkUnit Read(string path)
    {
        WorkUnit unit = WorkUnit.Read(path);
        return unit.Hash == Hash ? unit : throw UnitStore.Foreign(path, $"{string.Join(", ", Fixing)} or device");
    }

    private static string Prefix(FlowRun run) => $"flow-{run.Name}-";

    /// <summary>The same for any experiment and kind of device.</summary>
    public static string HashOf(FlowExperiment experiment, string deviceKey)
    {
        JsonObject all = experiment.ToJson();
        (all[FlowKeys.Data.Name] as JsonObject)?.Remove(FlowKeys.DataFile.Name);
        return UnitStore.Digest(new JsonObject(Fixing.Select(k => KeyValuePair.Create(k, all[k]?.DeepClone())))
        {
            ["layout"] = RandomField.LayoutVersion,
            ["device"] = deviceKey,
        });
    }
}
