using System.Runtime.InteropServices;
using HighDimSgd.Devices;
using ILGPU.Runtime.Cuda;
using ILGPU.Runtime.OpenCL;

namespace HighDimSgd.Ilgpu;

/// <summary>What is wrong with a GPU, and what helps, in a sentence.</summary>
internal static partial class Remedy
{
    /// <summary>Why no CUDA device is there.</summary>
    public static string Cuda()
    {
        if (!NativeNames.IsThere("cuda"))
            return "no NVIDIA driver: libcuda.so.1 is not found; install the driver, or start the container with its GPUs (--gpus all)";
        int error = CudaInit(0);
        return error switch
        {
            0 => "the NVIDIA driver shows no GPU that ILGPU knows; CUDA_VISIBLE_DEVICES may hide it",
            100 => "the NVIDIA driver finds no GPU; CUDA_VISIBLE_DEVICES may hide it, or the container was started without --gpus all",
            803 => "the NVIDIA driver and its library are of different versions; reboot, or use a container image for this driver",
            804 => "the CUDA compatibility library does not fit this GPU; take it out of LD_LIBRARY_PATH",
            _ => $"the NVIDIA driver does not start (cuInit gives {error}); nvidia-smi may tell more, a reboot may help",
        };
    }

    /// <summary>Why no OpenCL GPU is there.</summary>
    /// <param name="others">Names of OpenCL devices that cannot be used.</param>
    public static string OpenCl(IReadOnlyList<string> others) => !NativeNames.IsThere("OpenCL")
        ? "no OpenCL: libOpenCL.so.1 is not found; install ocl-icd-libopencl1 and the driver of the GPU's maker"
        : others.Count == 0
            ? "OpenCL shows no device that ILGPU can use (it asks for OpenCL C 2.0 with the generic address space); install the GPU maker's driver"
            : $"{string.Join(", ", others)}: without float64, which sums are in; use another device";

    /// <summary>The failure of a device at work, as one line.</summary>
    public static MachineException Of(IDevice device, Exception failure) => failure is OutOfMemoryException || IsOutOfMemory(failure)
        ? new($"the memory of the device {device.Key} ({device.Name}) is used up; end other programs on it, or choose smaller sizes, fewer paths or steps", failure)
        : new($"the device {device.Key} ({device.Name}) failed: {failure.Message}; finished units are kept, and the same command continues", failure);

    private static bool IsOutOfMemory(Exception failure) =>
        failure is CudaException { Error: nameof(CudaError.CUDA_ERROR_OUT_OF_MEMORY) }
        or CLException { Error: CLError.CL_MEM_OBJECT_ALLOCATION_FAILURE or CLError.CL_OUT_OF_RESOURCES or CLError.CL_INVALID_BUFFER_SIZE };

    [LibraryImport("cuda", EntryPoint = "cuInit")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int CudaInit(uint flags);
}
