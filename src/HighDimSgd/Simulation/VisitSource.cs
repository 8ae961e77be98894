using HighDimSgd.Devices;
using HighDimSgd.Experiments;
using HighDimSgd.Kernels;
using HighDimSgd.Kernels.Bodies;
using HighDimSgd.Kernels.Random;

namespace HighDimSgd.Simulation;

/// <summary>
/// The samples that replicas' iterations visit, in order. Shuffling after Fisher and Yates that begins anew every P draws: with P = 1 each
/// draw is uniform, with P = B the samples of a batch are distinct, with P = n every epoch has a fresh order. Draw p has random numbers of
/// its own (<see cref="Purpose.Visit"/>), so the order depends on the replica alone, and is the same on every device.
/// </summary>
internal sealed class VisitSource<TReal, TWord, TView>
    where TReal : unmanaged, IReal<TReal, TWord>
    where TWord : unmanaged, IWord<TReal, TWord>
    where TView : struct, IView<TReal, TWord>
{
    private const int Block = VisitShape.Block, Words = VisitShape.Words;

    // Replicas whose visits are not worth several threads.
    private const int Few = 2;

    private readonly ISkeletons<TReal, TWord, TView> skeletons;
    private readonly Slots<TReal, TWord, TView> table;
    private readonly float[] words;
    private readonly int[][] orders;
    private readonly int period;
    private RandomField[] fields = [];
    private int position, perField;

    /// <summary>Visits to <paramref name="samples"/> samples, of at most so many replicas side by side.</summary>
    public VisitSource(ISkeletons<TReal, TWord, TView> skeletons, AlgorithmSpec algorithm, int samples, int replicas)
    {
        this.skeletons = skeletons;
        table = skeletons.AllocateSlots(replicas, Words * Block);
        words = new float[replicas * table.Stride];
        orders = [.. Enumerable.Range(0, replicas).Select(_ => new int[samples])];
        period = algorithm.Sampling switch
        {
            Sampling.Replacement => 1,
            Sampling.WithoutReplacement => algorithm.Batch,
            _ => samples,
        };
    }

    /// <summary>Replicas whose visits are drawn.</summary>
    public int Count => fields.Length * perField;

    /// <summary>Begins the visits of replicas.</summary>
    /// <param name="visits">Random fields of <see cref="Purpose.Visit"/>.</param>
    /// <param name="count">Number of replicas of each field.</param>
    public void Start(RandomField[] visits, int count)
    {
        (fields, position, perField) = (visits, 0, count);
        foreach (int[] order in orders)
        {
            for (int i = 0; i < order.Length; i++)
                order[i] = i;
        }
    }

    /// <summary>The next visits of every replica, one replica's after another's.</summary>
    /// <param name="visits">Receives them.</param>
    /// <param name="each">Visits of a replica.</param>
    public void Next(int[] visits, int each)
    {
        for (int done = 0; done < each;)
        {
            if (position % Block == 0)
                DrawBlock(position / Block);
            (int first, int piece) = (done, Math.Min(each - done, Block - (position % Block)));
            if (Count <= Few)
            {
                for (int slot = 0; slot < Count; slot++)
                    Shuffle(slot, visits.AsSpan((slot * each) + first, piece));
            }
            else
            {
                Parallel.For(0, Count, slot => Shuffle(slot, visits.AsSpan((slot * each) + first, piece)));
            }

            position += piece;
            done += piece;
        }
    }

    private void Shuffle(int slot, Span<int> visits)
    {
        int[] order = orders[slot];
        ReadOnlySpan<float> drawn = words.AsSpan(slot * (int)table.Stride, Words * Block);
        int place = position % period;
        for (int v = 0; v < visits.Length; v++)
        {
            int other = place + Draw(drawn[((position + v) % Block)..], (uint)(order.Length - place));
            (order[place], order[other]) = (order[other], order[place]);
            visits[v] = order[place];
            place = place + 1 < period ? place + 1 : 0;
        }
    }

    private void DrawBlock(int block)
    {
        for (int f = 0; f < fields.Length; f++)
        {
            skeletons.For(perField, Block, new FieldBody<TReal, TWord, TView, WordSource<TReal, TWord>>(
                table.Skip(f * perField), TableLayout.Plain(-(long)Words * block * Block, Block), int.MaxValue, Block, block, 1, fields[f], default));
        }

        skeletons.Read(table.View, words.AsSpan(0, Count * (int)table.Stride));
    }

    /// <summary>
    /// A whole number below <paramref name="bound"/>: the upper half of word * bound, where the lower half is at least 2^32 mod bound (Lemire,
    /// ACM Trans. Model. Comput. Simul. 29, 2019), else by the next of the draw's words. What is left after four is below 2^-32 for bounds up to 2^24.
    /// </summary>
    private static int Draw(ReadOnlySpan<float> drawn, uint bound)
    {
        ulong product = 0;
        for (int attempt = 0; attempt < Words; attempt++)
        {
            product = (ulong)BitConverter.SingleToUInt32Bits(drawn[attempt * Block]) * bound;
            if ((uint)product >= bound || (uint)product >= (0u - bound) % bound)
                break;
        }

        return (int)(product >> 32);
    }
}
