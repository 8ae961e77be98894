using HighDimSgd.Kernels.Bodies;
using HighDimSgd.Results;

namespace HighDimSgd.Flows.Report;

/// <summary>How statistics, runs and experiments are called in words.</summary>
internal static class FlowCaptions
{
    private const string Points = "xyzw";

    /// <summary>A statistic as a formula.</summary>
    public static string Of(string statistic)
    {
        FlowStatistic s = FlowStatistic.Of(statistic);
        char x = Points[s.First], y = Points[s.Second];
        return s.Kind switch
        {
            FlowMoment.Coordinate => $"E {x}₁",
            FlowMoment.Product => s.IsOfTwo ? $"E {x}·{y}" : $"E |{x}|²",
            FlowMoment.Distance => $"E |{x} − {y}|²",
            FlowMoment.Sine => $"E sin({x}₁ − {y}₁)",
            FlowMoment.Risk => $"E R({x})",
            FlowMoment.Gradient => $"E |∇R({x})|²",
            _ => $"E tr Σ({x})/B",
        };
    }

    /// <summary>A run without its rate: the algorithm, and l of svag.</summary>
    public static string Algorithm(FlowRun run) =>
        run.Algorithm == FlowAlgorithm.Svag ? $"svag, l = {run.Amplification}" : FlowKeys.Algorithm.Word(run.Algorithm);

    /// <summary>A run in words.</summary>
    public static string Run(FlowRun run) => $"{Algorithm(run)}, η = {Digits.Plain(run.Rate)}{(run.Batch > 1 ? $", B = {run.Batch}" : string.Empty)}";

    /// <summary>A difference of two algorithms.</summary>
    public static string Less(FlowAlgorithm one, FlowAlgorithm other) => $"{FlowKeys.Algorithm.Word(one)} − {FlowKeys.Algorithm.Word(other)}";

    /// <summary>The variable in which a difference vanishes.</summary>
    public static string Variable(string variable) => variable == "rate" ? "learning rate η" : "1/l";

    /// <summary>The whole experiment in a sentence.</summary>
    public static string Summary(FlowExperiment e)
    {
        string data = e.Data is not { } d ? string.Empty
            : $" on {d.Samples} samples of {d.Inputs} inputs{(d.File is { } file ? $" from {Path.GetFileName(file)}" : ", drawn")}";
        string points = e.Starts.Count == 1 ? "one point" : $"{e.Starts.Count} points driven by the same noise";
        return $"{e.Problem.Caption}{data}: {points}, to time t = {Digits.Plain(e.Horizon)}, {e.Replicas} paths of each of "
            + $"{string.Join(", ", e.Algorithms.Select(FlowKeys.Algorithm.Word))} at learning rates {string.Join(", ", e.Rates.Select(r => Digits.Plain(r)))}.";
    }
}
