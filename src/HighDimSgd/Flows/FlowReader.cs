using HighDimSgd.Experiments;
using HighDimSgd.Kernels.Bodies;

namespace HighDimSgd.Flows;

/// <summary>Reads an experiment of the family <c>flow</c> from a parsed file: each key by its description, then what must hold between keys.</summary>
internal sealed partial class FlowReader
{
    private readonly Section file;
    private readonly Func<string, FlowData?> open;
    private readonly FlowProblem problem;
    private readonly FlowDataSpec? data;
    private readonly IReadOnlyList<FlowAlgorithm> algorithms;
    private readonly int dimension;

    private FlowReader(YamlSection yaml, Func<string, FlowData?> open)
    {
        file = new Section(FlowKeys.File, yaml);
        this.open = open;
        problem = FlowKeys.Problem.Read(file.Get(FlowKeys.Problem));
        data = Data();
        algorithms = file.Get(FlowKeys.AlgorithmList);
        dimension = Dimension();
    }

    /// <summary>Reads a text.</summary>
    /// <param name="text">YAML or JSON.</param>
    /// <param name="fileName">Stands in messages and gives the default name.</param>
    /// <param name="open">Reads a data file; null where its numbers are not wanted.</param>
    public static FlowExperiment Read(string text, string fileName, Func<string, FlowData?> open) =>
        new FlowReader(Family.Require(Keys.Flow, YamlText.Parse(text, fileName)), open).Experiment(fileName);

    private FlowExperiment Experiment(string fileName)
    {
        List<IReadOnlyList<double>> starts = Starts();
        IReadOnlyList<double> rates = file.Get(FlowKeys.Rates);
        IReadOnlyList<int> batches = Batches(rates.Count);
        IReadOnlyList<int> amplifications = Amplifications();
        int substeps = file.GetInt(FlowKeys.Substeps);
        double[] times = Times(rates);
        RefuseManySteps(rates, batches, amplifications, substeps);
        Section verdict = file.Get(Keys.Verdict);
        StationaritySpec? stationarity = Stationarity(times);
        return new FlowExperiment
        {
            Name = ExperimentReader.NameOf(file, fileName),
            Seed = (ulong)file.Get(Keys.Seed),
            Problem = problem,
            Data = data,
            Starts = starts,
            Algorithms = algorithms,
            Against = Against(),
            Rates = rates,
            Batches = batches,
            Sampling = Sampling(batches),
            Amplifications = amplifications,
            Substeps = substeps,
            Drive = Drive(batches, substeps),
            Replicas = Math.Max(2, (file.Get(FlowKeys.Replicas) + FlowExperiment.Block - 1) / FlowExperiment.Block) * FlowExperiment.Block,
            Times = times,
            Statistics = Statistics(starts.Count, stationarity),
            Stationarity = stationarity,
            Verdict = new VerdictSpec(verdict.Get(Keys.Alpha), verdict.Get(Keys.Tolerance)),
        };
    }

    private int Dimension()
    {
        int coordinates = problem.Dimension(data?.Inputs ?? 0);
        if (coordinates > FlowKeys.MostCoordinates)
            throw Problem($"'{problem.Name}' has {coordinates} coordinates here; allowed: at most {FlowKeys.MostCoordinates}");
        FlowAlgorithm[] roots = [.. algorithms.Where(a => a.HasRoot())];
        return roots.Length == 0 || coordinates <= FlowKeys.MostOfSquareRoot ? coordinates : throw file.Refuse(
            FlowKeys.AlgorithmList,
            $"'{FlowKeys.Algorithm.Word(roots[0])}' takes a square root of the noise covariance, of {coordinates} coordinates here; allowed: at most {FlowKeys.MostOfSquareRoot}");
    }

    private List<IReadOnlyList<double>> Starts()
    {
        var starts = new List<IReadOnlyList<double>>();
        foreach (IReadOnlyList<double> start in file.Get(FlowKeys.Starts))
        {
            if (start.Count != 1 && start.Count != dimension)
                throw file.Refuse(FlowKeys.Starts, $"a point has {start.Count} coordinates; allowed: {dimension} of them, or one number for all");
            starts.Add(start.Count == dimension ? start : [.. Enumerable.Repeat(start[0], dimension)]);
        }

        return starts;
    }

    private FlowAlgorithm? Against()
    {
        string[] words = [.. algorithms.Select(FlowKeys.Algorithm.Word)];
        string? word = file.Get(FlowKeys.Against) ?? (words.Length > 1 ? words[0] : null);
        if (word is null)
            return null;
        if (words.Length == 1)
            throw file.Refuse(FlowKeys.Against, "there is nothing to compare: one algorithm runs; leave this key out");
        if (!words.Contains(word))
            throw file.Refuse(FlowKeys.Against, $"'{word}' does not run here; allowed: {string.Join(", ", words)}");
        FlowAlgorithm against = algorithms[Array.IndexOf(words, word)];
        return against != FlowAlgorithm.Svag || file.Get(FlowKeys.Amplifications)[0] == 1 ? against : throw file.Refuse(
            FlowKeys.Against, "'svag' stands for amplification 1 here, which does not run; add 1 to the amplifications, or compare with another algorithm");
    }

    private int[] Batches(int rates)
    {
        IReadOnlyList<long> batches = file.Get(FlowKeys.Batches);
        if (batches.Count != 1 && batches.Count != rates)
            throw file.Refuse(FlowKeys.Batches, $"the list has {batches.Count} values; allowed: one number, or one for each of the {rates} rates");
        if (data is null && batches.Any(b => b > 1))
            throw file.Refuse(FlowKeys.Batches, $"'{problem.Name}' has no data to draw a batch of {batches.Max()} from; allowed: 1");
        return [.. Enumerable.Range(0, rates).Select(i => (int)batches[batches.Count == 1 ? 0 : i])];
    }

    private Sampling Sampling(IReadOnlyList<int> batches)
    {
        Sampling sampling = file.Get(FlowKeys.Sampling);
        if (sampling == Experiments.Sampling.Replacement)
            return sampling;
        if (data is null || !algorithms.Any(a => a is FlowAlgorithm.Sgd or FlowAlgorithm.Svag))
            throw file.Refuse(FlowKeys.Sampling, "'without-replacement' is for sgd and svag on data; leave this key out");
        return batches.Max() <= data.Samples ? sampling : throw file.Refuse(
            FlowKeys.Batches, $"{batches.Max()} is more than the {data.Samples} samples, of which each is drawn once; allowed: at most {data.Samples}");
    }

    private IReadOnlyList<int> Amplifications() => !file.Has(FlowKeys.Amplifications) || algorithms.Contains(FlowAlgorithm.Svag)
        ? [.. file.Get(FlowKeys.Amplifications).Select(l => (int)l)]
        : throw file.Refuse(FlowKeys.Amplifications, "only svag has amplifications; add it to the algorithms, or leave this key out");

    private FlowDrive Drive(IReadOnlyList<int> batches, int substeps)
    {
        FlowDrive drive = file.Get(FlowKeys.Drive);
        if (drive == FlowDrive.Gaussian)
            return drive;
        string? obstacle = !problem.IsSymmetric ? $"symmetric gradient noise, which '{problem.Name}' has not"
            : batches.Any(b => b > 1) ? $"batch 1, here it is {batches.Max()}"
            : substeps > 1 ? $"one substep, here there are {substeps}" : null;
        return obstacle is null ? drive : throw file.Refuse(FlowKeys.Drive, $"'samples' needs {obstacle}; allowed: gaussian");
    }

    private IReadOnlyList<string> Statistics(int points, StationaritySpec? stationarity)
    {
        IReadOnlyList<FlowStatistic> all = FlowStatistic.All(points);
        string[] needed = stationarity is null ? []
            : [.. all.Where(s => s is { First: 0, Second: 0, Kind: FlowMoment.Product or FlowMoment.Gradient or FlowMoment.Noise }).Select(s => s.Name)];
        if (file.Get(FlowKeys.Statistics) is not { } given)
            return [.. all.Where(s => s.Kind == FlowMoment.Product || needed.Contains(s.Name)).Select(s => s.Name)];
        if (given.FirstOrDefault(g => all.All(s => s.Name != g)) is { } unknown)
            throw file.Refuse(FlowKeys.Statistics, $"'{unknown}' is of more points than the {points} of starts; allowed: {string.Join(", ", all.Select(s => s.Name))}");
        return needed.FirstOrDefault(n => !given.Contains(n)) is not { } missing ? given
            : throw file.Refuse(FlowKeys.Statistics, $"stationarity needs {string.Join(", ", needed)}, and '{missing}' is not in the list; add it");
    }

    private StationaritySpec? Stationarity(double[] times)
    {
        if (!file.Has(FlowKeys.Stationarity))
            return null;
        if (problem.ScaleInvariantDecay is null)
        {
            string names = string.Join(", ", FlowKeys.Problem.Kinds.Where(p => p.ScaleInvariantDecay is not null).Select(p => p.Name));
            throw file.Refuse(FlowKeys.Stationarity, $"'{problem.Name}' does not take this key; it is for: {names}");
        }

        Section section = file.Get(FlowKeys.Stationarity);
        var spec = new StationaritySpec(section.Get(FlowKeys.From), section.Get(FlowKeys.Closeness));
        return spec.From <= times[^1] ? spec : throw section.Refuse(
            FlowKeys.From, $"{Text(spec.From)} is after the horizon {Text(times[^1])}");
    }

    private ExperimentException Problem(string problem) => file.Refuse(FlowKeys.Problem, problem);
}
