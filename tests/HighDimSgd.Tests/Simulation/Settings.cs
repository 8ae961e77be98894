using HighDimSgd.Experiments;
using HighDimSgd.Models;

namespace HighDimSgd.Tests.Simulation;

/// <summary>Small experiments for tests.</summary>
internal static class Settings
{
    public static readonly (Loss Loss, Label Label)[] Models =
    [
        (Loss.Squared, Label.Linear(0.5)),
        (Loss.Logistic, Label.Logistic(3)),
        (Loss.Logistic, Label.Sign),
    ];

    /// <summary>The clocks of full passes.</summary>
    public static IEnumerable<ClockKind> FullPasses =>
        Enum.GetValues<ClockKind>().Where(c => c is not (ClockKind.Online or ClockKind.Sgd or ClockKind.Svag));

    /// <summary>The same with true iterations, recorded at the start and at two later times.</summary>
    public static Experiment Iterations(
        ClockKind kind, int model = 1, int batch = 1, double rate = 1.2, int amplification = 1, Sampling sampling = Sampling.Replacement,
        double horizon = 3, int size = 40, int replicas = 3) => Small(model: model, size: size, replicas: replicas) with
        {
            Algorithm = AlgorithmSpec.Iterations(kind, batch, rate, horizon) with { Amplification = amplification, Sampling = sampling },
            RecordSteps = [],
            RecordTimes = [0, horizon / 7, horizon],
        };

    public static Experiment Small(
        ClockKind clock = ClockKind.Sgf,
        int model = 1,
        int size = 40,
        int replicas = 6,
        double aspect = 1.5,
        int steps = 10,
        DesignLaw law = DesignLaw.Gaussian) => new()
        {
            Name = "small",
            Seed = 17,
            Model = new()
            {
                Loss = Models[model].Loss,
                Label = Models[model].Label,
                Ridge = 0.1,
                TeacherNorm = 1.2,
                StartNorm = 0.8,
                StartOverlap = 0.3,
            },
            Aspect = aspect,
            Algorithm = new() { Kind = clock, Temperature = 0.8, Fraction = 0.3, Weights = [4, 0, 0.5], Chances = [0.2, 0.4, 0.4], Step = 0.2, Steps = steps },
            Design = new(law),
            Sizes = [size],
            Replicas = [replicas],
            RecordSteps = [.. Enumerable.Range(0, steps + 1)],
            Theory = new(500, 3),
        };
}
