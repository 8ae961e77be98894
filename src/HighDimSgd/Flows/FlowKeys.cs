using System.Text.Json;
using HighDimSgd.Experiments;

namespace HighDimSgd.Flows;

/// <summary>Every key of an experiment file of the family <c>flow</c>: type, allowed values, default, and one line of what it is.</summary>
internal static class FlowKeys
{
    /// <summary>Most samples of a data set.</summary>
    public const int MostSamples = 4096;

    /// <summary>Most numbers of an input.</summary>
    public const int MostInputs = 64;

    /// <summary>Most coordinates of a point.</summary>
    public const int MostCoordinates = 256;

    /// <summary>Most coordinates of a point where there is a square root of its noise covariance.</summary>
    public const int MostOfSquareRoot = 16;

    private static readonly (string, FlowAlgorithm)[] Algorithms =
        [.. Enum.GetValues<FlowAlgorithm>().Select(a => (JsonNamingPolicy.KebabCaseLower.ConvertName($"{a}"), a))];

    public static readonly KindKey<FlowProblem> Problem = new(
        "problem", "The risk and its random gradients.", "Risk with random gradients", [],
        new MultiplicativeNoise(), new LinearRegression(), new LogisticRegression(), new ScaleInvariant(), new TwoLayerNetwork())
    {
        OrWord = true,
        Within = string.Empty,
    };

    public static readonly WholeKey Samples = new("samples", 2, MostSamples, "Number of samples n; that of the file's rows, where there is one.")
    {
        Default = new FlowDataSpec().Samples,
        Unit = "samples",
    };

    public static readonly WholeKey Inputs = new("inputs", 1, MostInputs, "Numbers per input; one less than the file's columns, where there is one.")
    {
        Default = new FlowDataSpec().Inputs,
    };

    public static readonly NumberKey Noise = new(
        "noise", 0, 1e3, "Standard deviation of the labels' noise, where the data are drawn: Gaussian inputs, a teacher of ones; signs for logistic-regression.")
    {
        Default = new FlowDataSpec().Noise,
    };

    public static readonly PathKey DataFile = new(
        "file", "A .csv or .npy file of one row per sample, its label in the last column; relative to the experiment file. Without it the data are drawn.")
    {
        Default = null,
    };

    public static readonly NameKey Hash = new("hash", 64, "Hash of the file's numbers, as results.json has it: a file with others is refused.") { Default = null };

    public static readonly SectionKey Data = new("data", "The data set, for the problems that have one.", Samples, Inputs, Noise, DataFile, Hash)
    {
        Required = false,
        Rules = () => [KeyRules.NotBoth(DataFile, Noise), KeyRules.Needs(Hash, DataFile)],
    };

    public static readonly ListKey<IReadOnlyList<double>> Starts = new(
        "starts",
        new ListKey<double>("start", new NumberKey("coordinate", -1e6, 1e6, "Coordinate."), 1, MostCoordinates, ListOrder.Any, "All coordinates, or one number for them.")
        {
            OrSingle = true,
        },
        1, FlowExperiment.MostPoints, ListOrder.Any, "The points x, y, z, w, driven by the same noise: for each its coordinates, or one number for all of them.");

    public static readonly ChoiceKey<FlowAlgorithm> Algorithm = new("algorithm", "An algorithm.", Algorithms);

    public static readonly ListKey<FlowAlgorithm> AlgorithmList = new(
        "algorithms", Algorithm, 1, Algorithms.Length, ListOrder.Distinct,
        "What runs: sgd, svag or noisy-gd; gradient flow flow1 and its modification flow2; the stochastic modified equations sme1, sme2 and flows smf1, smf2 of order 1 and 2.");

    public static readonly ChoiceKey<string> Against = new(
        "against", "The algorithm that the others are compared with; the first of several by default.", [.. Algorithms.Select(a => (a.Item1, a.Item1))])
    {
        Default = null,
    };

    public static readonly ListKey<double> Rates = new(
        "rates", new NumberKey("rate", 1e-6, 1e3, "Learning rate."), 1, 64, ListOrder.Descending,
        "Learning rates eta; an iteration advances time by eta, one of svag by eta/l. The horizon and all record times are whole numbers of iterations of each.")
    {
        Unit = "time",
    };

    public static readonly ListKey<long> Batches = new(
        "batches", new WholeKey("batch", 1, MostSamples, "Batch size."), 1, 64, ListOrder.Any, "Batch sizes B, for all rates or one per rate; above 1 on data alone.")
    {
        OrSingle = true,
        Default = [1],
        Unit = "samples",
    };

    public static readonly ChoiceKey<Sampling> Sampling = new(
        "sampling", "How sgd and svag choose the samples of a batch on data.",
        ("replacement", Experiments.Sampling.Replacement), ("without-replacement", Experiments.Sampling.WithoutReplacement))
    {
        Default = Experiments.Sampling.Replacement,
    };

    public static readonly ListKey<long> Amplifications = new(
        "amplifications", new WholeKey("amplification", 1, 1024, "Amplification."), 1, 16, ListOrder.Ascending, "Amplifications l of svag.")
    {
        OrSingle = true,
        Default = [1],
    };

    public static readonly WholeKey Substeps = new("substeps", 1, 64, "Steps of the flows' integrator per learning rate.") { Default = 1 };

    public static readonly ChoiceKey<FlowDrive> Drive = new(
        "drive",
        "What drives sme1, sme2, smf1 and smf2: Gaussian increments, or the samples that sgd takes, which leaves an error of third order and differences of small "
        + "variance. Samples need symmetric gradient noise, batch 1 and one substep.",
        ("gaussian", FlowDrive.Gaussian), ("samples", FlowDrive.Samples))
    {
        Default = FlowDrive.Gaussian,
    };

    public static readonly WholeKey Replicas = new(
        "replicas", 1, 1_000_000_000, "Paths of every run, rounded up to whole blocks of 4096, at least two: all errors are over the means of blocks.")
    {
        Default = 65_536,
        Unit = "replicas",
    };

    public static readonly NumberKey Horizon = new("horizon", 1e-6, 1e6, "Time at the end.") { Unit = "time" };

    public static readonly WholeKey Points = new("points", 2, 10_001, "Number of record times, spread evenly from 0 to the horizon; 2 by default.")
    {
        Default = 2,
        Unit = "times",
    };

    public static readonly ListKey<double> Times = new(
        "times", new NumberKey("time", 0, 1e6, "Record time."), 1, 10_001, ListOrder.Ascending, "Record times; the horizon is one in any case.")
    {
        Default = [],
        Unit = "time",
    };

    public static readonly SectionKey Record =
        new("record", "When statistics are recorded: points or times.", Points, Times) { Required = false, Rules = () => [KeyRules.NotBoth(Points, Times)] };

    private static readonly string[] AllStatistics = [.. FlowStatistic.All(FlowExperiment.MostPoints).Select(s => s.Name)];

    public static readonly ListKey<string> Statistics = new(
        "statistics", new ChoiceKey<string>("statistic", "A statistic.", [.. AllStatistics.Select(s => (s, s))]), 1, AllStatistics.Length, ListOrder.Distinct,
        "What is recorded: x the first coordinate, xx the squared norm, risk_x, gradient_x the squared norm of the risk's gradient, noise_x the trace of the "
        + "noise covariance over B; of two points xy the inner product, distance_xy its squared distance, sin_xy the sine of the difference of first coordinates. "
        + "By default all products, and for stationarity gradient_x and noise_x.")
    {
        Default = null,
    };

    public static readonly NumberKey From = new("from", 0, 1e6, "Time from which on the process counts as stationary.") { Unit = "time" };

    public static readonly NumberKey Closeness = new("closeness", 1, 100, "C: two quantities agree where their ratio lies within 1/C and C.")
    {
        Default = new StationaritySpec(0).Closeness,
    };

    public static readonly SectionKey Stationarity = new(
        "stationarity", "Whether the equation describes the algorithm in its stationary state, by the norm, the gradient and the noise there (scale-invariant problems).",
        From, Closeness)
    {
        Required = false,
    };

    /// <summary>The whole file.</summary>
    public static readonly SectionKey File = new(
        "", "Paths of a low-dimensional problem by several algorithms, and how their moments differ.",
        Keys.Family, Keys.Name, Keys.Seed, Problem, Data, Starts, AlgorithmList, Against, Rates, Batches, Sampling, Amplifications, Substeps, Drive, Replicas,
        Horizon, Record, Statistics, Stationarity, Keys.Verdict)
    {
        Decider = Keys.Family,
        Rules = KeyRules.KeysOfProblems,
    };
}
