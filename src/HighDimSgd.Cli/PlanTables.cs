using HighDimSgd.Planning;

namespace HighDimSgd.Cli;

/// <summary>Prints a plan.</summary>
internal static class PlanTables
{
    /// <summary>The stages, what a wished error needs, notes, and the sum in one line.</summary>
    public static void Write(TextWriter output, Plan plan)
    {
        ResultTables.WriteTable(
            output,
            ["stage", "done", "time each", "time left", "memory", "disk"],
            plan.Stages.Select(s => new[]
            {
                s.Name, Text($"{s.Done}/{s.Total}"), Duration(s.SecondsEach), Duration(s.Seconds),
                s.MemoryBytes == 0 ? "-" : Bytes(s.MemoryBytes), Bytes(s.DiskBytes),
            }));
        if (plan.Precision is { } precision)
            Write(output, precision);
        foreach (string note in plan.Notes)
            output.WriteLine(note);
        output.WriteLine($"in all about {Duration(plan.Seconds)}, {Bytes(plan.MemoryBytes)} memory, {Bytes(plan.DiskBytes)} disk");
    }

    private static void Write(TextWriter output, PrecisionPlan plan)
    {
        bool relative = plan.IsRelative;
        output.WriteLine($"replicas for {plan.Goal}; variances from {plan.Pilot}");
        ResultTables.WriteTable(
            output,
            ["observable", "as written", "wished", "equal", Text($"cheapest at d = {string.Join(", ", plan.Sizes)}"), "sweeps"],
            [
                .. plan.Needs.Select(n => Row(n.Observable, Error(n.AsWritten), Error(n.Wished), n.Equal, n.Cheapest, n.Sweeps)),
                Row("all of them", "", "", plan.Equal, plan.Cheapest, plan.Sweeps),
                ["time", "", "", Duration(plan.Equal.Seconds), Duration(plan.Cheapest.Seconds), ""],
            ]);

        string Error(double value) => relative ? Text($"{100 * value:F2} %") : Text($"{value:G3}");
    }

    private static string[] Row(string name, string written, string wished, Allocation equal, Allocation cheapest, long sweeps) =>
    [
        name, written, wished, Text($"{equal.Replicas[0]}"), string.Join(", ", cheapest.Replicas.Select(r => Text($"{r}"))),
        sweeps == 0 ? "-" : Text($"{sweeps}"),
    ];

    private static string Duration(double seconds) => seconds switch
    {
        < 0.01 => Text($"{1000 * seconds:0.##} ms"),
        < 1 => Text($"{1000 * seconds:0} ms"),
        < 10 => Text($"{seconds:0.0} s"),
        < 120 => Text($"{seconds:0} s"),
        < 7200 => Text($"{seconds / 60:0} min"),
        < 172_800 => Text($"{seconds / 3600:0.0} h"),
        _ => Text($"{seconds / 86_400:0} days"),
    };

    private static string Bytes(long bytes) => bytes switch
    {
        < 100 << 10 => Text($"{bytes / 1024.0:0} KiB"),
        < 100 << 20 => Text($"{bytes / (1024.0 * 1024):0.0} MiB"),
        _ => Text($"{bytes / (1024.0 * 1024 * 1024):0.00} GiB"),
    };

    private static string Text(FormattableString text) => FormattableString.Invariant(text);
}
