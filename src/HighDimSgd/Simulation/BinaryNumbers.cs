using System.Runtime.InteropServices;

namespace HighDimSgd.Simulation;

/// <summary>Arrays of numbers in binary files, each after its length.</summary>
internal static class BinaryNumbers
{
    /// <summary>Writes an array.</summary>
    public static void Write(this BinaryWriter writer, double[] numbers)
    {
        writer.Write(numbers.Length);
        writer.Write(MemoryMarshal.AsBytes(numbers.AsSpan()));
    }

    /// <summary>Reads an array.</summary>
    public static double[] ReadDoubles(this BinaryReader reader)
    {
        var numbers = new double[reader.ReadInt32()];
        reader.BaseStream.ReadExactly(MemoryMarshal.AsBytes(numbers.AsSpan()));
        return numbers;
    }
}
