using System.Runtime.InteropServices;
using System.Security.Cryptography;
using HighDimSgd.Experiments;

namespace HighDimSgd.Flows;

/// <summary>A data set: for each sample a row of inputs and, last, its label.</summary>
public sealed partial class FlowData
{
    /// <summary>Takes numbers.</summary>
    /// <param name="numbers">The rows, one after the other.</param>
    /// <param name="inputs">Numbers per input; a row has one more.</param>
    /// <exception cref="ExperimentException">A number is not finite in single precision, there are no two whole rows, or too many.</exception>
    public FlowData(double[] numbers, int inputs)
    {
        ArgumentNullException.ThrowIfNull(numbers);
        int width = inputs + 1;
        if (inputs < 1 || inputs > FlowKeys.MostInputs)
            throw new ExperimentException($"has {width} columns; allowed: 2 to {FlowKeys.MostInputs + 1}, the label in the last");
        if (numbers.Length % width != 0 || numbers.Length / width is < 2 or > FlowKeys.MostSamples)
            throw new ExperimentException($"has {(double)numbers.Length / width:0.##} rows; allowed: 2 to {FlowKeys.MostSamples}");
        int wrong = Array.FindIndex(numbers, x => !float.IsFinite((float)x));
        if (wrong >= 0)
            throw new ExperimentException($"row {(wrong / width) + 1}, column {(wrong % width) + 1} is not a finite number");
        (Numbers, Inputs) = (numbers, inputs);
        byte[] bytes = [.. MemoryMarshal.AsBytes<int>([inputs]), .. MemoryMarshal.AsBytes<double>(numbers)];
        Hash = Convert.ToHexStringLower(SHA256.HashData(bytes));
    }

    /// <summary>The rows, one after the other: shape (<see cref="Samples"/>, <see cref="Inputs"/> + 1).</summary>
    public IReadOnlyList<double> Numbers { get; }

    /// <summary>Numbers per input.</summary>
    public int Inputs { get; }

    /// <summary>Number of samples n.</summary>
    public int Samples => Numbers.Count / (Inputs + 1);

    /// <summary>SHA-256 of the shape and the numbers in double precision: the same for a .csv and a .npy file that hold the same numbers.</summary>
    public string Hash { get; }

    /// <summary>Labels, by sample.</summary>
    public IEnumerable<double> Labels => Enumerable.Range(0, Samples).Select(i => Numbers[(i * (Inputs + 1)) + Inputs]);

    /// <summary>Reads a .npy file (float32 or float64, C order, two axes), or comma-separated values, whose first line may name the columns.</summary>
    /// <exception cref="ExperimentException">The file is missing or wrong; the message is one line for the user.</exception>
    public static FlowData Load(string path)
    {
        try
        {
            return path.EndsWith(".npy", StringComparison.OrdinalIgnoreCase) ? NpyFile.Read(path) : CsvFile.Read(path);
        }
        catch (ExperimentException e)
        {
            throw new ExperimentException($"{path}: {e.Message}", e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            throw new ExperimentException($"{path}: {(Directory.Exists(path) ? "is a folder" : File.Exists(path) ? $"cannot be read ({e.Message})" : "no such file")}", e);
        }
    }
}
