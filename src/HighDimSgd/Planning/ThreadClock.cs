using System.Diagnostics;
using System.Runtime.InteropServices;

namespace HighDimSgd.Planning;

/// <summary>Time that the calling thread has computed, where Linux tells it, else time since some start: free of what others compute meanwhile.</summary>
internal static partial class ThreadClock
{
    private const int ThreadProcessorTime = 3;

    /// <summary>Seconds.</summary>
    public static double Seconds => OperatingSystem.IsLinux() && ClockGetTime(ThreadProcessorTime, out TimeSpec now) == 0
        ? now.Seconds + (1e-9 * now.Nanoseconds)
        : Stopwatch.GetTimestamp() / (double)Stopwatch.Frequency;

    [LibraryImport("libc", EntryPoint = "clock_gettime")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int ClockGetTime(int clock, out TimeSpec time);

    [StructLayout(LayoutKind.Sequential)]
    private struct TimeSpec
    {
        public nint Seconds;
        public nint Nanoseconds;
    }
}
