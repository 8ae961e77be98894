using System.Globalization;

namespace HighDimSgd.Results;

/// <summary>
/// curves.csv: one row per source, size, observable and time. The source is <c>simulation</c>, <c>theory</c>, or
/// <c>theory:CLOCK</c> for a further theory; the size of a theory and every NaN are empty fields.
/// </summary>
internal static class CurvesCsv
{
    public const string Name = "curves.csv";

    public static void Write(Stream stream, ExperimentResult result)
    {
        using var writer = new StreamWriter(stream, leaveOpen: true) { NewLine = "\n" };
        writer.WriteLine("source,size,observable,time,mean,error,variance");
        foreach (SizeSummary size in result.Sizes)
        {
            WriteCurves(writer, FormattableString.Invariant($"simulation,{size.Size}"), size.Times, size.Observables);
        }

        WriteCurves(writer, "theory,", result.Theory.Times, result.Theory.Observables);
        foreach ((string name, TheoryResult theory) in result.Theories)
        {
            WriteCurves(writer, $"theory:{name},", theory.Times, theory.Observables);
        }
    }

    private static void WriteCurves(StreamWriter writer, string source, double[] times, IReadOnlyDictionary<string, Curve> curves)
    {
        foreach ((string observable, Curve curve) in curves)
        {
            for (int i = 0; i < times.Length; i++)
            {
                writer.WriteLine(string.Join(
                    ',', source, observable, Field(times[i]), Field(curve.Mean[i]), Field(curve.Error[i]), Field(curve.Variance[i])));
            }
        }
    }

    /// <summary>A number as a field; NaN is empty.</summary>
    internal static string Field(double x) => double.IsNaN(x) ? "" : x.ToString("R", CultureInfo.InvariantCulture);
}
