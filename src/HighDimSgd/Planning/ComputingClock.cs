using System.Diagnostics;
using System.Runtime.InteropServices;

namespace HighDimSgd.Planning;

/// <summary>Time spent computing, free of what other processes compute meanwhile.</summary>
internal static partial class ComputingClock
{
    private const int ThreadProcessorTime = 3;

    /// <summary>Seconds that all threads of this process have computed.</summary>
    public static double ProcessSeconds => Environment.CpuUsage.TotalTime.TotalSeconds;

    /// <summary>Seconds that the calling thread has computed, where Linux tells it, else wall-clock seconds.</summary>
    public static double ThreadSeconds => OperatingSystem.IsLinux() && ClockGetTime(ThreadProcessorTime, out TimeSpec now) == 0
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
