using System.Runtime.CompilerServices;
using HighDimSgd.Experiments;

namespace HighDimSgd.Tests.Programs;

/// <summary>The C# of the docs is compiled and run.</summary>
public sealed class ProgramTests : IDisposable
{
    private const string Small = """
        family: proportional
        name: small
        model: {loss: squared, label: {kind: linear, noise: 0.5}, ridge: 0.1}
        aspect: 2
        algorithm: {kind: sgf, temperature: 1, step: 0.1, horizon: 1}
        sizes: [20, 40, 80]
        replicas: 60
        theory: {paths: 5000, sweeps: 16}
        """;

    private readonly string folder = Directory.CreateTempSubdirectory().FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public async Task TheProgramOfThePageRuns()
    {
        string file = Path.Combine(folder, "small.yaml");
        File.WriteAllText(file, Small);
        var rows = await Temperatures.Solve(file, folder);
        Assert.Equal(3, rows.Count);
        // Hotter noise, larger norm.
        Assert.True(rows[0].Norm < rows[1].Norm && rows[1].Norm < rows[2].Norm);
        Assert.All(rows, r => Assert.NotEqual("fail", r.Verdict));
        Assert.All(rows, r => Assert.True(File.Exists(Path.Combine(folder, $"temperature-{r.Temperature}", "report.html"))));
    }

    [Fact]
    public async Task WhatTheFileWouldNotTakeIsRefusedInCodeToo()
    {
        Experiment experiment = Experiment.Parse(Small, "small.yaml");
        Experiment wrong = experiment with { Aspect = 2.03 };
        await Assert.ThrowsAsync<ExperimentException>(() => wrong.RunAsync(HighDimSgd.Devices.Device.Auto(), folder));
    }

    [Fact]
    public void ThePageShowsTheProgram()
    {
        string[] program = [.. File.ReadAllLines(Path.Combine(Here(), "Temperatures.cs")).SkipWhile(l => l.Trim() != "// begin").Skip(1)
            .TakeWhile(l => l.Trim() != "// end").Select(l => l.Trim())];
        string page = File.ReadAllText(Path.Combine(Here(), "..", "..", "..", "docs", "how-to", "use-from-csharp.md"));
        Assert.InRange(program.Length, 5, 15);
        Assert.Contains(string.Join('\n', program), string.Join('\n', page.Split('\n').Select(l => l.Trim())), StringComparison.Ordinal);
    }

    private static string Here([CallerFilePath] string path = "") => Path.GetDirectoryName(path)!;
}
