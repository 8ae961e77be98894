using HighDimSgd.Devices;

namespace HighDimSgd.Ilgpu.Tests;

/// <summary>The devices of this machine, opened once.</summary>
internal static class TestDevices
{
    private static readonly Dictionary<string, IDevice?> Opened = [];

    /// <summary>ILGPU's CPU accelerator.</summary>
    public static IDevice IlgpuCpu => Find("ilgpu-cpu")!;

    /// <summary>A device by its key, or null.</summary>
    public static IDevice? Find(string key)
    {
        lock (Opened)
        {
            IlgpuDevices.Use();
            if (!Opened.TryGetValue(key, out IDevice? device))
                Opened[key] = device = TryOpen(key);
            return device;
        }
    }

    private static IDevice? TryOpen(string key)
    {
        try
        {
            return Device.Open(key);
        }
        catch (MachineException)
        {
            return null;
        }
    }
}
