using HighDimSgd.Kernels;

namespace HighDimSgd.Tests.Kernels;

/// <summary>
/// Every body of the kernels assembly, closed over the scalar lanes, a view, and each loss, label channel or source that its
/// constraints let in. Type parameters mean what they are called.
/// </summary>
internal static class KernelBodies
{
    /// <summary>The interfaces of the skeletons' bodies.</summary>
    private static readonly Type[] Shapes = [typeof(IForBody), typeof(IRowBody<Real1>), typeof(IBlockBody<Real1>), typeof(IReduceBody<Real1>)];

    private const int MostNested = 4;

    private static readonly Type[] Structs =
        [.. typeof(IForBody).Assembly.GetTypes().Where(t => t is { IsValueType: true, IsEnum: false, IsNested: false })];

    /// <summary>All bodies over a kind of memory.</summary>
    public static IReadOnlyList<Type> Over(Type view)
    {
        // Physics may itself take physics: a problem its model, and that its loss.
        Type[] physics = [];
        for (int depth = 0; depth < MostNested; depth++)
            physics = [.. Structs.Where(t => !IsBody(t) && IsPhysics(t)).SelectMany(t => Close(t, view, physics))];
        return [.. Structs.Where(IsBody).SelectMany(t => Close(t, view, physics))];
    }

    /// <summary>The open types of all bodies.</summary>
    public static IReadOnlyList<Type> Open => [.. Structs.Where(IsBody)];

    /// <summary>The open types of everything that a body may take as a parameter of its physics.</summary>
    public static IReadOnlyList<Type> Physics =>
        [
            .. Structs.Where(t => t.GetInterfaces().Any(i =>
                i.Name is "ILoss`1" or "ILabel`2" or "ISource`2" or "IEntryFormat`2" or "IFlowProblem`3" or "IFlowModel`2" or "IFlowKick`4" or "IDatum`1")),
        ];

    /// <summary>A short name of a closed type.</summary>
    public static string Name(Type type)
    {
        string name = type.Name.Split('`')[0];
        string[] physics = [.. type.GetGenericArguments().Where(a => a.IsGenericType).Select(Name)];
        return physics.Length == 0 ? name : $"{name}<{string.Join(", ", physics)}>";
    }

    private static bool IsPhysics(Type type) => type.GetInterfaces().Any(i => i.Assembly == typeof(IForBody).Assembly);

    private static bool IsBody(Type type) =>
        type.GetInterfaces().Any(i => Shapes.Any(s => s.Name == i.Name && s.Namespace == i.Namespace));

    private static IEnumerable<Type> Close(Type open, Type view, Type[] physics)
    {
        if (!open.IsGenericTypeDefinition)
            return [open];
        IEnumerable<Type[]> choices = [[]];
        foreach (Type parameter in open.GetGenericArguments())
        {
            Type[] candidates = parameter.Name switch
            {
                "TReal" => [typeof(Real1)],
                "TWord" => [typeof(Word1)],
                "TView" => [view],
                _ => physics,
            };
            choices = choices.SelectMany(_ => candidates, (chosen, next) => (Type[])[.. chosen, next]);
        }

        return choices.Select(arguments => TryClose(open, arguments)).OfType<Type>();
    }

    private static Type? TryClose(Type open, Type[] arguments)
    {
        try
        {
            return open.MakeGenericType(arguments);
        }
        catch (ArgumentException)
        {
            return null;
        }
    }
}
