using HighDimSgd.Experiments;

namespace HighDimSgd.Tests.Experiments;

/// <summary>Experiment texts for tests.</summary>
internal static class Samples
{
    /// <summary>Every section on lines of its own, so that a test can replace one.</summary>
    public const string Text = """
        family: proportional
        name: sample
        seed: 7
        model:
          loss: logistic
          label: {kind: logistic, slope: 3.0}
          ridge: 0.1
          teacher_norm: 1.0
          start: {norm: 1.0, overlap: 0.0}
        aspect: 2.0
        algorithm: {kind: sgf, temperature: 4.0, step: 0.2, horizon: 12.0}
        design: {law: gaussian, storage: auto}
        sizes: [250, 500, 1000]
        replicas: 200
        record: {points: 13}
        theory: {paths: 100000, sweeps: 32}
        verdict: {alpha: 0.01, tolerance: 0.02}
        compare: [sgf]
        """;

    /// <summary>Only what is required.</summary>
    public const string Shortest = """
        family: proportional
        model: {loss: squared, label: {kind: linear, noise: 0.5}}
        aspect: 2
        algorithm: {kind: gd, step: 0.1, horizon: 0.3}
        sizes: [10]
        """;

    /// <summary>The sample with one piece replaced.</summary>
    public static string With(string old, string by)
    {
        Assert.Contains(old, Text, StringComparison.Ordinal);
        return Text.Replace(old, by, StringComparison.Ordinal);
    }

    /// <summary>The one line by which a text is refused.</summary>
    public static string Refusal(string text, string file = "sample.yaml")
    {
        string message = Assert.Throws<ExperimentException>(() => Experiment.Parse(text, file)).Message;
        Assert.DoesNotContain(message, char.IsControl);
        return message;
    }

    /// <summary>A ready-made experiment of the repository.</summary>
    public static string ReadyMade(string name)
    {
        DirectoryInfo? folder = new(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "HighDimSgd.sln")))
            folder = folder.Parent;
        return Path.Combine(folder!.FullName, "experiments", name);
    }

    /// <summary>A ready-made experiment made small: some seconds, all of them.</summary>
    public static Experiment Small(string name) => Experiment.Load(ReadyMade(name)) with { Sizes = [40, 80, 160], Replicas = [400, 200, 100], Theory = new(10_000, 16) };
}
