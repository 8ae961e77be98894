using HighDimSgd.Experiments;
using HighDimSgd.Kernels;
using HighDimSgd.Kernels.Physics;
using HighDimSgd.Kernels.Random;
using HighDimSgd.Models;
using MathNet.Numerics.Distributions;

namespace HighDimSgd.Tests.Kernels;

/// <summary>
/// Laws of the random numbers. Seeds are fixed; each statistical check would raise a false alarm for one seed in 10^5, and each
/// is shown to see a planted error of a size that would matter.
/// </summary>
public class RandomTests
{
    private const int Count = 1 << 20;
    private const double FalseAlarm = 1e-5;

    [Fact]
    public void UniformsNeverTouchZeroOrOne()
    {
        Assert.Equal(0.5f / 8388608f, Maps.Uniform<Real1, Word1>(new(0)).Value);
        Assert.Equal(1 - (0.5f / 8388608f), Maps.Uniform<Real1, Word1>(new(uint.MaxValue)).Value);
    }

    [Fact]
    public void NormalsAreNormal()
    {
        double[] normals = Normals(1);
        Assert.True(Kolmogorov(normals, x => Normal.CDF(0, 1, x)) > FalseAlarm);
        Assert.True(MomentP(normals) > FalseAlarm);
    }

    [Fact]
    public void APlantedErrorOfTheNormalsIsSeen()
    {
        double[] wide = [.. Normals(2).Select(x => 1.01 * x)];
        Assert.True(Kolmogorov(wide, x => Normal.CDF(0, 1, x)) < FalseAlarm);
        Assert.True(MomentP(wide) < FalseAlarm);
    }

    [Theory]
    [InlineData(0.025, 8)]
    [InlineData(3.7, 0.2)]
    [InlineData(200, 0.001)]
    public void PoissonCountsFollowTheirLaw(double mean, double jump)
    {
        double[] increments = Draw(JumpTable.Poisson(mean, jump));
        var law = new Poisson(mean);
        Assert.True(ChiSquared(increments, jump, k => law.Probability(k)) > FalseAlarm);
        var wrong = new Poisson(mean * 1.05);
        Assert.True(ChiSquared(increments, jump, k => wrong.Probability(k)) < FalseAlarm);
    }

    [Fact]
    public void ATableOfOnesOwnCanSayWhatBatchesDo()
    {
        JumpTable batches = JumpTable.Bernoulli(0.3, 0.2 / 0.3), own = JumpTable.Of(
            new() { Kind = ClockKind.Table, Weights = [1 / 0.3, 0], Chances = [0.3, 0.7], Step = 0.2, Steps = 1 }, aspect: 2);
        Assert.Equal((batches.Start, Assert.Single(batches.Thresholds)), (own.Start, Assert.Single(own.Thresholds)));
        Assert.Equal(batches.Jumps[0], Assert.Single(own.Jumps), 1e-15);
    }

    [Theory]
    [InlineData(0.1)]
    [InlineData(0.5)]
    [InlineData(1.0)]
    public void BatchesHaveTheirFraction(double fraction)
    {
        JumpTable table = JumpTable.Bernoulli(fraction, 0.2 / fraction);
        double[] increments = Draw(table);
        double hits = increments.Count(x => x > 0);
        double deviation = Math.Sqrt(Math.Max(1e-30, Count * fraction * (1 - fraction)));
        Assert.True(Math.Abs(hits - (Count * fraction)) <= 4.5 * deviation);
        Assert.All(increments, x => Assert.True(x == 0 || x == (float)table.Jumps[0]));
    }

    [Theory]
    [InlineData(1, 0.4)]
    [InlineData(4, 0.1)]
    [InlineData(16, 0.4)]
    public void TwoClocksHaveTheMomentsOfSvag(int amplification, double mean)
    {
        // Over a step D of temperature tau: D = mean jump, Var = tau delta D = jump l D, third cumulant D (jump l)^2 (3l-1)/(2 l^2).
        const double Jump = 0.5;
        JumpTable table = JumpTable.TwoClocks(amplification, mean, Jump);
        double step = mean * Jump, visit = Jump * amplification, l = amplification;
        double third = step * visit * visit * ((3 * l) - 1) / (2 * l * l);
        double[] expected = [step, visit * step, third];
        double[] increments = Draw(table);
        double[] powers = [.. Enumerable.Range(1, 3).Select(p => increments.Average(x => Math.Pow(x - (p == 1 ? 0 : step), p)))];
        for (int p = 1; p <= 3; p++)
        {
            double square = increments.Average(x => Math.Pow(x - (p == 1 ? 0 : step), 2 * p));
            double error = Math.Sqrt((square - (powers[p - 1] * powers[p - 1])) / increments.Length);
            Assert.InRange((powers[p - 1] - expected[p - 1]) / error, -4.5, 4.5);
        }

        // At amplification 1 the second clock has no weight: Poisson.
        if (amplification == 1)
            Assert.Equal(JumpTable.Poisson(mean, Jump).Thresholds.Take(6), table.Thresholds.Take(6));
    }

    [Fact]
    public void PurposesSizesReplicasStepsAndSeedsShareNoWord()
    {
        // 128-bit blocks: a repeated one among these is a shared address (chance 1e-28), a repeated word is not.
        var seen = new HashSet<(uint, uint, uint, uint)>();
        int blocks = 0;
        foreach (ulong seed in new ulong[] { 1, 2, 1UL << 32 })
        {
            foreach (Purpose purpose in Enum.GetValues<Purpose>())
            {
                foreach (int size in new[] { 0, 1, 250, 251, RandomField.MaxSize })
                {
                    for (uint replica = 0; replica < 4; replica++)
                    {
                        for (int group = 0; group < 8; group++)
                        {
                            for (int component = 0; component < 8; component++, blocks++)
                            {
                                Four<Word1> w = new RandomField(seed, purpose, size, replica).Words<Real1, Word1>(0, group, component);
                                seen.Add((w.A.Value, w.B.Value, w.C.Value, w.D.Value));
                            }
                        }
                    }
                }
            }
        }

        Assert.Equal(blocks, seen.Count);
    }

    [Fact]
    public void NeighbouringAddressesAreUncorrelated()
    {
        double[] here = Normals(3), next = [.. here.Skip(1), 0];
        double[] otherReplica = Normals(4);
        double bound = 4.5 / Math.Sqrt(Count);
        Assert.InRange(Correlation(here, next), -bound, bound);
        Assert.InRange(Correlation(here, otherReplica), -bound, bound);
        Assert.True(Correlation(here, [.. here.Zip(otherReplica, (a, b) => (0.02 * a) + b)]) > bound);
    }

    private static double[] Normals(uint replica) => Draw(new NormalSource<Real1, Word1>(0, 1), replica);

    private static double[] Draw(JumpTable table) =>
        Draw(new JumpClock<Real1, Word1, ArrayView>((float)table.Start, new(table), table.Thresholds.Count));

    private static double[] Draw<TSource>(TSource source, uint replica = 0)
        where TSource : struct, ISource<Real1, Word1>
    {
        var numbers = new double[Count];
        var field = new RandomField(20260206, Purpose.Clock, 100, replica);
        for (int i = 0; i < Count; i += 4)
        {
            Four<Real1> four = source.Draw(field.Words<Real1, Word1>(0, i / 4096, i % 4096));
            numbers[i] = four.A.Value;
            numbers[i + 1] = four.B.Value;
            numbers[i + 2] = four.C.Value;
            numbers[i + 3] = four.D.Value;
        }

        return numbers;
    }

    /// <summary>p-value of the Kolmogorov-Smirnov distance, by the first terms of its limiting law.</summary>
    private static double Kolmogorov(double[] sample, Func<double, double> cdf)
    {
        double[] sorted = [.. sample.Order()];
        double distance = 0;
        for (int i = 0; i < sorted.Length; i++)
        {
            double f = cdf(sorted[i]);
            distance = Math.Max(distance, Math.Max(f - ((double)i / sorted.Length), ((double)(i + 1) / sorted.Length) - f));
        }

        double t = distance * Math.Sqrt(sorted.Length), p = 0;
        for (int j = 1; j <= 20; j++)
            p += (j % 2 == 1 ? 2 : -2) * Math.Exp(-2 * j * j * t * t);
        return t < 0.3 ? 1 : p;
    }

    /// <summary>Smallest p-value, Bonferroni corrected, of the first four moments against the standard normal's.</summary>
    private static double MomentP(double[] sample)
    {
        double[] exact = [0, 1, 0, 3], variance = [1, 2, 15, 96];
        double smallest = 1;
        for (int k = 1; k <= 4; k++)
        {
            double z = (sample.Average(x => Math.Pow(x, k)) - exact[k - 1]) / Math.Sqrt(variance[k - 1] / sample.Length);
            smallest = Math.Min(smallest, 2 * Normal.CDF(0, 1, -Math.Abs(z)));
        }

        return Math.Min(1, 4 * smallest);
    }

    private static double ChiSquared(double[] increments, double jump, Func<int, double> probability)
    {
        int[] counts = [.. increments.Select(x => (int)Math.Round(x / (float)jump))];
        double statistic = 0, tail = 1, tailCount = Count;
        int cells = 0;
        foreach (IGrouping<int, int> group in counts.GroupBy(k => k).OrderBy(g => g.Key))
        {
            double expected = Count * probability(group.Key);
            if (expected < 10)
                continue;
            statistic += (group.Count() - expected) * (group.Count() - expected) / expected;
            tail -= probability(group.Key);
            tailCount -= group.Count();
            cells++;
        }

        if (tail * Count > 10)
            statistic += (tailCount - (tail * Count)) * (tailCount - (tail * Count)) / (tail * Count);
        return 1 - MathNet.Numerics.Distributions.ChiSquared.CDF(cells, statistic);
    }

    private static double Correlation(double[] a, double[] b) => MathNet.Numerics.Statistics.Correlation.Pearson(a, b);

    /// <summary>A view on an array, for scalar lanes.</summary>
    private readonly struct ArrayView(JumpTable table) : IView<Real1, Word1>
    {
        private readonly float[] data = [.. table.Thresholds.Select(BitConverter.UInt32BitsToSingle), .. table.Jumps.Select(j => (float)j)];

        public Real1 Load(long index) => new(data[index]);

        public void Store(long index, Real1 value) => data[index] = value.Value;

        public Real1 Spread(long index) => new(data[index]);

        public Real1 Gather(Word1 index) => new(data[index.Value]);

        public int Whole(long index) => (int)data[index];
    }
}
