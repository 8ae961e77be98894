namespace HighDimSgd.Tests.Docs;

/// <summary>
/// The reference pages say what the program says. With the environment variable HDSGD_WRITE_DOCS=1 these tests write the pages
/// instead: what stands above the mark is kept, what is below comes from the program.
/// </summary>
public class ReferencePagesTests
{
    private const string Mark = "<!-- from here on by: HDSGD_WRITE_DOCS=1 dotnet test -c Release tests/HighDimSgd.Tests --filter ReferencePages -->\n";

    [Fact]
    public void TheExperimentFile() => Check("docs/reference/experiment-file.md", ReferencePages.ExperimentFile());

    [Fact]
    public void TheCommands() => Check("docs/reference/commands.md", ReferencePages.Commands());

    private static void Check(string page, string expected)
    {
        string path = new Page(page).Location, text = File.ReadAllText(path).Replace("\r", "", StringComparison.Ordinal);
        int mark = text.IndexOf(Mark, StringComparison.Ordinal);
        Assert.True(mark >= 0, $"{page}: the mark is missing: {Mark}");
        int start = mark + Mark.Length;
        if (Environment.GetEnvironmentVariable("HDSGD_WRITE_DOCS") == "1")
            File.WriteAllText(path, text[..start] + expected);
        else
            Assert.Equal(expected, text[start..]);
    }
}
