using System.Text.RegularExpressions;
using HighDimSgd.Cli;
using HighDimSgd.Tests.Experiments;

namespace HighDimSgd.Tests.Cli;

/// <summary>The command <c>plan</c> from arguments to text and exit code.</summary>
public sealed class PlanCommandTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("hdsgd-").FullName;
    private readonly string file;
    private readonly StringWriter output = new(), error = new();

    public PlanCommandTests()
    {
        file = Path.Combine(folder, "short.yaml");
        File.WriteAllText(file, Samples.Shortest);
    }

    public void Dispose() => Directory.Delete(folder, true);

    [Theory]
    [InlineData("", "all of them")]
    [InlineData(" --error 0.01 --threads 1", "replicas for a standard error of 0.01")]
    public void APlanIsTablesAndOneLine(string options, string expected)
    {
        Assert.Equal(0, Main($"plan FILE --out FOLDER/out{options}"));
        string[] lines = output.ToString().Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Contains(lines, l => l.Contains("simulate d=", StringComparison.Ordinal) && l.Contains("0/", StringComparison.Ordinal));
        Assert.Contains(lines, l => l.Contains(expected, StringComparison.Ordinal));
        Assert.Matches(@"^in all about [\d.]+ (ms|s|min), [\d.]+ [MG]iB memory, [\d.]+ [KM]iB disk$", lines[^1]);
        Assert.Equal("", error.ToString());
        Assert.Equal([file], Directory.GetFileSystemEntries(folder));
    }

    [Theory]
    [InlineData("online-limit.yaml", "theory online", "q .* - *$")]
    [InlineData("variance-sources.yaml", "designs with 5 replicas each at d = 50$", "^At d = 50 and t = .*, noise is .* per design .*$")]
    public void OnlineAndSharedDesignsArePlanned(string name, string first, string second)
    {
        Assert.Equal(0, Main($"plan {Samples.ReadyMade(name)} --out FOLDER/out"));
        string[] lines = output.ToString().Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Contains(lines, l => Regex.IsMatch(l, first));
        Assert.Contains(lines, l => Regex.IsMatch(l, second));
        Assert.StartsWith("in all about ", lines[^1], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("plan FILE --error -1", 2, "--error: '-1' is not allowed; allowed: a number above 0.")]
    [InlineData("plan FILE --error nan", 2, "allowed: a number above 0")]
    [InlineData("plan FILE --observable x", 2, "there is no observable 'x'")]
    [InlineData("plan FILE --quiet", 2, "unknown command or option '--quiet'")]
    [InlineData("plan FILE --out FILE", 2, "is a file")]
    [InlineData("plan FILE --device cuda", 3, "--device cuda is not available")]
    public void WhatCannotBePlannedIsOneLine(string arguments, int code, string expected)
    {
        Assert.Equal(code, Main(arguments));
        Assert.Contains(expected, Assert.Single(error.ToString().Split('\n', StringSplitOptions.RemoveEmptyEntries)), StringComparison.Ordinal);
        Assert.Equal("", output.ToString());
    }

    [Fact]
    public void TooLittleMemoryIsExitCode3()
    {
        File.WriteAllText(file, Samples.With("[250, 500, 1000]", "[4000000]").Replace("storage: auto", "storage: float32", StringComparison.Ordinal));
        Assert.Equal(3, Main("plan FILE"));
        Assert.Contains("GB", Assert.Single(error.ToString().Split('\n', StringSplitOptions.RemoveEmptyEntries)), StringComparison.Ordinal);
    }

    private int Main(string arguments) => new CommandLine(output, error, (_, _, _, _) => throw new InvalidOperationException("must not run"))
        .Main([.. arguments.Split(' ').Select(a => a.Replace("FILE", file, StringComparison.Ordinal).Replace("FOLDER", folder, StringComparison.Ordinal))]);
}
