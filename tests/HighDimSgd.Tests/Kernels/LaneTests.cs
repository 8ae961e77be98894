using HighDimSgd.Devices.Cpu;
using HighDimSgd.Kernels;
using HighDimSgd.Kernels.Random;

namespace HighDimSgd.Tests.Kernels;

/// <summary>Known answers of Philox, and equal bits of the scalar, 256-bit and 512-bit forms.</summary>
public class LaneTests
{
    public static TheoryData<uint[], uint[], uint[]> KnownAnswers => new()
    {
        { [0, 0, 0, 0], [0, 0], [0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8] },
        {
            [0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff], [0xffffffff, 0xffffffff],
            [0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd]
        },
        {
            [0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344], [0xa4093822, 0x299f31d0],
            [0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1]
        },
    };

    [Theory]
    [MemberData(nameof(KnownAnswers))]
    public void PhiloxGivesTheKnownAnswers(uint[] counter, uint[] key, uint[] expected)
    {
        Four<Word1> block = Philox.Block<Real1, Word1>(new(counter[0]), counter[1], counter[2], counter[3], key[0], key[1]);
        Assert.Equal<uint>(expected, (uint[])[block.A.Value, block.B.Value, block.C.Value, block.D.Value]);
    }

    [SkippableFact]
    public void WideLanesHaveTheBitsOfTheScalarForm()
    {
        Compare<Real256, Word256>();
        Skip.IfNot(System.Runtime.Intrinsics.Vector512.IsHardwareAccelerated, "no 512-bit vectors here");
        Compare<Real512, Word512>();
        Compare<Quad512, QuadWord512>();
    }

    [SkippableFact]
    public void TablesAreLookedUpLaneByLane()
    {
        LookUp<Real256, Word256>();
        Skip.IfNot(System.Runtime.Intrinsics.Vector512.IsHardwareAccelerated, "no 512-bit vectors here");
        LookUp<Real512, Word512>();
    }

    private static readonly RandomField Field = new(0x123456789abcdef0, Purpose.Clock, 777, 42);

    private static unsafe void LookUp<TReal, TWord>()
        where TReal : unmanaged, IReal<TReal, TWord>, ICpuReal<TReal, TWord>
        where TWord : unmanaged, IWord<TReal, TWord>
    {
        float* found = stackalloc float[16];
        for (int group = 0; group < 100; group++)
        {
            Four<TWord> words = Field.Words<TReal, TWord>(3, group, 0);
            TReal.Store(TReal.LookUp(Normal<TReal, TWord>(words), words.C), found);
            for (int lane = 0; lane < 16; lane++)
                Assert.Equal(Normal<Real1, Word1>(Scalar((int)(Scalar(lane).C.Value & 15))).Value, found[lane]);

            Four<Word1> Scalar(int at) => Field.Words<Real1, Word1>(3, group, at);
        }
    }

    private static unsafe void Compare<TReal, TWord>()
        where TReal : unmanaged, IReal<TReal, TWord>, ICpuLanes<TReal>
        where TWord : unmanaged, IWord<TReal, TWord>
    {
        float[] wide = new float[TReal.Count];
        for (int group = 0; group < 500; group++)
        {
            int first = 16 * (group % 7) * (group + 1);
            Four<TWord> words = Field.Words<TReal, TWord>(3, group, first);
            Check(TWord.AsReal(words.D), s => Word1.AsReal(Scalar(s).D));
            Check(Normal<TReal, TWord>(words), s => Normal<Real1, Word1>(Scalar(s)));
            Check(Elementary<TReal, TWord>(words), s => Elementary<Real1, Word1>(Scalar(s)));
            TWord counts = words.B & TWord.Of(31);
            Check(TWord.AsReal(TWord.ShiftRight(words.A, counts)), s => Word1.AsReal(new(Scalar(s).A.Value >> (int)(Scalar(s).B.Value & 31))));
            Check(
                TWord.AsReal(TWord.MultiplyHigh(words.A, 77) ^ TWord.MultiplyLow(words.B, 5) ^ TWord.ShiftRightSigned(words.C, 3)),
                s => Word1.AsReal(Word1.MultiplyHigh(Scalar(s).A, 77) ^ Word1.MultiplyLow(Scalar(s).B, 5) ^ Word1.ShiftRightSigned(Scalar(s).C, 3)));
            Check(TReal.Sqrt(TWord.ToReal(TWord.ShiftRight(words.A, 8))), s => Real1.Sqrt(Word1.ToReal(Word1.ShiftRight(Scalar(s).A, 8))));

            Four<Word1> Scalar(int lane) => Field.Words<Real1, Word1>(3, group, first + lane);
            void Check(TReal actual, Func<int, Real1> expected)
            {
                fixed (float* p = wide)
                    TReal.Store(actual, p);
                for (int lane = 0; lane < TReal.Count; lane++)
                    Assert.Equal(BitConverter.SingleToInt32Bits(expected(lane).Value), BitConverter.SingleToInt32Bits(wide[lane]));
            }
        }
    }

    private static TReal Normal<TReal, TWord>(Four<TWord> words)
        where TReal : unmanaged, IReal<TReal, TWord>
        where TWord : unmanaged, IWord<TReal, TWord>
    {
        Maps.Normals<TReal, TWord>(words.A, words.B, out TReal a, out TReal b);
        return a - b / TReal.Of(3f);
    }

    private static TReal Elementary<TReal, TWord>(Four<TWord> words)
        where TReal : unmanaged, IReal<TReal, TWord>
        where TWord : unmanaged, IWord<TReal, TWord>
    {
        Maps.Normals<TReal, TWord>(words.C, words.D, out TReal a, out _);
        TReal x = a * TReal.Of(20f);
        TReal sum = Functions.Softplus<TReal, TWord>(x) + Functions.Sigmoid<TReal, TWord>(x);
        return sum + Functions.Log<TReal, TWord>(Functions.Exp<TReal, TWord>(a)) + TWord.AtLeast(words.A, words.B);
    }
}
