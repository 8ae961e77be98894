using System.Globalization;
using HighDimSgd.Devices.Cpu;
using HighDimSgd.Experiments;
using HighDimSgd.Models;
using HighDimSgd.Statistics;
using HighDimSgd.Theory;

namespace HighDimSgd.Benchmarks;

/// <summary>
/// The theory's error in its default form (100 000 paths, 32 sweeps, the logistic experiment), the largest over all times, taken from as
/// many paths in ten times the sweeps, which know it to 4 per cent; and its bias of order 1/paths, from sweeps of few paths: with N and
/// N/2 paths the means differ by b/N.
/// </summary>
internal static class Precision
{
    private const int Sweeps = 32, Finer = 10, Few = 500, ManySweeps = 4000;

    public static void Print()
    {
        Experiment setting = Dense.Setting() with { RecordSteps = [.. Enumerable.Range(0, 13).Select(i => 5 * i)] };
        double[][,] sweeps = Solve(With(setting, setting.Theory.Paths / Finer), Finer * Sweeps), few = Solve(With(setting, Few), ManySweeps), fewer = Solve(With(setting, Few / 2), ManySweeps);
        string[] names = [.. Observables.Of(setting.Model)];
        Console.WriteLine("| observable | largest error | times sqrt(paths sweeps) | bias at 100 000 paths | its error |");
        Console.WriteLine("|---|---|---|---|---|");
        for (int o = 0; o < names.Length; o++)
        {
            double error = Times(t => Over(sweeps, o, t).Error).Max();
            (double bias, double uncertainty) = Times(t =>
            {
                (Sample a, Sample b) = (Over(few, o, t), Over(fewer, o, t));
                double scale = Few / (double)setting.Theory.Paths;
                return (Bias: (b.Mean - a.Mean) * scale, Error: Math.Sqrt((a.Error * a.Error) + (b.Error * b.Error)) * scale);
            }).MaxBy(x => Math.Abs(x.Bias));
            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"| {names[o]} | {error:f5} | {error * Math.Sqrt((double)Sweeps * setting.Theory.Paths):f2} | {bias:f6} | {uncertainty:f6} |"));
        }

        IEnumerable<T> Times<T>(Func<int, T> at) => Enumerable.Range(1, setting.RecordSteps.Count - 1).Select(at);
    }

    private static Experiment With(Experiment setting, int paths) => setting with { Theory = new(paths) };

    /// <summary>The curves of a number of sweeps.</summary>
    public static double[][,] Solve(Experiment setting, int sweeps)
    {
        var curves = new List<double[,]>();
        new CpuDevice().Run(
            new DmftSweeps(setting, Enumerable.Range(0, sweeps), (_, result) =>
            {
                if (result.Refusal is null)
                    curves.Add(result.Curves);
                return true;
            }),
            wholeDevice: true);
        return [.. curves];
    }

    /// <summary>One number over the sweeps.</summary>
    public static Sample Over(double[][,] sweeps, int observable, int time) => Sample.Of([.. sweeps.Select(s => s[observable, time])]);
}
