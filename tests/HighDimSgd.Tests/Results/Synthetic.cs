using System.Text.Json.Nodes;
using HighDimSgd.Experiments;
using HighDimSgd.Models;
using HighDimSgd.Results;

namespace HighDimSgd.Tests.Results;

/// <summary>A made-up logistic experiment of plausible size: a known limit, c/d and noise, and nothing computed by the program.</summary>
internal static class Synthetic
{
    public static readonly int[] Sizes = [250, 500, 1000];
    public static readonly string[] Names = [.. Observables.Of(Experiment().Model)];
    private const int Replicas = 200;

    public static Experiment Experiment(string name = "logistic-sgf") => new()
    {
        Name = name,
        Seed = 20260206,
        Model = new ModelSpec { Loss = Loss.Logistic, Label = Label.Logistic(3), Ridge = 0.1 },
        Aspect = 2,
        Algorithm = new AlgorithmSpec { Kind = ClockKind.Sgf, Temperature = 4, Step = 0.2, Steps = 60 },
        Sizes = Sizes,
        Replicas = [Replicas, Replicas, Replicas],
        RecordSteps = [.. Enumerable.Range(0, 13).Select(i => 5 * i)],
    };

    public static JsonObject Json(string name = "logistic-sgf") => (JsonObject)JsonNode.Parse($$"""
        {"family": "proportional", "name": "{{name}}", "seed": 20260206,
         "model": {"loss": "logistic", "label": {"kind": "logistic", "slope": 3.0}, "ridge": 0.1, "teacher_norm": 1.0, "start": {"norm": 1.0, "overlap": 0.0} },
         "aspect": 2.0, "algorithm": {"kind": "sgf", "temperature": 4.0, "step": 0.2, "horizon": 12.0},
         "design": {"law": "gaussian", "storage": "float32"}, "sizes": [250, 500, 1000], "replicas": [200, 200, 200],
         "record": {"points": 13}, "theory": {"paths": 100000, "sweeps": 32, "responses": "auto"},
         "verdict": {"alpha": 0.01, "tolerance": 0.02}, "compare": ["poisson"] }
        """)!;

    public static Manifest Manifest => new()
    {
        Device = "cpu",
        Threads = 2,
        VectorWidth = 512,
        Storage = "float32",
        CounterLayout = 1,
        InputHash = "9c56cc51b374c3ba189210d5b6d4bf57790d351c96c47c02190ecf1e430635ab",
        Seed = 20260206,
        Start = new DateTimeOffset(2026, 2, 6, 10, 0, 0, TimeSpan.Zero),
        End = new DateTimeOffset(2026, 2, 6, 10, 0, 14, TimeSpan.Zero),
        Timing = new Dictionary<string, double> { ["simulate_s"] = 10.2, ["theory_s"] = 3.4 },
    };

    public static (ExperimentResult Result, SizeCurves[] Curves) Complete(string name = "logistic-sgf")
    {
        Experiment experiment = Experiment(name);
        double[] times = experiment.Times();
        var random = new Random(1);
        SizeCurves[] curves = [.. Sizes.Select(d => new SizeCurves(d, 2 * d, times, Names, [.. Names.Select(o => Values(o, d, times, random))], []))];
        SizeSummary[] sizes = [.. curves.Select(Summary)];
        TheoryResult theory = Theory("sgf", times, 1, random), poisson = Theory("poisson", times, 1.025, random);
        Dictionary<string, FiniteSizeFit> fits = Names.ToDictionary(o => o, o => Fit(o, times, theory));
        Check[] checks =
        [
            .. from s in sizes from o in Names select Checked(s.Size, o, s.Observables[o].Mean, s.Observables[o].Error, theory),
            .. Names.Select(o => Checked(null, o, fits[o].Limit, fits[o].LimitError, theory)),
        ];
        var verdict = new Verdict("pass", "the limit extrapolated from d = 250, 500, 1000 agrees with the theory in all 7 observables.", checks);
        return (new ExperimentResult(experiment, theory, new Dictionary<string, TheoryResult> { ["poisson"] = poisson }, sizes, fits, verdict), curves);
    }

    public static ExperimentResult TheoryAlone()
    {
        ExperimentResult all = Complete().Result;
        return all with { Sizes = [], FiniteSize = new Dictionary<string, FiniteSizeFit>(), Verdict = new Verdict("unresolved", "nothing was simulated.", []) };
    }

    /// <summary>No theory, and two replicas of the smallest size diverged half way, so that its last means are missing.</summary>
    public static ExperimentResult Refused()
    {
        ExperimentResult all = Complete().Result;
        var none = new Dictionary<string, Curve>();
        return all with
        {
            Theory = new TheoryResult(TheoryResult.Refused, "the covariance <C> lost its positive definiteness at t = 3.2.", "sgf", all.Theory.Times, none),
            Theories = new Dictionary<string, TheoryResult>(),
            FiniteSize = new Dictionary<string, FiniteSizeFit>(),
            Sizes = [all.Sizes[0] with { Diverged = [3, 17], Observables = all.Sizes[0].Observables.ToDictionary(o => o.Key, o => Cut(o.Value)) }, .. all.Sizes.Skip(1)],
            Verdict = new Verdict("unresolved", "2 of 600 replicas diverged, and there is no theory.", []),
        };
    }

    /// <summary>The limit by observable and time.</summary>
    public static double Limit(string observable, double t) => observable switch
    {
        Observables.Q => 1 + 1.95 * (1 - Math.Exp(-t / 3.6)),
        Observables.M => 1.09 * (1 - Math.Exp(-t / 3.4)),
        Observables.TrainLoss => 0.38 + 0.43 * Math.Exp(-t / 2.9),
        Observables.TrainError => 0.17 + 0.33 * Math.Exp(-t / 2.1),
        Observables.TestLoss => 0.57 + 0.24 * Math.Exp(-t / 2.2),
        Observables.TestError => t == 0 ? double.NaN : 0.29 + 0.21 * Math.Exp(-t / 1.9),
        _ => 0.112 + 0.15 * Math.Exp(-t / 2.8),
    };

    private static bool Exact(string observable, double t) => t == 0 && observable is Observables.Q or Observables.M;

    private static double[,] Values(string observable, int d, double[] times, Random random)
    {
        var values = new double[Replicas, times.Length];
        for (int r = 0; r < Replicas; r++)
        {
            double own = Normal(random);
            for (int k = 0; k < times.Length; k++)
            {
                double limit = Limit(observable, times[k]);
                own = 0.8 * own + 0.6 * Normal(random);
                values[r, k] = Exact(observable, times[k]) ? limit : limit * (1 - 1.2 / d + 0.9 / Math.Sqrt(d) * own);
            }
        }

        return values;
    }

    private static SizeSummary Summary(SizeCurves c) => new(c.Size, c.Samples, c.Replicas, c.Diverged, c.Times,
        c.Observables.Select((o, i) => (o, Curve: Moments(c.Values[i]))).ToDictionary(p => p.o, p => p.Curve));

    private static Curve Moments(double[,] values)
    {
        int count = values.GetLength(0), times = values.GetLength(1);
        double[] mean = new double[times], variance = new double[times];
        for (int k = 0; k < times; k++)
        {
            mean[k] = Enumerable.Range(0, count).Average(r => values[r, k]);
            variance[k] = Enumerable.Range(0, count).Sum(r => Math.Pow(values[r, k] - mean[k], 2)) / (count - 1);
        }

        return new Curve(mean, [.. variance.Select(v => Math.Sqrt(v / count))], variance);
    }

    private static TheoryResult Theory(string clock, double[] times, double factor, Random random) => new(TheoryResult.Ok, "", clock, times,
        Names.ToDictionary(o => o, o =>
        {
            double[] error = [.. times.Select(t => Exact(o, t) ? 0 : 0.0007 * (1 + t / 12) * Limit(o, t))];
            double[] mean = [.. times.Zip(error, (t, e) => Limit(o, t) * (Exact(o, t) ? 1 : 1 + (factor - 1) * t / 12) + e * Normal(random))];
            return new Curve(mean, error, [.. error.Select(e => 32 * e * e)]);
        }));

    private static FiniteSizeFit Fit(string observable, double[] times, TheoryResult theory)
    {
        double[] error = [.. theory.Observables[observable].Error.Select(e => 3 * e)];
        return new FiniteSizeFit(
            [.. times.Select((t, k) => Limit(observable, t) + error[k] * Math.Sin(1.0 + k))], error,
            [.. times.Select(t => -1.2 * Limit(observable, t))], [.. error.Select(e => 450 * e)])
        {
            LimitInterval = new([.. times.Select((t, k) => Limit(observable, t) - (2 * error[k]))], [.. times.Select((t, k) => Limit(observable, t) + (2 * error[k]))]),
            CoefficientInterval = new([.. error.Select(e => -900 * e)], [.. error.Select(e => 900 * e)]),
            LimitCovariance = [.. error.Select(e => error.Select(f => 0.8 * e * f).ToArray())],
            Goodness = [.. times.Select(t => 0.3 + (t / 40))],
            Exponent = new([.. times.Select(_ => 1.1)], [.. times.Select(_ => 0.42)], [.. times.Select(_ => double.NaN)]),
            ScaledVariance = new([.. Sizes.Select(_ => error)], [.. Sizes.Select(_ => error)], error, [.. error.Select(e => e / 9)]),
            Advice = observable == Observables.M ? "The exponent of c/d is not resolved: needs about 4 times the replicas at d = 1000." : null,
        };
    }

    private static Check Checked(int? size, string observable, double[] mean, double[] error, TheoryResult theory)
    {
        Curve exact = theory.Observables[observable];
        double[] z = [.. mean.Select((m, k) => (m - exact.Mean[k]) / double.Hypot(error[k], exact.Error[k]))];
        return new Check(size, observable, z.Where(double.IsFinite).Max(Math.Abs), null, "pass", null, z);
    }

    private static Curve Cut(Curve c) => new([.. c.Mean.Select(Late)], [.. c.Error.Select(Late)], [.. c.Variance.Select(Late)]);

    private static double Late(double value, int k) => k is 4 or > 6 ? double.NaN : value;

    private static double Normal(Random random) =>
        Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble());
}
