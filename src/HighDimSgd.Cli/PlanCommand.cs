using System.CommandLine;
using System.Globalization;
using HighDimSgd.Experiments;
using HighDimSgd.Planning;

namespace HighDimSgd.Cli;

/// <summary>The command <c>plan</c>: what a run will take, before it is begun.</summary>
internal static class PlanCommand
{
    /// <summary>The command, with the options that it shares with <c>run</c>.</summary>
    public static Command Make(
        TextWriter output, Argument<string> experiment, Option<string?> folder, Option<string> device, Option<int> threads)
    {
        Option<double?> error = new("--error")
        {
            Description = "Wished standard error of the extrapolated limit (default: what detects verdict.tolerance).",
            HelpName = "E",
            CustomParser = result => double.TryParse(result.Tokens[0].Value, NumberStyles.Float, CultureInfo.InvariantCulture, out double e)
                && e > 0 && double.IsFinite(e)
                ? e
                : CommandLine.Refused<double?>(result, $"--error: '{result.Tokens[0].Value}' is not allowed; allowed: a number above 0."),
        };
        Option<string?> observable = new("--observable") { Description = "The observable (default: all, with --error q).", HelpName = "NAME" };
        var command = new Command("plan", "Foretell time, memory and disk of a run, and the replicas for a wished error.")
        {
            experiment, folder, device, threads, error, observable,
        };
        command.SetAction(parsed =>
        {
            Experiment read = Experiment.Load(parsed.GetRequiredValue(experiment));
            string place = CommandLine.Folder(read, new(parsed.GetValue(folder)));
            PlanTables.Write(output, Planner.Make(read, new(
                place, parsed.GetValue(device)!, parsed.GetValue(threads), parsed.GetValue(error), parsed.GetValue(observable))));
        });
        return command;
    }
}
