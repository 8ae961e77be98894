using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using HighDimSgd.Devices;
using HighDimSgd.Devices.Cpu;
using HighDimSgd.Experiments;
using HighDimSgd.Simulation;
using HighDimSgd.Theory;

namespace HighDimSgd.Benchmarks;

/// <summary>
/// A GPU's engines against the bytes that they must move and against peers doing the same work, after a check that the GPU computes what
/// the CPU does. Bytes: a design once a step, once in all where it stays in the caches; a visited row, and the design where it is observed; of the DMFT's table the first 2k+2 columns in step k.
/// </summary>
internal sealed class Gpu(IDevice device, bool isSmall)
{
    private const int Repeats = 3;

    // Rounding of float32 sums in another order, over 60 steps or 100 iterations.
    private const double Agreement = 1e-3;

    private (int Paths, int Steps) Sweep => isSmall ? (200, 20) : (1_000_000, 200);

    /// <summary>Measures a device and writes the page; where there is none, says so and leaves a page that holds figures alone.</summary>
    public static int Run(string key, string page, string peers, bool isSmall)
    {
        try
        {
            IDevice device = Device.Open(key);
            if (device is CpuDevice)
                throw new MachineException(string.Join("; ", Device.Describe().Where(d => !d.Available).Select(d => $"{d.Key} {d.Detail}")));
            File.WriteAllText(page, GpuPage.Text(new Gpu(device, isSmall).Measure(peers), isSmall));
            Console.WriteLine($"written: {page}");
            return 0;
        }
        catch (MachineException e)
        {
            Console.Error.WriteLine($"not measured: {e.Message}");
            if (!File.Exists(page))
                File.WriteAllText(page, GpuPage.Blank);
            return 3;
        }
    }

    private GpuFigures Measure(string peers)
    {
        (bool known, double normals, double bandwidth) = device.Run(new SelfTest(measure: !isSmall), wholeDevice: true);
        double deviation = Deviation();
        if (!known || deviation > Agreement)
            throw new MachineException($"the device {device.Name} computes wrong numbers: known answer {known}, deviation {deviation:g2}");
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"correct: deviation {deviation:g2}; {bandwidth / 1e9:f0} GB/s copied, {normals:g3} normals/s"));
        var rows = new List<GpuRow>();
        foreach (GpuCase most in GpuCase.All(isSmall))
        {
            GpuCase engine = most with { Replicas = Math.Min(most.Replicas, device.Share.Batch(Simulator.Bytes(most.Setting, most.Size, 1))) };
            Add(engine.Work, Table.Ours, engine.Bytes * engine.Replicas, engine.Run(device).Seconds);
            if (engine.PeerArguments is { } arguments)
                AddPeers(engine.Work, engine.Bytes * engine.Replicas, arguments);
        }

        double entries = Enumerable.Range(0, Sweep.Steps).Sum(k => (double)Sweep.Paths * ((2 * k) + 2));
        string sweep = $"dmft K={Sweep.Steps} N={Sweep.Paths}";
        Add(sweep, Table.Ours, 4 * entries, Sweeps());
        AddPeers(sweep, 4 * entries, ["--dmft", $"{Sweep.Paths}", $"{Sweep.Steps}"]);
        return new(device.Name, DateTime.UtcNow, deviation, bandwidth, normals, rows);

        void AddPeers(string work, double bytes, string[] arguments)
        {
            foreach (string peer in (string[])["torch", "torch-compile", "jax", "cupy"])
            {
                if (Peer(peers, ["--peer", peer, .. arguments, .. isSmall ? (string[])["--cpu"] : []]) is { } seconds)
                    Add(work, peer, bytes, seconds);
            }
        }

        void Add(string work, string program, double bytes, IReadOnlyList<double> seconds)
        {
            double median = seconds.Order().ElementAt(seconds.Count / 2);
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{work}  {program}  {median:f4} s"));
            rows.Add(new(work, program, median, seconds.Min(), bytes / bandwidth));
        }
    }

    /// <summary>Largest deviation of every engine's curves from the CPU's, in units of the curve's largest value.</summary>
    private double Deviation()
    {
        double largest = 0;
        foreach (GpuCase engine in GpuCase.All(isSmall: true))
        {
            foreach ((double[,] want, double[,] got) in engine.Run(new CpuDevice()).Curves.Zip(engine.Run(device).Curves))
            {
                for (int o = 0; o < want.GetLength(0); o++)
                {
                    double scale = Math.Max(Math.Abs(want[o, 0]), Math.Abs(want[o, 1]));
                    largest = Math.Max(largest, Math.Abs(want[o, 1] - got[o, 1]) / scale);
                }
            }
        }

        return largest;
    }

    private List<double> Sweeps()
    {
        Experiment setting = Dense.Setting(Sweep.Paths);
        setting = setting with { Algorithm = setting.Algorithm with { Steps = Sweep.Steps, Step = 12.0 / Sweep.Steps }, RecordSteps = [0, Sweep.Steps] };
        var seconds = new List<double>();
        var watch = Stopwatch.StartNew();
        // The first sweep compiles.
        device.Run(new DmftSweeps(setting, Enumerable.Range(0, Repeats + 1), (_, result) =>
        {
            seconds.Add(result.Refusal is null ? watch.Elapsed.TotalSeconds : double.NaN);
            watch.Restart();
            return true;
        }), wholeDevice: true);
        return seconds[1..];
    }

    /// <summary>Seconds that a peer took, or null where it is missing.</summary>
    private static List<double>? Peer(string script, string[] arguments)
    {
        var start = new ProcessStartInfo(Environment.GetEnvironmentVariable("PYTHON") ?? "python3", [script, "--repeats", $"{Repeats}", .. arguments]) { RedirectStandardOutput = true };
        try
        {
            using Process process = Process.Start(start)!;
            string output = process.StandardOutput.ReadToEnd();
            process.WaitForExit();
            string? line = output.Split('\n').LastOrDefault(l => l.StartsWith('{'));
            if (line is null || process.ExitCode != 0)
                return null;
            return [.. JsonDocument.Parse(line).RootElement.GetProperty("seconds").EnumerateArray().Select(s => s.GetDouble())];
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return null;
        }
    }
}
