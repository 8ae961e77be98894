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
public static class Device
{
    private const string NoGpu =
        "not available: built without ILGPU 1.5.3, which the package feed does not carry (with a feed that does: delete obj/use-ilgpu and build again)";

    /// <summary>Where GPUs come from; null where the program has no such package.</summary>
    public static IDeviceProvider? Provider { get; set; }

    /// <summary>What can run here, and what cannot and why.</summary>
    public static IReadOnlyList<DeviceInfo> Describe()
    {
        var cpu = new CpuDevice();
        string detail = string.Create(
            CultureInfo.InvariantCulture, $"{cpu.Workers} threads, {cpu.MemoryBytes / 1e9:f1} GB; {SelfTest.Describe(cpu)}");
        return
        [
            new(cpu.Key, cpu.Name, true, detail),
            .. Provider?.Describe() ??
            [
                new("cuda", "NVIDIA GPU", false, NoGpu),
                new("opencl", "OpenCL device", false, NoGpu),
                new("ilgpu-cpu", "ILGPU's own CPU accelerator", false, NoGpu),
            ],
        ];
    }

    /// <summary>The fastest device of this machine.</summary>
    public static IDevice Auto() => Open("auto");

    /// <summary>Opens a device by its key.</summary>
    /// <param name="key">auto, cpu, cuda, opencl or ilgpu-cpu; auto is a GPU where there is one, CUDA before OpenCL, else the CPU.</param>
    /// <param name="threads">CPU threads; 0 takes one per processor.</param>
    /// <exception cref="MachineException">It is not there.</exception>
    public static IDevice Open(string key, int threads = 0) => key switch
    {
        "cpu" => new CpuDevice(threads),
        "auto" => Provider?.Fastest() ?? new CpuDevice(threads),
        _ => Provider?.Open(key) ?? throw new MachineException($"--device {key} is {NoGpu}; use --device cpu"),
    };
}
