using System.Xml.Linq;
using HighDimSgd.Experiments;
using HighDimSgd.Results;
using HighDimSgd.Results.Plots;
using HighDimSgd.Results.Report;

namespace HighDimSgd.Tests.Results;

public sealed class ReportTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("hdsgd-report-").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Theory]
    [InlineData("{kind: table, weights: [0, 2], chances: [0.5, 0.5], step: 0.2, horizon: 12}", "Descent with a clock of 2 weights (effective temperature τ' = 0.1): ")]
    [InlineData("{kind: gd, step: 0.2, horizon: 12, momentum: 0.9}", "Gradient descent, momentum β = 0.9: ")]
    [InlineData("{kind: gd, step: 0.2, horizon: 12, schedule: {rate: {kind: cosine}, ridge: {kind: cosine}}}", "Gradient descent, rate and ridge by schedules: ")]
    [InlineData("{kind: minibatch, fraction: 0.5, step: 0.2, horizon: 12}", "Minibatch descent with batch fraction b = 0.5: ")]
    public void TheSentenceNamesTheAlgorithm(string algorithm, string begin)
    {
        string text = HighDimSgd.Tests.Experiments.Samples.With("{kind: sgf, temperature: 4.0, step: 0.2, horizon: 12.0}", algorithm)
            .Replace("compare: [sgf]", "compare: [gd]", StringComparison.Ordinal);
        Assert.StartsWith(begin, Captions.Summary(Experiment.Parse(text, "f")), StringComparison.Ordinal);
    }

    [Fact]
    public void FigureHasEveryCurveAndPoint()
    {
        XElement svg = Figure("test_loss", Synthetic.Complete().Result);
        Assert.Equal(2, ByClass(svg, "curve").Count()); // exact theory, further theory
        Assert.Single(ByClass(svg, "band"));
        Assert.Equal(3, ByClass(svg, "bars").Count());
        Assert.Equal(3 * 13 + 3 * 13 + 3, ByClass(svg, "mark").Count()); // means, residuals, legend keys of three sizes
        Assert.Equal(13 + 1, ByClass(svg, "mark full").Count()); // residuals and key of the limit
        Assert.Equal(13, ByClass(svg, "curve").First().Attribute("d")!.Value.Count(c => c is 'M' or 'L'));
    }

    [Fact]
    public void UndefinedAndExactValuesLeaveNoPoint()
    {
        // test_error is undefined at t = 0: no mean and no residual there. q is exact there: a mean, but no residual.
        ExperimentResult result = Synthetic.Complete().Result;
        Assert.Equal(3 * 12 + 3 * 12 + 3, ByClass(Figure("test_error", result), "mark").Count());
        Assert.Equal(3 * 13 + 3 * 12 + 3, ByClass(Figure("q", result), "mark").Count());
    }

    [Fact]
    public void CurveIsCutAtGaps()
    {
        ExperimentResult all = Synthetic.Complete().Result;
        Curve q = all.Theory.Observables["q"];
        double[] mean = [.. q.Mean.Select((v, k) => k is 5 or 7 ? double.NaN : v)];
        var observables = new Dictionary<string, Curve> { ["q"] = q with { Mean = mean } };
        XElement svg = Figure("q", all with { Theory = all.Theory with { Observables = observables } });
        string line = ByClass(svg, "curve").First().Attribute("d")!.Value, band = ByClass(svg, "band").Single().Attribute("d")!.Value;
        Assert.Equal(3, line.Count(c => c == 'M'));
        Assert.Equal(3, band.Count(c => c == 'Z'));
    }

    [Fact]
    public void PointsStandWhereTheirValuesAre()
    {
        // Axis labels of the drawing itself give the scale; the marks of d = 1000 have to lie on it.
        ExperimentResult result = Synthetic.Complete().Result;
        XElement svg = Figure("q", result);
        var labels = svg.Descendants().Where(e => e.Name.LocalName == "g" && (string?)e.Attribute("class") == "axes").First().Descendants()
            .Where(e => e.Name.LocalName == "text" && (string?)e.Attribute("text-anchor") == "end")
            .Select(e => (Value: double.Parse(e.Value), Y: (double)e.Attribute("y")! - 4.2)).ToArray();
        double perUnit = (labels[^1].Y - labels[0].Y) / (labels[^1].Value - labels[0].Value);
        double[] drawn = [.. svg.Elements().Where(e => (string?)e.Attribute("class") == "size-2").First().Elements()
            .Where(e => (string?)e.Attribute("class") == "mark").Select(Centre)];
        double[] expected = [.. result.Sizes[2].Observables["q"].Mean.Select(v => labels[0].Y + perUnit * (v - labels[0].Value))];
        Assert.All(drawn.Zip(expected), p => Assert.Equal(p.Second, p.First, 0.05));
        Assert.Equal(13, drawn.Length);
    }

    [Fact]
    public void FiniteSizeFigureHasSizesFitAndTheory()
    {
        ExperimentResult result = Synthetic.Complete().Result;
        XElement svg = Figure("q-finite-size", result);
        Assert.Single(ByClass(svg, "curve"));
        Assert.Single(ByClass(svg, "band"));
        Assert.Equal(3 + 3, ByClass(svg, "mark").Count());
        Assert.Equal(2 + 2, ByClass(svg, "mark full").Count()); // fitted limit and theory, and their legend keys
        Assert.Equal(["0", "1/1000", "1/500", "1/250"],
            svg.Descendants().Where(e => (string?)e.Attribute("text-anchor") == "middle").Select(e => e.Value).Take(4));
    }

    [Theory]
    [InlineData(new[] { 250, 500, 1000 }, false, "0 1/1000 1/500 1/250")]
    [InlineData(new[] { 32, 900, 960 }, false, "0 1/32")]
    [InlineData(new[] { 32, 1000, 100_000 }, true, "0 1/100000 1/1000 1/32")]
    public void TheAxisOfSizesSuitsTheLadder(int[] ladder, bool isLog, string labels)
    {
        (ExperimentResult result, _) = Synthetic.Complete();
        result = result with { Sizes = [.. result.Sizes.Zip(ladder, (s, d) => s with { Size = d })] };
        Axis axis = FiniteSizeFigure.Sizes(result);
        Assert.Equal(isLog, axis.IsLog);
        Assert.Equal(labels, string.Join(' ', axis.Ticks.Select(t => t.Label)));
        Assert.DoesNotContain("NaN", FiniteSizeFigure.Draw(result, "q")!.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void FiniteSizeFitsAreTabledAndTheSecondOrderDrawn()
    {
        ExperimentResult result = Synthetic.Complete().Result;
        string text = Report(result);
        Assert.Contains("Finite-size fits at t = 12", text, StringComparison.Ordinal);
        Assert.Contains("above 0.42", text, StringComparison.Ordinal);
        Assert.Contains("needs about 4 times the replicas at d = 1000.", text, StringComparison.Ordinal);
        double[] numbers = result.FiniteSize["q"].Limit;
        var second = new SecondOrderFit(numbers, numbers, numbers, numbers, [.. numbers.Select(_ => -77.5)], [.. numbers.Select(_ => 1.2)]);
        ExperimentResult bent = result with { FiniteSize = result.FiniteSize.ToDictionary(f => f.Key, f => f.Value with { SecondOrder = second }) };
        Assert.Contains("−77.5(1.2)", Report(bent), StringComparison.Ordinal);
        Assert.Equal(2, ByClass(Figure("q-finite-size", bent), "curve").Count());
    }

    [Theory]
    [InlineData("complete")]
    [InlineData("alone")]
    [InlineData("refused")]
    public void DrawingsAndReportAreCompleteByThemselves(string kind)
    {
        ExperimentResult result = Result(kind);
        ResultsFolder.Write(folder, result, Synthetic.Json(), [], Synthetic.Manifest);
        string[] drawings = Directory.GetFiles(folder, "*.svg");
        Assert.Equal(kind == "complete" ? 14 : 7, drawings.Length);
        foreach (string file in drawings.Append(Path.Combine(folder, "report.html")))
        {
            string text = File.ReadAllText(file);
            XElement root = XDocument.Parse(text).Root!;
            Assert.All(root.DescendantsAndSelf().Where(e => e.Name.LocalName == "svg"),
                svg => Assert.Matches(@"^0 0 520 \d+(\.\d+)?$", svg.Attribute("viewBox")!.Value));
            Assert.DoesNotContain("NaN", text, StringComparison.Ordinal);
            Assert.DoesNotContain("∞E", text, StringComparison.Ordinal);
            Assert.DoesNotContain(root.DescendantsAndSelf(), e => e.Name.LocalName is "script" or "link" or "img" or "image" or "use" or "iframe");
            Assert.DoesNotContain("url(", text, StringComparison.Ordinal);
            Assert.DoesNotContain("@import", text, StringComparison.Ordinal);
            Assert.All(root.DescendantsAndSelf().Attributes().Where(a => a.Name.LocalName is "src" or "href"),
                a => Assert.StartsWith("https://arxiv.org/abs/", a.Value, StringComparison.Ordinal));
        }
    }

    [Fact]
    public void RefusalAndDivergenceAreSaid()
    {
        string text = Report(Synthetic.Refused());
        Assert.Contains("The theory with clock sgf was refused: the covariance <C> lost", text, StringComparison.Ordinal);
        Assert.Contains("d = 250: 2 of 200 replicas left the finite numbers", text, StringComparison.Ordinal);
        Assert.Contains("not in the means: 3, 17.", text, StringComparison.Ordinal);
    }

    [Fact]
    public void NamesAreEscaped()
    {
        const string Name = "a<b>&\"c'";
        ExperimentResult result = Synthetic.Complete(Name).Result;
        string text = Report(result with { Verdict = result.Verdict with { Why = "<script>alert(1)</script>" } });
        Assert.Contains(Name, text, StringComparison.Ordinal);
        Assert.Contains("<script>alert(1)</script>", text, StringComparison.Ordinal); // as text, not as an element
        Assert.Contains("&lt;script&gt;", File.ReadAllText(Path.Combine(folder, "report.html")), StringComparison.Ordinal);
    }

    [Fact]
    public void TablesHoldValuesWithErrors()
    {
        ExperimentResult result = Synthetic.Complete().Result;
        result.Sizes[0].Observables["q"].Mean[^1] = 2.88312;
        result.Sizes[0].Observables["q"].Error[^1] = 0.00214;
        Assert.Contains("2.8831(21)", Report(result), StringComparison.Ordinal);
    }

    [Fact]
    public void VarianceComponentsHaveFiguresAndAdvice()
    {
        ExperimentResult all = Synthetic.Complete().Result;
        double[] Flat(double value) => [.. Enumerable.Repeat(value, 13)];
        Dictionary<string, VarianceComponents> parts = Synthetic.Names.ToDictionary(o => o, _ => new VarianceComponents(
            Flat(0.025), Flat(0.0013), Flat(0.4), Flat(0.021), Flat(0.0588), Flat(0.0034)));
        parts["m"] = parts["m"] with { Data = Flat(-0.001), Share = Flat(-0.0025) };
        ExperimentResult shared = all with
        {
            Experiment = all.Experiment with { ReplicasPerDesign = 4 },
            Sizes = [.. all.Sizes.Select(s => s with { VarianceComponents = parts })],
        };
        string text = Report(shared);
        Assert.Contains("d = 250 (n = 500, 200 replicas on 50 designs)", text, StringComparison.Ordinal);
        Assert.Contains("0.0250(13)0.400(21)0.0588(34)1.3413", Joined(), StringComparison.Ordinal); // sqrt(16 kappa), kappa = .1, 1, 10
        Assert.Contains("−0.0010(13)0.400(21)−0.0025(34)∞∞∞", Joined(), StringComparison.Ordinal);
        Assert.Equal(3 * 13 + 3, ByClass(Figure("q-variance", shared), "mark").Count());
        Assert.DoesNotContain("Where the variance comes from", Report(all), StringComparison.Ordinal);

        string Joined() => string.Concat(XDocument.Load(Path.Combine(folder, "report.html")).Root!.Descendants("td").Select(c => c.Value));
    }

    [Fact]
    public void GapsToTheFlowAreShownInUnitsOfTheThirdCumulant()
    {
        ExperimentResult all = Synthetic.Complete().Result;
        TheoryResult Rung(string name, double l) => all.Theory with
        {
            Clock = name,
            Observables = all.Theory.Observables.ToDictionary(o => o.Key, o => o.Value with
            {
                Mean = [.. o.Value.Mean.Select(x => x + (0.06 * ((3 * l) - 1) / (2 * l * l)))],
                Error = [.. o.Value.Error.Select(_ => 0.003 / l)],
            }),
        };
        Curve Exact(Curve curve) => curve with { Error = [.. curve.Error.Select(_ => 0.0)] };
        ExperimentResult ladder = all with
        {
            Experiment = all.Experiment with
            {
                Algorithm = AlgorithmSpec.Iterations(ClockKind.Svag, 1, 4, 12) with { Amplification = 4 },
                Theory = new() { Amplifications = [2, 16] },
            },
            Theory = Rung("two-clock", 4),
            Theories = new[]
            {
                all.Theory with { Observables = all.Theory.Observables.ToDictionary(o => o.Key, o => Exact(o.Value)) }, Rung("poisson", 1),
                Rung("two-clock-2", 2), Rung("two-clock-16", 16),
            }.ToDictionary(t => t.Clock),
        };
        string section = string.Concat(AmplificationSection.Of(ladder, ["q", "m"]).Select(e => e.Value));
        foreach (string axis in new[] { "q", "m" })
            Assert.Contains($"{axis}0.0600(30)0.0600(24)0.0600(22)0.0600(20)", section, StringComparison.Ordinal); // 0.003/l over the unit
        Assert.Contains("l = 1l = 2l = 4l = 16", section, StringComparison.Ordinal);
        Assert.Empty(AmplificationSection.Of(all, ["q"]));
        Assert.Empty(AmplificationSection.Of(ladder with { Theories = new Dictionary<string, TheoryResult>() }, ["q"]));
    }

    [Fact]
    public void RebuiltReportIsTheSame()
    {
        ResultsFolder.Write(folder, Synthetic.Complete().Result, Synthetic.Json(), [], Synthetic.Manifest);
        string report = Path.Combine(folder, "report.html");
        byte[] first = File.ReadAllBytes(report);
        File.Delete(report);
        Assert.Equal(report, ResultsFolder.RebuildReport(folder, json => Synthetic.Experiment((string)json["name"]!)));
        Assert.Equal(first, File.ReadAllBytes(report));
    }

    private static ExperimentResult Result(string kind) => kind switch
    {
        "alone" => Synthetic.TheoryAlone(),
        "refused" => Synthetic.Refused(),
        _ => Synthetic.Complete().Result,
    };

    private string Report(ExperimentResult result)
    {
        ResultsFolder.Write(folder, result, Synthetic.Json(), [], Synthetic.Manifest);
        return XDocument.Load(Path.Combine(folder, "report.html")).Root!.Value.Replace('\u00a0', ' ');
    }

    private XElement Figure(string name, ExperimentResult result)
    {
        ResultsFolder.Write(folder, result, Synthetic.Json(), [], Synthetic.Manifest);
        return XDocument.Load(Path.Combine(folder, name + ".svg")).Root!;
    }

    private static IEnumerable<XElement> ByClass(XElement svg, string name) => svg.Descendants().Where(e => (string?)e.Attribute("class") == name);

    /// <summary>Mean height of the corners of a marker; exact for a triangle.</summary>
    private static double Centre(XElement mark) =>
        mark.Attribute("d")!.Value.Trim('M', 'Z').Split('L').Average(p => double.Parse(p.Split(' ')[1]));
}
