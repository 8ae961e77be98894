using System.Reflection;
using HighDimSgd.Kernels;
using Mono.Cecil;
using Mono.Cecil.Cil;

namespace HighDimSgd.Tests.Kernels;

/// <summary>
/// Walks the IL of a closed kernel body and of everything that it calls, static abstract members included, and lists what
/// <see cref="KernelRules"/> refuses. Cecil reads the instructions; reflection closes their generic operands.
/// </summary>
internal sealed class KernelWalker
{
    private static readonly Dictionary<Module, ModuleDefinition> Modules = [];

    private readonly Assembly[] kernels;
    private readonly List<MethodBase> path = [];
    private readonly HashSet<MethodBase> seen = [];
    private readonly List<string> violations = [];

    private KernelWalker(Type body) => kernels = [typeof(IForBody).Assembly, body.Assembly];

    /// <summary>One line for each violation: the calls that lead to it and what is wrong; empty where there is none.</summary>
    public static IReadOnlyList<string> Violations(Type body) => Walk(body).violations;

    /// <summary>Every method that a body calls, itself included.</summary>
    public static IReadOnlyCollection<MethodBase> Reached(Type body) => Walk(body).seen;

    private static KernelWalker Walk(Type body)
    {
        var walker = new KernelWalker(body);
        foreach (Type shape in body.GetInterfaces())
        {
            foreach (MethodInfo method in body.GetInterfaceMap(shape).TargetMethods)
                walker.Visit(method);
        }

        return walker;
    }

    private void Visit(MethodBase method)
    {
        if (path.Contains(method))
            Report("calls itself");
        if (!seen.Add(method))
            return;
        path.Add(method);
        CheckTypes(method);
        MethodDefinition definition = Definition(method);
        if (definition.Body.HasExceptionHandlers)
            Report("has a protected block (try)");
        Type? constraint = null;
        foreach (Instruction instruction in definition.Body.Instructions)
        {
            if (KernelRules.Refuse(instruction.OpCode.Code) is { } reason)
                Report(reason);
            else if (instruction.OpCode.Code == Code.Constrained)
                constraint = (Type)Operand(method, instruction);
            else if (instruction.Operand is MethodReference)
                Call((MethodBase)Operand(method, instruction), instruction.OpCode.Code, constraint);
            if (instruction.OpCode.OpCodeType != OpCodeType.Prefix)
                constraint = null;
        }

        path.RemoveAt(path.Count - 1);
    }

    private void Call(MethodBase callee, Code code, Type? constraint)
    {
        if (constraint is not null && callee.DeclaringType!.IsInterface)
            callee = Implementation(constraint, (MethodInfo)callee);
        Type owner = callee.DeclaringType!;
        if (KernelRules.IsMemory(owner))
            return;
        if (owner.Name == "<PrivateImplementationDetails>")
            Report("has a switch without a default");
        else if (code == Code.Newobj && !owner.IsValueType)
            Report($"makes an object ({owner.Name})");
        else if (code == Code.Callvirt && constraint is null)
            Report($"calls the virtual method {owner.Name}.{callee.Name}");
        else if (owner.IsInterface)
            Report($"calls the default interface method {owner.Name}.{callee.Name}");
        else if (IsKernel(owner.Assembly))
            Visit(callee);
        else if (KernelRules.Refuse(callee) is { } reason)
            Report(reason);
    }

    private void CheckTypes(MethodBase method)
    {
        IEnumerable<Type> types =
        [
            .. method.GetMethodBody()!.LocalVariables.Select(local => local.LocalType),
            .. method.GetParameters().Select(parameter => parameter.ParameterType),
            method is MethodInfo { ReturnType: var result } ? result : typeof(void),
            method.IsStatic ? typeof(void) : method.DeclaringType!,
        ];
        foreach (string reason in types.Select(type => KernelRules.Refuse(type, IsKernel)).OfType<string>().Distinct())
            Report(reason);
    }

    private bool IsKernel(Assembly assembly) => kernels.Contains(assembly);

    private void Report(string reason) =>
        violations.Add($"{string.Join(" > ", path.Select(m => $"{m.DeclaringType!.Name.Split('`')[0]}.{m.Name}"))}: {reason}");

    private static MethodDefinition Definition(MethodBase method)
    {
        if (!Modules.TryGetValue(method.Module, out ModuleDefinition? module))
            Modules[method.Module] = module = ModuleDefinition.ReadModule(method.Module.FullyQualifiedName);
        return (MethodDefinition)module.LookupToken(method.MetadataToken);
    }

    /// <summary>The closed method or type that an instruction of a closed method names.</summary>
    private static MemberInfo Operand(MethodBase method, Instruction instruction)
    {
        Type[] ofType = method.DeclaringType!.GetGenericArguments(), ofMethod = method.IsGenericMethod ? method.GetGenericArguments() : [];
        return instruction.Operand is GenericParameter parameter
            ? (parameter.Type == GenericParameterType.Method ? ofMethod : ofType)[parameter.Position]
            : method.Module.ResolveMember(((MemberReference)instruction.Operand).MetadataToken.ToInt32(), ofType, ofMethod)!;
    }

    /// <summary>What an interface's method is in a struct; the interface's own where it is a default implementation.</summary>
    private static MethodInfo Implementation(Type type, MethodInfo method)
    {
        InterfaceMapping map = type.GetInterfaceMap(method.DeclaringType!);
        MethodInfo open = method.IsGenericMethod ? method.GetGenericMethodDefinition() : method;
        MethodInfo target = map.TargetMethods[Array.IndexOf(map.InterfaceMethods, open)];
        return method.IsGenericMethod ? target.MakeGenericMethod(method.GetGenericArguments()) : target;
    }
}
