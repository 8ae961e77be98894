using System.Globalization;
using HighDimSgd.Devices.Cpu;

namespace HighDimSgd.Devices;

/// <summary>What a device is, or why it is not there.</summary>
/// <param name="Key">Key on the command line.</param>
/// <param name="Name">Its name.</param>
/// <param name="Available">True where it can run.</param>
/// <param name="Detail">Threads and memory, or what is missing and how to get it.</param>
public sealed record DeviceInfo(string Key, string Name, bool Available, string Detail);

/// <summary>The devices of this machine.</summary>
public static class DeviceCatalog
{
    private const string NoIlgpu =
        "not available: GPU backends are not part of this version";

    /// <summary>What can run here, and what cannot and why.</summary>
    public static IReadOnlyList<DeviceInfo> Describe()
    {
        var cpu = new CpuDevice();
        string detail = string.Create(
            CultureInfo.InvariantCulture, $"{cpu.Workers} threads, {cpu.MemoryBytes / 1e9:f1} GB; {SelfTest.Describe(cpu)}");
        return
        [
            new(cpu.Key, cpu.Name, true, detail),
            new("cuda", "NVIDIA GPU", false, NoIlgpu),
            new("opencl", "OpenCL device", false, NoIlgpu),
            new("ilgpu-cpu", "ILGPU's own CPU accelerator", false, NoIlgpu),
        ];
    }

    /// <summary>Opens a device by its key.</summary>
    /// <param name="key">auto, cpu, cuda, opencl or ilgpu-cpu.</param>
    /// <param name="threads">CPU threads; 0 takes one per processor.</param>
    /// <exception cref="MachineException">It is not there.</exception>
    public static IDevice Open(string key, int threads = 0) => key is "auto" or "cpu"
        ? new CpuDevice(threads)
        : throw new MachineException($"--device {key} is {NoIlgpu}; use --device cpu");
}
