using System.Globalization;
using HighDimSgd.Devices;
using HighDimSgd.Results;
using Spectre.Console;
using Markup = Spectre.Console.Markup;

namespace HighDimSgd.Cli;

/// <summary>The tables that the command prints.</summary>
internal static class ResultTables
{
    private const int PlainWidth = 200;

    /// <summary>The verdict with what it rests on; for theory alone, the observables at the last record time.</summary>
    public static void Write(TextWriter output, ExperimentResult result, Stages stages)
    {
        if (stages == Stages.Theory)
        {
            WriteTheory(output, result.Theory);
            WriteClosedForms(output, result.ClosedForms);
            WriteInstability(output, result);
            return;
        }

        WriteTable(
            output,
            ["size", "observable", "T2", "p", "detectable", "status"],
            result.Verdict.Checks.Select(c => new[]
            {
                c.Size?.ToString(CultureInfo.InvariantCulture) ?? "limit", c.Observable, Number(c.Statistic, "F2"), Number(c.P ?? double.NaN, "G2"),
                c.Detectable is { } detectable ? Number(100 * detectable, "F2") + " %" : "-", c.Status,
            }));
        WriteClosedForms(output, result.ClosedForms);
        foreach ((string clock, Verdict verdict) in result.Comparisons ?? new Dictionary<string, Verdict>())
            output.WriteLine($"against the theory {clock}: {verdict.Status}: {verdict.Why}");
        WriteInstability(output, result);
        output.WriteLine($"verdict: {result.Verdict.Status}: {result.Verdict.Why}");
    }

    /// <summary>The devices.</summary>
    public static void Write(TextWriter output, IReadOnlyList<DeviceInfo> devices) => WriteTable(
        output,
        ["device", "name", "available", "detail"],
        devices.Select(d => new[] { d.Key, d.Name, d.Available ? "yes" : "no", d.Detail }));

    /// <summary>The ready-made experiments.</summary>
    public static void Write(TextWriter output, IReadOnlyList<(string Name, string About)> experiments) =>
        WriteTable(output, ["experiment", "shows"], experiments.Select(e => new[] { e.Name, e.About }));

    private static void WriteTheory(TextWriter output, TheoryResult theory)
    {
        if (theory.Status != TheoryResult.Ok)
        {
            output.WriteLine($"theory: {theory.Status}: {theory.Why}");
            return;
        }

        string time = theory.Times[^1].ToString("G6", CultureInfo.InvariantCulture);
        WriteTable(
            output,
            ["observable", $"at t = {time}", "error"],
            theory.Observables.Select(o => new[] { o.Key, Number(o.Value.Mean[^1], "F5"), Number(o.Value.Error[^1], "F5") }));
    }

    private static void WriteClosedForms(TextWriter output, IReadOnlyList<ClosedFormCheck> checks)
    {
        ClosedFormCheck[] failed = [.. checks.Where(c => c.Status == "fail")];
        if (failed.Length > 0)
            output.WriteLine($"second answers: FAIL, the theory is in doubt: {string.Join(" ", failed.Select(c => $"{c.Name}: {c.Why}"))}");
        else if (checks.Count > 0)
            output.WriteLine($"second answers: pass, {checks.Count} closed forms agree with the theory");
    }

    private static void WriteInstability(TextWriter output, ExperimentResult result)
    {
        if (result.Instability is { } why)
            output.WriteLine($"beyond the stability edge: in the limit {why}");
    }

    private static string Number(double value, string format)
        => double.IsNaN(value) ? "-" : value.ToString(format, CultureInfo.InvariantCulture);

    /// <summary>A table; with plain width where the output is no terminal.</summary>
    internal static void WriteTable(TextWriter output, string[] columns, IEnumerable<string[]> rows)
    {
        var target = new AnsiConsoleOutput(output);
        IAnsiConsole console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Out = target,
            Ansi = target.IsTerminal ? AnsiSupport.Detect : AnsiSupport.No,
        });
        if (!target.IsTerminal)
            console.Profile.Width = PlainWidth;
        var table = new Table().Border(TableBorder.Simple);
        foreach (string column in columns)
            table.AddColumn(new TableColumn(Markup.Escape(column)));
        foreach (string[] row in rows)
            table.AddRow([.. row.Select(Cell)]);
        console.Write(table);
    }

    private static Markup Cell(string text) => text switch
    {
        "pass" or "yes" => new Markup(text, Color.Green),
        "fail" => new Markup(text, Color.Red),
        "unresolved" => new Markup(text, Color.Yellow),
        _ => new Markup(Markup.Escape(text)),
    };
}
