using System.Runtime.Intrinsics;

namespace HighDimSgd.Devices.Cpu;

/// <summary>The processor: threads over replicas or over rows, vectors within.</summary>
public sealed class CpuDevice : IDevice
{
    /// <summary>A device on <paramref name="threads"/> threads (0: one per processor).</summary>
    /// <param name="threads">Number of threads.</param>
    public CpuDevice(int threads = 0)
        : this(threads, Vector512.IsHardwareAccelerated ? 512 : 256)
    {
    }

    /// <summary>The same with a chosen vector width, 256 or 512; both give the same bits.</summary>
    internal CpuDevice(int threads, int vectorBits)
    {
        Workers = threads > 0 ? threads : Environment.ProcessorCount;
        VectorBits = vectorBits;
    }

    /// <inheritdoc/>
    public string Key => "cpu";

    /// <inheritdoc/>
    public string Name => $"{CpuName.Read()}, {VectorBits}-bit vectors";

    /// <inheritdoc/>
    public int Workers { get; }

    /// <inheritdoc/>
    public int VectorBits { get; }

    /// <inheritdoc/>
    public long MemoryBytes => GC.GetGCMemoryInfo().TotalAvailableMemoryBytes;

    /// <inheritdoc/>
    /// <remarks>A unit is a tenth of a second on one core; a replica runs all its steps while it is in the cache.</remarks>
    public WorkShare Share => new(1e9, 64, 0);

    /// <inheritdoc/>
    public TResult Run<TResult>(IDeviceProgram<TResult> program, bool wholeDevice)
    {
        ArgumentNullException.ThrowIfNull(program);
        int threads = wholeDevice ? Workers : 1;
        if (VectorBits == 512)
        {
            using var wide = new CpuSkeletons<Real512, Word512>(threads);
            return program.Run(wide);
        }

        using var narrow = new CpuSkeletons<Real256, Word256>(threads);
        return program.Run(narrow);
    }

    /// <inheritdoc/>
    /// <remarks>Paths wait for their own chains of operations: four vectors go side by side.</remarks>
    public TResult RunLoops<TResult>(ILoopProgram<TResult> program)
    {
        ArgumentNullException.ThrowIfNull(program);
        if (VectorBits == 512)
        {
            using var wide = new CpuLoops<Quad512, QuadWord512>(1);
            return program.Run(wide);
        }

        using var narrow = new CpuLoops<Real256, Word256>(1);
        return program.Run(narrow);
    }
}

/// <summary>The processor's name.</summary>
internal static class CpuName
{
    /// <summary>The model name where the system tells it, else the architecture.</summary>
    public static string Read()
    {
        const string Info = "/proc/cpuinfo";
        string? line = File.Exists(Info)
            ? File.ReadLines(Info).FirstOrDefault(l => l.StartsWith("model name", StringComparison.Ordinal))
            : null;
        return line?[(line.IndexOf(':', StringComparison.Ordinal) + 1)..].Trim()
            ?? System.Runtime.InteropServices.RuntimeInformation.ProcessArchitecture.ToString();
    }
}
