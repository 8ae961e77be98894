using System.Globalization;
using HighDimSgd.Devices.Cpu;
using HighDimSgd.Experiments;
using HighDimSgd.Models;
using HighDimSgd.Statistics;
using HighDimSgd.Theory;

namespace HighDimSgd.Benchmarks;

/// <summary>The tables of docs/reference/limits.md: limits with their errors, beside figures that were known before.</summary>
internal static class ReferenceTables
{
    private static readonly ModelSpec Logistic = new() { Loss = Loss.Logistic, Label = Label.Logistic(3), Ridge = 0.1 };

    private static readonly ModelSpec Ridge = new() { Loss = Loss.Squared, Label = Label.Linear(0.5), Ridge = 0.1, StartNorm = 0.5 };

    private static readonly ModelSpec Sign = new() { Loss = Loss.Logistic, Label = Label.Sign, Ridge = 0.2 };

    /// <summary>Prints the tables whose titles contain <paramref name="which"/>; all where empty.</summary>
    public static void Print(string which)
    {
        foreach ((string title, Action print) in All().Where(t => t.Title.Contains(which, StringComparison.OrdinalIgnoreCase)))
        {
            Console.WriteLine($"\n{title}\n");
            print();
            Console.Out.Flush();
        }
    }

    private static IEnumerable<(string Title, Action Print)> All()
    {
        yield return ("Ridge, sgf, step 0.1", () => SameStep(
            Setting(Ridge, 2, ClockKind.Sgf, 0.6, 0.1, [0.5, 1, 2, 5]),
            ("q", [.6009, .6745, .7624, .8735]), ("m", [.3675, .5415, .6948, .8129]), ("train_loss", [.4200, .2638, .1602, .1096])));
        yield return ("Logistic, sgf, temperature 4, step 0.2", () => SameStep(
            Setting(Logistic, 2, ClockKind.Sgf, 4, 0.2, [2, 4, 8, 12]),
            ("q", [1.8628, 2.2973, 2.7138, 2.8839]), ("m", [.4962, .7493, .9800, 1.0680]), ("train_loss", [.6044, .5046, .4209, .3909]),
            ("grad2", [.1973, .1581, .1273, .1164])));
        yield return ("Logistic, poisson, temperature 4, step 0.2", () => SameStep(
            Setting(Logistic, 2, ClockKind.Poisson, 4, 0.2, [12]), ("q", [2.9685]), ("m", [1.0814]), ("train_loss", [.3912])));
        yield return ("Logistic, sgf, temperature 1, step 0.2", () => SameStep(
            Setting(Logistic, 2, ClockKind.Sgf, 1, 0.2, [12]), ("q", [1.981])));
        yield return ("Logistic with sign labels, sgf, temperature 2, step 0.2", () => SameStep(
            Setting(Sign, 1.5, ClockKind.Sgf, 2, 0.2, [8]),
            ("q", [1.3532]), ("m", [.8110]), ("train_loss", [.3371]), ("train_error", [.0824]), ("test_loss", [.5174]), ("test_error", [.2544])));
        double[] four = [1, 2, 3, 4], epochs = [4, 8, 12, 16, 20, 24];
        yield return ("Logistic, poisson, temperature 4, continuous time to 4", () => Continuous(
            Setting(Logistic, 2, ClockKind.Poisson, 4, 0.2, four), ("q", [double.NaN, double.NaN, double.NaN, 2.263]), ("m", [])));
        yield return ("Logistic, sgf, temperature 4, continuous time to 4", () => Continuous(
            Setting(Logistic, 2, ClockKind.Sgf, 4, 0.2, four), ("q", [double.NaN, double.NaN, double.NaN, 2.206]), ("m", [])));
        foreach ((int l, double q) in new[] { (1, 2.255), (2, 2.228), (4, 2.213), (8, 2.202), (16, 2.199) })
        {
            yield return ($"Logistic, two clocks of SVAG, amplification {l}, temperature 4, continuous time to 4", () => Continuous(
                Setting(Logistic, 2, ClockKind.TwoClock, 4, 0.2, [4], amplification: l), ("q", [q]), ("m", [])));
        }

        yield return ("Logistic, poisson, temperature 4, continuous time to 24", () => Continuous(
            Setting(Logistic, 2, ClockKind.Poisson, 4, 0.2, epochs),
            ("q", [2.2532, 2.7002, 2.8951, 2.9743, 3.0135, 3.0329]), ("m", [.7394, .9717, 1.0654, 1.1051, 1.1222, 1.1315])));
        yield return ("Logistic, sgf, temperature 4, continuous time to 24", () => Continuous(
            Setting(Logistic, 2, ClockKind.Sgf, 4, 0.2, epochs),
            ("q", [2.1871, 2.6198, 2.8179, 2.9054, 2.9451, 2.9721]), ("m", [.7266, .9573, 1.0504, 1.0912, 1.1077, 1.1185])));
    }

    private static Experiment Setting(
        ModelSpec model, double aspect, ClockKind clock, double temperature, double step, double[] times, int amplification = 1) => new()
        {
            Name = "reference",
            Seed = 20260206,
            Model = model,
            Aspect = aspect,
            Algorithm = new()
            {
                Kind = clock,
                Temperature = temperature,
                Amplification = amplification,
                Step = step,
                Steps = (int)Math.Round(times[^1] / step),
            },
            Sizes = [100],
            Replicas = [2],
            RecordSteps = [.. times.Select(t => (int)Math.Round(t / step))],
            Theory = new(100_000, 32),
        };

    private static void SameStep(Experiment experiment, params (string Observable, double[] Earlier)[] columns)
    {
        double[][,] sweeps = Precision.Solve(experiment, experiment.Theory.Sweeps);
        string[] names = [.. Observables.Of(experiment.Model)];
        RidgeSolution? closed = experiment.Model.Loss == Loss.Squared ? RidgeVolterra.Solve(experiment) : null;
        Head(closed is null ? "" : " closed solution |");
        foreach ((string name, double[] earlier) in columns)
        {
            int o = Array.IndexOf(names, name);
            for (int t = 0; t < experiment.RecordSteps.Count; t++)
            {
                Sample sample = Precision.Over(sweeps, o, t);
                double[]? exact = name switch { "q" => closed?.Q, "m" => closed?.M, _ => closed?.TrainLoss };
                string extra = exact is null ? "" : Invariant($" {exact[experiment.RecordSteps[t]]:f5} |");
                Row(name, experiment.Times()[t], sample.Mean, sample.Error, null, earlier.ElementAtOrDefault(t), extra);
            }
        }
    }

    private static void Continuous(Experiment experiment, params (string Observable, double[] Earlier)[] columns)
    {
        IReadOnlyDictionary<string, ContinuousCurve> curves = StepExtrapolation.Solve(experiment, new CpuDevice());
        Head(" step error |");
        foreach ((string name, double[] earlier) in columns)
        {
            ContinuousCurve curve = curves[name];
            for (int t = 0; t < curve.Mean.Length; t++)
                Row(name, experiment.Times()[t], curve.Mean[t], curve.Error[t], curve.StepError, earlier.ElementAtOrDefault(t), "");
        }
    }

    private static void Head(string extra)
    {
        Console.WriteLine($"| observable | t | limit | standard error |{extra} earlier | difference |");
        Console.WriteLine($"|---|---|---|---|{(extra.Length > 0 ? "---|" : "")}---|---|");
    }

    private static void Row(string name, double time, double mean, double error, double? step, double earlier, string extra)
    {
        string left = step is { } s ? Invariant($" {s:f5} |") : extra;
        string right = !(earlier > 0) ? " | |" : Invariant($" {earlier:f4} | {Math.Round(mean - earlier, 4) + 0.0:+0.0000;-0.0000;0} |");
        Console.WriteLine(Invariant($"| {name} | {time:0.##} | {mean:f5} | {error:f5} |{left}{right}"));
    }

    private static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
