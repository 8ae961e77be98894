using System.Reflection;

namespace HighDimSgd.Tests.Kernels;

/// <summary>No kernel body may contain what ILGPU cannot compile; this needs no ILGPU.</summary>
public sealed class KernelIlTests
{
    public static TheoryData<Type> Bodies => [.. KernelBodies.Over(typeof(ScalarView))];

    [Theory]
    [MemberData(nameof(Bodies))]
    public void A_body_contains_only_what_a_GPU_compiler_takes(Type body) => Assert.Empty(KernelWalker.Violations(body));

    [Fact]
    public void Every_body_is_closed() => Assert.Equal(
        KernelBodies.Open.ToHashSet(), KernelBodies.Over(typeof(ScalarView)).Select(t => t.GetGenericTypeDefinition()).ToHashSet());

    [Fact]
    public void Every_loss_label_and_source_is_walked()
    {
        HashSet<Type> reached =
            [.. KernelBodies.Over(typeof(ScalarView)).SelectMany(KernelWalker.Reached).Select(m => m.DeclaringType!).Where(t => t.IsGenericType)
                .Select(t => t.GetGenericTypeDefinition())];
        Assert.NotEmpty(KernelBodies.Physics);
        Assert.Subset(reached, KernelBodies.Physics.ToHashSet());
    }

    [Theory]
    [InlineData(typeof(PlantedBodies.Throws), "Throws.Run: throws")]
    [InlineData(typeof(PlantedBodies.Calls<PlantedBodies.ThrowingSquare>), "Calls.Run > ThrowingSquare.Area: throws")]
    [InlineData(typeof(PlantedBodies.Tries), "Tries.Run: has a protected block (try)")]
    [InlineData(typeof(PlantedBodies.MakesObject), "MakesObject.Run: makes an object (Version)")]
    [InlineData(typeof(PlantedBodies.MakesArray), "MakesArray.Run: allocates an array")]
    [InlineData(typeof(PlantedBodies.Boxes), "Boxes.Run: boxes or casts to an object")]
    [InlineData(typeof(PlantedBodies.MakesDelegate), "MakesDelegate.Run: makes or calls a delegate")]
    [InlineData(typeof(PlantedBodies.UsesString), "UsesString.Run: uses a string")]
    [InlineData(typeof(PlantedBodies.ReadsStatic), "ReadsStatic.Run: reads a static field")]
    [InlineData(typeof(PlantedBodies.WritesStatic), "WritesStatic.Run: writes a static field")]
    [InlineData(typeof(PlantedBodies.AllocatesOnStack), "AllocatesOnStack.Run: allocates on the stack")]
    [InlineData(typeof(PlantedBodies.CallsLibrary), "CallsLibrary.Run: calls MathF.Exp(Single), which is not on the list")]
    [InlineData(typeof(PlantedBodies.CallsUnsignedBits),
        "CallsUnsignedBits.Run: calls BitConverter.SingleToUInt32Bits(Single), which is not on the list")]
    [InlineData(typeof(PlantedBodies.CallsDefault), "CallsDefault.Run > CallsDefault.Twice: calls the default interface method IShape.Twice")]
    [InlineData(typeof(PlantedBodies.CallsVirtual), "CallsVirtual.Run: calls the virtual method Object.GetHashCode")]
    [InlineData(typeof(PlantedBodies.SwitchesWithoutDefault), "SwitchesWithoutDefault.Run: has a switch without a default")]
    [InlineData(typeof(PlantedBodies.HoldsVector4), "HoldsVector4.Run: holds a Vector4, which is not on the list")]
    [InlineData(typeof(PlantedBodies.UsesVector512), "UsesVector512.Run: calls Vector512.Create(Single), which is not on the list")]
    [InlineData(typeof(PlantedBodies.HoldsHalf), "HoldsHalf.Run: holds a Half, which is not on the list")]
    [InlineData(typeof(PlantedBodies.HoldsPointer), "HoldsPointer.Run: holds a raw pointer (Single*)")]
    [InlineData(typeof(PlantedBodies.HoldsInlineArray), "HoldsInlineArray.Run: holds an inline array (FourFloats)")]
    [InlineData(typeof(PlantedBodies.ChecksOverflow), "ChecksOverflow.Run: checks arithmetic for overflow")]
    [InlineData(typeof(PlantedBodies.ConvertsUnsigned),
        "ConvertsUnsigned.Run: turns an unsigned integer into a real, which goes through double on a GPU")]
    [InlineData(typeof(PlantedBodies.Recurses), "Recurses.Run > Recurses.Factorial: calls itself")]
    public void A_planted_violation_is_named(Type body, string violation) => Assert.Contains(violation, KernelWalker.Violations(body));

    [Fact]
    public void Every_planted_violation_is_tried()
    {
        var tried = typeof(KernelIlTests).GetMethod(nameof(A_planted_violation_is_named))!.GetCustomAttributes<InlineDataAttribute>()
            .Select(data => ((Type)data.GetData(null!).Single()[0]).Name).ToHashSet();
        var planted = typeof(PlantedBodies).GetNestedTypes(BindingFlags.NonPublic)
            .Where(t => t.GetInterface("IForBody") is not null).Select(t => t.Name).ToHashSet();
        Assert.Equal(planted, tried);
    }

    [Fact]
    public void A_clean_body_passes() => Assert.Empty(KernelWalker.Violations(typeof(PlantedBodies.Calls<PlantedBodies.Square>)));
}
