using System.Text.Json;
using HighDimSgd.Experiments;
using HighDimSgd.Models;

namespace HighDimSgd.Tests.Experiments;

public class ExperimentFileTests
{
    [Fact]
    public void EveryKeyArrivesInItsPlace()
    {
        Experiment e = Experiment.Parse(Samples.Text, "other.yaml");
        Assert.Equal("sample", e.Name);
        Assert.Equal(7UL, e.Seed);
        Assert.Equal(
            new ModelSpec
            {
                Loss = Loss.Logistic,
                Label = Label.Logistic(3),
                Ridge = 0.1,
                TeacherNorm = 1,
                StartNorm = 1,
                StartOverlap = 0,
            },
            e.Model);
        Assert.Equal(2, e.Aspect);
        Assert.Equal(new AlgorithmSpec { Kind = ClockKind.Sgf, Temperature = 4, Step = 0.2, Steps = 60 }, e.Algorithm);
        Assert.Equal((DesignLaw.Gaussian, DesignStorage.MatrixFree), (e.Design.Law, e.Design.Storage));
        Assert.Equal([250, 500, 1000], e.Sizes);
        Assert.Equal([200, 200, 200], e.Replicas);
        Assert.Equal([0, 5, 10, 15, 20, 25, 30, 35, 40, 45, 50, 55, 60], e.RecordSteps);
        Assert.Equal(new TheorySpec(100_000, 32, ResponseMethod.Auto), e.Theory);
        Assert.Equal(new VerdictSpec(0.01, 0.02), e.Verdict);
        Assert.Equal([ClockKind.Sgf], e.Compare);
    }

    [Fact]
    public void MissingKeysTakeTheirDefaults()
    {
        Experiment e = Experiment.Parse(Samples.Shortest, "folder/short.yaml");
        Assert.Equal("short", e.Name);
        Assert.Equal(1UL, e.Seed);
        Assert.Equal(0, e.Model.Ridge);
        Assert.Equal((1, 1, 0), (e.Model.TeacherNorm, e.Model.StartNorm, e.Model.StartOverlap));
        Assert.Equal(new AlgorithmSpec { Kind = ClockKind.Gd, Step = 0.1, Steps = 3 }, e.Algorithm);
        Assert.Equal([200], e.Replicas);
        Assert.Equal(1, e.ReplicasPerDesign);
        Assert.Equal([0, 1, 2, 3], e.RecordSteps); // 13 points do not fit 3 steps
        Assert.Equal(new TheorySpec(), e.Theory);
        Assert.Equal(new VerdictSpec(), e.Verdict);
        Assert.Empty(e.Compare);
    }

    [Theory]
    [InlineData("record: {points: 13}", "record: {points: 4}", new[] { 0, 20, 40, 60 })]
    [InlineData("record: {points: 13}", "record: {points: 8}", new[] { 0, 9, 17, 26, 34, 43, 51, 60 })]
    [InlineData("record: {points: 13}", "record: {times: [0.2, 0.6, 12]}", new[] { 1, 3, 60 })]
    [InlineData("record: {points: 13}", "record: {times: [0.60000000001]}", new[] { 3 })]
    public void RecordTimesBecomeStepIndices(string old, string by, int[] expected)
        => Assert.Equal(expected, Experiment.Parse(Samples.With(old, by), "f").RecordSteps);

    [Theory]
    [InlineData("replicas: 200", "replicas: [100, 50, 20]", new[] { 100, 50, 20 })]
    [InlineData("replicas: 200", "replicas: [30]", new[] { 30, 30, 30 })]
    [InlineData("replicas: 200", "replicas: 1e3", new[] { 1000, 1000, 1000 })]
    public void ReplicasAreOneNumberOrOnePerSize(string old, string by, int[] expected)
        => Assert.Equal(expected, Experiment.Parse(Samples.With(old, by), "f").Replicas);

    [Fact]
    public void ReplicasPerDesignAreReadAndWritten()
    {
        Experiment e = Experiment.Parse(Samples.With("replicas: 200", "replicas: [200, 100, 60]\nreplicas_per_design: 20"), "f");
        Assert.Equal(20, e.ReplicasPerDesign);
        Assert.Equal(20, e.Validate().ReplicasPerDesign);
    }

    [Theory]
    [InlineData("{kind: gd, step: 0.2, horizon: 12.0}", "")]
    [InlineData("{kind: minibatch, fraction: 0.25, step: 0.2, horizon: 12.0}", "gd")]
    [InlineData("{kind: poisson, temperature: 4, step: 0.2, horizon: 12.0}", "sgf, gd, poisson")]
    [InlineData("{kind: sgf, temperature: 0, step: 0.2, horizon: 12.0}", "gd")]
    [InlineData("{kind: sgf, temperature: 1, step: 0.1, horizon: 0.3}", "gd")]
    public void WhatIsWrittenReadsBackEqual(string algorithm, string compare)
    {
        string text = Samples.With("{kind: sgf, temperature: 4.0, step: 0.2, horizon: 12.0}", algorithm)
            .Replace("points: 13", "points: 3", StringComparison.Ordinal)
            .Replace("[sgf]", $"[{compare}]", StringComparison.Ordinal);
        Experiment e = Experiment.Parse(text, "f");
        foreach (JsonSerializerOptions style in new JsonSerializerOptions[] { new(), new() { WriteIndented = true }, new() { WriteIndented = true, IndentCharacter = '\t', IndentSize = 1 } })
        {
            string json = e.ToJson().ToJsonString(style);
            Experiment back = Experiment.Parse(json, "results.json");
            Assert.Equal(e, back);
            Assert.Equal(e.Model, back.Model);
            Assert.Equal(e.Algorithm, back.Algorithm);
            Assert.Equal(e.RecordSteps, back.RecordSteps);
            Assert.Equal(e.GetHashCode(), back.GetHashCode());
        }

        Assert.NotEqual(e, e with { Seed = 8 });
        Assert.NotEqual(e, e with { RecordSteps = [0, 1] });
    }

    [Theory]
    [InlineData("[250, 500, 1000]", "auto", DesignStorage.MatrixFree)]
    [InlineData("[20, 30]", "auto", DesignStorage.Float32)] // 60 steps see more than there is
    [InlineData("[20, 1000]", "auto", DesignStorage.MatrixFree)] // one storage for the whole ladder
    [InlineData("[250, 500, 1000]", "float32", DesignStorage.Float32)]
    [InlineData("[20, 30]", "matrix-free", DesignStorage.MatrixFree)]
    public void StorageIsChosenWhereItIsFaster(string sizes, string storage, DesignStorage chosen)
    {
        string text = Samples.With("[250, 500, 1000]", sizes).Replace("storage: auto", $"storage: {storage}", StringComparison.Ordinal);
        Assert.Equal(chosen, Experiment.Parse(text, "sample.yaml").Design.Storage);
    }

    [Theory]
    [InlineData("law: gaussian", "law: rademacher")]
    [InlineData("replicas: 200", "replicas: 200\nreplicas_per_design: 4")]
    public void AndWhereItCanBeHad(string old, string by) =>
        Assert.Equal(DesignStorage.Float32, Experiment.Parse(Samples.With(old, by), "sample.yaml").Design.Storage);

    [Fact]
    public void JsonHoldsTheFilesKeysAndNoOthers()
    {
        Assert.Equal(
            """
            {"family":"proportional","name":"short","seed":1,"model":{"loss":"squared","label":{"kind":"linear","noise":0.5},"ridge":0,"teacher_norm":1,"start":{"norm":1,"overlap":0}},"aspect":2,"algorithm":{"kind":"gd","step":0.1,"horizon":0.3},"design":{"law":"gaussian","storage":"matrix-free"},"sizes":[10],"replicas":[200],"replicas_per_design":1,"record":{"points":4},"theory":{"paths":100000,"sweeps":32,"responses":"auto"},"verdict":{"alpha":0.01,"tolerance":0.02},"compare":[]}
            """,
            Experiment.Parse(Samples.Shortest, "short.yaml").ToJson().ToJsonString());
    }

    [Fact]
    public void ExperimentsBuiltInCodeAreHeldToTheSameRules()
    {
        Experiment e = Experiment.Parse(Samples.Text, "f");
        Assert.Equal(e, e.Validate());
        Assert.Contains("aspect", Assert.Throws<ExperimentException>((e with { Aspect = double.NaN }).Validate).Message, StringComparison.Ordinal);
        Assert.Contains("whole", Assert.Throws<ExperimentException>((e with { Aspect = 1.3, Sizes = [7] }).Validate).Message, StringComparison.Ordinal);
        Assert.Contains("horizon", Assert.Throws<ExperimentException>((e with { RecordSteps = [0, 61] }).Validate).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("logistic-sgf", 4.0, ClockKind.Sgf, 60)]
    [InlineData("logistic-poisson", 4.0, ClockKind.Poisson, 60)]
    [InlineData("ridge-sgf", 0.6, ClockKind.Sgf, 50)]
    [InlineData("sign-teacher", 2.0, ClockKind.Sgf, 40)]
    [InlineData("variance-sources", 0.6, ClockKind.Sgf, 50)]
    public void ReadyMadeExperimentsLoad(string name, double temperature, ClockKind clock, int steps)
    {
        Experiment e = Experiment.Load(Samples.ReadyMade(name + ".yaml"));
        Assert.Equal(name, e.Name);
        Assert.Equal((temperature, clock, steps), (e.Algorithm.Temperature, e.Algorithm.Kind, e.Algorithm.Steps));
        Assert.Equal(3, e.Sizes.Count);
    }
}
