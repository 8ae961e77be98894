using System.Buffers.Binary;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.RegularExpressions;
using HighDimSgd.Experiments;

namespace HighDimSgd.Flows;

/// <summary>Arrays in NumPy's format (numpy.lib.format, versions 1 to 3) of little-endian float32 or float64 in C order with two axes.</summary>
internal static partial class NpyFile
{
    private const int Start = 8, LongestHeader = 1 << 16;

    /// <summary>Reads a data set.</summary>
    /// <exception cref="ExperimentException">The file holds something else.</exception>
    public static FlowData Read(string path)
    {
        using FileStream stream = File.OpenRead(path);
        Span<byte> start = stackalloc byte[Start];
        if (stream.ReadAtLeast(start, Start, throwOnEndOfStream: false) < Start || start[0] != 0x93 || !start[1..].StartsWith("NUMPY"u8))
            throw new ExperimentException("is not a .npy file");
        Span<byte> size = stackalloc byte[start[6] == 1 ? 2 : 4];
        stream.ReadExactly(size);
        int length = size.Length == 2 ? BinaryPrimitives.ReadUInt16LittleEndian(size) : BinaryPrimitives.ReadInt32LittleEndian(size);
        if (length is < 0 or > LongestHeader)
            throw new ExperimentException("is not a .npy file that NumPy would write: its header is too long");
        byte[] header = new byte[length];
        stream.ReadExactly(header);
        Match match = Header().Match(Encoding.Latin1.GetString(header));
        if (!match.Success)
            throw new ExperimentException("holds another kind of array; allowed: float32 or float64 in C order with two axes, samples by inputs and label");
        (int rows, int columns) = (Whole("rows"), Whole("columns"));
        if (rows > FlowKeys.MostSamples || columns is < 2 or > FlowKeys.MostInputs + 1)
        {
            throw new ExperimentException(
                $"holds {rows} rows of {columns} numbers; allowed: at most {FlowKeys.MostSamples} rows of 2 to {FlowKeys.MostInputs + 1}, the label in the last column");
        }

        byte[] bytes = new byte[rows * columns * (match.Groups["size"].Value == "8" ? sizeof(double) : sizeof(float))];
        if (stream.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false) < bytes.Length)
            throw new ExperimentException("ends before its array does");
        double[] numbers = match.Groups["size"].Value == "8"
            ? MemoryMarshal.Cast<byte, double>(bytes).ToArray() : [.. MemoryMarshal.Cast<byte, float>(bytes).ToArray().Select(x => (double)x)];
        return new(numbers, columns - 1);

        int Whole(string name) => int.TryParse(match.Groups[name].Value, NumberStyles.None, CultureInfo.InvariantCulture, out int n) ? n : int.MaxValue;
    }

    [GeneratedRegex(
        @"^\{(?=.*'descr': '<f(?<size>[48])')(?=.*'fortran_order': False)(?=.*'shape': \((?<rows>\d+), (?<columns>\d+)\))", RegexOptions.ExplicitCapture)]
    private static partial Regex Header();
}
