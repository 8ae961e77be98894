using HighDimSgd.Devices;
using HighDimSgd.Experiments;
using HighDimSgd.Kernels;
using HighDimSgd.Kernels.Bodies;
using HighDimSgd.Kernels.Random;

namespace HighDimSgd.Simulation;

/// <summary>
/// The samples that a replica's iterations visit, in order. Shuffling after Fisher and Yates that begins anew every P draws: with P = 1 each
/// draw is uniform, with P = B the samples of a batch are distinct, with P = n every epoch has a fresh order. Draw p has random numbers of
/// its own (<see cref="Purpose.Visit"/>), so the order depends on the replica alone, and is the same on every device.
/// </summary>
internal sealed class VisitSource<TReal, TWord, TView>
    where TReal : unmanaged, IReal<TReal, TWord>
    where TWord : unmanaged, IWord<TReal, TWord>
    where TView : struct, IView<TReal, TWord>
{
    // Draws whose words are made together, and words of a draw.
    private const int Block = 4096, Words = 4;

    private readonly ISkeletons<TReal, TWord, TView> skeletons;
    private readonly TView table;
    private readonly float[] words = new float[Words * Block];
    private readonly int[] order;
    private readonly int period;
    private RandomField field;
    private int position;

    /// <summary>Visits to <paramref name="samples"/> samples.</summary>
    public VisitSource(ISkeletons<TReal, TWord, TView> skeletons, AlgorithmSpec algorithm, int samples)
    {
        this.skeletons = skeletons;
        table = skeletons.Allocate(words.Length);
        order = new int[samples];
        period = algorithm.Sampling switch
        {
            Sampling.Replacement => 1,
            Sampling.WithoutReplacement => algorithm.Batch,
            _ => samples,
        };
    }

    /// <summary>Begins the visits of a replica.</summary>
    /// <param name="visits">Its random field of <see cref="Purpose.Visit"/>.</param>
    public void Start(RandomField visits)
    {
        (field, position) = (visits, 0);
        for (int i = 0; i < order.Length; i++)
            order[i] = i;
    }

    /// <summary>The next visits.</summary>
    public void Next(Span<int> visits)
    {
        for (int v = 0; v < visits.Length; v++, position++)
        {
            if (position % Block == 0)
                DrawBlock(position / Block);
            int place = position % period, other = place + Draw((uint)(order.Length - place));
            (order[place], order[other]) = (order[other], order[place]);
            visits[v] = order[place];
        }
    }

    private void DrawBlock(int block)
    {
        skeletons.For(1, Block, new FieldBody<TReal, TWord, TView, WordSource<TReal, TWord>>(
            new(table, 0), TableLayout.Plain(-(long)Words * block * Block, Block), int.MaxValue, Block, block, 1, field, default));
        skeletons.Read(table, words);
    }

    /// <summary>
    /// A whole number below <paramref name="bound"/>: the upper half of word * bound, where the lower half is at least 2^32 mod bound (Lemire,
    /// ACM Trans. Model. Comput. Simul. 29, 2019), else by the next of the draw's words. What is left after four is below 2^-32 for bounds up to 2^24.
    /// </summary>
    private int Draw(uint bound)
    {
        uint least = (0u - bound) % bound;
        ulong product = 0;
        for (int attempt = 0; attempt < Words; attempt++)
        {
            product = (ulong)BitConverter.SingleToUInt32Bits(words[(attempt * Block) + (position % Block)]) * bound;
            if ((uint)product >= least)
                break;
        }

        return (int)(product >> 32);
    }
}
