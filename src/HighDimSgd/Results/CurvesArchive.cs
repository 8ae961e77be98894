using System.IO.Compression;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text;

namespace HighDimSgd.Results;

/// <summary>
/// curves.npz, read by <c>numpy.load</c>: <c>times</c>, <c>theory_OBSERVABLE</c>, <c>theory_OBSERVABLE_error</c> of shape
/// (times), and <c>sizeD_OBSERVABLE</c> of shape (replicas, times), all float64. Stored uncompressed with fixed time
/// stamps, so that the same curves give the same bytes.
/// </summary>
internal static class CurvesArchive
{
    public const string Name = "curves.npz";

    // The first moment that a zip entry can name.
    private static readonly DateTimeOffset Epoch = new(1980, 1, 1, 0, 0, 0, TimeSpan.Zero);

    public static void Write(Stream stream, ExperimentResult result, IReadOnlyList<SizeCurves> curves) => Write(stream,
    [
        ("times", result.Experiment.Times()),
        .. result.Theory.Observables.SelectMany(o => new (string, Array)[] { ($"theory_{o.Key}", o.Value.Mean), ($"theory_{o.Key}_error", o.Value.Error) }),
        .. curves.SelectMany(c => c.Observables.Select((o, i) => (FormattableString.Invariant($"size{c.Size}_{o}"), (Array)c.Values[i]))),
    ]);

    /// <summary>Writes arrays of float64, of any number of axes, by name.</summary>
    public static void Write(Stream stream, IEnumerable<(string Name, Array Values)> arrays)
    {
        using var zip = new ZipArchive(stream, ZipArchiveMode.Create, leaveOpen: true);
        foreach ((string name, Array values) in arrays)
        {
            ZipArchiveEntry entry = zip.CreateEntry(name + ".npy", CompressionLevel.NoCompression);
            entry.LastWriteTime = Epoch;
            using Stream target = entry.Open();
            WriteNpy(
                target, MemoryMarshal.CreateReadOnlySpan(ref Unsafe.As<byte, double>(ref MemoryMarshal.GetArrayDataReference(values)), values.Length),
                [.. Enumerable.Range(0, values.Rank).Select(values.GetLength)]);
        }
    }

    /// <summary>Writes an array in C order in NumPy's format 1.0 (numpy.lib.format).</summary>
    private static void WriteNpy(Stream stream, ReadOnlySpan<double> values, ReadOnlySpan<int> shape)
    {
        const int Magic = 10, Alignment = 64;
        string order = BitConverter.IsLittleEndian ? "<" : ">";
        string axes = string.Concat(shape.ToArray().Select(n => FormattableString.Invariant($"{n}, ")));
        string header = $"{{'descr': '{order}f8', 'fortran_order': False, 'shape': ({axes.TrimEnd()}), }}";
        int length = (Magic + header.Length) / Alignment * Alignment + Alignment - Magic;
        stream.Write([0x93, .. "NUMPY"u8, 1, 0, (byte)length, (byte)(length >> 8)]);
        stream.Write(Encoding.ASCII.GetBytes(header.PadRight(length - 1) + "\n"));
        stream.Write(MemoryMarshal.AsBytes(values));
    }
}
