using System.Collections.Concurrent;
using HighDimSgd.Devices;
using ILGPU;
using ILGPU.Runtime;
using ILGPU.Runtime.Cuda;
using ILGPU.Runtime.OpenCL;
using Found = ILGPU.Runtime.Device;
using IDevice = HighDimSgd.Devices.IDevice;

namespace HighDimSgd.Ilgpu;

/// <summary>
/// The accelerators of one kind that ILGPU finds: the GPUs of a machine, each a worker with memory of its own. They stay open for the
/// life of the process, as do the kernels compiled for them.
/// </summary>
public sealed class IlgpuDevice : IDevice
{
    private const int UnitReplicas = 1 << 16;

    // Of the memory that is free, what batches may take; the rest is for scratch, kernels and others.
    private const double MemoryShare = 0.8;

    private readonly BlockingCollection<(Accelerator Accelerator, Launcher Launcher)> free = [];
    private readonly double unitWork;
    private readonly long largestBuffer;

    /// <summary>Opens accelerators of one kind.</summary>
    /// <param name="key">Key on the command line.</param>
    /// <param name="context">Their context.</param>
    /// <param name="devices">The accelerators, at least one.</param>
    /// <param name="mostThreads">Most threads of a group; nothing of the result depends on it.</param>
    /// <param name="unitWork">Passes over design entries that a unit of work holds at most.</param>
    /// <param name="keptBytes">Bytes of a design that a group keeps in the caches over many steps; nothing of the result depends on it.</param>
    internal IlgpuDevice(string key, Context context, IReadOnlyList<Found> devices, int mostThreads, double unitWork, long keptBytes = Launcher.CacheShare)
    {
        this.unitWork = unitWork;
        Key = key;
        Workers = devices.Count;
        Name = devices.Count == 1 ? devices[0].Name.Trim() : $"{devices.Count} x {devices[0].Name.Trim()}";
        IsGpu = devices.All(IsGpuKind);
        Driver = DriverOf(devices[0]);
        MemoryBytes = largestBuffer = long.MaxValue;
        foreach (Found device in devices)
        {
            Accelerator accelerator = device.CreateAccelerator(context);
            free.Add((accelerator, new(accelerator, mostThreads, keptBytes)));
            MemoryBytes = Math.Min(MemoryBytes, FreeMemory(accelerator));
            largestBuffer = Math.Min(largestBuffer, LargestBuffer(device));
        }
    }

    /// <summary>Launches so far, while nothing runs.</summary>
    internal int Launches => free.Sum(f => f.Launcher.Launches);

    /// <summary>True for GPUs, false for a processor under OpenCL or ILGPU's CPU accelerator.</summary>
    public bool IsGpu { get; }

    /// <summary>Version of the driver.</summary>
    public string Driver { get; }

    /// <inheritdoc/>
    public string Key { get; }

    /// <inheritdoc/>
    public string Name { get; }

    /// <inheritdoc/>
    public int Workers { get; }

    /// <inheritdoc/>
    public int VectorBits => 0;

    /// <inheritdoc/>
    public long MemoryBytes { get; }

    /// <inheritdoc/>
    public WorkShare Share => new(unitWork, UnitReplicas, Math.Min(largestBuffer, (long)(MemoryShare * MemoryBytes)));

    /// <inheritdoc/>
    /// <exception cref="MachineException">The accelerator failed.</exception>
    public TResult Run<TResult>(IDeviceProgram<TResult> program, bool wholeDevice)
    {
        ArgumentNullException.ThrowIfNull(program);
        (Accelerator Accelerator, Launcher Launcher) taken = free.Take();
        try
        {
            taken.Accelerator.Bind();
            using var skeletons = new IlgpuSkeletons(taken.Launcher);
            return program.Run(skeletons);
        }
        catch (Exception e) when (e is AcceleratorException or OutOfMemoryException)
        {
            throw Remedy.Of(this, e);
        }
        finally
        {
            free.Add(taken);
        }
    }

    /// <summary>True for an accelerator that is a GPU.</summary>
    internal static bool IsGpuKind(Found device) =>
        device is CudaDevice or CLDevice { DeviceType: CLDeviceType.CL_DEVICE_TYPE_GPU };

    private static string DriverOf(Found device) => device switch
    {
        CudaDevice cuda => $"driver for CUDA {cuda.DriverVersion}, {cuda.Architecture}",
        CLDevice cl => $"{cl.PlatformName.Trim()}, OpenCL {cl.DeviceVersion}",
        _ => "for checking kernels only, and slow",
    };

    private static long FreeMemory(Accelerator accelerator) => accelerator switch
    {
        CudaAccelerator cuda => cuda.GetFreeMemory(),
        CLAccelerator cl => cl.MemorySize,
        _ => GC.GetGCMemoryInfo().TotalAvailableMemoryBytes,
    };

    // A batch is kept small on the accelerator for checks.
    private static long LargestBuffer(Found device) => device switch
    {
        CudaDevice => long.MaxValue,
        CLDevice cl => (long)cl.GetDeviceInfo<ulong>(CLDeviceInfoType.CL_DEVICE_MAX_MEM_ALLOC_SIZE),
        _ => 1 << 26,
    };
}
