using System.Runtime.CompilerServices;

namespace HighDimSgd.Kernels.Random;

/// <summary>
/// Philox4x32-10 (Salmon et al., SC 2011): a bijection of 128-bit counters under a 64-bit key. Random numbers have addresses,
/// not an order.
/// </summary>
public static class Philox
{
    /// <summary>The block of four words at a counter. Only the first counter word varies over the lanes.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Four<TWord> Block<TReal, TWord>(TWord c0, uint c1, uint c2, uint c3, uint k0, uint k1)
        where TReal : unmanaged, IReal<TReal, TWord>
        where TWord : unmanaged, IWord<TReal, TWord>
    {
        TWord x0 = c0, x1 = TWord.Of(c1), x2 = TWord.Of(c2), x3 = TWord.Of(c3);
        for (int round = 0; round < 10; round++)
        {
            TWord h0 = TWord.MultiplyHigh(x0, 0xD2511F53u), l0 = TWord.MultiplyLow(x0, 0xD2511F53u);
            TWord h1 = TWord.MultiplyHigh(x2, 0xCD9E8D57u), l1 = TWord.MultiplyLow(x2, 0xCD9E8D57u);
            x0 = h1 ^ x1 ^ TWord.Of(k0);
            x1 = l1;
            x2 = h0 ^ x3 ^ TWord.Of(k1);
            x3 = l0;
            k0 += 0x9E3779B9u;
            k1 += 0xBB67AE85u;
        }

        return new(x0, x1, x2, x3);
    }
}

/// <summary>What a random number is for: the top byte of the last counter word, so that no two uses share a stream.</summary>
public enum Purpose : uint
{
    /// <summary>Entries of the design matrix (step = row, component = column).</summary>
    Design = 1,

    /// <summary>The teacher theta*.</summary>
    Teacher = 2,

    /// <summary>The start theta0.</summary>
    Start = 3,

    /// <summary>Label noise.</summary>
    Label = 4,

    /// <summary>Clock increments of the simulator.</summary>
    Clock = 5,

    /// <summary>The samples that true iterations visit: draw p has the words of the steps 4 (p / 4096) .. + 3 at the component p mod 4096.</summary>
    Visit = 6,

    /// <summary>Lengths of a design's part outside the directions seen (step = attempt, component = direction).</summary>
    Complement = 7,

    /// <summary>Samples of flow experiments: draw p of a replica is the word p mod 4 of the step group p / 4, the replica the component.</summary>
    FlowSample = 8,

    /// <summary>Gaussian increments of flow experiments, counted like <see cref="FlowSample"/>.</summary>
    FlowNoise = 9,

    /// <summary>The data of flow experiments (step = sample, component = input, the label noise behind the last).</summary>
    FlowData = 10,

    /// <summary>Gaussian coordinates of the DMFT's single-sample process.</summary>
    PathGaussian = 16,

    /// <summary>Label noise of the DMFT's paths.</summary>
    PathLabel = 17,

    /// <summary>Clock increments of the DMFT's paths.</summary>
    PathClock = 18,

    /// <summary>Teacher coordinate of the DMFT's paths.</summary>
    PathTeacher = 19,

    /// <summary>Bootstrap resamples of replicas (replica = resample, step = draw).</summary>
    Bootstrap = 32,
}

/// <summary>
/// The random field of one purpose, size and replica: a word at every (step, component). Counter layout, version
/// <see cref="LayoutVersion"/>: key = seed; counter = (component, step / 4, replica, purpose * 2^24 + size); the word of step s
/// is the one at place s mod 4 of the block. For the theory, size is 0 and the replica is the sweep.
/// </summary>
/// <param name="seed">Seed of the experiment.</param>
/// <param name="purpose">What the numbers are for.</param>
/// <param name="size">Dimension d, below 2^24.</param>
/// <param name="replica">Replica, or sweep; of a batch the first.</param>
/// <param name="stride">Replicas from one slot of a batch to the next.</param>
public readonly struct RandomField(ulong seed, Purpose purpose, int size, uint replica, uint stride = 1)
{
    /// <summary>Version of the counter layout, stored in results.</summary>
    public const int LayoutVersion = 1;

    /// <summary>Largest dimension the layout can address.</summary>
    public const int MaxSize = (1 << 24) - 1;

    private readonly uint key0 = (uint)seed;
    private readonly uint key1 = (uint)(seed >> 32);
    private readonly uint replica = replica;
    private readonly uint stride = stride;
    private readonly uint domain = ((uint)purpose << 24) | (uint)size;

    /// <summary>Words of the steps 4 group .. 4 group + 3, for the components from <paramref name="component"/> on.</summary>
    /// <param name="slot">The position in a batch.</param>
    /// <param name="group">Step / 4.</param>
    /// <param name="component">First component of the lanes.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Four<TWord> Words<TReal, TWord>(int slot, int group, int component)
        where TReal : unmanaged, IReal<TReal, TWord>
        where TWord : unmanaged, IWord<TReal, TWord> =>
        Philox.Block<TReal, TWord>(TWord.Sequence((uint)component), (uint)group, replica + ((uint)slot * stride), domain, key0, key1);
}
