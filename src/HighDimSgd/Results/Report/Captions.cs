using HighDimSgd.Experiments;
using HighDimSgd.Models;
using HighDimSgd.Theory;

namespace HighDimSgd.Results.Report;

/// <summary>How observables, algorithms and experiments are called in words.</summary>
internal static class Captions
{
    /// <summary>An observable's title and its short name for an axis. All observables are pure numbers.</summary>
    public static (string Title, string Axis) Of(string observable)
    {
        (string name, bool isSecond) = Observables.Plain(observable);
        (string title, string axis) = OfOne(name);
        return isSecond ? ($"{title}, second start", $"{axis} (second)") : (title, axis);
    }

    private static (string Title, string Axis) OfOne(string observable) => observable switch
    {
        Observables.Q => ("Squared norm q = |θ|²/d", "q"),
        Observables.M => ("Overlap with the teacher m = θ·θ*/d", "m"),
        Observables.TrainLoss => ("Training loss", "training loss"),
        Observables.TrainError => ("Training error", "training error"),
        Observables.TestLoss => ("Test loss", "test loss"),
        Observables.TestError => ("Test error", "test error"),
        Observables.Grad2 => ("Mean squared loss derivative ⟨ℓ²⟩", "⟨ℓ²⟩"),
        Observables.Grad4 => ("Mean fourth power of the loss derivative ⟨ℓ⁴⟩", "⟨ℓ⁴⟩"),
        Observables.Q12 => ("Overlap of the two starts q₁₂ = θ·θ′/d", "q₁₂"),
        Observables.Distance => ("Squared distance of the two starts |θ − θ′|²/d", "|θ − θ′|²/d"),
        ResponseForm.Early => ("Response to a push in the first step", "R(t, 0)"),
        ResponseForm.Late => ("Response to a push half-way", "R(t, t/2)"),
        ResponseForm.Law => ("Residual of the law of the response", "law of R"),
        _ => (observable, observable),
    };

    /// <summary>The whole experiment in a sentence.</summary>
    public static string Summary(Experiment e)
    {
        AlgorithmSpec a = e.Algorithm;
        string algorithm = a.Kind switch
        {
            ClockKind.Gd => "Gradient descent",
            ClockKind.Sgf => $"Stochastic gradient flow at temperature τ = {Digits.Plain(a.Temperature)}",
            ClockKind.TwoClock => $"SVAG's two clocks at amplification l = {a.Amplification} and temperature τ = {Digits.Plain(a.Temperature)}",
            ClockKind.Online => $"One-pass SGD with {Batches(a)}",
            ClockKind.Sgd => $"Multi-pass SGD with {Batches(a)}",
            ClockKind.Svag => $"SVAG at amplification l = {a.Amplification} with {Batches(a)}",
            ClockKind.Poisson => $"SGD with a Poisson clock at temperature τ = {Digits.Plain(a.Temperature)}",
            ClockKind.Table => $"Descent with a clock of {a.Weights.Count} weights (effective temperature τ' = {Digits.Plain(a.EffectiveTemperature(e.Aspect))})",
            _ => $"Minibatch descent with batch fraction b = {Digits.Plain(a.Fraction)}",
        };
        string learning = $"{algorithm}{Extras(a)}: {e.Model.Loss.Caption} loss, {e.Model.Label.Caption}, ridge λ = {Digits.Plain(e.Model.Ridge)}, ";
        string aspect = e.IsOnline ? string.Empty : $"aspect ratio δ = n/d = {Digits.Plain(e.Aspect)}, ";
        return learning + aspect + (a.IsIterative
            ? $"to time t = iteration × {(a.Kind == ClockKind.Svag ? "rate/(l d)" : "rate/d")} = {Digits.Plain(a.Horizon)}."
            : $"{a.Steps} steps of D = {Digits.Plain(a.Step)}.") + (e.Second is null ? string.Empty
            : $" Two starts on the same data, driven by {(e.Second.HasOwnClock ? "samples of their own" : "the same samples")}.");
    }

    /// <summary>What time is, in words for an axis.</summary>
    public static string Time(AlgorithmSpec a) => !a.IsIterative ? "time t (steps × D)"
        : a.Kind == ClockKind.Svag ? "time t (iterations × rate/(l d))" : "time t (iterations × rate/d)";

    private static string Extras(AlgorithmSpec a) => (a.Momentum == 0 ? string.Empty : $", momentum β = {Digits.Plain(a.Momentum)}")
        + (a.RateSchedule, a.RidgeSchedule) switch
        {
            (null, null) => string.Empty,
            (_, null) => ", rate by a schedule",
            (null, _) => ", ridge by a schedule",
            _ => ", rate and ridge by schedules",
        };

    private static string Batches(AlgorithmSpec a) =>
        $"batch B = {a.Batch} and rate {Digits.Plain(a.Rate)} (temperature τ = {Digits.Plain(a.Rate / a.Batch)})"
        + a.Sampling switch
        {
            Sampling.Replacement => string.Empty,
            Sampling.WithoutReplacement => ", drawn without replacement within a batch",
            _ => ", reshuffled every epoch",
        };

    /// <summary>A theory's name in a legend.</summary>
    public static string Theory(TheoryResult theory) => $"theory ({theory.Clock}, d → ∞)";

    /// <summary>A list of replica numbers, cut where it is long.</summary>
    public static string Replicas(IReadOnlyList<int> ids)
    {
        const int Shown = 20;
        string list = string.Join(", ", ids.Take(Shown));
        return ids.Count > Shown ? $"{list} and {ids.Count - Shown} more" : list;
    }
}
