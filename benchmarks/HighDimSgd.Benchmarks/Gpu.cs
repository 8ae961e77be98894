using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using HighDimSgd.Devices;
using HighDimSgd.Devices.Cpu;
using HighDimSgd.Experiments;
using HighDimSgd.Kernels;
using HighDimSgd.Kernels.Physics;
using HighDimSgd.Models;
using HighDimSgd.Simulation;
using HighDimSgd.Theory;

namespace HighDimSgd.Benchmarks;

/// <summary>
/// A GPU's engines against the bytes that they must move and against peers doing the same work, after a check that the GPU computes what
/// the CPU does. Bytes: a design once a step; of the DMFT's table the first 2k+2 columns in step k.
/// </summary>
internal sealed class Gpu(IDevice device, bool isSmall)
{
    private const int Repeats = 3, Steps = 60;

    // Rounding of float32 sums in another order, over 60 steps.
    private const double Agreement = 1e-3;

    /// <summary>Replicas by size; small ones for a trial of the benchmark itself.</summary>
    private (int Size, int Replicas)[] Cases => isSmall ? [(20, 8), (50, 4)] : [(1000, 2048), (250, 32768)];

    private (int Paths, int Steps) Sweep => isSmall ? (200, 20) : (1_000_000, 200);

    /// <summary>Measures a device and writes the page; where there is none, says so and leaves a page that holds figures alone.</summary>
    public static int Run(string key, string page, string peers, bool isSmall)
    {
        try
        {
            IDevice device = Device.Open(key);
            if (device is CpuDevice)
                throw new MachineException(string.Join("; ", Device.Describe().Where(d => !d.Available).Select(d => $"{d.Key} {d.Detail}")));
            File.WriteAllText(page, GpuPage.Text(new Gpu(device, isSmall).Measure(peers)));
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
        foreach ((int size, int most) in Cases)
        {
            int replicas = Math.Min(most, device.Share.Batch(new DenseShape(size, 2 * size).Bytes(1))), samples = 2 * size;
            double bytes = 4.0 * size * samples * replicas * Steps;
            string work = $"dense d={size} n={samples} R={replicas} K={Steps}";
            Add(work, Table.Ours, bytes, device.Run(new Replicas(size, replicas), wholeDevice: false).Seconds);
            AddPeers(work, bytes, ["--dense", $"{size}", $"{samples}", $"{replicas}", $"{Steps}"]);
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
                if (Peer(peers, ["--peer", peer, .. arguments]) is { } seconds)
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

    /// <summary>Largest deviation of curves from the CPU's, in units of the curve's largest value.</summary>
    private double Deviation()
    {
        var run = new Replicas(isSmall ? 20 : 250, 4);
        double largest = 0;
        foreach ((double[,] want, double[,] got) in new CpuDevice().Run(run, false).Curves.Zip(device.Run(run, false).Curves))
        {
            for (int o = 0; o < want.GetLength(0); o++)
            {
                double scale = Math.Max(Math.Abs(want[o, 0]), Math.Abs(want[o, 1]));
                largest = Math.Max(largest, Math.Abs(want[o, 1] - got[o, 1]) / scale);
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

    /// <summary>K steps of replicas that advance together, their designs in memory.</summary>
    private sealed class Replicas(int size, int count) : IDeviceProgram<(List<double> Seconds, IReadOnlyList<double[,]> Curves)>
    {
        public (List<double> Seconds, IReadOnlyList<double[,]> Curves) Run<TReal, TWord, TView>(ISkeletons<TReal, TWord, TView> skeletons)
            where TReal : unmanaged, IReal<TReal, TWord>
            where TWord : unmanaged, IWord<TReal, TWord>
            where TView : struct, IView<TReal, TWord>
        {
            Experiment setting = Dense.Setting();
            var engine = new DenseEngine<TReal, TWord, TView, LogisticLoss<TReal, TWord>>(skeletons, setting, size, default, count);
            double[][,] curves = [.. Enumerable.Range(0, count).Select(_ => new double[Observables.Of(setting.Model).Count, 2])];
            engine.Prepare(0, count);
            var seconds = new List<double>();
            for (int pass = 0; pass <= Repeats; pass++)
            {
                var watch = Stopwatch.StartNew();
                engine.Advance(0, curves);
                seconds.Add(watch.Elapsed.TotalSeconds);
            }

            return (seconds[1..], curves);
        }
    }
}
