using System.Xml.Linq;
using HighDimSgd.Results;
using HighDimSgd.Results.Report;
using static HighDimSgd.Results.Markup;

namespace HighDimSgd.Flows.Report;

/// <summary>The tables of a flow experiment's report.</summary>
internal static class FlowTables
{
    /// <summary>Means at the horizon by run and statistic, the closed moments below.</summary>
    public static XElement Values(FlowResult result) => Tables.Table(
        ["run", .. result.Experiment.Statistics.Select(FlowCaptions.Of)],
        result.Runs.Select(r => result.Experiment.Statistics.Select(s => (object)Cell(r.Observables.GetValueOrDefault(s), r.Exact.GetValueOrDefault(s))).Prepend(FlowCaptions.Run(r.Run))));

    /// <summary>Differences at the horizon, those in closed form below.</summary>
    public static XElement Differences(FlowResult result) => Tables.Table(
        ["difference", .. result.Experiment.Statistics.Select(FlowCaptions.Of)],
        result.Differences.Select(d => result.Experiment.Statistics.Select(s => (object)Cell(d.Observables.GetValueOrDefault(s), d.Exact.GetValueOrDefault(s)))
            .Prepend($"{FlowCaptions.Run(d.Run)} − {FlowKeys.Algorithm.Word(d.Against.Algorithm)}")));

    /// <summary>Fitted orders against those that are claimed.</summary>
    public static XElement Orders(IEnumerable<FlowOrder> orders) => Tables.Table(
        ["difference", "statistic", "in", "order", "interval", "claimed", "limit of difference/h^claimed"],
        orders.Select(o => (IEnumerable<object>)
        [
            FlowCaptions.Less(o.Algorithm, o.Against), FlowCaptions.Of(o.Observable), FlowCaptions.Variable(o.Variable), Digits.Fixed(o.Slope, 2),
            double.IsFinite(o.Low) ? $"{Digits.Fixed(o.Low, 2)} to {Digits.Fixed(o.High, 2)}" : Digits.None,
            o.High < o.Expected ? Html("td", At("class", "fail"), Digits.Plain(o.Expected)) : Digits.Plain(o.Expected), Digits.WithError(o.Coefficient, o.CoefficientError),
        ]));

    /// <summary>Stationary means with their balance.</summary>
    public static XElement Stationary(FlowResult result) => Tables.Table(
        ["run", "R = E|x|²", "G = E|∇L|²", "N = E tr Σ/B", "N/G", "balance", "R, G, N ratios", "κ", "R, G, κN ratios", "bound on κ"],
        result.Stationary.Select(s => (IEnumerable<object>)
        [
            FlowCaptions.Run(s.Run), Text(s.Norm), Text(s.Gradient), Text(s.Noise), Digits.Plain(s.Noise.Value / s.Gradient.Value, 3), Text(s.Balance),
            List(s.Ratios), Digits.Plain(s.Scaling?.Kappa ?? double.NaN, 3), List(s.Scaling?.Ratios), Digits.Plain(s.Scaling?.Bound ?? double.NaN, 3),
        ]));

    /// <summary>Every check with what was found.</summary>
    public static XElement Checks(IEnumerable<FlowCheck> checks) => Tables.Table(
        ["claim", "statistic", "p", "status", "found"],
        checks.Select(c => (IEnumerable<object>)
        [
            c.Claim, c.Observable.Length == 0 ? Digits.None : FlowCaptions.Of(c.Observable), Digits.Plain(c.P ?? double.NaN, 2),
            c.Status == "fail" ? Html("td", At("class", "fail"), c.Status) : c.Status, c.Why,
        ]));

    private static XElement Cell(Curve? curve, double[]? exact) => Html("td",
        Tables.Last(curve), exact is null ? null : Html("span", At("class", "sub"), $"exact {Digits.Plain(exact[^1], 6)}"));

    private static string Text(Estimate? estimate) => estimate is null ? Digits.None : Digits.WithError(estimate.Value, estimate.Error);

    private static string List(IReadOnlyList<Estimate>? ratios) => ratios is null ? Digits.None : string.Join(", ", ratios.Select(r => Digits.Plain(r.Value, 3)));
}
