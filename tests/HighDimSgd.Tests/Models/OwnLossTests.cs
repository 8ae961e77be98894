using System.Diagnostics;
using System.Text.Json.Nodes;
using HighDimSgd.Experiments;
using HighDimSgd.Kernels.Physics;
using HighDimSgd.Models;
using HighDimSgd.Results;
using HighDimSgd.Statistics;
using HighDimSgd.Tests.Simulation;
using OwnLoss;

namespace HighDimSgd.Tests.Models;

/// <summary>Losses and labels from outside the library, the ones of samples/OwnLoss and the built-in ones under other names.</summary>
public sealed class OwnLossTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory().FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public void TheSampleRunsAndItsSimulationAgreesWithItsTheory()
    {
        // False alarm 1e-2 by the verdict's alpha; the seed is fixed. The registration stays within the process.
        using var process = Process.Start(new ProcessStartInfo("dotnet", [typeof(Huber).Assembly.Location, Sample("huber.yaml"), folder])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        string output = process.StandardOutput.ReadToEnd(), error = process.StandardError.ReadToEnd();
        process.WaitForExit();
        Assert.True(process.ExitCode == 0, output + error);
        Assert.StartsWith("pass: ", output.TrimEnd().Split('\n')[^1], StringComparison.Ordinal);
        JsonNode model = JsonNode.Parse(File.ReadAllText(Path.Combine(folder, ResultsFile.Name)))!["experiment"]!["model"]!;
        Assert.Equal("""{"kind":"huber","width":0.5}""", model["loss"]!.ToJsonString());
        Assert.Equal("""{"kind":"flip","chance":0.1}""", model["label"]!.ToJsonString());
        string report = File.ReadAllText(Path.Combine(folder, "report.html")).Replace('\u00a0', ' ');
        Assert.Contains("huber (width = 0.5) loss, flip (chance = 0.1)", report, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(ClockKind.Sgf)]
    [InlineData(ClockKind.Gd)]
    [InlineData(ClockKind.Online)]
    public void TheSameLossUnderAnotherNameGivesTheSameBits(ClockKind clock)
    {
        Experiment experiment = Settings.Small(clock) with { Sizes = [20, 30], Replicas = [6, 6] };
        if (clock == ClockKind.Online)
            experiment = experiment with { Algorithm = AlgorithmSpec.Online(2, 0.5, 1), Aspect = double.PositiveInfinity, RecordSteps = [], RecordTimes = [0, 0.5, 1] };
        ModelSpec model = experiment.Model;
        ExperimentResult builtIn = Run(experiment, "built-in");
        ExperimentResult renamed = Run(experiment with { Model = model with { Loss = Loss.Logistic with { Name = "mine" } } }, "renamed");
        ExperimentResult own = Run(experiment with { Model = model with { Loss = new Own(), Label = new OwnLabel() } }, "own");
        foreach (string name in builtIn.Theory.Observables.Keys)
        {
            double[] theory = builtIn.Theory.Observables[name].Mean;
            Assert.Equal(theory, renamed.Theory.Observables[name].Mean);
            // Only what comes by quadrature rather than from a closed form may differ, and q and m where they follow from it.
            bool exact = clock != ClockKind.Online && !name.StartsWith("test", StringComparison.Ordinal);
            Near(theory, own.Theory.Observables[name].Mean, exact ? 0 : 1e-6);
            foreach ((SizeSummary a, SizeSummary b) in builtIn.Sizes.Zip(own.Sizes))
                Near(a.Observables[name].Mean, b.Observables[name].Mean, name.StartsWith("test", StringComparison.Ordinal) ? 1e-6 : 0);
        }

        Assert.Equal(Bytes("built-in"), Bytes("renamed"));

        ExperimentResult Run(Experiment e, string name) => Runner.Run(e, new(Path.Combine(folder, name)));
        byte[] Bytes(string name) => File.ReadAllBytes(Path.Combine(folder, name, "curves.npz"));
        static void Near(double[] a, double[] b, double allowed) => Assert.All(a.Zip(b), x => Assert.True(
            Math.Abs(x.First - x.Second) <= allowed || (double.IsNaN(x.First) && double.IsNaN(x.Second)), $"{x.First} {x.Second}"));
    }

    [Theory]
    [InlineData(ClockKind.Gd)]
    [InlineData(ClockKind.Online)]
    public void AnOwnLossOnLabelsOfAnySizeAgreesWithItsTheory(ClockKind clock)
    {
        // Tangents and the differential equations; alpha 1e-3, fixed seed.
        Experiment experiment = Settings.Small(clock) with
        {
            Sizes = [30, 60, 120],
            Replicas = [300, 300, 300],
            Theory = new(8000, 8),
            Verdict = new(1e-3, 0.1),
            RecordSteps = [0, 2, 5, 10],
        };
        experiment = experiment with { Model = experiment.Model with { Loss = FreshQuadratureTests.Huber(0.5), Label = Label.Linear(0.3) } };
        if (clock == ClockKind.Online)
            experiment = experiment with { Algorithm = AlgorithmSpec.Online(1, 0.5, 1), Aspect = double.PositiveInfinity, RecordSteps = [], RecordTimes = [0, 0.5, 1] };
        Verdict verdict = Runner.Run(experiment, new(Path.Combine(folder, clock.ToString()))).Verdict;
        Assert.True(verdict.Status == "pass", verdict.Why);
        // The same simulation against the theory of another width fails: the check can.
        Experiment other = experiment with { Model = experiment.Model with { Loss = FreshQuadratureTests.Huber(1) } };
        var theory = Runner.Run(other, new(Path.Combine(folder, "other"), Stages: Stages.Theory)).Theory;
        IReadOnlyList<SizeCurves> curves = [.. experiment.Sizes.Select(d => CurvesOf(experiment, d))];
        Assert.Equal("fail", Comparison.Compare(other, theory, curves).Status);
    }

    [Fact]
    public void KindsAreAddedOnceAndRefusedWhereTheyClash()
    {
        var key = new KindKey<Label>("label", "Labels.", "Channel", ["later"], Label.Linear(), Label.Sign);
        key.Add(new Flip());
        key.Add(new Flip());
        Assert.Equal(["linear", "sign", "flip"], key.Kinds.Select(k => k.Name));
        var file = new Section(new SectionKey("", "", key), YamlText.Parse("label: {kind: flip, chance: 0.25}", "f"));
        Assert.Equal(FreshQuadratureTests.Flip(0.25), key.Read(file.Get(key)));
        Assert.Contains("\"flip\"", key.Schema().ToJsonString(), StringComparison.Ordinal);
        Refused("is already there", new Flip { Name = "sign" });
        Refused("stands for something else", new Clash("noise"));
        Refused("stands for something else", new Clash("kind"));
        Refused("cannot be the name", new Flip { Name = "two words" });
        key.Remove("flip");
        Assert.Equal(["linear", "sign"], key.Kinds.Select(k => k.Name));

        void Refused(string why, Label label) => Assert.Contains(why, Assert.Throws<ArgumentException>(() => key.Add(label)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task WhatIsNotRegisteredIsRefusedByName()
    {
        Experiment experiment = Settings.Small();
        experiment = experiment with { Model = experiment.Model with { Loss = new Huber() } };
        string message = (await Assert.ThrowsAsync<ExperimentException>(() => experiment.RunAsync(HighDimSgd.Devices.Device.Auto(), folder))).Message;
        Assert.Equal("model.loss: 'huber' is not registered; call Loss.Register before the experiment is made", message);
    }

    [Theory]
    [InlineData("Program.cs", "Loss.Register", "")]
    [InlineData("Huber.cs", "/// <summary>The loss", "")]
    [InlineData("Flip.cs", "public override IEnumerable", "/// <inheritdoc/>")]
    [InlineData("Flip.cs", "public TReal Draw", "}")]
    public void ThePageShowsTheSample(string file, string from, string to)
    {
        string[] sample = [.. File.ReadAllLines(Sample(file)).Select(l => l.Trim())];
        Assert.InRange(sample.Length, 5, 40);
        string[] shown = [.. sample.SkipWhile(l => !l.StartsWith(from, StringComparison.Ordinal)).TakeWhile(l => to.Length == 0 || l != to)];
        string page = File.ReadAllText(Sample("../../docs/how-to/own-loss.md"));
        Assert.Contains(string.Join('\n', shown).Trim(), string.Join('\n', page.Split('\n').Select(l => l.Trim())), StringComparison.Ordinal);
    }

    private SizeCurves CurvesOf(Experiment experiment, int size)
    {
        var simulator = new HighDimSgd.Simulation.Simulator(
            experiment, HighDimSgd.Devices.Device.Auto(), new HighDimSgd.Simulation.UnitStore(Path.Combine(folder, "again"), experiment, "cpu"));
        return simulator.Run(size, 300, _ => { }, CancellationToken.None);
    }

    private static string Sample(string file, [System.Runtime.CompilerServices.CallerFilePath] string path = "") =>
        Path.Combine(Path.GetDirectoryName(path)!, "..", "..", "..", "samples", "OwnLoss", file);

    private sealed record Own() : Loss("own", "")
    {
        public override T Close<TReal, TWord, T>(ILossUser<TReal, TWord, T> user) => user.Use(default(LogisticLoss<TReal, TWord>));
    }

    private sealed record OwnLabel() : Label("own", "")
    {
        public override bool IsBinary => true;

        public override IEnumerable<(double Label, double Chance)> Law(double teacher) => Signs(1 / (1 + Math.Exp(-3 * teacher)));

        public override T Close<TReal, TWord, T>(ILabelUser<TReal, TWord, T> user) => user.Use(new LogisticLabel<TReal, TWord>(3));
    }

    private sealed record Clash(string Parameter) : Label("clash", "", new Parameter(Parameter, "Something else."))
    {
        public override bool IsBinary => false;

        public override IEnumerable<(double Label, double Chance)> Law(double teacher) => [];

        public override T Close<TReal, TWord, T>(ILabelUser<TReal, TWord, T> user) => throw new NotSupportedException();
    }
}
