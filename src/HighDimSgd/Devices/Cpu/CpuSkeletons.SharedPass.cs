using System.Runtime.CompilerServices;
using HighDimSgd.Kernels;

namespace HighDimSgd.Devices.Cpu;

/// <content>
/// The row pass of replicas that share a design, as products of matrices: for every sixteen rows first R = X Theta^T, then G += F^T X. Lanes
/// run over the columns, and every sum has the order of <see cref="PanelPass"/>, so that a replica's bits are those of a pass of its own. A tile of
/// four rows (then four columns) and four replicas stays in registers, where each number that is loaded serves four sums; parameters and
/// gradients lie packed by tile. Per design entry and replica: 2 fused multiply-adds, and a sixteenth of a reading. Entries of fewer bits are
/// unpacked once for all replicas.
/// </content>
internal sealed unsafe partial class CpuSkeletons<TReal, TWord>
{
    // Replicas that are passed together, and vectors of columns: what sixteen rows of them need stays in the nearest cache.
    private const int Together = 16, VectorsTogether = 16;

    private void SharedPass<TGroups, TBody>(
        int batch, TGroups groups, int rowStride, int rows, Slots<TReal, TWord, HostView<TReal, TWord>> theta,
        Slots<TReal, TWord, HostView<TReal, TWord>> gradient, TBody body)
        where TGroups : struct, IRowGroups
        where TBody : struct, IRowBody<TReal>
    {
        for (int first = 0; first < batch; first += Together)
            SharedPass(first, Math.Min(Together, batch - first), groups, rowStride, rows, theta, gradient, body);
    }

    private void SharedPass<TGroups, TBody>(
        int first, int count, TGroups groups, int rowStride, int rows, Slots<TReal, TWord, HostView<TReal, TWord>> theta,
        Slots<TReal, TWord, HostView<TReal, TWord>> gradient, TBody body)
        where TGroups : struct, IRowGroups
        where TBody : struct, IRowBody<TReal>
    {
        int panelRows = PanelRows(rows), panels = (rows + panelRows - 1) / panelRows, room = TGroups.NeedRoom ? Lanes * (rowStride + Tiles.Side) : 0;
        var tiles = new Tiles(count, rowStride / Lanes);
        float* packed = Scratch(((panels + 1L) * tiles.Length) + ((long)panels * room)), sums = packed + tiles.Length, rooms = sums + ((long)panels * tiles.Length);
        new Span<float>(packed, tiles.Length).Clear();
        for (int p = 0; p < count; p++)
            tiles.Pack(p, theta.View.Data + theta.Start + ((first + p) * theta.Stride), packed);
        Each(panels, panelRows * rowStride / 64, panel =>
        {
            int row = (int)panel * panelRows;
            SharedPanel(
                first, count, tiles, groups, rooms + (panel * room), row, Math.Min(rows, row + panelRows), packed, sums + (panel * tiles.Length), body);
        });
        if (!TBody.WantsGradient)
            return;
        SumPanels(sums, panels, tiles.Length, sums);
        for (int p = 0; p < count; p++)
            tiles.Unpack(p, sums, gradient.View.Data + gradient.Start + ((first + p) * gradient.Stride));
    }

    private static void SharedPanel<TGroups, TBody>(
        int slot, int count, Tiles tiles, TGroups groups, float* room, int first, int end, float* theta, float* sum, TBody body)
        where TGroups : struct, IRowGroups
        where TBody : struct, IRowBody<TReal>
    {
        byte* stack = stackalloc byte[(Together * Lanes * (sizeof(TReal) + sizeof(float))) + 63];
        TReal* products = (TReal*)(((nint)stack + 63) & ~63);
        float* weights = (float*)(products + (Together * Lanes));
        new Span<float>(weights, Together * Lanes).Clear();
        new Span<float>(sum, tiles.Length).Clear();
        int stride = tiles.Vectors * Lanes;
        for (int row = first; row < end; row += Lanes)
        {
            // The next rows are asked for bit by bit, half of them in either product.
            float* x = groups.Floats(row, room), next = groups.Memory(row + Lanes);
            new Span<TReal>(products, Together * Lanes).Clear();
            for (int k = 0; k < tiles.Vectors; k += VectorsTogether)
            {
                int vectors = Math.Min(VectorsTogether, tiles.Vectors - k);
                for (int s = 0; s < Lanes; s += Tiles.Side)
                {
                    for (int t = 0; t < tiles.Count; t++)
                    {
                        Ask(ref next, 8 / tiles.Count);
                        TileProducts(x + ((long)s * stride) + (k * Lanes), stride, theta + tiles.At(t, k), vectors, products + (t * Tiles.Side * Lanes) + s);
                    }
                }
            }

            for (int p = 0; p < count; p++)
            {
                TReal f = body.Run(slot + p, row, TReal.SumRows(products + (p * Lanes)));
                if (TBody.WantsGradient)
                    TReal.Store(f, weights + (p * Lanes));
            }

            if (!TBody.WantsGradient)
                continue;
            for (int k = 0; k < tiles.Vectors; k += Tiles.Side)
            {
                for (int t = 0; t < tiles.Count; t++)
                {
                    Ask(ref next, 8 / tiles.Count);
                    int after = t + 1 < tiles.Count ? tiles.At(t + 1, k) : tiles.At(0, k + Tiles.Side);
                    TileAdd(x + (k * Lanes), stride, weights + (t * Tiles.Side * Lanes), sum + tiles.At(t, k), sum + after);
                }
            }
        }
    }

    /// <summary>The rows of a design, sixteen at a time.</summary>
    private interface IRowGroups
    {
        /// <summary>True where floats have to be made.</summary>
        static abstract bool NeedRoom { get; }

        /// <summary>Where a row lies in memory.</summary>
        float* Memory(int row);

        /// <summary>Sixteen rows as floats, a row's stride from one to the next, where they lie or in the room.</summary>
        float* Floats(int row, float* room);
    }

    private static void Ask(ref float* next, int times)
    {
        for (int i = 0; i < times; i++, next += 4 * Lanes)
            Fetch(next);
    }

    /// <summary>Adds to the products of four rows and four replicas those of some columns.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void TileProducts(float* x, int stride, float* theta, int vectors, TReal* products)
    {
        long row = stride;
        TReal* p = products, q = products + Lanes, r = q + Lanes, s = r + Lanes;
        TReal a0 = p[0], a1 = p[1], a2 = p[2], a3 = p[3];
        TReal b0 = q[0], b1 = q[1], b2 = q[2], b3 = q[3];
        TReal c0 = r[0], c1 = r[1], c2 = r[2], c3 = r[3];
        TReal d0 = s[0], d1 = s[1], d2 = s[2], d3 = s[3];
        for (float* last = x + (vectors * Lanes); x < last; x += Lanes, theta += 4 * Lanes)
        {
            TReal t = TReal.Load(theta), u = TReal.Load(theta + Lanes), v = TReal.Load(theta + (2 * Lanes)), w = TReal.Load(theta + (3 * Lanes));
            TReal y = TReal.Load(x);
            a0 = TReal.FusedMultiplyAdd(y, t, a0);
            b0 = TReal.FusedMultiplyAdd(y, u, b0);
            c0 = TReal.FusedMultiplyAdd(y, v, c0);
            d0 = TReal.FusedMultiplyAdd(y, w, d0);
            y = TReal.Load(x + row);
            a1 = TReal.FusedMultiplyAdd(y, t, a1);
            b1 = TReal.FusedMultiplyAdd(y, u, b1);
            c1 = TReal.FusedMultiplyAdd(y, v, c1);
            d1 = TReal.FusedMultiplyAdd(y, w, d1);
            y = TReal.Load(x + (2 * row));
            a2 = TReal.FusedMultiplyAdd(y, t, a2);
            b2 = TReal.FusedMultiplyAdd(y, u, b2);
            c2 = TReal.FusedMultiplyAdd(y, v, c2);
            d2 = TReal.FusedMultiplyAdd(y, w, d2);
            y = TReal.Load(x + (3 * row));
            a3 = TReal.FusedMultiplyAdd(y, t, a3);
            b3 = TReal.FusedMultiplyAdd(y, u, b3);
            c3 = TReal.FusedMultiplyAdd(y, v, c3);
            d3 = TReal.FusedMultiplyAdd(y, w, d3);
        }

        (p[0], p[1], p[2], p[3]) = (a0, a1, a2, a3);
        (q[0], q[1], q[2], q[3]) = (b0, b1, b2, b3);
        (r[0], r[1], r[2], r[3]) = (c0, c1, c2, c3);
        (s[0], s[1], s[2], s[3]) = (d0, d1, d2, d3);
    }

    /// <summary>
    /// Adds sixteen weighted rows to the gradients of four replicas in four vectors of columns, past the end of a row in numbers that nobody reads, while
    /// the gradients at <paramref name="next"/> are asked for.
    /// </summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void TileAdd(float* x, int stride, float* weights, float* sum, float* next)
    {
        TReal* p = (TReal*)sum, q = p + 4, r = q + 4, s = r + 4;
        TReal a0 = p[0], b0 = p[1], c0 = p[2], d0 = p[3];
        TReal a1 = q[0], b1 = q[1], c1 = q[2], d1 = q[3];
        TReal a2 = r[0], b2 = r[1], c2 = r[2], d2 = r[3];
        TReal a3 = s[0], b3 = s[1], c3 = s[2], d3 = s[3];
        for (float* last = weights + Lanes; weights < last; weights++, x += stride, next += Lanes)
        {
            CacheLine.Fetch(next);
            TReal t = TReal.Of(weights[0]), u = TReal.Of(weights[Lanes]), v = TReal.Of(weights[2 * Lanes]), w = TReal.Of(weights[3 * Lanes]);
            TReal y = TReal.Load(x);
            a0 = TReal.FusedMultiplyAdd(t, y, a0);
            b0 = TReal.FusedMultiplyAdd(u, y, b0);
            c0 = TReal.FusedMultiplyAdd(v, y, c0);
            d0 = TReal.FusedMultiplyAdd(w, y, d0);
            y = TReal.Load(x + Lanes);
            a1 = TReal.FusedMultiplyAdd(t, y, a1);
            b1 = TReal.FusedMultiplyAdd(u, y, b1);
            c1 = TReal.FusedMultiplyAdd(v, y, c1);
            d1 = TReal.FusedMultiplyAdd(w, y, d1);
            y = TReal.Load(x + (2 * Lanes));
            a2 = TReal.FusedMultiplyAdd(t, y, a2);
            b2 = TReal.FusedMultiplyAdd(u, y, b2);
            c2 = TReal.FusedMultiplyAdd(v, y, c2);
            d2 = TReal.FusedMultiplyAdd(w, y, d2);
            y = TReal.Load(x + (3 * Lanes));
            a3 = TReal.FusedMultiplyAdd(t, y, a3);
            b3 = TReal.FusedMultiplyAdd(u, y, b3);
            c3 = TReal.FusedMultiplyAdd(v, y, c3);
            d3 = TReal.FusedMultiplyAdd(w, y, d3);
        }

        (p[0], p[1], p[2], p[3]) = (a0, b0, c0, d0);
        (q[0], q[1], q[2], q[3]) = (a1, b1, c1, d1);
        (r[0], r[1], r[2], r[3]) = (a2, b2, c2, d2);
        (s[0], s[1], s[2], s[3]) = (a3, b3, c3, d3);
    }

    private readonly struct FloatGroups(float* design, int stride) : IRowGroups
    {
        public static bool NeedRoom => false;

        public float* Memory(int row) => design + ((long)row * stride);

        public float* Floats(int row, float* room) => Memory(row);
    }

    /// <summary>Where the vectors of several replicas lie: those of four replicas side by side, column after column.</summary>
    /// <param name="Replicas">Number of replicas; zeros fill the last tile.</param>
    /// <param name="Vectors">Vectors of a replica; memory is for whole tiles of columns.</param>
    private readonly record struct Tiles(int Replicas, int Vectors)
    {
        public const int Side = 4;

        public int Count => (Replicas + Side - 1) / Side;

        public int Length => At(Count, 0);

        public int At(int tile, int vector) => ((tile * ((Vectors + Side - 1) / Side * Side)) + vector) * Side * Lanes;

        public void Pack(int replica, float* plain, float* packed)
        {
            float* target = packed + Start(replica);
            for (int k = 0; k < Vectors; k++)
                TReal.Store(TReal.Load(plain + (k * Lanes)), target + (k * Side * Lanes));
        }

        public void Unpack(int replica, float* packed, float* plain)
        {
            float* source = packed + Start(replica);
            for (int k = 0; k < Vectors; k++)
                TReal.Store(TReal.Load(source + (k * Side * Lanes)), plain + (k * Lanes));
        }

        private int Start(int replica) => At(replica / Side, 0) + (replica % Side * Lanes);
    }
}
