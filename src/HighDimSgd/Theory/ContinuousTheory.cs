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
/// interpolated by polynomials through the nearest points, and what fresh data would show follows from q and m.
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
    }

    /// <summary>The theory at the times that the experiment asks for.</summary>
    public TheoryResult Result()
    {
        double[] times = experiment.Times();
        Dictionary<string, double[,]> sweeps = Sweeps(times, GridInterpolation.Order);
        double[] all = [.. experiment.Sizes.SelectMany(experiment.Times).Concat(times).Distinct().Order()];
        Dictionary<string, double[,]> higher = Sweeps(all, GridInterpolation.HigherOrder), lower = Sweeps(all, GridInterpolation.Order);
        var rest = new StepRest(
            [.. Enumerable.Range(0, StepExtrapolation.Levels).Select(level => step / (1 << level))], changes,
            higher.ToDictionary(h => h.Key, h => Difference(h.Value, lower[h.Key])));
        return new(TheoryResult.Ok, string.Empty, clock, times, sweeps.ToDictionary(s => s.Key, s => DmftTheory.Average(s.Value)))
        {
            Sweeps = sweeps,
            Rest = rest,
            Granted = changes.ToDictionary(c => c.Key, c => (RestOfChange * c.Value) + rest.Interpolation[c.Key]),
        };
    }

    /// <inheritdoc/>
    public Dictionary<string, double[]> At(IReadOnlyList<double> times) =>
        Sweeps(times, GridInterpolation.Order).ToDictionary(s => s.Key, s => DmftTheory.Average(s.Value).Mean);

    /// <summary>Largest difference of the means over sweeps.</summary>
    private static double Difference(double[,] a, double[,] b) =>
        Exactness.Largest([.. DmftTheory.Average(a).Mean.Zip(DmftTheory.Average(b).Mean, (x, y) => x - y)]);

    private Dictionary<string, double[,]> Sweeps(IReadOnlyList<double> times, int points)
    {
        int count = limits[Observables.Q].GetLength(0), grid = limits[Observables.Q].GetLength(1);
        GridInterpolation[] stencils = [.. times.Select(t => GridInterpolation.At(t / step, grid, points))];
        Dictionary<string, double[,]> tables = limits.Keys.ToDictionary(name => name, _ => new double[count, times.Count]);
        for (int s = 0; s < count; s++)
        {
            for (int t = 0; t < times.Count; t++)
            {
                foreach ((string name, double[,] table) in tables)
                    table[s, t] = stencils[t].Of(limits[name], s);
                double q = tables[Observables.Q][s, t], m = tables[Observables.M][s, t];
                tables[Observables.TestLoss][s, t] = fresh.Loss(q, m);
                if (tables.TryGetValue(Observables.TestError, out double[,]? error))
                    error[s, t] = fresh.Error(q, m);
            }
        }

        return tables;
    }
}

/// <summary>The polynomial through the grid points nearest to a place: their weights.</summary>
internal sealed class GridInterpolation
{
    /// <summary>Points of the interpolation that is used.</summary>
    public const int Order = 6;

    /// <summary>Points of the one that its error is estimated by.</summary>
    public const int HigherOrder = 8;

    private readonly int first;
    private readonly double[] weights;

    private GridInterpolation(int first, double[] weights) => (this.first, this.weights) = (first, weights);

    /// <summary>The weights at a place.</summary>
    /// <param name="place">In units of the grid's spacing, from its first point; slightly outside at most.</param>
    /// <param name="grid">Points of the grid.</param>
    /// <param name="points">Points to use, fewer where the grid has fewer.</param>
    public static GridInterpolation At(double place, int grid, int points)
    {
        int nearest = (int)Math.Round(place), count = Math.Min(points, grid);
        if (Math.Abs(place - nearest) < 1e-9)
            return new(nearest, [1]);
        int first = Math.Clamp((int)Math.Floor(place) - (count / 2) + 1, 0, grid - count);
        return new(first, [.. Enumerable.Range(0, count).Select(Lagrange)]);

        double Lagrange(int i) => Enumerable.Range(0, count).Where(j => j != i).Aggregate(1.0, (product, j) => product * (place - first - j) / (i - j));
    }

    /// <summary>The value in a row of a table.</summary>
    public double Of(double[,] table, int row) => weights.Select((w, i) => w * table[row, first + i]).Sum();
}
