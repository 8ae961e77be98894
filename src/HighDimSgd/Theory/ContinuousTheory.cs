using HighDimSgd.Experiments;
using HighDimSgd.Models;
using HighDimSgd.Results;
using HighDimSgd.Statistics;

namespace HighDimSgd.Theory;

/// <summary>A theory whose curves are known at any time.</summary>
internal interface ITheoryInTime
{
    /// <summary>Curves by observable at ascending times within the experiment's.</summary>
    Dictionary<string, double[]> At(IReadOnlyList<double> times);
}

/// <summary>
/// The theory of a clock in continuous time, from sweeps at three steps that are recorded at every step D of the coarsest. In between, every sweep is
/// interpolated by polynomials through the nearest points between which no schedule jumps or bends, and what fresh data would show follows from q and m.
/// </summary>
internal sealed class ContinuousTheory : ITheoryInTime
{
    /// <summary>Part of the third level's change that is granted as the rest of the step (<see cref="ContinuousCurve"/>).</summary>
    private const double RestOfChange = 1.0 / 3;

    private readonly Experiment experiment;
    private readonly string clock;
    private readonly double step;
    private readonly Dictionary<string, double[,]> limits;
    private readonly Dictionary<string, double> changes;
    private readonly FreshData fresh;
    private readonly int[] ends;

    /// <summary>The theory of the levels D, D/2 and D/4, all of which are there.</summary>
    /// <param name="experiment">The experiment with true iterations.</param>
    /// <param name="levels">Solutions at the three steps.</param>
    public ContinuousTheory(Experiment experiment, IReadOnlyList<TheoryResult> levels)
    {
        this.experiment = experiment;
        clock = levels[0].Clock;
        step = levels[0].Times[1];
        string[] names = [.. Observables.Of(experiment)];
        limits = names.ToDictionary(name => name, name => StepExtrapolation.Limit([.. levels.Select(l => l.Sweeps[name])]));
        changes = names.ToDictionary(name => name, name => StepExtrapolation.Change([.. levels.Select(l => l.Sweeps[name])]));
        fresh = new(experiment.Model);
        AlgorithmSpec algorithm = experiment.Algorithm;
        int last = limits[Observables.Q].GetLength(1) - 1;
        ends =
        [
            0,
            .. new[] { algorithm.RateSchedule, algorithm.RidgeSchedule }.SelectMany(s => s?.Breaks ?? []).Select(t => t / step)
                .Where(x => Math.Abs(x - Math.Round(x)) < 1e-9 * last && x > 0.5 && x < last - 0.5).Select(x => (int)Math.Round(x)).Distinct().Order(),
            last,
        ];
    }

    /// <summary>The theory at the times that the experiment asks for.</summary>
    public TheoryResult Result()
    {
        double[] times = experiment.Times();
        Dictionary<string, double[,]> sweeps = Sweeps(times, GridInterpolation.At);
        double[] all = [.. experiment.Sizes.SelectMany(experiment.Times).Concat(times).Distinct().Order()];
        Dictionary<string, double[,]> other = Sweeps(all, GridInterpolation.OtherAt), used = Sweeps(all, GridInterpolation.At);
        var rest = new StepRest(
            [.. Enumerable.Range(0, StepExtrapolation.Levels).Select(level => step / (1 << level))], changes,
            other.ToDictionary(o => o.Key, o => Difference(o.Value, used[o.Key])));
        return new(TheoryResult.Ok, string.Empty, clock, times, sweeps.ToDictionary(s => s.Key, s => DmftTheory.Average(s.Value)))
        {
            Sweeps = sweeps,
            Rest = rest,
            Granted = changes.ToDictionary(c => c.Key, c => (RestOfChange * c.Value) + rest.Interpolation[c.Key]),
        };
    }

    /// <inheritdoc/>
    public Dictionary<string, double[]> At(IReadOnlyList<double> times) =>
        Sweeps(times, GridInterpolation.At).ToDictionary(s => s.Key, s => DmftTheory.Average(s.Value).Mean);

    /// <summary>Largest difference of the means over sweeps.</summary>
    private static double Difference(double[,] a, double[,] b) =>
        Exactness.Largest([.. DmftTheory.Average(a).Mean.Zip(DmftTheory.Average(b).Mean, (x, y) => x - y)]);

    private Dictionary<string, double[,]> Sweeps(IReadOnlyList<double> times, Func<double, int, int, GridInterpolation> interpolation)
    {
        int count = limits[Observables.Q].GetLength(0);
        GridInterpolation[] stencils = [.. times.Select(t => Within(t / step))];
        Dictionary<string, double[,]> tables = limits.Keys.ToDictionary(name => name, _ => new double[count, times.Count]);
        for (int s = 0; s < count; s++)
        {
            for (int t = 0; t < times.Count; t++)
            {
                foreach ((string name, double[,] table) in tables)
                    table[s, t] = stencils[t].Of(limits[name], s);
                for (int start = 0; start < experiment.Starts; start++)
                {
                    double q = tables[Observables.Of(Observables.Q, start)][s, t], m = tables[Observables.Of(Observables.M, start)][s, t];
                    tables[Observables.Of(Observables.TestLoss, start)][s, t] = fresh.Loss(q, m);
                    if (tables.TryGetValue(Observables.Of(Observables.TestError, start), out double[,]? error))
                        error[s, t] = fresh.Error(q, m);
                }
            }
        }

        return tables;

        // The piece between two ends in which a place is, or the one next to it.
        GridInterpolation Within(double place)
        {
            int end = Math.Max(1, Array.FindIndex(ends, e => e >= Math.Min(place, ends[^1])));
            return interpolation(place, ends[end - 1], ends[end]);
        }
    }
}

/// <summary>The polynomial through the grid points nearest to a place: their weights.</summary>
internal sealed class GridInterpolation
{
    // Points of the interpolation that is used, and of the one that its error is estimated by where there are so many.
    private const int Order = 6, HigherOrder = 8;

    private readonly int first;
    private readonly double[] weights;

    private GridInterpolation(int first, double[] weights) => (this.first, this.weights) = (first, weights);

    /// <summary>The weights of the interpolation that is used.</summary>
    /// <param name="place">In units of the grid's spacing.</param>
    /// <param name="from">First point of the grid that may be used.</param>
    /// <param name="to">The last; places lie between the two, or slightly outside.</param>
    public static GridInterpolation At(double place, int from, int to) => Through(place, from, to, Order);

    /// <summary>Those of the interpolation that its error is estimated by: two points more, or where there are not so many two less.</summary>
    /// <param name="place">In units of the grid's spacing.</param>
    /// <param name="from">First point of the grid that may be used.</param>
    /// <param name="to">The last.</param>
    public static GridInterpolation OtherAt(double place, int from, int to) =>
        Through(place, from, to, to - from + 1 >= HigherOrder ? HigherOrder : Math.Max(1, Math.Min(Order, to - from + 1) - 2));

    private static GridInterpolation Through(double place, int from, int to, int points)
    {
        int nearest = (int)Math.Round(place), count = Math.Min(points, to - from + 1);
        if (Math.Abs(place - nearest) < 1e-9)
            return new(nearest, [1]);
        int first = Math.Clamp((int)Math.Round(place - ((count - 1) / 2.0)), from, to + 1 - count);
        return new(first, [.. Enumerable.Range(0, count).Select(Lagrange)]);

        double Lagrange(int i) => Enumerable.Range(0, count).Where(j => j != i).Aggregate(1.0, (product, j) => product * (place - first - j) / (i - j));
    }

    /// <summary>The value in a row of a table.</summary>
    public double Of(double[,] table, int row) => weights.Select((w, i) => w * table[row, first + i]).Sum();
}
