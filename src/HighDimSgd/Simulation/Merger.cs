using System.Globalization;
using HighDimSgd.Experiments;
using HighDimSgd.Results;

namespace HighDimSgd.Simulation;

/// <summary>Joins the shards of a simulation, after an audit that names what is missing, doubled or foreign.</summary>
public static class Merger
{
    /// <summary>Copies the units of all shards into one folder; nothing is written where the audit fails.</summary>
    /// <param name="folders">The shards' folders, in any order.</param>
    /// <param name="output">Receives the units.</param>
    /// <returns>The experiment, and the kind of device that simulated it.</returns>
    /// <exception cref="ExperimentException">A shard is missing, doubled, unfinished, foreign, or of another version or kind of device.</exception>
    public static (Experiment Experiment, string Device) Merge(IReadOnlyList<string> folders, string output)
    {
        ArgumentNullException.ThrowIfNull(folders);
        (string Folder, ShardLabel Label)[] shards = [.. folders.Select(f => (f, ShardLabel.Read(f)))];
        CheckLabels(shards);
        ShardLabel first = shards[0].Label;
        Experiment experiment = Experiment.Parse(first.Experiment.ToJsonString(), ShardLabel.FileName);
        foreach ((string folder, ShardLabel label) in shards)
            CheckUnits(folder, label, experiment);
        string units = UnitStore.UnitFolder(output);
        if (Directory.Exists(units) && Directory.EnumerateFiles(units).Any())
            throw new ExperimentException($"{output}: holds work already; allowed: a folder without any, or one not there yet");
        foreach (string path in shards.SelectMany(s => UnitFiles(s.Folder)))
        {
            AtomicFile.Write(Path.Combine(units, Path.GetFileName(path)), stream =>
            {
                using FileStream unit = File.OpenRead(path);
                unit.CopyTo(stream);
            });
        }

        return (experiment, first.Device);
    }

    private static void CheckLabels((string Folder, ShardLabel Label)[] shards)
    {
        (string firstFolder, ShardLabel first) = shards[0];
        foreach ((string folder, ShardLabel label) in shards)
        {
            if (label.Experiment.ToJsonString() != first.Experiment.ToJsonString())
                throw new ExperimentException($"{folder}: is of a different experiment than {firstFolder}");
            if (label.Of != first.Of)
                throw new ExperimentException($"{folder}: is one of {label.Of} shards, {firstFolder} one of {first.Of}");
            if (label.Version != first.Version)
                throw new ExperimentException($"{folder}: was made by version {label.Version}, {firstFolder} by {first.Version}");
            if (label.Device != first.Device)
                throw new ExperimentException($"{folder}: was simulated on the device {label.Device}, {firstFolder} on {first.Device}");
        }

        foreach (IGrouping<int, string> doubled in shards.GroupBy(s => s.Label.Number, s => s.Folder).Where(g => g.Count() > 1))
            throw new ExperimentException($"shard {doubled.Key}/{first.Of} is there twice: {string.Join(", ", doubled)}");
        int[] missing = [.. Enumerable.Range(1, first.Of).Except(shards.Select(s => s.Label.Number))];
        if (missing.Length > 0)
            throw new ExperimentException($"of {first.Of} shards these are missing: {string.Join(", ", missing.Select(m => $"{m}/{first.Of}"))}");
    }

    private static void CheckUnits(string folder, ShardLabel label, Experiment experiment)
    {
        var shard = new Shard(label.Number, label.Of);
        string hash = UnitStore.HashOfSimulation(experiment, label.Device);
        var found = new HashSet<(int Size, int Replica)>();
        foreach (string path in UnitFiles(folder))
        {
            WorkUnit unit = WorkUnit.Read(path);
            int index = experiment.Sizes.ToList().IndexOf(unit.Size);
            (int first, int end) = index < 0 ? (0, 0) : shard.Range(experiment.Replicas[index], experiment.ReplicasPerDesign);
            if (unit.Kind != Simulator.Kind || unit.Hash != hash || unit.First < first || unit.First + unit.Count > end)
                throw new ExperimentException($"{path}: does not belong to shard {shard} of {experiment.Name}");
            for (int i = 0; i < unit.Count; i++)
            {
                if (!found.Add((unit.Size, unit.First + i)))
                    throw new ExperimentException($"{path}: replica {unit.First + i} of d = {unit.Size} is there twice");
            }
        }

        foreach ((int size, int replicas) in experiment.Sizes.Zip(experiment.Replicas))
        {
            (int first, int end) = shard.Range(replicas, experiment.ReplicasPerDesign);
            int[] missing = [.. Enumerable.Range(first, end - first).Where(r => !found.Contains((size, r)))];
            if (missing.Length > 0)
            {
                throw new ExperimentException(string.Create(
                    CultureInfo.InvariantCulture,
                    $"{folder}: shard {shard} is not finished: {missing.Length} of {end - first} replicas of d = {size} are missing, the first is {missing[0]}; run its command again"));
            }
        }
    }

    private static IEnumerable<string> UnitFiles(string folder) => UnitStore.Files(UnitStore.UnitFolder(folder));
}
