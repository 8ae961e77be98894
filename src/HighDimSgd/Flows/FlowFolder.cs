using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Xml.Linq;
using HighDimSgd.Flows.Report;
using HighDimSgd.Results;
using HighDimSgd.Results.Report;

namespace HighDimSgd.Flows;

/// <summary>The files of a finished experiment of the family <c>flow</c>.</summary>
public static class FlowFolder
{
    /// <summary>
    /// Writes curves.csv, curves.npz, manifest.json, report.html, one .svg per figure and, last, results.json. Each file is replaced atomically; the same
    /// arguments give the same bytes.
    /// </summary>
    /// <param name="folder">The folder; made where it is missing.</param>
    /// <param name="result">The result.</param>
    /// <param name="manifest">Where the results come from.</param>
    public static void Write(string folder, FlowResult result, Manifest manifest)
    {
        ArgumentNullException.ThrowIfNull(result);
        ArgumentNullException.ThrowIfNull(manifest);
        AtomicFile.Write(Path.Combine(folder, CurvesCsv.Name), s => WriteCsv(s, result));
        AtomicFile.Write(Path.Combine(folder, CurvesArchive.Name), s => CurvesArchive.Write(s, Arrays(result)));
        AtomicFile.Write(Path.Combine(folder, Manifest.FileName), manifest.Write);
        WriteReport(folder, result, manifest);
        AtomicFile.Write(Path.Combine(folder, ResultsFile.Name), s => FlowResultsFile.Write(s, result));
    }

    /// <summary>True where the results of a folder are of this family.</summary>
    /// <exception cref="InvalidDataException">They cannot be read.</exception>
    public static bool IsIn(string folder)
    {
        string path = Path.Combine(folder, ResultsFile.Name);
        try
        {
            return File.Exists(path) && (string?)JsonNode.Parse(File.ReadAllText(path))?["family"] == Experiments.Keys.Flow;
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            throw new InvalidDataException($"not a {ResultsFile.Name}: {e.Message}", e);
        }
    }

    /// <summary>Builds report.html and the figures anew from results.json and manifest.json.</summary>
    /// <returns>Path of the report.</returns>
    /// <exception cref="FileNotFoundException">One of the two files is missing.</exception>
    /// <exception cref="InvalidDataException">One of them cannot be read.</exception>
    public static string RebuildReport(string folder)
    {
        using FileStream results = File.OpenRead(Path.Combine(folder, ResultsFile.Name));
        using FileStream manifest = File.OpenRead(Path.Combine(folder, Manifest.FileName));
        WriteReport(folder, FlowResultsFile.Read(results), Manifest.Read(manifest));
        return Path.Combine(folder, HtmlReport.Name);
    }

    private static void WriteReport(string folder, FlowResult result, Manifest manifest)
    {
        foreach ((string name, XElement svg) in FlowReport.Drawings(result))
            AtomicFile.Write(Path.Combine(folder, name + ".svg"), s => Markup.Save(s, svg));
        AtomicFile.Write(Path.Combine(folder, HtmlReport.Name), s => FlowReport.Write(s, result, manifest));
    }

    /// <summary>times, and for every run and statistic the means over blocks, shape (blocks, times).</summary>
    private static IEnumerable<(string Name, Array Values)> Arrays(FlowResult result) =>
    [
        ("times", result.Experiment.Times.ToArray()),
        .. from run in result.Blocks from s in run.Value select ($"{run.Key.Name}_{s.Key}", (Array)s.Value),
        .. from run in result.Runs from s in run.Exact select ($"{run.Run.Name}_{s.Key}_exact", (Array)s.Value),
    ];

    private static void WriteCsv(Stream stream, FlowResult result)
    {
        using var writer = new StreamWriter(stream, leaveOpen: true) { NewLine = "\n" };
        writer.WriteLine("source,algorithm,rate,batch,amplification,statistic,time,mean,error,variance");
        foreach (FlowRunResult run in result.Runs)
        {
            Write("simulation", run.Run, run.Observables);
            Write("exact", run.Run, Bare(run.Exact));
        }

        foreach (FlowDifference difference in result.Differences)
        {
            Write($"less {FlowKeys.Algorithm.Word(difference.Against.Algorithm)}", difference.Run, difference.Observables);
            Write($"exact less {FlowKeys.Algorithm.Word(difference.Against.Algorithm)}", difference.Run, Bare(difference.Exact));
        }

        void Write(string source, FlowRun run, IReadOnlyDictionary<string, Curve> curves)
        {
            string head = string.Create(
                CultureInfo.InvariantCulture, $"{source},{FlowKeys.Algorithm.Word(run.Algorithm)},{run.Rate:R},{run.Batch},{run.Amplification}");
            foreach ((string statistic, Curve curve) in curves)
            {
                for (int t = 0; t < result.Experiment.Times.Count; t++)
                {
                    double[] fields = [result.Experiment.Times[t], curve.Mean[t], curve.Error[t], curve.Variance[t]];
                    writer.WriteLine($"{head},{statistic},{string.Join(',', fields.Select(CurvesCsv.Field))}");
                }
            }
        }

        static Dictionary<string, Curve> Bare(IReadOnlyDictionary<string, double[]> exact) => exact.ToDictionary(
            e => e.Key, e => new Curve(e.Value, [.. e.Value.Select(_ => double.NaN)], [.. e.Value.Select(_ => double.NaN)]));
    }
}
