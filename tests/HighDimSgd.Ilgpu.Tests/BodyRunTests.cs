using System.Reflection;
using HighDimSgd.Tests.Kernels;

namespace HighDimSgd.Ilgpu.Tests;

/// <summary>What ILGPU makes of a body gives the same numbers as the body in plain C#.</summary>
public sealed class BodyRunTests
{
    private static readonly string[] Names =
        [.. typeof(Scenarios).GetMethods(BindingFlags.Public | BindingFlags.Static).Select(m => m.Name)];

    public static TheoryData<string> Runs => [.. Names];

    /// <summary>Bit for bit, but for the sign of zero (ILGPU turns 0 - x into -x) and the payload of a not-a-number.</summary>
    [Theory]
    [MemberData(nameof(Runs))]
    public void A_body_gives_the_same_numbers(string scenario)
    {
        using var device = new DevicePlace();
        foreach (int count in (int[])[1, 31, 33, 127])
            Assert.Equal(Run(scenario, new ScalarPlace(), count), Run(scenario, device, count));
    }

    [Theory]
    [InlineData(nameof(Scenarios.Words))]
    [InlineData(nameof(Scenarios.Signs))]
    [InlineData(nameof(Scenarios.Jumps))]
    public void Random_integers_are_equal_in_every_bit(string scenario)
    {
        using var device = new DevicePlace();
        uint[] expected = Array.ConvertAll(Run(scenario, new ScalarPlace(), 127), BitConverter.SingleToUInt32Bits);
        Assert.Equal(expected, Array.ConvertAll(Run(scenario, device, 127), BitConverter.SingleToUInt32Bits));
        Assert.True(expected.Distinct().Count() > 1);
    }

    [Fact]
    public void Every_body_is_run()
    {
        var place = new ScalarPlace();
        foreach (string scenario in Names)
            Run(scenario, place, 1);
        Assert.Subset(place.Bodies, KernelBodies.Over(typeof(ScalarView)).ToHashSet());
    }

    private static float[] Run<TView>(string scenario, IPlace<TView> place, int count)
        where TView : struct, HighDimSgd.Kernels.IView<HighDimSgd.Kernels.Real1, HighDimSgd.Kernels.Word1> =>
        (float[])typeof(Scenarios).GetMethod(scenario)!.MakeGenericMethod(typeof(TView)).Invoke(null, [place, count])!;
}
