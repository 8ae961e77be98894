using System.Text.RegularExpressions;
using HighDimSgd.Kernels;
using HighDimSgd.Kernels.Bodies;
using HighDimSgd.Kernels.Physics;
using HighDimSgd.Kernels.Random;
using HighDimSgd.Tests.Kernels;
using ILGPU;
using ILGPU.Backends.EntryPoints;
using ILGPU.Backends.OpenCL;
using ILGPU.Backends.PTX;
using ILGPU.Runtime.CPU;
using ILGPU.Runtime.Cuda;
using ILGPU.Runtime.OpenCL;

namespace HighDimSgd.Ilgpu.Tests;

/// <summary>Every skeleton compiles with every body to PTX and to OpenCL C; this needs no GPU.</summary>
public sealed partial class CompileTests
{
    private static readonly Type[] Formats = [typeof(FloatEntries), typeof(Int8Entries<Real1, Word1>), typeof(BFloat16Entries<Real1, Word1>)];

    private static readonly Dictionary<string, Type> Updates = new()
    {
        ["update"] = typeof(UpdateBody<Real1, Word1, DeviceView>),
        ["momentum"] = typeof(MomentumBody<Real1, Word1, DeviceView>),
    };

    private static readonly Dictionary<string, Type> Clocks = new()
    {
        ["gd"] = typeof(FieldBody<Real1, Word1, DeviceView, SteadyClock<Real1, Word1>>),
        ["sgf"] = typeof(FieldBody<Real1, Word1, DeviceView, NormalSource<Real1, Word1>>),
        ["jumps"] = typeof(FieldBody<Real1, Word1, DeviceView, JumpClock<Real1, Word1, DeviceView>>),
    };

    /// <summary>The device's own bodies.</summary>
    private static IEnumerable<Type> OfTheDevice => [
        typeof(PanelBody), typeof(BlockSums), typeof(SignColumn),
        .. KernelBodies.Over(typeof(DeviceView)).Where(IsRow).Select(row => typeof(SignRow<>).MakeGenericType(row)),
    ];

    public static TheoryData<string, Type> Kernels
    {
        get
        {
            var kernels = new TheoryData<string, Type>();
            foreach (Type body in KernelBodies.Over(typeof(DeviceView)).Concat(OfTheDevice))
            {
                foreach (string entry in EntriesOf(body))
                    kernels.Add(entry, body);
            }

            foreach (Type row in KernelBodies.Over(typeof(DeviceView)).Where(t => IsRow(t) && IsStep(t)))
            {
                foreach (string entry in Formats.Select(f => $"{nameof(Entry.Steps)} {f.Name}").Append(nameof(Entry.SignSteps)))
                {
                    foreach (string change in Updates.Keys)
                    {
                        foreach (string clock in Clocks.Keys)
                            kernels.Add($"{entry} {clock} {change}", row);
                    }
                }
            }

            return kernels;
        }
    }

    [Fact]
    public void Every_body_is_compiled() => Assert.Equal(
        KernelBodies.Open.ToHashSet(), KernelBodies.Over(typeof(DeviceView)).Select(t => t.GetGenericTypeDefinition()).ToHashSet());

    [Theory]
    [MemberData(nameof(Kernels))]
    public void A_kernel_compiles_to_PTX(string entry, Type body)
    {
        foreach (CudaArchitecture architecture in (CudaArchitecture[])[CudaArchitecture.SM_80, CudaArchitecture.SM_90])
        {
            string code = Ptx(entry, body, architecture);
            Assert.Contains(".entry", code, StringComparison.Ordinal);
            Assert.Empty(CallsWithoutBody(code));
            // The project's own functions need neither the hardware's approximate ones nor double precision; sums alone are in float64.
            Assert.DoesNotMatch(entry == nameof(Entry.Reduce) ? @"\.approx\b|(?:div|sqrt)\.\w+\.f64\b" : @"\.approx\b|\.f64\b", code);
            Assert.DoesNotMatch(@"\b(?:atom|red)\.", code);
            // A comparison that is also true of a not-a-number must be followed by the question whether it is one (Real1.WhereLess).
            Assert.Equal(Unordered().Count(code), Guarded().Count(code));
        }
    }

    [Theory]
    [MemberData(nameof(Kernels))]
    public void A_kernel_compiles_to_OpenCL(string entry, Type body)
    {
        // A context of its own: one refused kernel spoils it for the next.
        using var context = Context.Create(builder => builder.CPU().EnableAlgorithms());
        using var backend = new CLBackend(
            context, new CLCapabilityContext(false, true, true, true, true), CLDeviceVendor.Other, CLCVersion.CL30);
        string code = ((CLCompiledKernel)backend.Compile(Description(entry, body), default)).Source;
        Assert.Contains("kernel void", code, StringComparison.Ordinal);
        Assert.DoesNotMatch(@"\batomic_|\bsub_group_", code);
        // Groups hand numbers on through memory of either kind.
        Assert.DoesNotMatch(@"barrier\s*\((?![^;]*GLOBAL)", code);
        if (entry != nameof(Entry.Reduce))
            Assert.DoesNotMatch(@"\bdouble\b", code);
    }

    [Fact]
    public void A_call_without_a_body_is_found()
    {
        Assert.Equal(["__ilgpu__nv_erff"], CallsWithoutBody(Ptx(nameof(Entry.For), typeof(CallsUnlinked), CudaArchitecture.SM_90)));
        Assert.Empty(CallsWithoutBody(Ptx(nameof(Entry.For), typeof(CallsKept), CudaArchitecture.SM_90)));
    }

    private static string Ptx(string entry, Type body, CudaArchitecture architecture)
    {
        using var context = Context.Create(builder => builder.CPU().EnableAlgorithms());
        using var backend = new PTXBackend(context, new CudaCapabilityContext(architecture), architecture, CudaInstructionSet.ISA_80, null);
        return ((PTXCompiledKernel)backend.Compile(Description(entry, body), default)).PTXAssembly;
    }

    private static EntryPointDescription Description(string entry, Type body) =>
        EntryPointDescription.FromExplicitlyGroupedKernel(
            typeof(Entry).GetMethod(entry.Split(' ')[0])!.MakeGenericMethod([.. entry.Split(' ')[1..].Select(Argument), body]));

    /// <summary>A type beside the body, by its name: the format of the design's entries, the draw and the update of steps.</summary>
    private static Type Argument(string name) => Updates.GetValueOrDefault(name) ?? Clocks.GetValueOrDefault(name) ?? Formats.Single(f => f.Name == name);

    /// <summary>Entries that take a body, with the format of the design's entries where they take one.</summary>
    private static string[] EntriesOf(Type body) =>
        body.IsAssignableTo(typeof(IForBody)) ? [nameof(Entry.For)]
        : IsRow(body) ? [.. Formats.Select(f => $"{nameof(Entry.RowPass)} {f.Name}"), nameof(Entry.TallPass), nameof(Entry.Iterate)]
        : body.IsAssignableTo(typeof(IBlockBody<Real1>)) ? [nameof(Entry.BlockPass)] : [nameof(Entry.Reduce)];

    private static bool IsStep(Type body) => body.GetInterfaces().Any(i => i.Name == typeof(IStep<>).Name);

    private static bool IsRow(Type body) => body.IsAssignableTo(typeof(IRowBody<Real1>));

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
