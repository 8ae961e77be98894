using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.X86;

namespace HighDimSgd.Devices.Cpu;

/// <summary>The line of memory at an address.</summary>
internal static unsafe class CacheLine
{
    /// <summary>Asks for it, to the nearest cache. The address may be any.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Fetch(void* line)
    {
        if (Sse.IsSupported)
            Sse.Prefetch0(line);
    }
}
