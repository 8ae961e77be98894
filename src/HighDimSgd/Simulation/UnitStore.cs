using System.Globalization;
using System.Security.Cryptography;
using System.Text.Json.Nodes;
using HighDimSgd.Experiments;
using HighDimSgd.Kernels.Random;
using HighDimSgd.Theory;

namespace HighDimSgd.Simulation;

/// <summary>
/// The finished units in a results folder. A run that was cut off finds them and does the rest; whatever fixes the numbers is in
/// their hash, and units that do not belong are refused by name.
/// </summary>
/// <param name="folder">The results folder.</param>
/// <param name="experiment">The experiment.</param>
/// <param name="deviceKey">Kind of device: curves of different kinds differ in rounding and are not mixed.</param>
internal sealed class UnitStore(string folder, Experiment experiment, string deviceKey)
{
    // Passes over int8 designs were in floats first; on a CPU they are in fixed point.
    private const int Int8Arithmetic = 2;

    private readonly string folder = UnitFolder(folder);

    /// <summary>Hash of what fixes a replica's trajectory: model, aspect, algorithm, design, seed, counter layout, kind of device, replicas
    /// per design where there are more than one, and the second start where there is one.</summary>
    public string SimulationHash { get; } = HashOfSimulation(experiment, deviceKey);

    /// <summary>The same for any experiment and kind of device.</summary>
    public static string HashOfSimulation(Experiment experiment, string deviceKey) => Hash(
        experiment, deviceKey,
        ["model", "aspect", "algorithm", "design", "seed", .. experiment.ReplicasPerDesign == 1 ? Array.Empty<string>() : [Keys.ReplicasPerDesign.Name], .. Second(experiment)]);

    /// <summary>Hash of what fixes a sweep of a theory.</summary>
    public static string TheoryHash(Experiment experiment, string deviceKey) =>
        Hash(experiment, deviceKey, ["model", "aspect", "algorithm", "seed", .. Second(experiment)])
        + string.Create(CultureInfo.InvariantCulture, $"-{experiment.Theory.Paths}-{experiment.Theory.Responses}-{string.Join('-', ResponseForm.Rows(experiment))}");

    /// <summary>Where the units of a results folder are.</summary>
    public static string UnitFolder(string results) => Path.Combine(results, "units");

    /// <summary>The files of units in a folder of units, which need not exist, in a fixed order.</summary>
    public static IEnumerable<string> Files(string units, string prefix = "") =>
        Directory.Exists(units) ? Directory.EnumerateFiles(units, prefix + "*.unit").Order(StringComparer.Ordinal) : [];

    /// <summary>
    /// The experiment with the storage of the work that is in its results folder, where the file leaves it open: which is faster can change with the
    /// sizes and replicas that a folder may be continued with, and the numbers of a folder are of one storage.
    /// </summary>
    public static Experiment Settled(string results, Experiment experiment, string deviceKey)
    {
        if (!experiment.Design.IsOpen || Files(UnitFolder(results), $"{Simulator.Kind}-").FirstOrDefault() is not { } path)
            return experiment;
        string hash = WorkUnit.Read(path).Hash;
        return Enum.GetValues<DesignStorage>().Select(s => experiment with { Design = experiment.Design with { Storage = s } })
            .FirstOrDefault(e => HashOfSimulation(e, deviceKey) == hash) ?? experiment;
    }

    /// <summary>Refuses a folder whose units do not belong, before anything is computed.</summary>
    /// <param name="stages">The stages that will run.</param>
    /// <exception cref="ExperimentException">A unit is damaged, or of another experiment.</exception>
    public void Check(Stages stages)
    {
        foreach (int size in stages == Stages.Theory ? [] : experiment.Sizes)
            Read(Simulator.Kind, SimulationHash, size, experiment.RecordStepsAt(size));
        foreach (SweepRun run in stages == Stages.Simulation ? [] : SweepRun.All(experiment))
            Read(run.Name, TheoryHash(run.Experiment, deviceKey), 0, run.Experiment.RecordSteps);
    }

    /// <summary>Reads the finished curves of one kind and size, by replica or sweep.</summary>
    /// <param name="kind">"simulate", or the clock of a theory.</param>
    /// <param name="hash">Hash they must have.</param>
    /// <param name="size">Dimension, 0 for a theory.</param>
    /// <param name="records">Steps at which they are wanted.</param>
    /// <exception cref="ExperimentException">A unit is damaged, or of another experiment.</exception>
    public SortedDictionary<int, ReplicaCurve> Read(string kind, string hash, int size, IReadOnlyList<int> records)
    {
        var found = new SortedDictionary<int, ReplicaCurve>();
        foreach (string path in Files(folder, Prefix(kind, size)))
        {
            WorkUnit unit = WorkUnit.Read(path);
            if (unit.Hash != hash || unit.Kind != kind || unit.Size != size)
                throw Foreign(path, "model, aspect, algorithm, design, seed, replicas_per_design, second_start, theory paths or device");
            int[] columns = Columns(unit, path, records, step => step * experiment.Algorithm.StepAt(size));
            for (int i = 0; i < unit.Count; i++)
                found[unit.First + i] = new(Pick(unit.Curves[i], columns), unit.Notes[i]);
        }

        return found;
    }

    /// <summary>Writes the curves of consecutive replicas, or of one sweep.</summary>
    public void Write(string kind, string hash, int size, IReadOnlyList<int> records, int first, IReadOnlyList<ReplicaCurve> curves)
    {
        var unit = new WorkUnit(kind, hash, size, first, curves.Count, records, [.. curves.Select(c => c.Note)])
        {
            Curves = [.. curves.Select(c => c.Values)],
        };
        unit.Write(PathOf(folder, Prefix(kind, size), first, curves.Count));
    }

    /// <summary>Where a replica of a size is kept while it runs.</summary>
    public Checkpoint Checkpoint(int size, TimeSpan interval, TimeProvider time, CancellationToken cancellation) => new(
        replica => Path.Combine(folder, FormattableString.Invariant($"{Prefix(Simulator.Kind, size)}{replica:d8}{Simulation.Checkpoint.Ending}")),
        FormattableString.Invariant($"{SimulationHash}, d = {size}, recorded at {string.Join(' ', experiment.RecordStepsAt(size))}"), interval, time, cancellation);

    /// <summary>The file of a unit.</summary>
    public static string PathOf(string units, string prefix, int first, int count) =>
        Path.Combine(units, string.Create(CultureInfo.InvariantCulture, $"{prefix}{first:d8}-{first + count - 1:d8}.unit"));

    /// <summary>The refusal of a folder for a unit of another experiment.</summary>
    /// <param name="path">The unit.</param>
    /// <param name="what">What may differ.</param>
    public static ExperimentException Foreign(string path, string what) =>
        new($"{path}: this folder holds work of a different experiment ({what} differ); choose another --out, or delete the folder");

    /// <summary>SHA-256 of what fixes numbers.</summary>
    public static string Digest(JsonObject fixing) => Convert.ToHexStringLower(SHA256.HashData(System.Text.Encoding.UTF8.GetBytes(fixing.ToJsonString())));

    /// <summary>Where the wanted record steps are in a unit.</summary>
    /// <exception cref="ExperimentException">One of them is not there.</exception>
    public static int[] Columns(WorkUnit unit, string path, IReadOnlyList<int> records, Func<int, double> time) => [.. records.Select(step =>
        unit.RecordSteps.Index().Where(r => r.Item == step).Select(r => r.Index).DefaultIfEmpty(-1).First() is >= 0 and var column ? column
            : throw new ExperimentException($"{path}: the work in this folder was not recorded at t = {time(step):g6}; record points can only be left out, not added"))];

    private static string Prefix(string kind, int size) =>
        size == 0 ? $"theory-{kind}-" : string.Create(CultureInfo.InvariantCulture, $"{kind}-d{size}-");

    private static string[] Second(Experiment experiment) => experiment.Second is null ? [] : [Keys.SecondStart.Name];

    private static string Hash(Experiment experiment, string deviceKey, string[] keys)
    {
        JsonObject all = experiment.ToJson();
        var fixing = new JsonObject(keys.Select(k => KeyValuePair.Create(k, all[k]?.DeepClone())))
        {
            ["layout"] = RandomField.LayoutVersion,
            ["device"] = deviceKey,
        };
        if (experiment.Design.Storage == DesignStorage.Int8 && fixing.ContainsKey("design"))
            fixing["int8"] = Int8Arithmetic;
        if (experiment.Also.Count > 0)
            fixing["also"] = Keys.Also.Write(experiment.Also);
        if (experiment.Algorithm.RateGain != 1)
            fixing["rate_gain"] = experiment.Algorithm.RateGain;
        return Digest(fixing);
    }

    /// <summary>Some columns of a table.</summary>
    public static double[,] Pick(double[,] curve, int[] columns)
    {
        var picked = new double[curve.GetLength(0), columns.Length];
        for (int o = 0; o < picked.GetLength(0); o++)
        {
            for (int t = 0; t < columns.Length; t++)
                picked[o, t] = curve[o, columns[t]];
        }

        return picked;
    }
}

/// <summary>Curves of one replica, or of one sweep.</summary>
/// <param name="Values">Observable by record time.</param>
/// <param name="Note">Empty where all went well, else why the curve stopped.</param>
internal sealed record ReplicaCurve(double[,] Values, string Note)
{
    /// <summary>True where the curve is whole.</summary>
    public bool IsWhole => Note.Length == 0;
}
