using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using HighDimSgd.Experiments;
using HighDimSgd.Results;

namespace HighDimSgd.Simulation;

/// <summary>
/// A finished piece of work: the curves of a range of replicas at one size, or of one sweep of a theory.
/// </summary>
/// <param name="Kind">"simulate", or the clock of a theory.</param>
/// <param name="Hash">Hash of what fixes the numbers.</param>
/// <param name="Size">Dimension d; 0 for a theory.</param>
/// <param name="First">First replica, or the sweep.</param>
/// <param name="Count">Number of replicas; 1 for a theory.</param>
/// <param name="RecordSteps">Steps at which the curves stand.</param>
/// <param name="Notes">One per replica: empty where all went well, else why its curve stopped.</param>
internal sealed record WorkUnit(
    string Kind, string Hash, int Size, int First, int Count, IReadOnlyList<int> RecordSteps, IReadOnlyList<string> Notes)
{
    private const string Magic = "HighDimSgd unit 1\n";

    /// <summary>Curves by replica: observable by record time.</summary>
    public required IReadOnlyList<double[,]> Curves { get; init; }

    /// <summary>Writes a unit: a line of magic, a line of JSON, the curves as little-endian float64, a SHA-256 of all before it.</summary>
    public void Write(string path) => AtomicFile.Write(path, stream =>
    {
        using var memory = new MemoryStream();
        memory.Write(Encoding.UTF8.GetBytes(Magic));
        int observables = Curves[0].GetLength(0);
        memory.Write(JsonSerializer.SerializeToUtf8Bytes(new Header(Kind, Hash, Size, First, Count, RecordSteps, Notes, observables)));
        memory.WriteByte((byte)'\n');
        foreach (double[,] curve in Curves)
            memory.Write(MemoryMarshal.AsBytes(MemoryMarshal.CreateReadOnlySpan(ref curve[0, 0], curve.Length)));
        ReadOnlySpan<byte> bytes = memory.GetBuffer().AsSpan(0, (int)memory.Length);
        stream.Write(bytes);
        stream.Write(SHA256.HashData(bytes));
    });

    /// <summary>Reads a unit.</summary>
    /// <exception cref="ExperimentException">The file is not a whole unit.</exception>
    public static WorkUnit Read(string path)
    {
        byte[] bytes = File.ReadAllBytes(path);
        int end = bytes.Length - SHA256.HashSizeInBytes, start = Magic.Length;
        if (end < start || !SHA256.HashData(bytes.AsSpan(0, end)).AsSpan().SequenceEqual(bytes.AsSpan(end)))
            throw new ExperimentException($"{path}: this unit of work is damaged (its checksum does not match); delete it and run the same command again");
        int line = Array.IndexOf(bytes, (byte)'\n', start);
        Header header = JsonSerializer.Deserialize<Header>(bytes.AsSpan(start, line - start))!;
        var curves = new List<double[,]>();
        int offset = line + 1;
        for (int i = 0; i < header.Count; i++)
        {
            var curve = new double[header.Observables, header.RecordSteps.Count];
            Span<byte> target = MemoryMarshal.AsBytes(MemoryMarshal.CreateSpan(ref curve[0, 0], curve.Length));
            bytes.AsSpan(offset, target.Length).CopyTo(target);
            offset += target.Length;
            curves.Add(curve);
        }

        return new(header.Kind, header.Hash, header.Size, header.First, header.Count, header.RecordSteps, header.Notes) { Curves = curves };
    }

    private sealed record Header(
        string Kind, string Hash, int Size, int First, int Count, IReadOnlyList<int> RecordSteps, IReadOnlyList<string> Notes, int Observables);
}
