using System.Reflection;
using System.Runtime.InteropServices;
using System.Runtime.Loader;

namespace HighDimSgd.Ilgpu;

/// <summary>
/// The drivers' libraries under the names that machines have. ILGPU asks for "cuda" and "OpenCL"; without development packages there
/// are only libcuda.so.1 and libOpenCL.so.1.
/// </summary>
internal static class NativeNames
{
    private static readonly Dictionary<string, string> Names = new()
    {
        ["cuda"] = "libcuda.so.1",
        ["OpenCL"] = "libOpenCL.so.1",
    };

    private static bool isAdded;

    /// <summary>Adds the names, once.</summary>
    public static void Add()
    {
        if (isAdded || !OperatingSystem.IsLinux())
            return;
        isAdded = true;
        AssemblyLoadContext.Default.ResolvingUnmanagedDll += Resolve;
    }

    /// <summary>True where a driver's library can be loaded.</summary>
    public static bool IsThere(string name) =>
        NativeLibrary.TryLoad(name, typeof(NativeNames).Assembly, DllImportSearchPath.SafeDirectories, out _)
        || (OperatingSystem.IsLinux() && Names.TryGetValue(name, out string? other) && NativeLibrary.TryLoad(other, out _));

    private static nint Resolve(Assembly assembly, string name) =>
        Names.TryGetValue(Path.GetFileNameWithoutExtension(name).Replace("lib", string.Empty, StringComparison.Ordinal), out string? other)
        && NativeLibrary.TryLoad(other, out nint handle) ? handle : 0;
}
