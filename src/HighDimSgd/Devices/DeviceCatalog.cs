using System.Globalization;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace HighDimSgd.Devices;

/// <summary>A device and whether it can be used here.</summary>
/// <param name="Key">Its name on the command line.</param>
/// <param name="Name">What it is.</param>
/// <param name="Available">True where an experiment can run on it.</param>
/// <param name="Detail">Its size where it is available, else why not.</param>
public sealed record DeviceInfo(string Key, string Name, bool Available, string Detail);

/// <summary>The devices that the program knows.</summary>
public static class DeviceCatalog
{
    private const string WithoutIlgpu =
        "not available: built without ILGPU, which the package feed did not carry; build with -p:UseIlgpu=true";

    /// <summary>All devices, those that cannot be used here with the reason.</summary>
    public static IReadOnlyList<DeviceInfo> Describe() =>
    [
        new("cpu", CpuName(), true, CpuDetail()),
        new("cuda", "NVIDIA GPU", false, WithoutIlgpu),
        new("opencl", "OpenCL device", false, WithoutIlgpu),
        new("ilgpu-cpu", "ILGPU's own CPU accelerator", false, WithoutIlgpu),
    ];

    private static string CpuName()
    {
        const string Info = "/proc/cpuinfo";
        string? line = File.Exists(Info)
            ? File.ReadLines(Info).FirstOrDefault(l => l.StartsWith("model name", StringComparison.Ordinal))
            : null;
        return line is null
            ? $"{RuntimeInformation.ProcessArchitecture} CPU"
            : line[(line.IndexOf(':', StringComparison.Ordinal) + 1)..].Trim();
    }

    private static string CpuDetail()
    {
        int bits = Vector512.IsHardwareAccelerated ? 512 : Vector256.IsHardwareAccelerated ? 256 : 128;
        double memory = GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / (double)(1 << 30);
        return string.Create(
            CultureInfo.InvariantCulture, $"{Environment.ProcessorCount} threads, {bits}-bit vectors, {memory:F1} GiB memory");
    }
}
