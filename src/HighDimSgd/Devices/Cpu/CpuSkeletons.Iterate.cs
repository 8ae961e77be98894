using System.Runtime.CompilerServices;
using HighDimSgd.Kernels;

namespace HighDimSgd.Devices.Cpu;

/// <content>
/// Iterations on batches of rows. The last row of an iteration is added in the same sweep of theta that takes the product with the first row
/// of the next one, so that a batch of one costs a single sweep; and rows are asked for while those before them are worked on. Per design
/// entry: 4 bytes from where the design lives, 4 more from the nearest cache, 2 fused multiply-adds. None of it changes the order of a sum.
/// </content>
internal sealed unsafe partial class CpuSkeletons<TReal, TWord>
{
    // Visits between asking for a row and working on it.
    private const int Ahead = 3;

    public void Iterate<TBody>(
        int batch,
        Slots<TReal, TWord, HostView<TReal, TWord>> design,
        int rowStride,
        ReadOnlySpan<int> visits,
        ReadOnlySpan<float> decays,
        Slots<TReal, TWord, HostView<TReal, TWord>> theta,
        TBody body)
        where TBody : struct, IRowBody<TReal> => Iterate(batch, design, rowStride, visits, decays, theta, default(Descent), body);

    public void Iterate<TBody>(
        int batch,
        Slots<TReal, TWord, HostView<TReal, TWord>> design,
        int rowStride,
        ReadOnlySpan<int> visits,
        ReadOnlySpan<float> decays,
        Slots<TReal, TWord, HostView<TReal, TWord>> theta,
        Slots<TReal, TWord, HostView<TReal, TWord>> velocity,
        float momentum,
        TBody body)
        where TBody : struct, IRowBody<TReal>
    {
        nint away = (nint)((byte*)(velocity.View.Data + velocity.Start) - (byte*)(theta.View.Data + theta.Start));
        Iterate(batch, design, rowStride, visits, decays, theta, new Ball(away, TReal.Of(momentum)), body);
    }

    private void Iterate<TUpdate, TBody>(
        int batch,
        Slots<TReal, TWord, HostView<TReal, TWord>> design,
        int rowStride,
        ReadOnlySpan<int> visits,
        ReadOnlySpan<float> decays,
        Slots<TReal, TWord, HostView<TReal, TWord>> theta,
        TUpdate update,
        TBody body)
        where TUpdate : struct, IUpdate<TUpdate>
        where TBody : struct, IRowBody<TReal>
    {
        int each = visits.Length / batch;
        for (int slot = 0; slot < batch; slot++)
        {
            float* x = design.View.Data + design.Start + (slot * design.Stride), t = theta.View.Data + theta.Start + (slot * theta.Stride);
            Iterate(slot, x, rowStride, visits.Slice(slot * each, each), decays, t, update, body);
        }
    }

    private void Iterate<TUpdate, TBody>(
        int slot, float* x, int rowStride, ReadOnlySpan<int> visits, ReadOnlySpan<float> decays, float* t, TUpdate update, TBody body)
        where TUpdate : struct, IUpdate<TUpdate>
        where TBody : struct, IRowBody<TReal>
    {
        float* pending = null;
        int batch = visits.Length / decays.Length;
        float* weights = Scratch(batch + Lanes);
        TUpdate last = batch == 1 ? update : update.Later;
        TReal* products = stackalloc TReal[Lanes];
        for (int s = 0; s < Lanes; s++)
            products[s] = TReal.Of(0f);
        for (int k = 0; k < decays.Length; k++)
        {
            int first = k * batch;
            float weight = weights[batch - 1], decay = k > 0 && batch == 1 ? decays[k - 1] : 0;
            for (int b = 0; b < batch; b++)
            {
                float* row = Row(visits[first + b]), ahead = Row(visits[Math.Min(first + b + Ahead, visits.Length - 1)]);
                products[b % Lanes] = pending == null ? Dot(t, row, ahead, rowStride) : AddAndDot(t, pending, weight, decay, last, row, ahead, rowStride);
                pending = null;
                if (b % Lanes == Lanes - 1 || b == batch - 1)
                    TReal.Store(body.Run(slot, first + (b / Lanes * Lanes), batch == 1 ? TReal.Sum(products[0]) : TReal.SumRows(products)), weights + (b / Lanes * Lanes));
            }

            for (int b = 0; b < batch - 1; b++)
                Gather(t, Row(visits[first + b]), weights[b], b == 0 ? decays[k] : 0, b == 0 ? update : update.Later, rowStride);
            pending = Row(visits[first + batch - 1]);
        }

        Add(t, pending, weights[batch - 1], batch == 1 ? decays[^1] : 0, last, rowStride);

        float* Row(int index) => x + ((long)index * rowStride);
    }

    /// <summary>Adds a row that others of its batch follow.</summary>
    private static void Gather<TUpdate>(float* theta, float* row, float weight, float decay, TUpdate update, int stride)
        where TUpdate : struct, IUpdate<TUpdate>
    {
        TReal w = TReal.Of(-weight), c = TReal.Of(-decay);
        for (float* last = theta + stride; theta < last; theta += Lanes, row += Lanes)
            update.Gather(theta, row, w, c);
    }

    /// <summary>Adds the last row of a batch.</summary>
    private static void Add<TUpdate>(float* theta, float* row, float weight, float decay, TUpdate update, int stride)
        where TUpdate : struct, IUpdate<TUpdate>
    {
        TReal w = TReal.Of(-weight), c = TReal.Of(-decay);
        for (float* last = theta + stride; theta < last; theta += Lanes, row += Lanes)
            TReal.Store(update.Moved(theta, row, w, c), theta);
    }

    /// <summary>The product of theta with a row, lane by lane in four sums.</summary>
    private static TReal Dot(float* theta, float* row, float* ahead, int stride)
    {
        TReal a = TReal.Of(0f), b = a, c = a, d = a;
        float* last = theta + stride;
        for (; theta + (3 * Lanes) < last; theta += 4 * Lanes, row += 4 * Lanes, ahead += 4 * Lanes)
        {
            Fetch(ahead);
            a = TReal.FusedMultiplyAdd(TReal.Load(theta), TReal.Load(row), a);
            b = TReal.FusedMultiplyAdd(TReal.Load(theta + Lanes), TReal.Load(row + Lanes), b);
            c = TReal.FusedMultiplyAdd(TReal.Load(theta + (2 * Lanes)), TReal.Load(row + (2 * Lanes)), c);
            d = TReal.FusedMultiplyAdd(TReal.Load(theta + (3 * Lanes)), TReal.Load(row + (3 * Lanes)), d);
        }

        for (; theta < last; theta += Lanes, row += Lanes)
            a = TReal.FusedMultiplyAdd(TReal.Load(theta), TReal.Load(row), a);
        return a + b + (c + d);
    }

    /// <summary>Adds the row <paramref name="old"/>, then takes the product with another, in one sweep.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static TReal AddAndDot<TUpdate>(float* theta, float* old, float weight, float decay, TUpdate update, float* row, float* ahead, int stride)
        where TUpdate : struct, IUpdate<TUpdate>
    {
        TReal w = TReal.Of(-weight), shrink = TReal.Of(-decay);
        TReal a = TReal.Of(0f), b = a, c = a, d = a;
        float* last = theta + stride;
        for (; theta + (3 * Lanes) < last; theta += 4 * Lanes, old += 4 * Lanes, row += 4 * Lanes, ahead += 4 * Lanes)
        {
            Fetch(ahead);
            TReal t = update.Moved(theta, old, w, shrink), u = update.Moved(theta + Lanes, old + Lanes, w, shrink);
            TReal v = update.Moved(theta + (2 * Lanes), old + (2 * Lanes), w, shrink), z = update.Moved(theta + (3 * Lanes), old + (3 * Lanes), w, shrink);
            TReal.Store(t, theta);
            TReal.Store(u, theta + Lanes);
            TReal.Store(v, theta + (2 * Lanes));
            TReal.Store(z, theta + (3 * Lanes));
            a = TReal.FusedMultiplyAdd(t, TReal.Load(row), a);
            b = TReal.FusedMultiplyAdd(u, TReal.Load(row + Lanes), b);
            c = TReal.FusedMultiplyAdd(v, TReal.Load(row + (2 * Lanes)), c);
            d = TReal.FusedMultiplyAdd(z, TReal.Load(row + (3 * Lanes)), d);
        }

        for (; theta < last; theta += Lanes, old += Lanes, row += Lanes)
        {
            TReal t = update.Moved(theta, old, w, shrink);
            TReal.Store(t, theta);
            a = TReal.FusedMultiplyAdd(t, TReal.Load(row), a);
        }

        return a + b + (c + d);
    }
}
