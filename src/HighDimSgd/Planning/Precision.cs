using System.Globalization;
using HighDimSgd.Experiments;
using HighDimSgd.Statistics;
using MathNet.Numerics.LinearAlgebra;

namespace HighDimSgd.Planning;

/// <summary>
/// From variances to numbers of replicas and sweeps. The theory's error is to be half of the simulation's, so that the variance of
/// their difference is 5/4 of the simulation's. What is counted here are designs, which alone are independent; what is given are replicas.
/// </summary>
/// <param name="experiment">The experiment.</param>
/// <param name="seconds">Seconds of a replica on one of all busy workers, by size.</param>
/// <param name="workers">Workers by size.</param>
internal sealed class Precision(Experiment experiment, IReadOnlyList<double> seconds, IReadOnlyList<int> workers)
{
    private const double ShareOfSweeps = 0.2;

    // Twice as many as the windows, so that the covariance of the sweeps is one.
    private const int FewestSweeps = 2 * Contrasts.Most;

    // The theory of online has no error.
    private readonly double theoryShare = experiment.IsOnline ? 0 : ShareOfSweeps;
    private readonly Ladder ladder = new(experiment.Sizes);
    private readonly double[] costs = [.. seconds.Zip(workers, (s, w) => experiment.ReplicasPerDesign * s / w)];
    private readonly Dictionary<(int, int), double> noncentralities = [];

    /// <summary>What is needed for the wish.</summary>
    /// <param name="options">The wish.</param>
    /// <param name="spreads">The spreads of the pilot.</param>
    /// <param name="pilot">The pilot in words.</param>
    public PrecisionPlan Plan(PlanOptions options, IReadOnlyList<Spread> spreads, string pilot)
    {
        double level = experiment.Verdict.Alpha / Models.Observables.Of(experiment).Count;
        bool limit = experiment.Sizes.Count >= FiniteSize.LeastSizes;
        if (!limit)
            level /= experiment.Sizes.Count;
        PrecisionNeed[] needs = [.. spreads.Where(s => options.Chosen is null || s.Observable == options.Chosen)
            .Select(s => options.Error is { } error ? ForError(s, error) : ForTolerance(s, level))];
        string what = limit ? "the extrapolated limit" : "the mean at a size";
        string goal = options.Error is { } wished
            ? string.Create(CultureInfo.InvariantCulture, $"a standard error of {wished:g4} of {what}")
            : string.Create(CultureInfo.InvariantCulture,
                $"a deviation of {100 * experiment.Verdict.Tolerance:g4} % of {what} from the theory found at alpha {experiment.Verdict.Alpha:g4} with power {Hotelling.Power}");
        return new(goal, options.Error is null, pilot, experiment.Sizes, needs, Most(needs, n => n.Equal), Most(needs, n => n.Cheapest), needs.Max(n => n.Sweeps));
    }

    private PrecisionNeed ForError(Spread spread, double error)
    {
        double goal = error * error / spread.Variance;
        long sweeps = double.IsNaN(spread.SweepVariance) ? 0 : Sweeps(4 * spread.SweepVariance / (error * error));
        double asWritten = Math.Sqrt(ladder.Variance(Written) * spread.Variance);
        return new(spread.Observable, error, asWritten, Of(ladder.Equal(goal)), Of(ladder.Cheapest(goal, costs)), sweeps);
    }

    private PrecisionNeed ForTolerance(Spread spread, double level)
    {
        double tolerance = experiment.Verdict.Tolerance, length = Length(spread, spread.Covariance);
        double[] equal = Reached(r => ladder.Equal(Goal(r)));
        double[] cheapest = Reached(r => ladder.Cheapest(Goal(r), costs));
        double goal = ladder.Variance(cheapest);
        long sweeps = spread.SweepCovariance is { } sweep
            ? Sweeps(Enumerable.Range(0, sweep.RowCount).Max(w => 4 * sweep[w, w] / (goal * spread.Covariance[w, w])))
            : 0;
        double variance = ladder.Variance(Written);
        Matrix<double> theory = spread.SweepCovariance is { } known
            ? known / experiment.Theory.Sweeps
            : variance * theoryShare / (1 - theoryShare) * spread.Covariance;
        double asWritten = Math.Sqrt(Noncentrality(Freedom(Written), spread.Scale.Count, level) / Length(spread, (variance * spread.Covariance) + theory));
        return new(spread.Observable, tolerance, asWritten, Of(Whole(equal)), Of(Whole(cheapest)), sweeps);

        double Goal(double freedom) => (1 - theoryShare) * tolerance * tolerance * length / Noncentrality(freedom, spread.Scale.Count, level);
        double[] Reached(Func<double, long[]> numbers)
        {
            double[] replicas = Written;
            for (int round = 0; round < 3; round++)
                replicas = [.. numbers(Freedom(replicas)).Select(n => (double)n)];
            return replicas;
        }
    }

    private double[] Written => [.. experiment.Replicas.Select(r => (double)Math.Max(2, r / experiment.ReplicasPerDesign))];

    /// <summary>Squared length of the observable's windows in units of a covariance; the inverse of an estimate is too large by f/(f-p-1).</summary>
    private static double Length(Spread spread, Matrix<double> covariance)
    {
        double bias = Math.Max(0.1, (spread.Freedom - spread.Scale.Count - 1.0) / spread.Freedom);
        return bias * (spread.Scale * covariance.Cholesky().Solve(spread.Scale));
    }

    /// <summary>Welch's degrees of freedom of the difference.</summary>
    private double Freedom(double[] replicas)
    {
        double[] parts = ladder.Parts(replicas);
        double total = parts.Sum() / (1 - theoryShare), spread = theoryShare * theoryShare / (experiment.Theory.Sweeps - 1);
        for (int i = 0; i < parts.Length; i++)
            spread += parts[i] * parts[i] / total / total / (replicas[i] - 1);
        return 1 / spread;
    }

    /// <summary>The squared shift, in standard deviations, that the test finds with the verdict's power.</summary>
    private double Noncentrality(double freedom, int dimension, double level)
    {
        // Steps of a tenth are fine enough: the shift hardly depends on many degrees of freedom.
        int step = (int)Math.Round(10 * Math.Log(Math.Max(freedom, dimension + 1)));
        if (noncentralities.TryGetValue((step, dimension), out double known))
            return known;
        Vector<double> unit = Vector<double>.Build.Dense(dimension, j => j == 0 ? 1 : 0);
        var test = new Hotelling(0 * unit, Matrix<double>.Build.DenseIdentity(dimension), Math.Exp(step / 10.0));
        // With too few observations nothing is found, however large.
        double shift = test.Detectable(unit, level) ?? 1e3;
        return noncentralities[(step, dimension)] = shift * shift;
    }

    private static long Sweeps(double needed) => Math.Max(FewestSweeps, (long)Math.Min(1e15, Math.Ceiling(needed)));

    private Allocation Most(PrecisionNeed[] needs, Func<PrecisionNeed, Allocation> of) =>
        Of([.. experiment.Sizes.Select((_, i) => needs.Max(n => of(n).Replicas[i] / experiment.ReplicasPerDesign))]);

    private Allocation Of(long[] designs) =>
        new([.. designs.Select(g => g * experiment.ReplicasPerDesign)], designs.Zip(costs, (g, c) => g * c).Sum());

    private static long[] Whole(double[] replicas) => [.. replicas.Select(r => (long)r)];
}
