using System.Text.RegularExpressions;
using HighDimSgd.Kernels;
using HighDimSgd.Tests.Kernels;
using ILGPU;
using ILGPU.Backends.EntryPoints;
using ILGPU.Backends.OpenCL;
using ILGPU.Backends.PTX;
using ILGPU.Runtime.CPU;
using ILGPU.Runtime.Cuda;
using ILGPU.Runtime.OpenCL;

namespace HighDimSgd.Ilgpu.Tests;

/// <summary>Every body compiles to PTX and to OpenCL C; this needs no GPU.</summary>
public sealed partial class CompileTests
{
    public static TheoryData<Type> Bodies => [.. KernelBodies.Over(typeof(DeviceView))];

    [Fact]
    public void Every_body_is_compiled() => Assert.Equal(
        KernelBodies.Open.ToHashSet(), KernelBodies.Over(typeof(DeviceView)).Select(t => t.GetGenericTypeDefinition()).ToHashSet());

    [Theory]
    [MemberData(nameof(Bodies))]
    public void A_body_compiles_to_PTX(Type body)
    {
        string code = Ptx(body);
        Assert.Contains(".entry", code, StringComparison.Ordinal);
        Assert.Empty(CallsWithoutBody(code));
        // The project's own functions need neither the hardware's approximate ones nor double precision.
        Assert.DoesNotMatch(@"\.approx\b|\.f64\b", code);
        // A comparison that is also true of a not-a-number must be followed by the question whether it is one (Real1.WhereLess).
        Assert.Equal(Unordered().Count(code), Guarded().Count(code));
    }

    [Theory]
    [MemberData(nameof(Bodies))]
    public void A_body_compiles_to_OpenCL(Type body)
    {
        // A context of its own: one refused kernel spoils it for the next.
        using var context = Context.Create(builder => builder.CPU().EnableAlgorithms());
        using var backend = new CLBackend(
            context, new CLCapabilityContext(false, true, true, true, true), CLDeviceVendor.Other, CLCVersion.CL30);
        string code = ((CLCompiledKernel)backend.Compile(EntryOf(body), default)).Source;
        Assert.Contains("kernel void", code, StringComparison.Ordinal);
        Assert.DoesNotMatch(@"\bdouble\b", code);
    }

    [Fact]
    public void A_call_without_a_body_is_found()
    {
        Assert.Equal(["__ilgpu__nv_erff"], CallsWithoutBody(Ptx(typeof(CallsUnlinked))));
        Assert.Empty(CallsWithoutBody(Ptx(typeof(CallsKept))));
    }

    private static string Ptx(Type body)
    {
        using var context = Context.Create(builder => builder.CPU().EnableAlgorithms());
        using var backend = new PTXBackend(
            context, new CudaCapabilityContext(CudaArchitecture.SM_90), CudaArchitecture.SM_90, CudaInstructionSet.ISA_88, null);
        return ((PTXCompiledKernel)backend.Compile(EntryOf(body), default)).PTXAssembly;
    }

    private static EntryPointDescription EntryOf(Type body)
    {
        string name = body.IsAssignableTo(typeof(IForBody)) ? nameof(Entry.For)
            : body.IsAssignableTo(typeof(IRowBody<Real1>)) ? nameof(Entry.Row) : nameof(Entry.Summands);
        return EntryPointDescription.FromImplicitlyGroupedKernel(typeof(Entry).GetMethod(name)!.MakeGenericMethod(body));
    }

    private static IEnumerable<string> CallsWithoutBody(string code) =>
        Calls().Matches(code).Select(m => m.Groups[1].Value).Distinct().Except(Defined().Matches(code).Select(m => m.Groups[1].Value));

    // call.uni (result), name, (arguments);   .func (result) name(parameters) {
    [GeneratedRegex(@"\bcall(?:\.uni)?\s+(?:\([^)]*\)\s*,\s*)?([\w$]+)")]
    private static partial Regex Calls();

    [GeneratedRegex(@"\.func\s+(?:\([^)]*\)\s*)?([\w$]+)\s*\([^)]*\)\s*\{")]
    private static partial Regex Defined();

    [GeneratedRegex(@"setp\.[a-z]{2}u\.f32")]
    private static partial Regex Unordered();

    [GeneratedRegex(@"setp\.[a-z]{2}u\.f32\s+%p\d+, (%f\d+), [^;]+;\s+testp\.notanumber\.f32\s+%p\d+, \1;")]
    private static partial Regex Guarded();

    /// <summary>Calls a library function that is linked in only where the CUDA toolkit lies.</summary>
    internal readonly struct CallsUnlinked(DeviceView view) : IForBody
    {
        private readonly DeviceView view = view;

        public void Run(int outer, int index) => view.Store(index, new(LibDevice.Erf((float)index)));
    }

    /// <summary>Calls a method that is kept as a function of its own.</summary>
    internal readonly struct CallsKept(DeviceView view) : IForBody
    {
        private readonly DeviceView view = view;

        public void Run(int outer, int index) => view.Store(index, new(Product(outer, index)));

        [System.Runtime.CompilerServices.MethodImpl(System.Runtime.CompilerServices.MethodImplOptions.NoInlining)]
        private static float Product(int a, int b) => a * b;
    }
}
