using System.Runtime.InteropServices;

namespace HighDimSgd.Devices.Cpu;

/// <summary>Large tables on large pages, where Linux grants them on request: fewer address translations per byte read.</summary>
internal static unsafe partial class HugePages
{
    /// <summary>Bytes of a large page; tables of at least this size are aligned to it.</summary>
    public const nuint Size = 2 << 20;

    private const int MadviseHugePage = 14;

    /// <summary>Asks for large pages; that there are none is no error.</summary>
    public static void Advise(void* data, nuint bytes)
    {
        if (OperatingSystem.IsLinux())
            _ = Madvise(data, bytes / Size * Size, MadviseHugePage);
    }

    [LibraryImport("libc", EntryPoint = "madvise")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Madvise(void* address, nuint length, int advice);
}
