using System.Globalization;
using HighDimSgd.Flows;

namespace HighDimSgd.Cli;

/// <summary>The tables that the command prints of a flow experiment.</summary>
internal static class FlowTables
{
    /// <summary>The verdict with what it rests on; the closed moments at the horizon, where nothing was simulated.</summary>
    public static void Write(TextWriter output, FlowResult result)
    {
        if (result.Runs.All(r => r.Observables.Count == 0))
        {
            string[] statistics = [.. result.Experiment.Statistics.Where(s => result.Runs.Any(r => r.Exact.ContainsKey(s)))];
            ResultTables.WriteTable(output, ["run", .. statistics], result.Runs.Select(r =>
                statistics.Select(s => Number(r.Exact.GetValueOrDefault(s)?[^1], "F6")).Prepend(r.Run.Name).ToArray()));
            return;
        }

        ResultTables.WriteTable(output, ["claim", "statistic", "p", "status", "found"], result.Verdict.Checks.Select(c => new[]
        {
            c.Claim, c.Observable.Length == 0 ? "-" : c.Observable, Number(c.P, "G2"), c.Status, c.Why,
        }));
        output.WriteLine($"verdict: {result.Verdict.Status}: {result.Verdict.Why}");
    }

    private static string Number(double? value, string format) =>
        value is { } number && !double.IsNaN(number) ? number.ToString(format, CultureInfo.InvariantCulture) : "-";
}
