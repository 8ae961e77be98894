using System.Text.Json.Nodes;
using System.Xml.Linq;
using HighDimSgd.Experiments;
using HighDimSgd.Results.Report;

namespace HighDimSgd.Results;

/// <summary>The files of a finished experiment.</summary>
public static class ResultsFolder
{
    /// <summary>
    /// Writes curves.csv, curves.npz, manifest.json, report.html, one .svg per figure and, last, results.json. Each file is
    /// replaced atomically; the same arguments give the same bytes.
    /// </summary>
    /// <param name="folder">The folder; made where it is missing.</param>
    /// <param name="result">The result.</param>
    /// <param name="experimentJson">The experiment file with defaults filled in.</param>
    /// <param name="curves">Every replica's curves by size; empty for theory alone.</param>
    /// <param name="manifest">Where the results come from.</param>
    public static void Write(
        string folder, ExperimentResult result, JsonObject experimentJson, IReadOnlyList<SizeCurves> curves, Manifest manifest)
    {
        ArgumentNullException.ThrowIfNull(manifest);
        AtomicFile.Write(Path.Combine(folder, CurvesCsv.Name), s => CurvesCsv.Write(s, result));
        AtomicFile.Write(Path.Combine(folder, CurvesArchive.Name), s => CurvesArchive.Write(s, result, curves));
        AtomicFile.Write(Path.Combine(folder, Manifest.FileName), manifest.Write);
        WriteReport(folder, result, experimentJson, manifest);
        AtomicFile.Write(Path.Combine(folder, ResultsFile.Name), s => ResultsFile.Write(s, result, experimentJson));
    }

    /// <summary>Writes report.html and the .svg files again, from results.json and manifest.json.</summary>
    /// <param name="folder">The folder.</param>
    /// <param name="parse">Makes the experiment from its file.</param>
    /// <returns>The path of the report.</returns>
    /// <exception cref="FileNotFoundException">One of the two files is missing.</exception>
    /// <exception cref="InvalidDataException">One of them cannot be read.</exception>
    public static string RebuildReport(string folder, Func<JsonObject, Experiment> parse)
    {
        using FileStream results = File.OpenRead(Path.Combine(folder, ResultsFile.Name));
        using FileStream manifest = File.OpenRead(Path.Combine(folder, Manifest.FileName));
        (ExperimentResult result, JsonObject experiment) = ResultsFile.Read(results, parse);
        WriteReport(folder, result, experiment, Manifest.Read(manifest));
        return Path.Combine(folder, HtmlReport.Name);
    }

    private static void WriteReport(string folder, ExperimentResult result, JsonObject experiment, Manifest manifest)
    {
        foreach ((string name, XElement svg) in HtmlReport.Drawings(result))
        {
            AtomicFile.Write(Path.Combine(folder, name + ".svg"), s => Markup.Save(s, svg));
        }

        AtomicFile.Write(Path.Combine(folder, HtmlReport.Name), s => HtmlReport.Write(s, result, experiment, manifest));
    }
}
