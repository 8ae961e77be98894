using System.Globalization;
using HighDimSgd.Devices;
using ILGPU;
using ILGPU.Runtime;
using ILGPU.Runtime.CPU;
using ILGPU.Runtime.Cuda;
using ILGPU.Runtime.OpenCL;
using Found = ILGPU.Runtime.Device;
using IDevice = HighDimSgd.Devices.IDevice;

namespace HighDimSgd.Ilgpu;

/// <summary>The devices that ILGPU runs: CUDA and OpenCL GPUs, and its own CPU accelerator, which checks kernels and is slow.</summary>
public sealed class IlgpuDevices : IDeviceProvider
{
    private const string Cuda = "cuda", OpenCl = "opencl", Cpu = "ilgpu-cpu";
    private const int Threads = 256;

    // Passes over design entries that a unit of work holds at most: about two seconds on a large GPU, and on the accelerator for checks.
    private const double UnitWork = 2e12, SlowUnitWork = 1e7;

    private readonly Dictionary<string, IlgpuDevice> open = [];

    private IlgpuDevices() => NativeNames.Add();

    /// <summary>Makes <see cref="Devices.Device"/> offer these devices.</summary>
    public static void Use() => Devices.Device.Provider ??= new IlgpuDevices();

    /// <inheritdoc/>
    public IReadOnlyList<DeviceInfo> Describe() =>
    [
        Describe(Cuda, "NVIDIA GPU", measure: true),
        Describe(OpenCl, "OpenCL device", measure: true),
        Describe(Cpu, "ILGPU's own CPU accelerator", measure: false),
    ];

    /// <inheritdoc/>
    public IDevice Open(string key) =>
        TryOpen(key, out string problem) ?? throw new MachineException($"--device {key} is not available: {problem}; use --device cpu");

    /// <inheritdoc/>
    public IDevice? Fastest() => new[] { Cuda, OpenCl }.Select(key => TryOpen(key, out _)).FirstOrDefault(d => d is { IsGpu: true });

    /// <summary>The CPU accelerator with groups of so many threads, or several of them.</summary>
    internal static IlgpuDevice CpuAccelerator(int threads, double unitWork = SlowUnitWork, int count = 1, long keptBytes = Launcher.CacheShare)
    {
        // A group of one thread is a plain loop; more make every barrier a meeting of threads of the system.
        var device = new CPUDevice(Math.Max(2, threads), 1, 1);
        return new(Cpu, Context.Create(builder => builder.CPU(device).EnableAlgorithms()), [.. Enumerable.Repeat(device, count)], threads, unitWork, keptBytes);
    }

    private static DeviceInfo Missing(string key, string name, string problem) => new(key, name, false, $"not available: {problem}");

    private DeviceInfo Describe(string key, string name, bool measure)
    {
        if (TryOpen(key, out string problem) is not { } device)
            return Missing(key, name, problem);
        try
        {
            return new(key, device.Name, true, string.Create(
                CultureInfo.InvariantCulture, $"{device.MemoryBytes / 1e9:f1} GB free; {device.Driver}; {SelfTest.Describe(device, measure)}"));
        }
        catch (MachineException e)
        {
            return Missing(key, device.Name, e.Message);
        }
    }

    private IlgpuDevice? TryOpen(string key, out string problem)
    {
        problem = string.Empty;
        if (open.TryGetValue(key, out IlgpuDevice? device))
            return device;
        try
        {
            device = Find(key, out problem);
        }
        catch (Exception e) when (e is AcceleratorException or NotSupportedException or TypeInitializationException or DllNotFoundException)
        {
            problem = $"it does not start: {(e.InnerException ?? e).Message}";
        }

        if (device is not null)
            open[key] = device;
        return device;
    }

    private static IlgpuDevice? Find(string key, out string problem)
    {
        problem = string.Empty;
        if (key == Cpu)
            return CpuAccelerator(1);
        Context context = Context.Create(builder => (key == Cuda ? builder.Cuda() : builder.OpenCL()).EnableAlgorithms());
        // A context always holds a processor of ILGPU's own as well.
        Found[] all = [.. context.Devices.Where(d => d is CudaDevice or CLDevice)];
        // Sums are in float64; GPUs come first. Several of a kind share the units of work.
        Found[] usable = [.. all.Where(d => d is not CLDevice cl || cl.Capabilities.Float64).OrderByDescending(IlgpuDevice.IsGpuKind)];
        usable = [.. usable.Where(d => d.Name == usable[0].Name)];
        if (usable.Length > 0)
            return new(key, context, usable, Threads, UnitWork);
        problem = key == Cuda ? Remedy.Cuda() : Remedy.OpenCl([.. all.Select(d => d.Name.Trim())]);
        context.Dispose();
        return null;
    }
}
