using HighDimSgd.Experiments;
using HighDimSgd.Models;
using HighDimSgd.Results;
using HighDimSgd.Results.Report;
using HighDimSgd.Tests.Results;
using HighDimSgd.Theory;
using MathNet.Numerics.Distributions;
using MathNet.Numerics.Random;

namespace HighDimSgd.Tests.Theory;

/// <summary>Closed forms held against the solver: right where it is right, loud where it is wrong, and no more often than stated.</summary>
public sealed class ClosedFormsTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("hdsgd-").FullName;

    public void Dispose() => Directory.Delete(folder, true);

    [Theory]
    [InlineData(ClockKind.Sgf, ResponseMethod.Parts, 4)]
    [InlineData(ClockKind.Poisson, ResponseMethod.Tangent, 7)]
    [InlineData(ClockKind.Gd, ResponseMethod.Auto, 7)]
    public void TheSolverPassesAndAPlantedErrorIsFound(ClockKind clock, ResponseMethod method, int count)
    {
        Experiment experiment = Ridge(clock, method);
        TheoryResult theory = Runner.Run(experiment, new(Path.Combine(folder, "o"), Stages: Stages.Theory)).Theory;
        IReadOnlyList<ClosedFormCheck> checks = ClosedForms.Check([(experiment, theory)]);
        Assert.Equal(count, checks.Count);
        Assert.All(checks, c => Assert.Equal("pass", c.Status));
        // The same curves held against another ridge: every closed form must notice.
        Experiment wrong = experiment with { Model = experiment.Model with { Ridge = 0.3 } };
        Assert.Contains(ClosedForms.Check([(wrong, theory)]), c => c.Observable == Observables.Q && c.Status == "fail");
        Assert.All(ClosedForms.Check([(wrong, theory)]).Where(c => c.Name.StartsWith("Marchenko", StringComparison.Ordinal)), c => Assert.Equal("fail", c.Status));
    }

    [Fact]
    public void TheLawOfTheResponseNoticesABrokenSweep()
    {
        Experiment experiment = Ridge(ClockKind.Gd, ResponseMethod.Tangent);
        var curves = new double[8, experiment.RecordSteps.Count];
        double[] right = ResponseLaw.Solve(experiment.Aspect, experiment.Model.Ridge, experiment.Algorithm.Step, experiment.Algorithm.Steps);
        ResponseForm.Write(experiment, (k, p) => right[k - 1 - p], curves);
        Assert.Equal(0, curves[7, 2], 1e-14);
        ResponseForm.Write(experiment, (k, p) => right[k - 1 - p] * (1 + (1e-3 * k)), curves);
        Assert.True(Math.Abs(curves[7, 2]) > 1e-5);
    }

    [Fact]
    public void AlarmsAreAsRareAsStated()
    {
        // 1000 made-up theories, normal about the closed form and independent over times: Bonferroni holds the chance of an alarm just
        // below 1e-3, so more than 5 alarms have a chance of 6e-4. A shift of 8 errors at one time is nearly always found.
        Experiment experiment = Ridge(ClockKind.Sgf, ResponseMethod.Parts) with { Theory = new(10_000_000, 12) };
        RidgeSolution exact = RidgeVolterra.Solve(experiment);
        var random = new MersenneTwister(5);
        int alarms = 0, found = 0;
        for (int i = 0; i < 1000; i++)
        {
            alarms += Failed(0);
            found += i < 50 ? Failed(8) : 0;
        }

        Assert.InRange(alarms, 0, 5);
        Assert.InRange(found, 40, 50);

        int Failed(double shift)
        {
            var sweeps = new Dictionary<string, double[,]>();
            foreach ((string name, double[] curve) in new[] { ("q", exact.Q), ("m", exact.M), ("train_loss", exact.TrainLoss), ("grad2", exact.Grad2) })
            {
                var table = new double[12, experiment.RecordSteps.Count];
                for (int s = 0; s < 12; s++)
                {
                    for (int t = 0; t < table.GetLength(1); t++)
                        table[s, t] = curve[experiment.RecordSteps[t]] + (0.01 * Normal.Sample(random, 0, 1)) + (t == 1 ? shift * 0.01 / Math.Sqrt(12) : 0);
                }

                sweeps[name] = table;
            }

            var theory = new TheoryResult(TheoryResult.Ok, "", "sgf", experiment.Times(), new Dictionary<string, Curve>()) { Sweeps = sweeps };
            return ClosedForms.Check([(experiment, theory)]).Any(c => c.Status == "fail") ? 1 : 0;
        }
    }

    [Fact]
    public void TheyStandInResultsAndReportAndLeaveTheVerdictAlone()
    {
        Assert.Empty(Synthetic.Complete().Result.ClosedForms);
        Experiment experiment = Ridge(ClockKind.Gd, ResponseMethod.Auto) with { Compare = [ClockKind.Gd] };
        ExperimentResult result = Runner.Run(experiment, new(folder));
        string text = File.ReadAllText(Path.Combine(folder, ResultsFile.Name)), report = File.ReadAllText(Path.Combine(folder, HtmlReport.Name));
        Assert.Contains("\"closed_forms\": [", text, StringComparison.Ordinal);
        Assert.Contains("Second answers", report, StringComparison.Ordinal);
        Assert.DoesNotContain("in doubt", report, StringComparison.Ordinal);
        // Run again: the responses come from the finished units.
        Assert.Equal(7, Runner.Run(experiment, new(folder)).ClosedForms.Count);
        Assert.Equal(text, File.ReadAllText(Path.Combine(folder, ResultsFile.Name)));

        ClosedFormCheck failed = result.ClosedForms[0] with { Status = "fail", Why = "The solver's q DIFFERS." };
        ResultsFolder.Write(folder, result with { ClosedForms = [failed] }, experiment.ToJson(), [], Synthetic.Manifest);
        report = File.ReadAllText(Path.Combine(folder, HtmlReport.Name));
        Assert.Contains("in doubt", report, StringComparison.Ordinal);
        var console = new StringWriter();
        HighDimSgd.Cli.ResultTables.Write(console, result with { ClosedForms = [failed] }, Stages.All);
        Assert.Contains("second answers: FAIL", console.ToString(), StringComparison.Ordinal);
        Assert.Contains($"verdict: {result.Verdict.Status}", console.ToString(), StringComparison.Ordinal);
    }

    /// <summary>Tables of Student's t, and tails far beyond them.</summary>
    [Theory]
    [InlineData(1, 0.025, 12.7062)]
    [InlineData(2, 0.025, 4.30265)]
    [InlineData(3, 0.025, 3.18245)]
    [InlineData(1, 1e-6, 318309.886)]
    [InlineData(2, 1e-8, 7071.06781)]
    public void FewSweepsHaveTheQuantilesOfTheirLaw(int freedom, double tail, double quantile) =>
        Assert.Equal(quantile, ClosedForms.Quantile(freedom, tail), 1e-5 * quantile);

    private static Experiment Ridge(ClockKind clock, ResponseMethod method) => new()
    {
        Name = "ridge",
        Seed = 3,
        Model = new() { Loss = Loss.Squared, Label = Label.Linear(0.5), Ridge = 0.1, StartNorm = 0.5, StartOverlap = 0.2 },
        Aspect = 2,
        Algorithm = new() { Kind = clock, Temperature = 0.6, Step = 0.2, Steps = 10 },
        Sizes = [20],
        Replicas = [4],
        RecordSteps = [0, 2, 5, 10],
        Theory = new(20_000, 12, method),
    };
}
