using HighDimSgd.Experiments;
using HighDimSgd.Models;
using HighDimSgd.Results;
using MathNet.Numerics.Distributions;

namespace HighDimSgd.Tests.Statistics;

/// <summary>Made-up simulations with a known limit and a known c/d: q and m, exact at t = 0.</summary>
internal static class SyntheticLadder
{
    public static readonly double[] Times = [0, 1, 2];
    public static readonly int[] Sizes = [100, 200, 400];

    public static Experiment Experiment { get; } = new()
    {
        Name = "synthetic",
        Seed = 1,
        Model = new ModelSpec { Loss = Loss.Squared, Label = Label.Linear() },
        Aspect = 2,
        Algorithm = new AlgorithmSpec { Kind = ClockKind.Gd, Step = 1, Steps = 2 },
        Sizes = Sizes,
        Replicas = [.. Sizes.Select(_ => 50)],
        RecordSteps = [0, 1, 2],
    };

    public static TheoryResult Theory(double error = 0) => new(TheoryResult.Ok, "", "gd", Times, new Dictionary<string, Curve>
    {
        [Observables.Q] = new([1, 2, 3], [0, error, error], [0, 0, 0]),
        [Observables.M] = new([0, 0.5, 0.8], [0, error, error], [0, 0, 0]),
    })
    {
        Sweeps = new Dictionary<string, double[,]> { [Observables.Q] = Sweeps([1, 2, 3], error), [Observables.M] = Sweeps([0, 0.5, 0.8], error) },
    };

    /// <summary>Eight sweeps about a mean with a given standard error of their mean.</summary>
    private static double[,] Sweeps(double[] mean, double error)
    {
        const int Count = 8;
        var table = new double[Count, mean.Length];
        for (var s = 0; s < Count; s++)
        {
            for (var t = 0; t < mean.Length; t++)
                table[s, t] = mean[t] + (t == 0 ? 0 : error * Math.Sqrt(Count - 1) * (((s + (4 * (t - 1) * (s % 2))) % Count) < Count / 2 ? 1 : -1));
        }

        return table;
    }

    /// <summary>Replicas with standard deviation 5/sqrt(d) about limit + coefficient/d + shift.</summary>
    public static SizeCurves Curves(Random random, int size, int replicas, double coefficient, double shift = 0, params int[] diverged)
    {
        var theory = Theory();
        var values = new[] { Observables.Q, Observables.M }.Select(name =>
        {
            var table = new double[replicas, Times.Length];
            for (var r = 0; r < replicas; r++)
            {
                table[r, 0] = theory.Observables[name].Mean[0] + 1e-8 * random.NextDouble();
                for (var t = 1; t < Times.Length; t++)
                {
                    table[r, t] = diverged.Contains(r) ? double.NaN : theory.Observables[name].Mean[t] + coefficient / size + shift
                        + 5 / Math.Sqrt(size) * Normal.Sample(random, 0, 1);
                }
            }

            return table;
        });
        return new SizeCurves(size, 2 * size, Times, [Observables.Q, Observables.M], [.. values], diverged);
    }
}
