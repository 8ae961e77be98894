using System.IO.Compression;
using System.Text;
using System.Text.Json.Nodes;
using System.Xml.Linq;
using HighDimSgd.Flows;
using HighDimSgd.Tests.Results;

namespace HighDimSgd.Tests.Flows;

/// <summary>The files of a flow experiment, from made-up means.</summary>
public sealed class FlowFolderTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory().FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public void ResultsHoldEverythingAndReadBack()
    {
        FlowResult result = FlowSynthetic.Diverged();
        FlowFolder.Write(folder, result, Synthetic.Manifest);
        byte[] bytes = File.ReadAllBytes(At("results.json"));
        JsonNode root = JsonNode.Parse(bytes)!;
        Assert.Equal(("flow", "two-points", 1), ((string?)root["family"], (string?)root["name"], (int)root["format"]!));
        Assert.Equal([0, 0.5, 1], root["times"]!.AsArray().Select(t => (double)t!));
        Assert.Equal(result.Experiment.ToJson().ToJsonString(), root["experiment"]!.ToJsonString());
        JsonNode lost = root["runs"]!.AsArray().First(r => (int)r!["diverged"]! > 0)!;
        Assert.Equal(("smf2", "smf2_rate0.25"), ((string?)lost["run"]!["algorithm"], (string?)lost["run"]!["name"]));
        Assert.Null(lost["observables"]!["xy"]!["mean"]![2]); // NaN
        Assert.NotNull(lost["observables"]!["xy"]!["mean"]![0]);
        Assert.True(FlowFolder.IsIn(folder));
        using FileStream stream = File.OpenRead(At("results.json"));
        using var again = new MemoryStream();
        FlowResultsFile.Write(again, FlowResultsFile.Read(stream));
        Assert.Equal(Encoding.UTF8.GetString(bytes), Encoding.UTF8.GetString(again.ToArray()));
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("not json")]
    [InlineData("""{"format": 1, "family": "proportional"}""")]
    public void OtherFilesAreRefused(string text)
    {
        using var stream = new MemoryStream(Encoding.UTF8.GetBytes(text));
        Assert.Throws<InvalidDataException>(() => FlowResultsFile.Read(stream));
    }

    [Fact]
    public void TheArchiveHoldsEveryBlock()
    {
        FlowResult result = FlowSynthetic.Orders();
        FlowFolder.Write(folder, result, Synthetic.Manifest);
        using ZipArchive zip = ZipFile.OpenRead(At("curves.npz"));
        Assert.Equal(1 + (12 * 3), zip.Entries.Count); // times; 4 algorithms, 3 rates, 3 statistics; the cubic problem has no closed moments
        (string header, double[] values) = Npy(zip.GetEntry("smf2_rate0.125_xy.npy")!);
        Assert.Contains("'shape': (40, 3,)", header, StringComparison.Ordinal);
        double[,] blocks = result.Blocks[new(FlowAlgorithm.Smf2, 0.125, 1, 1)]["xy"];
        Assert.Equal(blocks.Cast<double>(), values);
        Assert.Equal([0, 0.5, 1], Npy(zip.GetEntry("times.npy")!).Values);
    }

    [Fact]
    public void TheTableHoldsRunsAndDifferences()
    {
        FlowResult result = FlowSynthetic.Orders();
        FlowFolder.Write(folder, result, Synthetic.Manifest);
        string[] lines = File.ReadAllLines(At("curves.csv"));
        Assert.Equal("source,algorithm,rate,batch,amplification,statistic,time,mean,error,variance", lines[0]);
        Assert.Equal(1 + ((12 + 9) * 3 * 3), lines.Length);
        string[] line = lines.Single(l => l.StartsWith("less sgd,smf1,0.125,1,1,xy,1,", StringComparison.Ordinal)).Split(',');
        Assert.Equal(0.3 * 0.125, double.Parse(line[7], System.Globalization.CultureInfo.InvariantCulture), 5);
    }

    [Fact]
    public void TheReportShowsOrdersAndFailures()
    {
        FlowResult good = FlowSynthetic.Orders(), bad = FlowSynthetic.Orders(order: 1.2);
        Assert.Equal(("pass", "fail"), (good.Verdict.Status, bad.Verdict.Status));
        XElement report = Report(good);
        Assert.Equal(6, report.Descendants("figure").Count()); // three statistics, each over time and against the rate
        Assert.DoesNotContain(report.Descendants("td"), td => (string?)td.Attribute("class") == "fail");
        XElement[] rows = [.. report.Descendants("tr").Where(tr => tr.Elements("td").FirstOrDefault()?.Value == "smf2 − sgd")];
        Assert.Equal(3, rows.Length);
        Assert.All(rows, row => Assert.InRange(double.Parse(row.Elements("td").ElementAt(3).Value, System.Globalization.CultureInfo.InvariantCulture), 1.95, 2.05));
        Assert.All(rows, row => Assert.Equal("2", row.Elements("td").ElementAt(5).Value));
        Assert.All(rows, row => Assert.Matches("^−0[.]2[45]", row.Elements("td").ElementAt(6).Value)); // -0.25
        Assert.Contains(Report(bad).Descendants("td"), td => (string?)td.Attribute("class") == "fail");
        Assert.Contains("left the finite numbers", Report(FlowSynthetic.Diverged()).Value, StringComparison.Ordinal);
    }

    [Fact]
    public void TheReportShowsTheStationaryState()
    {
        FlowResult result = FlowSynthetic.Stationary();
        XElement report = Report(result);
        string[] row = [.. report.Descendants("tr").First(tr => tr.Elements("td").FirstOrDefault()?.Value == "sme1, η = 2, B = 8").Elements("td").Select(td => td.Value)];
        Assert.Matches("^0[.](5|50.|499), 0[.](5|50.|49.), 0[.](5|50.|49.)$", row[6]);
        Assert.Equal(["gradient_x", "noise_x", "scaling", "stationary", "xx"], Directory.GetFiles(folder, "*.svg").Select(Path.GetFileNameWithoutExtension).Order(StringComparer.Ordinal));
        Assert.Contains("Dashed guides: 1/C and C", report.Value, StringComparison.Ordinal);
    }

    [Fact]
    public void TheReportIsRebuiltFromTheResults()
    {
        FlowFolder.Write(folder, FlowSynthetic.Orders(), Synthetic.Manifest);
        string before = File.ReadAllText(At("report.html"));
        File.Delete(At("report.html"));
        Assert.Equal(At("report.html"), FlowFolder.RebuildReport(folder));
        Assert.Equal(before, File.ReadAllText(At("report.html")));
    }

    private XElement Report(FlowResult result)
    {
        FlowFolder.Write(folder, result, Synthetic.Manifest);
        return XElement.Parse(File.ReadAllText(At("report.html"))["<!DOCTYPE html>\n".Length..]);
    }

    private string At(string name) => Path.Combine(folder, name);

    private static (string Header, double[] Values) Npy(ZipArchiveEntry entry)
    {
        using var memory = new MemoryStream();
        using (Stream stream = entry.Open())
            stream.CopyTo(memory);
        byte[] bytes = memory.ToArray();
        int length = 10 + BitConverter.ToUInt16(bytes, 8);
        return (Encoding.ASCII.GetString(bytes, 10, length - 10), System.Runtime.InteropServices.MemoryMarshal.Cast<byte, double>(bytes.AsSpan(length)).ToArray());
    }
}
