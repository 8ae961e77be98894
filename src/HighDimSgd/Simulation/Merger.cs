using System.Globalization;
using HighDimSgd.Experiments;
using HighDimSgd.Flows;
using HighDimSgd.Results;

namespace HighDimSgd.Simulation;

/// <summary>Joins the shards of a simulation, after an audit that names what is missing, doubled or foreign.</summary>
public static class Merger
{
    /// <summary>Copies the units of all shards into one folder; nothing is written where the audit fails.</summary>
    /// <param name="folders">The shards' folders, in any order.</param>
    /// <param name="output">Receives the units.</param>
    /// <returns>The experiment, an <see cref="Experiment"/> or a <see cref="FlowExperiment"/> without the numbers of its data file, and the kind of device that simulated it.</returns>
    /// <exception cref="ExperimentException">A shard is missing, doubled, unfinished, foreign, or of another version or kind of device.</exception>
    public static (IExperiment Experiment, string Device) Merge(IReadOnlyList<string> folders, string output)
    {
        ArgumentNullException.ThrowIfNull(folders);
        (string Folder, ShardLabel Label)[] shards = [.. folders.Select(f => (f, ShardLabel.Read(f)))];
        CheckLabels(shards);
        ShardLabel first = shards[0].Label;
        IExperiment experiment = AnyExperiment.OfResults(first.Experiment, ShardLabel.FileName);
        (string hash, IReadOnlyList<UnitRange> ranges) = Whole(experiment, first.Device);
        foreach ((string folder, ShardLabel label) in shards)
            CheckUnits(folder, new(label.Number, label.Of), experiment.Name, hash, ranges);
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

    /// <summary>The hash of a simulation's units, and all that it consists of.</summary>
    private static (string Hash, IReadOnlyList<UnitRange> Ranges) Whole(IExperiment experiment, string device) => experiment switch
    {
        FlowExperiment flow => (FlowStore.HashOf(flow, device), [.. flow.Runs.Select(r => new UnitRange(r.Name, 0, flow.Blocks, 1, $"blocks of {r.Name}"))]),
        var other => Proportional((Experiment)other, device),
    };

    private static (string Hash, IReadOnlyList<UnitRange> Ranges) Proportional(Experiment experiment, string device) => (
        UnitStore.HashOfSimulation(experiment, device),
        [.. experiment.Sizes.Zip(experiment.Replicas, (d, n) => new UnitRange(Simulator.Kind, d, n, experiment.ReplicasPerDesign, $"replicas of d = {d}"))]);

    private static void CheckUnits(string folder, Shard shard, string name, string hash, IReadOnlyList<UnitRange> ranges)
    {
        var found = new HashSet<(UnitRange Range, int Piece)>();
        foreach (string path in UnitFiles(folder))
        {
            WorkUnit unit = WorkUnit.Read(path);
            UnitRange? range = ranges.FirstOrDefault(r => r.Kind == unit.Kind && r.Size == unit.Size);
            (int first, int end) = range is null ? (0, 0) : shard.Range(range.Count, range.Together);
            if (range is null || unit.Hash != hash || unit.First < first || unit.First + unit.Count > end)
                throw new ExperimentException($"{path}: does not belong to shard {shard} of {name}");
            for (int i = 0; i < unit.Count; i++)
            {
                if (!found.Add((range, unit.First + i)))
                    throw new ExperimentException($"{path}: number {unit.First + i} of the {range.Pieces} is there twice");
            }
        }

        foreach (UnitRange range in ranges)
        {
            (int first, int end) = shard.Range(range.Count, range.Together);
            int[] missing = [.. Enumerable.Range(first, end - first).Where(piece => !found.Contains((range, piece)))];
            if (missing.Length > 0)
            {
                throw new ExperimentException(string.Create(
                    CultureInfo.InvariantCulture,
                    $"{folder}: shard {shard} is not finished: {missing.Length} of {end - first} {range.Pieces} are missing, the first is {missing[0]}; run its command again"));
            }
        }
    }

    private static IEnumerable<string> UnitFiles(string folder) => UnitStore.Files(UnitStore.UnitFolder(folder));

    /// <summary>Numbered pieces of one kind.</summary>
    /// <param name="Kind">Kind of their units.</param>
    /// <param name="Size">Dimension d; 0 where there is none.</param>
    /// <param name="Count">How many.</param>
    /// <param name="Together">How many may not be parted.</param>
    /// <param name="Pieces">What they are.</param>
    private sealed record UnitRange(string Kind, int Size, int Count, int Together, string Pieces);
}
