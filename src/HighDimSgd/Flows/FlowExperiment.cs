using System.Globalization;
using System.Text.Json.Serialization;
using HighDimSgd.Experiments;
using HighDimSgd.Kernels;
using HighDimSgd.Kernels.Bodies;

namespace HighDimSgd.Flows;

/// <summary>Single-sample dynamics and the flows that model them, on a low-dimensional problem.</summary>
public enum FlowAlgorithm
{
    /// <summary>x &lt;- x - (eta/B) sum of B sample gradients; an iteration advances time by eta.</summary>
    Sgd,

    /// <summary>SVAG(l) (Li, Malladi and Arora, arXiv 2102.12470): two batches weighted (1+-sqrt(2l-1))/2, rate eta/l.</summary>
    Svag,

    /// <summary>Noisy gradient descent: x &lt;- x - eta grad R + (eta/sqrt B) sum of G_k N_k, Gaussian noise of SGD's covariance.</summary>
    NoisyGd,

    /// <summary>Gradient flow x' = -grad R.</summary>
    Flow1,

    /// <summary>Gradient flow of the modified risk, x' = -grad(R + (eta/4)|grad R|^2).</summary>
    Flow2,

    /// <summary>Stochastic modified equation of order 1: dX = -grad R dt + sqrt(eta/B) Sigma(X)^{1/2} dW.</summary>
    Sme1,

    /// <summary>Stochastic modified equation of order 2 (Li, Tai and E): the drift of <see cref="Flow2"/>, the noise of <see cref="Sme1"/>.</summary>
    Sme2,

    /// <summary>Stochastic modified flow of order 1: the drift -grad R and the noise sqrt(eta/B) sum of G_k(X) dW_k over the modes of the gradient noise.</summary>
    Smf1,

    /// <summary>Stochastic modified flow (Gess, Kassing and Konarovskyi, arXiv 2302.07125): the drift of <see cref="Flow2"/>, the noise of <see cref="Smf1"/>.</summary>
    Smf2,
}

/// <summary>What drives the noise of the stochastic modified flows and equations in simulation.</summary>
public enum FlowDrive
{
    /// <summary>Gaussian increments, one per mode and kick.</summary>
    Gaussian,

    /// <summary>
    /// SGD's own samples: kicks of the right mean and covariance and no third moment, so that the integrator's error stays O(eta^3), while the paths
    /// follow those of SGD (an SME's for the first point) and differences have small variance. For problems whose gradient noise is symmetric.
    /// </summary>
    Samples,
}

/// <summary>The data set of a problem that has one: drawn from the seed, or a file.</summary>
/// <param name="Samples">Number of samples n.</param>
/// <param name="Inputs">Numbers per input.</param>
/// <param name="Noise">Standard deviation of the label noise, where drawn; for logistic regression labels are signs of the noisy teacher.</param>
/// <param name="File">A .npy or .csv file of n rows, the label in the last column; null where the data are drawn.</param>
public sealed record FlowDataSpec(int Samples = 8, int Inputs = 2, double Noise = 0.5, string? File = null)
{
    /// <summary>Hash of the file's numbers, see <see cref="FlowData.Hash"/>; null where the data are drawn.</summary>
    public string? Hash { get; init; }

    /// <summary>The file's numbers; null where the data are drawn, and where only a report is made.</summary>
    public FlowData? Table { get; init; }

    /// <summary>A data set of one's own.</summary>
    /// <param name="table">Its numbers.</param>
    /// <param name="name">What stands for it in results.</param>
    public static FlowDataSpec Of(FlowData table, string name) =>
        new(table.Samples, table.Inputs, File: name) { Hash = table.Hash, Table = table };
}

/// <summary>A claim on stationarity that is checked: the conditions of Li, Malladi and Arora for the SDE to describe SGD.</summary>
/// <param name="From">Time from which on the process counts as stationary.</param>
/// <param name="Closeness">C: two quantities agree where their ratio lies within 1/C and C.</param>
public sealed record StationaritySpec(double From, double Closeness = 1.4142135623730951);

/// <summary>
/// A validated, immutable experiment of the family <c>flow</c>: millions of paths of a low-dimensional problem, by several algorithms at several learning
/// rates; their moments, the differences between them, and the order in which these vanish.
/// </summary>
public sealed partial record FlowExperiment : IExperiment
{
    /// <summary>Numbers of paths whose moments are kept together: all errors are over these blocks.</summary>
    public const int Block = FlowArena.Block;

    /// <summary>Most points that one noise drives.</summary>
    public const int MostPoints = 4;

    /// <summary>Name; also the default output folder.</summary>
    public required string Name { get; init; }

    /// <summary>Seed of every random number.</summary>
    public required ulong Seed { get; init; }

    /// <summary>The problem.</summary>
    public required FlowProblem Problem { get; init; }

    /// <summary>Its data set; null where it has none.</summary>
    public FlowDataSpec? Data { get; init; }

    /// <summary>The points driven by the same noise, one to four, each with all its coordinates.</summary>
    public required IReadOnlyList<IReadOnlyList<double>> Starts { get; init; }

    /// <summary>The algorithms.</summary>
    public required IReadOnlyList<FlowAlgorithm> Algorithms { get; init; }

    /// <summary>The one that all others are compared with; null compares none.</summary>
    public FlowAlgorithm? Against { get; init; }

    /// <summary>Learning rates eta, descending; the horizon and all record times are whole numbers of iterations of each.</summary>
    public required IReadOnlyList<double> Rates { get; init; }

    /// <summary>Batch sizes B, one per rate.</summary>
    public required IReadOnlyList<int> Batches { get; init; }

    /// <summary>How a batch chooses its samples (sgd and svag on data).</summary>
    public Sampling Sampling { get; init; }

    /// <summary>Amplifications l of svag, ascending; 1 for all other algorithms.</summary>
    public IReadOnlyList<int> Amplifications { get; init; } = [1];

    /// <summary>Steps of the flows' integrator per learning rate.</summary>
    public int Substeps { get; init; } = 1;

    /// <summary>What drives the stochastic modified flows and equations.</summary>
    public FlowDrive Drive { get; init; }

    /// <summary>Number of paths, a multiple of <see cref="Block"/>.</summary>
    public required long Replicas { get; init; }

    /// <summary>Record times, ascending; the last is the horizon.</summary>
    public required IReadOnlyList<double> Times { get; init; }

    /// <summary>What is recorded, see <see cref="FlowStatistic"/>.</summary>
    public required IReadOnlyList<string> Statistics { get; init; }

    /// <summary>Check of stationarity; null for none.</summary>
    public StationaritySpec? Stationarity { get; init; }

    /// <summary>Family-wise error of the verdict, and the deviation that is accepted.</summary>
    public VerdictSpec Verdict { get; init; } = new();

    /// <summary>Time at the end.</summary>
    public double Horizon => Times[^1];

    /// <summary>Number of blocks.</summary>
    public int Blocks => (int)(Replicas / Block);

    /// <summary>All runs: every algorithm at every rate, svag at every amplification.</summary>
    public IEnumerable<FlowRun> Runs =>
        from algorithm in Algorithms
        from i in Enumerable.Range(0, Rates.Count)
        from l in algorithm == FlowAlgorithm.Svag ? Amplifications : [1]
        select new FlowRun(algorithm, Rates[i], Batches[i], l);
}

/// <summary>One algorithm at one rate.</summary>
/// <param name="Algorithm">The algorithm.</param>
/// <param name="Rate">Learning rate eta.</param>
/// <param name="Batch">Batch size B.</param>
/// <param name="Amplification">l of svag, else 1.</param>
public sealed record FlowRun(FlowAlgorithm Algorithm, double Rate, int Batch, int Amplification)
{
    /// <summary>Its name in files, such as sgd_rate0.1, sgd_batch8_rate0.1 or svag_l4_rate0.1.</summary>
    public string Name => string.Create(
        CultureInfo.InvariantCulture,
        $"{FlowKeys.Algorithm.Word(Algorithm)}{(Algorithm == FlowAlgorithm.Svag ? $"_l{Amplification}" : "")}{(Batch > 1 ? $"_batch{Batch}" : "")}_rate{Rate:R}");

    /// <summary>Time that an iteration takes: eta, or eta/l.</summary>
    [JsonIgnore]
    public double Step => Rate / Amplification;

    /// <summary>The iterations at which given times are recorded.</summary>
    public IReadOnlyList<int> RecordSteps(IReadOnlyList<double> times) => [.. times.Select(t => checked((int)Math.Round(t / Step)))];
}

/// <summary>
/// What is recorded of the points x, y, z, w. For a point: <c>x</c> is its first coordinate, <c>xx</c> |x|^2, <c>risk_x</c> R(x), <c>gradient_x</c>
/// |grad R(x)|^2, <c>noise_x</c> tr Sigma(x)/B. For two: <c>xy</c> the inner product, <c>distance_xy</c> |x-y|^2, <c>sin_xy</c> sin(x_1-y_1).
/// </summary>
/// <param name="Kind">What it is.</param>
/// <param name="First">First point, from 0.</param>
/// <param name="Second">Second point; the first again for a single point's.</param>
public sealed record FlowStatistic(FlowMoment Kind, int First, int Second)
{
    private const string Points = "xyzw";

    /// <summary>Its name in files.</summary>
    public string Name => Kind switch
    {
        FlowMoment.Coordinate => $"{Points[First]}",
        FlowMoment.Product => $"{Points[First]}{Points[Second]}",
        FlowMoment.Distance => $"distance_{Points[First]}{Points[Second]}",
        FlowMoment.Sine => $"sin_{Points[First]}{Points[Second]}",
        _ => $"{Kind.ToString().ToLowerInvariant()}_{Points[First]}",
    };

    /// <summary>As a kernel takes it.</summary>
    internal FlowTerm Term => new(Kind, First, Second);

    /// <summary>True where it is of two points.</summary>
    public bool IsOfTwo => First != Second;

    /// <summary>All that there are for a number of points.</summary>
    public static IReadOnlyList<FlowStatistic> All(int points)
    {
        FlowMoment[] single = [FlowMoment.Coordinate, FlowMoment.Product, FlowMoment.Risk, FlowMoment.Gradient, FlowMoment.Noise], pair = [FlowMoment.Product, FlowMoment.Distance, FlowMoment.Sine];
        return
        [
            .. from p in Enumerable.Range(0, points) from kind in single select new FlowStatistic(kind, p, p),
            .. from p in Enumerable.Range(0, points) from q in Enumerable.Range(p + 1, points - p - 1) from kind in pair select new FlowStatistic(kind, p, q),
        ];
    }

    /// <summary>The statistic of a name.</summary>
    public static FlowStatistic Of(string name) => All(FlowExperiment.MostPoints).First(s => s.Name == name);
}
