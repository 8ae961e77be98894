using HighDimSgd.Devices;
using HighDimSgd.Kernels;
using ILGPU;

namespace HighDimSgd.Ilgpu;

/// <content>Sums over indices, and the pass over a tall table.</content>
public static partial class Entry
{
    /// <summary>Indices that one group sums.</summary>
    public const int ReduceChunk = 4096;

    private const int Parts = MostLanes / PathTable.Block;
    private const int ColumnsAtOnce = 32;

    /// <summary>The skeleton <c>Reduce</c>; a group per slot and chunk of indices.</summary>
    /// <param name="firstSlot">First slot.</param>
    /// <param name="count">Number of indices.</param>
    /// <param name="chunks">Chunks per slot.</param>
    /// <param name="sums">Receives four sums per group.</param>
    /// <param name="body">The body.</param>
    public static void Reduce<TBody>(int firstSlot, int count, int chunks, ArrayView<double> sums, TBody body)
        where TBody : struct, IReduceBody<Real1>
    {
        ArrayView<double> lanes = SharedMemory.Allocate<double>(4 * MostLanes);
        int slot = Grid.IdxX / chunks, shift = Lanes.Shift(count / 4);
        int first = (Grid.IdxX - (slot * chunks)) * ReduceChunk, end = Math.Min(count, first + ReduceChunk);
        for (int lane = Group.IdxX; lane < 1 << shift; lane += Group.DimX)
        {
            double a = 0, b = 0, c = 0, d = 0;
            for (int i = first + lane; i < end; i += 1 << shift)
            {
                Four<Real1> four = body.Run(firstSlot + slot, i);
                a += four.A.Value;
                b += four.B.Value;
                c += four.C.Value;
                d += four.D.Value;
            }

            lanes[lane] = a;
            lanes[(1 << shift) + lane] = b;
            lanes[(2 << shift) + lane] = c;
            lanes[(3 << shift) + lane] = d;
        }

        Tree(lanes, 4, shift);
        for (int k = Group.IdxX; k < 4; k += Group.DimX)
            sums[(4L * Grid.IdxX) + k] = lanes[k << shift];
    }

    /// <summary>
    /// The skeleton <c>TallSkinny</c>; a group per block of 64 rows, which stays in the cache between its two readings. Four threads
    /// share a row, each a fourth of the columns.
    /// </summary>
    /// <param name="shape">How it is cut.</param>
    /// <param name="table">The table.</param>
    /// <param name="coefficients">Coefficients of its first columns.</param>
    /// <param name="partial">Receives the block's sums: column by column, and last the sum of squares, each over the blocks.</param>
    /// <param name="body">The row body.</param>
    public static void TallPass<TBody>(TallShape shape, DeviceView table, DeviceView coefficients, DeviceView partial, TBody body)
        where TBody : struct, IRowBody<Real1>
    {
        ArrayView<float> products = SharedMemory.Allocate<float>(MostLanes);
        ArrayView<float> values = SharedMemory.Allocate<float>(PathTable.Block);
        ArrayView<float> tile = SharedMemory.Allocate<float>(ColumnsAtOnce * PathTable.Block);
        int block = Grid.IdxX;
        long start = (long)block * shape.Columns * PathTable.Block;
        for (int lane = Group.IdxX; lane < MostLanes; lane += Group.DimX)
        {
            int row = lane & (PathTable.Block - 1);
            float sum = 0f;
            for (int j = lane >> PathTable.BlockShift; j < shape.Used; j += Parts)
                sum += coefficients.Load(j).Value * table.Load(start + ((long)j * PathTable.Block) + row).Value;
            products[lane] = sum;
        }

        Group.Barrier();
        for (int row = Group.IdxX; row < PathTable.Block; row += Group.DimX)
        {
            float product = products[row];
            for (int part = 1; part < Parts; part++)
                product += products[(part * PathTable.Block) + row];
            int i = (block * PathTable.Block) + row;
            values[row] = i < shape.Rows ? body.Run(0, i, new(product)).Value : 0f;
        }

        Group.Barrier();
        if (!TBody.WantsGradient)
            return;
        for (int first = 0; first <= shape.Wanted; first += ColumnsAtOnce)
        {
            for (int lane = Group.IdxX; lane < MostLanes; lane += Group.DimX)
                Weigh(shape, table, start, values, tile, first, lane);
            Tree(tile, ColumnsAtOnce, PathTable.BlockShift);
            for (int c = Group.IdxX; c < Math.Min(ColumnsAtOnce, shape.Wanted + 1 - first); c += Group.DimX)
                partial.Store(((long)(first + c) * shape.Blocks) + block, new(tile[c * PathTable.Block]));
            Group.Barrier();
        }
    }

    /// <summary>A lane's part of a tile: its row's weight times the table, and times itself in the column after the last.</summary>
    private static void Weigh(
        TallShape shape, DeviceView table, long start, ArrayView<float> values, ArrayView<float> tile, int first, int lane)
    {
        int row = lane & (PathTable.Block - 1);
        float value = values[row];
        for (int c = lane >> PathTable.BlockShift; c < ColumnsAtOnce; c += Parts)
        {
            int j = first + c;
            float x = j < shape.Wanted ? table.Load(start + ((long)j * PathTable.Block) + row).Value : j == shape.Wanted ? value : 0f;
            tile[(c * PathTable.Block) + row] = value * x;
        }
    }
}

/// <summary>How a pass over a tall table is cut; a function of its shape alone.</summary>
/// <param name="table">Shape of the table.</param>
/// <param name="used">Columns that are combined.</param>
/// <param name="wanted">Columns that are projected on.</param>
public readonly struct TallShape(PathTable table, int used, int wanted)
{
    /// <summary>Rows.</summary>
    public int Rows { get; } = table.Rows;

    /// <summary>Columns.</summary>
    public int Columns { get; } = table.Columns;

    /// <summary>Blocks of 64 rows.</summary>
    public int Blocks { get; } = table.Blocks;

    /// <summary>Columns that are combined.</summary>
    public int Used { get; } = used;

    /// <summary>Columns that are projected on.</summary>
    public int Wanted { get; } = wanted;
}

/// <summary>The sums of blocks, for <c>Reduce</c>. Slot: four columns; index: block.</summary>
/// <param name="partial">The sums, column by column.</param>
/// <param name="blocks">Blocks.</param>
public readonly struct BlockSums(DeviceView partial, int blocks) : IReduceBody<Real1>
{
    /// <summary>Columns of a slot.</summary>
    public const int Together = 4;

    private readonly DeviceView partial = partial;
    private readonly int blocks = blocks;

    /// <inheritdoc/>
    public Four<Real1> Run(int slot, int index)
    {
        long place = ((long)Together * slot * blocks) + index;
        return new(partial.Load(place), partial.Load(place + blocks), partial.Load(place + (2L * blocks)), partial.Load(place + (3L * blocks)));
    }
}
