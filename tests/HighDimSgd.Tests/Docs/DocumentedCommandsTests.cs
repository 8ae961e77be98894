using System.ComponentModel;
using System.Diagnostics;

namespace HighDimSgd.Tests.Docs;

/// <summary>Every command and every Python snippet that the documentation shows is run, in small.</summary>
public class DocumentedCommandsTests
{
    private static readonly string? PythonWithNumPy =
        new[] { "python3", "/usr/bin/python3", "python" }.FirstOrDefault(p => Python(p, ".", "import numpy").Code == 0);

    public static TheoryData<string> Pages => [.. Page.Names];

    public static TheoryData<string> PagesWithPython => [.. Page.Names.Where(n => new Page(n).Python.Length > 0)];

    [Theory]
    [MemberData(nameof(Pages))]
    public void EveryCommandOfAPageRuns(string page)
    {
        using var rehearsal = new Rehearsal();
        foreach (string command in new Page(page).Commands)
            Assert.Null(rehearsal.Run(command));
        foreach (string name in new Page(page).Mentions.Distinct())
            Assert.Null(rehearsal.Run($"{name} --help"));
    }

    [SkippableTheory]
    [MemberData(nameof(PagesWithPython))]
    public void EveryPythonSnippetRunsAfterTheCommandsOfItsPage(string page)
    {
        Skip.If(PythonWithNumPy is null, "no python3 with numpy here");
        using var rehearsal = new Rehearsal();
        foreach (string command in new Page(page).Commands)
            Assert.Null(rehearsal.Run(command));
        (int code, string problem) = Python(PythonWithNumPy!, rehearsal.Folder, new Page(page).Python);
        Assert.True(code == 0, $"{page}: {problem}");
    }

    [Theory]
    [InlineData("run experiments/ridge-sgf.yaml --treads 2", "--treads")]
    [InlineData("rnu experiments/ridge-sgf.yaml", "rnu")]
    [InlineData("run experiments/no-such.yaml", "no-such.yaml")]
    [InlineData("new no-such", "no-such")]
    [InlineData("report out/nowhere", "nowhere")]
    [InlineData("merge shards/* --out whole", "")]
    public void AMisspeltCommandIsFound(string command, string expected)
    {
        using var rehearsal = new Rehearsal();
        Directory.CreateDirectory(Path.Combine(rehearsal.Folder, "shards"));
        Assert.Contains(expected, rehearsal.Run(command), StringComparison.Ordinal);
    }

    [Fact]
    public void CommandsAreFoundInCodeAndNowhereElse()
    {
        Assert.Contains("run experiments/logistic-sgf.yaml", new Page("README.md").Commands);
        Assert.Contains("run first.yaml", new Page("docs/tutorial.md").Commands);
        Assert.Contains(new Page("docs/how-to/run-on-a-cluster.md").Commands, c => c.StartsWith("simulate", StringComparison.Ordinal));
        Assert.DoesNotContain(Page.Names.SelectMany(n => new Page(n).Commands), c => c.Contains('`', StringComparison.Ordinal));
    }

    private static (int Code, string Problem) Python(string program, string folder, string code)
    {
        try
        {
            using Process process = Process.Start(new ProcessStartInfo(program, ["-c", code])
            {
                WorkingDirectory = folder,
                RedirectStandardError = true,
                RedirectStandardOutput = true,
            })!;
            Task<string> shown = process.StandardOutput.ReadToEndAsync();
            string problem = process.StandardError.ReadToEnd();
            process.WaitForExit();
            shown.Wait();
            return (process.ExitCode, problem);
        }
        catch (Win32Exception e)
        {
            return (-1, e.Message);
        }
    }
}
