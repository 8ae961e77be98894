using System.Globalization;
using HighDimSgd.Experiments;
using HighDimSgd.Models;
using HighDimSgd.Results;
using HighDimSgd.Theory;
using MathNet.Numerics.LinearAlgebra;

namespace HighDimSgd.Statistics;

/// <summary>
/// Simulation against theory: deviations in standard errors, and the verdict. With three or more sizes the
/// verdict is about the limit: where a Hotelling T2 on the window means of an observable, Holm over observables, rejects equality of
/// the extrapolated limit and the theory, it is fail; where it does not and could have seen a deviation as small as the tolerance,
/// pass; else unresolved. Where it rejects but the sizes do not lie on limit + c/d either, the difference may be the extrapolation's, and
/// it is unresolved as well. Size checks hold the deviation at a size, after the fitted c/d, against the tolerance; they decide only
/// where there is no limit.
/// </summary>
public static class Comparison
{
    private const string Pass = "pass", Fail = "fail", Unresolved = "unresolved";

    /// <summary>Most quantities that are named in the reason.</summary>
    private const int Named = 3;

    /// <summary>Independent replicas per window that the covariance should rest on.</summary>
    private const int ReplicasPerWindow = 4;

    /// <summary>
    /// The verdict. A quantity without variance is compared within 32-bit rounding: deviation 0 where equal,
    /// otherwise the difference in units of that tolerance, or of the theory's error where larger.
    /// </summary>
    public static Verdict Compare(Experiment experiment, TheoryResult theory, IReadOnlyList<SizeCurves> curves)
    {
        ArgumentNullException.ThrowIfNull(experiment);
        ArgumentNullException.ThrowIfNull(theory);
        ArgumentNullException.ThrowIfNull(curves);
        List<SizeSummary> sizes = [.. curves.Select(Moments.Summarise)];
        if (theory.Status != TheoryResult.Ok || sizes.Count == 0)
            return new(Unresolved, string.Join(' ', Hindrances(theory, sizes)), []);
        var checks = new List<Check>();
        var unequal = new List<string>();
        var bends = new Dictionary<string, double>();
        string[] names = [.. Observables.Of(experiment).Where(theory.Observables.ContainsKey)];
        bool hasLimit = sizes.Count >= FiniteSize.LeastSizes;
        double level = experiment.Verdict.Alpha / names.Length;
        foreach (string name in names)
        {
            var tests = new LadderTests(name, theory, sizes, curves);
            Curve expected = theory.Observables[name];
            foreach (SizeSummary size in sizes)
            {
                Curve curve = size.Observables[name];
                double[] deviations = Deviations(curve.Mean, curve.Error, expected, theory.Times, tests.Granted);
                // Replicas may agree by chance; only what has no variance in the theory either is exact.
                bool IsExact(int t) => curve.Error[t] == 0 && (expected.Error[t] == 0 || Moments.IsFixedByStart(name, theory.Times[t]));
                int[] differ = [.. Enumerable.Range(0, deviations.Length).Where(t => IsExact(t) && deviations[t] != 0 && double.IsFinite(deviations[t]))];
                unequal.AddRange(differ.Select(t => string.Create(CultureInfo.InvariantCulture, $"{name} at t = {theory.Times[t]:0.####}, d = {size.Size}")));
                Hotelling? test = tests.AtSize(size.Size);
                string status = differ.Length > 0 ? Fail : WithinTolerance(test, tests.Scale, experiment.Verdict.Tolerance, level / sizes.Count);
                checks.Add(Check(size.Size, name, test, tests.Scale, level / sizes.Count, status, deviations));
            }

            if (hasLimit)
            {
                (double[] limit, double[] error) = FiniteSize.Limit(name, sizes);
                double[] deviations = Deviations(limit, error, expected, theory.Times, tests.Granted);
                if (tests.Bend?.P is { } bend && bend <= level)
                    bends.Add(name, bend);
                // Nothing to test where no time carries variance at every size; what is the same everywhere passes.
                bool isEqual = tests.Limit is null && deviations.Zip(expected.Mean, (d, m) => d == 0 || double.IsNaN(m)).All(x => x);
                checks.Add(Check(null, name, tests.Limit, tests.Scale, level, isEqual ? Pass : Unresolved, deviations));
            }
        }

        IReadOnlyList<Check> doubtful = Decide(checks, experiment.Verdict, bends);
        string verdict = Overall([.. checks.Where(c => !hasLimit || c.Size is null)], unequal);
        if (sizes.Any(s => s.Diverged.Count > 0))
            verdict = Unresolved;
        List<string> why = Hindrances(theory, sizes);
        if (unequal.Count > 0)
        {
            string rest = unequal.Count > Named ? $"; and {unequal.Count - Named} more" : "";
            why.Add($"Quantities without variance differ from the theory: {string.Join("; ", unequal.Take(Named))}{rest}.");
        }

        why.AddRange(doubtful.Select(c => VerdictWords.Doubt(c, bends[c.Observable])));
        why.AddRange(VerdictWords.Of([.. checks.Except(doubtful)], experiment, sizes, hasLimit));
        return new(verdict, string.Join(' ', why), [.. checks.OrderBy(c => c.Size ?? int.MaxValue)]);
    }

    private static Check Check(int? size, string name, Hotelling? test, Vector<double> scale, double level, string status, double[] deviations) =>
        new(size, name, test?.Statistic ?? double.NaN, test?.P, status, test?.Detectable(scale, level), deviations);

    /// <summary>
    /// Holm's step-down over the limit checks; one that is not rejected passes where it could have seen the tolerance. Returns those
    /// that are rejected and left unresolved, because the sizes bend.
    /// </summary>
    private static List<Check> Decide(List<Check> checks, VerdictSpec spec, Dictionary<string, double> bends)
    {
        bool rejecting = true;
        var doubtful = new List<Check>();
        int[] limits = [.. Enumerable.Range(0, checks.Count).Where(i => checks[i].Size is null && checks[i].P is not null).OrderBy(i => checks[i].P)];
        for (int rank = 0; rank < limits.Length; rank++)
        {
            Check check = checks[limits[rank]];
            rejecting &= check.P <= spec.Alpha / (limits.Length - rank);
            bool isDoubtful = rejecting && bends.ContainsKey(check.Observable);
            string status = isDoubtful ? Unresolved : rejecting ? Fail : check.Detectable <= spec.Tolerance ? Pass : Unresolved;
            checks[limits[rank]] = check with { Status = status };
            if (isDoubtful)
                doubtful.Add(checks[limits[rank]]);
        }

        return doubtful;
    }

    private static string WithinTolerance(Hotelling? test, Vector<double> scale, double tolerance, double level)
    {
        if (test?.HalfWidths(level) is not { } half)
            return Unresolved;
        Vector<double> bound = tolerance * scale, size = test.Difference.PointwiseAbs();
        if (Enumerable.Range(0, size.Count).Any(w => size[w] - half[w] > bound[w]))
            return Fail;
        return Enumerable.Range(0, size.Count).All(w => size[w] + half[w] <= bound[w]) ? Pass : Unresolved;
    }

    private static string Overall(Check[] deciding, List<string> unequal) =>
        unequal.Count > 0 || deciding.Any(c => c.Status == Fail) ? Fail : deciding.All(c => c.Status == Pass) ? Pass : Unresolved;

    private static double[] Deviations(double[] mean, double[] error, Curve expected, double[] times, double granted) =>
        [.. mean.Select((m, t) => Deviation(m, error[t], expected, times, t, granted))];

    private static double Deviation(double mean, double error, Curve expected, double[] times, int time, double granted)
    {
        var difference = mean - expected.Mean[time];
        if (error != 0)
            return difference / Math.Sqrt(error * error + expected.Error[time] * expected.Error[time] + granted * granted);
        var tolerance = Exactness.At(times, expected.Mean, time);
        return Math.Abs(difference) <= tolerance ? 0 : difference / Math.Max(tolerance, expected.Error[time]);
    }

    private static List<string> Hindrances(TheoryResult theory, List<SizeSummary> sizes)
    {
        var why = new List<string>();
        if (theory.Status == TheoryResult.LeftOut)
            why.Add("The theory was left out, so there is nothing to compare with; 'hdsgd run' in the same folder adds it.");
        if (theory.Status == TheoryResult.Refused)
            why.Add($"The theory was refused, so there is nothing to compare with: {theory.Why.TrimEnd('.')}.");
        if (theory.Status == TheoryResult.None)
            why.Add($"There is no theory to compare with: {theory.Why.TrimEnd('.')}.");
        if (sizes.Count == 0)
            why.Add("There is no simulation to compare.");
        foreach (SizeSummary size in sizes.Where(s => s.Diverged.Count > 0))
        {
            why.Add(string.Create(
                CultureInfo.InvariantCulture,
                $"At d = {size.Size}, {size.Diverged.Count} of {size.Replicas} replicas diverged ({100.0 * size.Diverged.Count / size.Replicas:0.##} %); the means are conditioned on the rest."));
        }

        return why;
    }

    /// <summary>The tests of one observable over the ladder.</summary>
    private sealed class LadderTests
    {
        private readonly int[] dimensions;
        private readonly Matrix<double>[] samples;
        private readonly LadderFit fit;
        private readonly Vector<double>? exact;

        public LadderTests(string name, TheoryResult theory, IReadOnlyList<SizeSummary> sizes, IReadOnlyList<SizeCurves> curves)
        {
            int[][][] designs = [.. curves.Select(Designs.Kept)];
            int fewest = designs.Min(d => d.Length);
            Contrasts windows = Contrasts.Of(sizes, theory.Observables[name], name, Math.Clamp(fewest / ReplicasPerWindow, 1, Contrasts.Most));
            Scale = windows.Of(theory.Observables[name].Mean).PointwiseAbs();
            Granted = theory.Sweeps.ContainsKey(name)
                ? (CausalFactor.Nugget * (Largest(theory, name) + Largest(theory, Observables.Q))) + theory.Granted.GetValueOrDefault(name) : 0;
            dimensions = [.. curves.Select(c => c.Size)];
            samples =
            [
                .. curves.Select((c, i) => windows.Of(Designs.Means(c.Values[c.Observables.ToList().IndexOf(name)], designs[i]))),
            ];
            if (theory.Sweeps.TryGetValue(name, out double[,]? sweeps))
                samples = [.. samples, windows.Of(sweeps)];
            else
                exact = windows.Of(theory.Observables[name].Mean);
            fit = LadderFit.OfMeans(sizes, Math.Min(2, sizes.Count));
            Limit = curves.Count >= FiniteSize.LeastSizes ? Test(fit.Row(0), -1) : null;
            Bend = curves.Count >= FiniteSize.LeastSizes ? Test(LadderFit.OfMeans(sizes, 3).Row(2), 0) : null;
        }

        /// <summary>
        /// Error that is granted to a theory from sweeps: they work with 32-bit floats and a covariance that is kept regular, and something may be
        /// left of their step.
        /// </summary>
        public double Granted { get; }

        /// <summary>Size of the theory's window means: the unit of relative deviations.</summary>
        public Vector<double> Scale { get; }

        /// <summary>Extrapolated limit minus theory.</summary>
        public Hotelling? Limit { get; }

        /// <summary>The coefficient of 1/d^2, which the theory has no part in.</summary>
        public Hotelling? Bend { get; }

        /// <summary>Mean at a size, less the fitted c/d where there is a fit, minus theory.</summary>
        public Hotelling? AtSize(int size) => Test([.. dimensions.Select((d, i) =>
            (d == size ? 1 : 0) - (dimensions.Length >= FiniteSize.LeastSizes ? fit.Row(1)[i] / size : 0))], -1);

        private static double Largest(TheoryResult theory, string name) =>
            theory.Observables.TryGetValue(name, out Curve? curve) ? Exactness.Largest(curve.Mean) : 0;

        private Hotelling? Test(double[] weights, double theory) => Scale.Count == 0 ? null
            : exact is null ? Hotelling.Of(samples, [.. weights, theory], granted: theory * Granted) : Hotelling.Of(samples, weights, -theory * exact);
    }
}
