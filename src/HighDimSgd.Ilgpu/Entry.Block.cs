using HighDimSgd.Devices;
using HighDimSgd.Kernels;
using ILGPU;

namespace HighDimSgd.Ilgpu;

/// <content>The pass over a tall table for several vectors at once.</content>
public static partial class Entry
{
    private const int Vectors = 4;

    /// <summary>The skeleton <c>TallSkinnyBlock</c>, as <see cref="TallPass"/>: a group per replica and block of 64 rows, four threads to a row.</summary>
    /// <param name="shape">How a table is cut; its wanted columns are the sums of all vectors, those of a column side by side.</param>
    /// <param name="tables">The tables.</param>
    /// <param name="coefficients">Coefficients of their first columns, replica after replica, those of a column side by side.</param>
    /// <param name="partial">Receives the blocks' sums, replica after replica, each over the blocks.</param>
    /// <param name="body">The body.</param>
    public static void BlockPass<TBody>(
        TallShape shape, Slots<Real1, Word1, DeviceView> tables, DeviceView coefficients, DeviceView partial, TBody body)
        where TBody : struct, IBlockBody<Real1>
    {
        ArrayView<float> products = SharedMemory.Allocate<float>(Vectors * MostLanes);
        ArrayView<float> values = SharedMemory.Allocate<float>(Vectors * PathTable.Block);
        ArrayView<float> tile = SharedMemory.Allocate<float>(ColumnsAtOnce * PathTable.Block);
        int slot = Grid.IdxX / shape.Blocks, block = Grid.IdxX - (slot * shape.Blocks);
        DeviceView table = tables.View;
        long start = tables.Start + (slot * tables.Stride) + ((long)block * shape.Columns * PathTable.Block);
        long weights = (long)slot * shape.Used * TBody.Combined, sums = (long)slot * shape.Wanted;
        for (int lane = Group.IdxX; lane < MostLanes; lane += Group.DimX)
            Combine<TBody>(shape, table, start, coefficients, weights, products, lane);
        Group.Barrier();
        for (int row = Group.IdxX; row < PathTable.Block; row += Group.DimX)
        {
            int i = (block * PathTable.Block) + row;
            if (i < shape.Rows)
            {
                Four<Real1> given = body.Run(slot, i, new(
                    new(Joined(products, 0, row)), new(Joined(products, 1, row)), new(Joined(products, 2, row)), new(Joined(products, 3, row))));
                values[row] = given.A.Value;
                values[PathTable.Block + row] = given.B.Value;
                values[(2 * PathTable.Block) + row] = given.C.Value;
                values[(3 * PathTable.Block) + row] = given.D.Value;
            }
            else
            {
                for (int v = 0; v < Vectors; v++)
                    values[(v * PathTable.Block) + row] = 0f;
            }
        }

        Group.Barrier();
        for (int first = 0; first < shape.Wanted; first += ColumnsAtOnce)
        {
            for (int lane = Group.IdxX; lane < MostLanes; lane += Group.DimX)
                Weigh<TBody>(shape, table, start, values, tile, first, lane);
            Tree(tile, ColumnsAtOnce, PathTable.BlockShift);
            for (int c = Group.IdxX; c < Math.Min(ColumnsAtOnce, shape.Wanted - first); c += Group.DimX)
                partial.Store(((sums + first + c) * shape.Blocks) + block, new(tile[c * PathTable.Block]));
            Group.Barrier();
        }
    }

    private static void Combine<TBody>(
        TallShape shape, DeviceView table, long start, DeviceView coefficients, long first, ArrayView<float> products, int lane)
        where TBody : struct, IBlockBody<Real1>
    {
        float a = 0f, b = 0f, c = 0f, d = 0f;
        for (int j = lane >> PathTable.BlockShift; j < shape.Used; j += Parts)
        {
            float x = table.Load(start + ((long)j * PathTable.Block) + (lane & (PathTable.Block - 1))).Value;
            long place = first + ((long)j * TBody.Combined);
            a += coefficients.Load(place).Value * x;
            if (TBody.Combined > 1)
                b += coefficients.Load(place + 1).Value * x;
            if (TBody.Combined > 2)
                c += coefficients.Load(place + 2).Value * x;
            if (TBody.Combined > 3)
                d += coefficients.Load(place + 3).Value * x;
        }

        products[lane] = a;
        products[MostLanes + lane] = b;
        products[(2 * MostLanes) + lane] = c;
        products[(3 * MostLanes) + lane] = d;
    }

    private static float Joined(ArrayView<float> products, int vector, int row)
    {
        int first = (vector * MostLanes) + row;
        float product = products[first];
        for (int part = 1; part < Parts; part++)
            product += products[first + (part * PathTable.Block)];
        return product;
    }

    private static void Weigh<TBody>(
        TallShape shape, DeviceView table, long start, ArrayView<float> values, ArrayView<float> tile, int first, int lane)
        where TBody : struct, IBlockBody<Real1>
    {
        int row = lane & (PathTable.Block - 1);
        for (int c = lane >> PathTable.BlockShift; c < ColumnsAtOnce; c += Parts)
        {
            int sum = first + c, j = sum / TBody.Projected, v = sum - (j * TBody.Projected);
            float x = sum < shape.Wanted ? table.Load(start + ((long)j * PathTable.Block) + row).Value : 0f;
            tile[(c * PathTable.Block) + row] = values[(v * PathTable.Block) + row] * x;
        }
    }
}
