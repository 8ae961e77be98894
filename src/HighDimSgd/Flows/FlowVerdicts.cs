using System.Globalization;
using HighDimSgd.Results;
using MathNet.Numerics.Distributions;

namespace HighDimSgd.Flows;

/// <summary>What the moments say about the claims.</summary>
internal static class FlowVerdicts
{
    private const string Pass = "pass", Fail = "fail", Unresolved = "unresolved";

    // An order is settled where its interval reaches at most this far below what is claimed.
    private const double Blur = 0.75;

    /// <summary>The verdict: every check passes, one fails, or some are unresolved.</summary>
    public static FlowVerdict Of(
        FlowExperiment experiment, IReadOnlyList<FlowRunResult> runs, IReadOnlyList<FlowOrder> orders, IReadOnlyList<FlowStationary> stationary)
    {
        FlowCheck[] checks =
        [
            .. runs.Where(r => r.Diverged > 0).Select(r => new FlowCheck(
                $"{Named(r.Run)} stays finite", string.Empty, null, Unresolved, $"{r.Diverged} blocks left the finite numbers, so there are no means")),
            .. ClosedForms(experiment, runs.Where(r => r.Diverged == 0)),
            .. orders.Select(Order),
            .. Stationarity(experiment, stationary),
        ];
        FlowCheck[] failed = [.. checks.Where(c => c.Status == Fail)], open = [.. checks.Where(c => c.Status == Unresolved)];
        string why = failed.Length > 0 ? Sentences(failed)
            : open.Length > 0 ? Sentences(open)
            : checks.Length > 0 ? $"All {checks.Length} checks pass." : "There is nothing to check: fewer than three rates, and no closed form.";
        return new(failed.Length > 0 ? Fail : open.Length > 0 || checks.Length == 0 ? Unresolved : Pass, why, checks);
    }

    private static string Named(FlowRun run) => string.Create(
        CultureInfo.InvariantCulture, $"{FlowKeys.Algorithm.Word(run.Algorithm)} at rate {run.Rate:g4}{(run.Algorithm == FlowAlgorithm.Svag ? $" and l = {run.Amplification}" : string.Empty)}");

    private static string Sentences(FlowCheck[] checks) => string.Join(" ", checks.Take(3).Select(c => $"{c.Claim}{(c.Observable.Length > 0 ? $" ({c.Observable})" : string.Empty)}: {c.Why}."))
        + (checks.Length > 3 ? $" And {checks.Length - 3} more." : string.Empty);

    /// <summary>
    /// Simulation against closed moments, one check per run: iterations exactly, flows to the tolerance that is granted to their integrator. The largest
    /// deviation in standard errors, Bonferroni over times, statistics and runs.
    /// </summary>
    private static IEnumerable<FlowCheck> ClosedForms(FlowExperiment experiment, IEnumerable<FlowRunResult> results)
    {
        FlowRunResult[] runs = [.. results.Where(r => r.Exact.Count > 0)];
        int all = runs.Sum(r => r.Exact.Count * experiment.Times.Count(t => t > 0));
        foreach (FlowRunResult run in runs)
        {
            bool isFlow = !run.Run.Algorithm.IsIteration();
            (double Far, string Name, double Off) worst = run.Exact.SelectMany(e => Deviations(run.Observables[e.Key], e.Value, isFlow ? experiment.Verdict.Tolerance : 0)
                .Select(d => (d.Far, e.Key, d.Off))).MaxBy(d => (d.Item1, d.Off));
            double p = Math.Min(1, all * 2 * StudentT.CDF(0, 1, Freedom(experiment), -worst.Far));
            yield return new(
                $"{Named(run.Run)} meets its closed moments", worst.Name, p, p < experiment.Verdict.Alpha ? Fail : Pass,
                string.Create(CultureInfo.InvariantCulture, $"off by {worst.Off:g2} at most, {worst.Far:f1} standard errors{(isFlow ? " beyond the integrator's tolerance" : string.Empty)}"));
        }
    }

    private static IEnumerable<(double Far, double Off)> Deviations(Curve curve, double[] exact, double tolerance)
    {
        // Single precision: a relative 2e-6 is granted to every mean.
        double scale = exact.Max(Math.Abs), granted = (tolerance + 2e-6) * scale;
        for (int t = 0; t < exact.Length; t++)
        {
            double off = Math.Abs(curve.Mean[t] - exact[t]), beyond = Math.Max(0, off - granted);
            yield return (beyond == 0 ? 0 : curve.Error[t] > 0 ? beyond / curve.Error[t] : double.PositiveInfinity, off);
        }
    }

    private static FlowCheck Order(FlowOrder order)
    {
        string claim = string.Create(CultureInfo.InvariantCulture, $"{FlowKeys.Algorithm.Word(order.Algorithm)} - {FlowKeys.Algorithm.Word(order.Against)} is of order {order.Expected} in {order.Variable}");
        if (!double.IsFinite(order.Slope))
            return new(claim, order.Observable, null, Unresolved, "there are no finite differences with errors to fit");
        string found = string.Create(CultureInfo.InvariantCulture, $"order {order.Slope:f2}, interval {order.Low:f2} to {order.High:f2}");
        return order.High < order.Expected ? new(claim, order.Observable, null, Fail, $"{found}: it vanishes more slowly")
            : order.Low < order.Expected - Blur ? new(claim, order.Observable, null, Unresolved, $"{found}: more paths or larger rates would settle it")
            : new(claim, order.Observable, null, Pass, order.Low > order.Expected ? $"{found}: it vanishes faster here" : found);
    }

    private static IEnumerable<FlowCheck> Stationarity(FlowExperiment experiment, IReadOnlyList<FlowStationary> stationary)
    {
        double closeness = experiment.Stationarity?.Closeness ?? 1, far = StudentT.InvCDF(0, 1, Freedom(experiment), 1 - (experiment.Verdict.Alpha / 2 / Math.Max(1, stationary.Count)));
        foreach (FlowStationary s in stationary)
        {
            if (s.Balance is { } balance)
            {
                double off = Math.Abs(balance.Value - 1);
                yield return new(
                    $"{Named(s.Run)} is in balance", string.Empty, null, off <= experiment.Verdict.Tolerance + (far * balance.Error) ? Pass : double.IsFinite(off) ? Fail : Unresolved,
                    string.Create(CultureInfo.InvariantCulture, $"left over right {balance.Value:f4} +- {balance.Error:f4}"));
            }

            if (s.Ratios is { } ratios && s.Run.Algorithm is FlowAlgorithm.Sme1 or FlowAlgorithm.Smf1 && experiment.Against == FlowAlgorithm.Sgd)
            {
                FlowStationary sgd = stationary.First(o => o.Run == s.Run with { Algorithm = FlowAlgorithm.Sgd });
                double least = 1 / ((closeness * closeness) - 1), ratio = sgd.Noise.Value / sgd.Gradient.Value;
                bool isClose = AreClose(ratios, closeness, far);
                yield return new(
                    $"where {Named(s.Run)} is close to sgd, N/G is at least {Short(least)}", string.Empty, null, isClose && ratio < least ? Fail : Pass,
                    $"ratios {List(ratios)}, N/G = {Short(ratio)}: {(isClose ? "close" : "not close")}");
            }

            if (s.Scaling is { } scaling && s.Run.Algorithm == FlowAlgorithm.Sgd)
            {
                bool isClose = AreClose(scaling.Ratios, closeness, far);
                yield return new(
                    $"where the linear scaling rule holds, kappa is at most {Short(scaling.Bound)}", string.Empty, null, isClose && scaling.Kappa > scaling.Bound ? Fail : Pass,
                    $"kappa = {Short(scaling.Kappa)}: ratios {List(scaling.Ratios)}, {(isClose ? "it holds" : "it is broken")}");
            }
        }
    }

    /// <summary>Degrees of freedom of a standard error over blocks.</summary>
    private static double Freedom(FlowExperiment experiment) => experiment.Blocks - 1;

    /// <summary>True where every ratio lies within 1/C and C by more than chance.</summary>
    private static bool AreClose(IReadOnlyList<Estimate> ratios, double closeness, double far) => ratios.All(r =>
        r.Value + (far * r.Error) <= closeness && r.Value - (far * r.Error) >= 1 / closeness);

    private static string List(IReadOnlyList<Estimate> values) => string.Join(", ", values.Select(v => Short(v.Value)));

    private static string Short(double x) => x.ToString("g3", CultureInfo.InvariantCulture);
}
