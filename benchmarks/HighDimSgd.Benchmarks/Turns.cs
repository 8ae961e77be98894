using System.Diagnostics;
using HighDimSgd.Devices;
using HighDimSgd.Devices.Cpu;

namespace HighDimSgd.Benchmarks;

/// <summary>A worker's side of <see cref="Turns"/>.</summary>
/// <param name="barrier">Shared by all workers and the timer.</param>
internal sealed class Turn(Barrier barrier)
{
    /// <summary>Does a piece of work so many times, each together with the other workers.</summary>
    public void Take(int times, Action work)
    {
        for (int pass = 0; pass < times; pass++)
        {
            barrier.SignalAndWait();
            barrier.SignalAndWait();
            work();
            barrier.SignalAndWait();
        }
    }
}

/// <summary>Times pieces of work that all workers of the CPU do at once.</summary>
internal static class Turns
{
    /// <summary>Runs a worker per thread, each on its share of the replicas.</summary>
    /// <param name="work">Name of the work.</param>
    /// <param name="entries">Design entries of it.</param>
    /// <param name="programs">What each turn is to be called; two turns more come first, which compile.</param>
    /// <param name="worker">Makes the worker of some replicas, which takes as many turns.</param>
    /// <param name="replicas">Number of replicas.</param>
    public static List<Timing> Run(string work, double entries, string[] programs, Func<int[], Turn, IDeviceProgram<double>> worker, int replicas)
    {
        var timings = new List<Timing>();
        var device = new CpuDevice();
        using var barrier = new Barrier(device.Workers + 1);
        Task[] workers = [.. Enumerable.Range(0, device.Workers).Select(w => Task.Factory.StartNew(
            () => device.Run(worker([.. Enumerable.Range(0, replicas).Where(r => r % device.Workers == w)], new(barrier)), false),
            TaskCreationOptions.LongRunning))];
        foreach (string program in programs.Prepend(string.Empty).Prepend(string.Empty))
        {
            barrier.SignalAndWait();
            var watch = Stopwatch.StartNew();
            barrier.SignalAndWait();
            barrier.SignalAndWait();
            if (program.Length > 0)
                timings.Add(new(work, program, watch.Elapsed.TotalSeconds, entries));
        }

        Task.WaitAll(workers);
        return timings;
    }
}
