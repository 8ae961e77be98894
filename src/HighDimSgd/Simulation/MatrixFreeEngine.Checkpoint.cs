using System.Runtime.InteropServices;
using HighDimSgd.Devices;

namespace HighDimSgd.Simulation;

/// <content>
/// A replica by itself between two steps: the columns of the table so far, what has been seen, and what has been observed. Labels and clock are drawn again.
/// </content>
internal sealed partial class MatrixFreeEngine<TReal, TWord, TView, TLoss>
{
    /// <summary>Elements of a block's columns so far, which lie side by side.</summary>
    private int BlockLength => PathTable.Block * 2 * Math.Max(drawn, Seen.Left);

    private void Save(BinaryWriter writer, int step, int record, double[,] curves)
    {
        writer.Write(step);
        writer.Write(record);
        writer.Write(MemoryMarshal.AsBytes(MemoryMarshal.CreateReadOnlySpan(ref curves[0, 0], curves.Length)));
        replicas[0].Save(writer);
        writer.Write(drawn);
        var block = new float[BlockLength];
        for (int b = 0; b < layout.Blocks; b++)
        {
            skeletons.Read(table.View, block, BlockStart(0, b));
            writer.Write(MemoryMarshal.AsBytes(block.AsSpan()));
        }
    }

    private (int Step, int Record) Load(BinaryReader reader, double[,] curves)
    {
        (int step, int record) = (reader.ReadInt32(), reader.ReadInt32());
        reader.BaseStream.ReadExactly(MemoryMarshal.AsBytes(MemoryMarshal.CreateSpan(ref curves[0, 0], curves.Length)));
        replicas[0].Load(reader);
        drawn = reader.ReadInt32();
        var block = new float[BlockLength];
        for (int b = 0; b < layout.Blocks; b++)
        {
            reader.BaseStream.ReadExactly(MemoryMarshal.AsBytes(block.AsSpan()));
            skeletons.Write(table.View, block, BlockStart(0, b));
        }

        return (step, record);
    }

    private long BlockStart(int slot, int block) => (slot * table.Stride) + ((long)block * layout.Columns * PathTable.Block);
}
