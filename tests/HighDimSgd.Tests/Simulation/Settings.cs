using HighDimSgd.Experiments;

namespace HighDimSgd.Tests.Simulation;

/// <summary>Small experiments for tests.</summary>
internal static class Settings
{
    public static readonly (LossKind Loss, LabelSpec Label)[] Models =
    [
        (LossKind.Squared, new(LabelKind.Linear, Noise: 0.5)),
        (LossKind.Logistic, new(LabelKind.Logistic, Slope: 3)),
        (LossKind.Logistic, new(LabelKind.Sign)),
    ];

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
            Algorithm = new() { Kind = clock, Temperature = 0.8, Fraction = 0.3, Step = 0.2, Steps = steps },
            Design = new(law),
            Sizes = [size],
            Replicas = [replicas],
            RecordSteps = [.. Enumerable.Range(0, steps + 1)],
            Theory = new(500, 3),
        };
}
