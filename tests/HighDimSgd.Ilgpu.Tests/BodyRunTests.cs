using System.Reflection;
using HighDimSgd.Devices;
using HighDimSgd.Kernels;
using HighDimSgd.Tests.Kernels;

namespace HighDimSgd.Ilgpu.Tests;

/// <summary>Runs a scenario on a device's skeletons.</summary>
internal sealed class BodyRun(string scenario, int count) : IDeviceProgram<float[]>
{
    /// <summary>All scenarios.</summary>
    public static readonly string[] Names =
        [.. typeof(Scenarios).GetMethods(BindingFlags.Public | BindingFlags.Static).Select(m => m.Name)];

    /// <inheritdoc/>
    public float[] Run<TReal, TWord, TView>(ISkeletons<TReal, TWord, TView> skeletons)
        where TReal : unmanaged, IReal<TReal, TWord>
        where TWord : unmanaged, IWord<TReal, TWord>
        where TView : struct, IView<TReal, TWord> =>
        On(new DevicePlace((ISkeletons<Real1, Word1, DeviceView>)(object)skeletons));

    /// <summary>Runs it in plain C#: the bits of the CPU device, whose lanes are tested to be equal to single numbers.</summary>
    public float[] Reference() => On(new ScalarPlace());

    /// <summary>Runs it somewhere.</summary>
    public float[] On<TView>(IPlace<TView> place)
        where TView : struct, IView<Real1, Word1> =>
        (float[])typeof(Scenarios).GetMethod(scenario)!.MakeGenericMethod(typeof(TView)).Invoke(null, [place, count])!;
}

/// <summary>What ILGPU makes of a body gives the same numbers as the body in plain C#.</summary>
public sealed class BodyRunTests
{
    public static TheoryData<string> Runs => [.. BodyRun.Names];

    /// <summary>Bit for bit, but for the sign of zero (ILGPU turns 0 - x into -x) and the payload of a not-a-number.</summary>
    [Theory]
    [MemberData(nameof(Runs))]
    public void A_body_gives_the_same_numbers(string scenario)
    {
        foreach (int count in (int[])[1, 31, 33, 127])
            Assert.Equal(new BodyRun(scenario, count).Reference(), TestDevices.IlgpuCpu.Run(new BodyRun(scenario, count), true));
    }

    [Theory]
    [InlineData(nameof(Scenarios.Words))]
    [InlineData(nameof(Scenarios.Signs))]
    [InlineData(nameof(Scenarios.Jumps))]
    public void Random_integers_are_equal_in_every_bit(string scenario)
    {
        var run = new BodyRun(scenario, 127);
        uint[] expected = Array.ConvertAll(run.Reference(), BitConverter.SingleToUInt32Bits);
        Assert.Equal(expected, Array.ConvertAll(TestDevices.IlgpuCpu.Run(run, true), BitConverter.SingleToUInt32Bits));
        Assert.True(expected.Distinct().Count() > 1);
    }

    [Fact]
    public void Every_body_is_run()
    {
        var place = new ScalarPlace();
        foreach (string scenario in BodyRun.Names)
            new BodyRun(scenario, 1).On(place);
        Assert.Empty(KernelBodies.Over(typeof(ScalarView)).Except(place.Bodies).Select(KernelBodies.Name));
    }
}
