using System.Reflection;
using System.Runtime.CompilerServices;
using HighDimSgd.Kernels;
using Mono.Cecil.Cil;

namespace HighDimSgd.Tests.Kernels;

/// <summary>What a kernel body may contain: the part of C# that ILGPU compiles to PTX and OpenCL C, less what costs bits.</summary>
internal static class KernelRules
{
    // Methods of the base class library that ILGPU has an intrinsic for, and whose result is correctly rounded everywhere.
    private static readonly HashSet<string> LibraryMethods =
    [
        "MathF.Sqrt(Single)",
        "Single.IsNaN(Single)",
        "BitConverter.SingleToInt32Bits(Single)",
        "BitConverter.Int32BitsToSingle(Int32)",
    ];

    private static readonly HashSet<Code> Instructions =
    [
        Code.Nop, Code.Dup, Code.Pop, Code.Ret, Code.Call, Code.Callvirt, Code.Constrained, Code.Newobj, Code.Initobj, Code.Switch,
        Code.Ldarg_0, Code.Ldarg_1, Code.Ldarg_2, Code.Ldarg_3, Code.Ldarg_S, Code.Ldarg, Code.Ldarga_S, Code.Ldarga, Code.Starg_S, Code.Starg,
        Code.Ldloc_0, Code.Ldloc_1, Code.Ldloc_2, Code.Ldloc_3, Code.Ldloc_S, Code.Ldloc, Code.Ldloca_S, Code.Ldloca,
        Code.Stloc_0, Code.Stloc_1, Code.Stloc_2, Code.Stloc_3, Code.Stloc_S, Code.Stloc,
        Code.Ldfld, Code.Ldflda, Code.Stfld, Code.Ldobj, Code.Stobj,
        Code.Ldind_I1, Code.Ldind_I2, Code.Ldind_I4, Code.Ldind_I8, Code.Ldind_U1, Code.Ldind_U2, Code.Ldind_U4, Code.Ldind_R4, Code.Ldind_R8,
        Code.Stind_I1, Code.Stind_I2, Code.Stind_I4, Code.Stind_I8, Code.Stind_R4, Code.Stind_R8,
        Code.Ldc_I4_M1, Code.Ldc_I4_0, Code.Ldc_I4_1, Code.Ldc_I4_2, Code.Ldc_I4_3, Code.Ldc_I4_4, Code.Ldc_I4_5, Code.Ldc_I4_6,
        Code.Ldc_I4_7, Code.Ldc_I4_8, Code.Ldc_I4_S, Code.Ldc_I4, Code.Ldc_I8, Code.Ldc_R4, Code.Ldc_R8,
        Code.Add, Code.Sub, Code.Mul, Code.Div, Code.Div_Un, Code.Rem, Code.Rem_Un, Code.Neg,
        Code.And, Code.Or, Code.Xor, Code.Not, Code.Shl, Code.Shr, Code.Shr_Un, Code.Ceq, Code.Cgt, Code.Cgt_Un, Code.Clt, Code.Clt_Un,
        Code.Conv_I1, Code.Conv_I2, Code.Conv_I4, Code.Conv_I8, Code.Conv_U1, Code.Conv_U2, Code.Conv_U4, Code.Conv_U8, Code.Conv_R4, Code.Conv_R8,
        Code.Br, Code.Br_S, Code.Brtrue, Code.Brtrue_S, Code.Brfalse, Code.Brfalse_S, Code.Beq, Code.Beq_S, Code.Bne_Un, Code.Bne_Un_S,
        Code.Bge, Code.Bge_S, Code.Bge_Un, Code.Bge_Un_S, Code.Bgt, Code.Bgt_S, Code.Bgt_Un, Code.Bgt_Un_S,
        Code.Ble, Code.Ble_S, Code.Ble_Un, Code.Ble_Un_S, Code.Blt, Code.Blt_S, Code.Blt_Un, Code.Blt_Un_S,
    ];

    /// <summary>Null, or why an instruction is refused whatever its operand.</summary>
    public static string? Refuse(Code code) => Instructions.Contains(code) ? null : code switch
    {
        Code.Throw or Code.Rethrow => "throws",
        Code.Leave or Code.Leave_S or Code.Endfinally or Code.Endfilter => "leaves a protected block",
        Code.Newarr => "allocates an array",
        Code.Box or Code.Unbox or Code.Unbox_Any or Code.Castclass or Code.Isinst => "boxes or casts to an object",
        Code.Ldftn or Code.Ldvirtftn or Code.Calli => "makes or calls a delegate",
        Code.Ldstr => "uses a string",
        Code.Ldsfld or Code.Ldsflda => "reads a static field",
        Code.Stsfld => "writes a static field",
        Code.Localloc => "allocates on the stack",
        Code.Conv_R_Un => "turns an unsigned integer into a real, which goes through double on a GPU",
        _ when code.ToString().Contains("Ovf", StringComparison.Ordinal) => "checks arithmetic for overflow",
        _ => "uses an instruction that is not on the list",
    };

    /// <summary>Null, or why a method outside the kernels is refused.</summary>
    public static string? Refuse(MethodBase method)
    {
        string name = $"{method.DeclaringType!.Name}.{method.Name}({string.Join(", ", method.GetParameters().Select(p => p.ParameterType.Name))})";
        return LibraryMethods.Contains(name) ? null : $"calls {name}, which is not on the list";
    }

    /// <summary>Null, or why a value of a type is refused.</summary>
    /// <param name="type">Type of a local, a parameter, a result or a field.</param>
    /// <param name="isKernel">Whether an assembly holds kernel code, so that its structs are looked into.</param>
    public static string? Refuse(Type type, Func<Assembly, bool> isKernel)
    {
        if (type.IsByRef)
            return Refuse(type.GetElementType()!, isKernel);
        if (type.IsPointer)
            return $"holds a raw pointer ({type.Name})";
        if (!type.IsValueType)
            return $"holds an object ({type.Name})";
        if (type.IsPrimitive || type.IsEnum || type == typeof(void) || IsMemory(type))
            return null;
        if (type.IsDefined(typeof(InlineArrayAttribute)))
            return $"holds an inline array ({type.Name})";
        if (!isKernel(type.Assembly))
            return $"holds a {type.Name}, which is not on the list";
        return type.GetFields(BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic)
            .Select(field => Refuse(field.FieldType, isKernel)).FirstOrDefault(reason => reason is not null);
    }

    /// <summary>True for a view: what it is made of is its device's affair.</summary>
    public static bool IsMemory(Type type) => typeof(IView<Real1, Word1>).IsAssignableFrom(type);
}
