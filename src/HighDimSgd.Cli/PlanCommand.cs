using System.CommandLine;
using System.Globalization;
using HighDimSgd.Experiments;
using HighDimSgd.Flows;
using HighDimSgd.Planning;

namespace HighDimSgd.Cli;

/// <summary>The command <c>plan</c>: what a run will take, before it is begun.</summary>
internal static class PlanCommand
{
    /// <summary>The command, with the options that it shares with <c>run</c>.</summary>
    public static Command Make(TextWriter output, WorkOptions options)
    {
        Option<double?> error = new("--error")
        {
            Description = "Wished standard error of the extrapolated limit (default: what detects verdict.tolerance), or of flows' moments at the horizon.",
            HelpName = "E",
            CustomParser = result => double.TryParse(result.Tokens[0].Value, NumberStyles.Float, CultureInfo.InvariantCulture, out double e)
                && e > 0 && double.IsFinite(e)
                ? e
                : WorkOptions.Refused<double?>(result, $"--error: '{result.Tokens[0].Value}' is not allowed; allowed: a number above 0."),
        };
        Option<string?> observable = new("--observable") { Description = "The observable (default: all, with --error q), or the statistic of flows.", HelpName = "NAME" };
        var command = new Command("plan", "Foretell time, memory and disk of a run, and the replicas for a wished error.")
        {
            options.Experiment, options.Out, options.Device, options.Threads, error, observable,
        };
        command.SetAction(parsed =>
        {
            IExperiment read = AnyExperiment.Load(parsed.GetRequiredValue(options.Experiment));
            string place = CommandLine.Folder(read, new(parsed.GetValue(options.Out)));
            var wish = new PlanOptions(
                place, parsed.GetValue(options.Device)!, parsed.GetValue(options.Threads), parsed.GetValue(error), parsed.GetValue(observable));
            PlanTables.Write(output, read is FlowExperiment flow ? FlowPlanner.Make(flow, wish) : Planner.Make((Experiment)read, wish));
        });
        return command;
    }
}
