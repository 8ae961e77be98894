using HighDimSgd.Kernels;
using ILGPU;

namespace HighDimSgd.Ilgpu;

/// <content>
/// Iterations on batches of rows, all in one launch: a group (of 32 to 256 threads, by the length of a row) takes a replica through all of them, whose
/// parameters stay in the nearest cache.
/// </content>
public static partial class Entry
{
    /// <summary>The skeleton <c>Iterate</c>; a group per replica.</summary>
    /// <param name="shape">The design's rows.</param>
    /// <param name="iterations">Number of iterations.</param>
    /// <param name="batch">Rows of each.</param>
    /// <param name="design">Designs.</param>
    /// <param name="visits">Rows in order, replica after replica.</param>
    /// <param name="decays">The decay of each iteration.</param>
    /// <param name="theta">Parameters.</param>
    /// <param name="sums">Room for a gradient of each replica.</param>
    /// <param name="rolls">1 with velocities, 0 without.</param>
    /// <param name="velocity">Velocities.</param>
    /// <param name="momentum">beta.</param>
    /// <param name="body">The row body.</param>
    public static void Iterate<TBody>(
        RowShape shape,
        int iterations,
        int batch,
        Slots<Real1, Word1, DeviceView> design,
        ArrayView<int> visits,
        DeviceView decays,
        Slots<Real1, Word1, DeviceView> theta,
        Slots<Real1, Word1, DeviceView> sums,
        int rolls,
        Slots<Real1, Word1, DeviceView> velocity,
        float momentum,
        TBody body)
        where TBody : struct, IRowBody<Real1>
    {
        ArrayView<float> products = SharedMemory.Allocate<float>(RowsAtOnce * MostLanes);
        ArrayView<float> weights = SharedMemory.Allocate<float>(RowsAtOnce);
        int slot = Grid.IdxX;
        long x = design.Start + (slot * design.Stride), order = (long)slot * iterations * batch, sum = sums.Start + (slot * sums.Stride);
        for (int k = 0; k < iterations; k++)
        {
            for (int b = 0; b < batch; b += RowsAtOnce)
            {
                int visit = (k * batch) + b, last = Math.Min(RowsAtOnce, batch - b) - 1;
                long at = order + visit;
                // A row past the end is the last one again, and weighs nothing.
                var rows = new Four<long>(
                    x + ((long)visits[at] * shape.Words), x + ((long)visits[at + Math.Min(1, last)] * shape.Words),
                    x + ((long)visits[at + Math.Min(2, last)] * shape.Words), x + ((long)visits[at + last] * shape.Words));
                FourRows<FloatEntries, TBody>(shape, design.View, rows, theta, slot, visit, last + 1, products, weights, sums.View, sum, b == 0, body);
            }

            float decay = decays.Load(k).Value;
            // The columns that this thread has summed.
            for (int j = Group.IdxX; j < shape.Columns; j += Group.DimX)
            {
                float t = theta.Load(slot, j).Value, change = -((decay * t) + sums.Load(slot, j).Value);
                if (rolls != 0)
                {
                    change += momentum * velocity.Load(slot, j).Value;
                    velocity.Store(slot, j, new(change));
                }

                theta.Store(slot, j, new(t + change));
            }

            Group.Barrier();
        }
    }
}
