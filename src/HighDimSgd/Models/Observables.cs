using HighDimSgd.Experiments;

namespace HighDimSgd.Models;

/// <summary>Names of the observables of the proportional family, as they stand in results.</summary>
public static class Observables
{
    /// <summary>q = |theta|^2/d.</summary>
    public const string Q = "q";

    /// <summary>m = theta.theta*/d.</summary>
    public const string M = "m";

    /// <summary>Mean loss on the n samples.</summary>
    public const string TrainLoss = "train_loss";

    /// <summary>Fraction of the n samples with y r below 0; ties count one half (classification).</summary>
    public const string TrainError = "train_error";

    /// <summary>Expected loss on fresh data, from (q, m, rho).</summary>
    public const string TestLoss = "test_loss";

    /// <summary>Expected error on fresh data, from (q, m, rho); undefined (NaN) where q = 0.</summary>
    public const string TestError = "test_error";

    /// <summary>Mean of l^2 over the n samples, l the derivative of the loss.</summary>
    public const string Grad2 = "grad2";

    /// <summary>Mean of l^4 over the n samples; recorded where the experiment asks for it.</summary>
    public const string Grad4 = "grad4";

    /// <summary>theta.theta'/d of two starts.</summary>
    public const string Q12 = "q_12";

    /// <summary>|theta - theta'|^2/d of two starts.</summary>
    public const string Distance = "distance";

    private const string SecondEnding = "_2";

    /// <summary>An observable of the second of two starts.</summary>
    public static string OfSecond(string name) => name + SecondEnding;

    /// <summary>An observable of a start, 0 or 1.</summary>
    internal static string Of(string name, int start) => start == 0 ? name : OfSecond(name);

    /// <summary>The observable that a second start's is like, or the observable itself.</summary>
    public static (string Name, bool IsSecond) Plain(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        return name.EndsWith(SecondEnding, StringComparison.Ordinal) ? (name[..^SecondEnding.Length], true) : (name, false);
    }

    /// <summary>The observables of an experiment, in the order of every table of results: those of its model, less what needs training samples, and those it asks for besides;
    /// of two starts those of the first, those of the second, and those across.</summary>
    public static IReadOnlyList<string> Of(Experiment experiment)
    {
        IReadOnlyList<string> one = OfStart(experiment);
        return experiment.Second is null ? one : [.. one, .. one.Select(OfSecond), Q12, Distance];
    }

    /// <summary>Those of a single start.</summary>
    internal static IReadOnlyList<string> OfStart(Experiment experiment)
    {
        ArgumentNullException.ThrowIfNull(experiment);
        return experiment.IsOnline ? [.. Of(experiment.Model).Except([TrainLoss, TrainError, Grad2])] : [.. Of(experiment.Model), .. experiment.Also];
    }

    /// <summary>The observables of a model, in the order of every table of results.</summary>
    public static IReadOnlyList<string> Of(ModelSpec model) => model.IsClassification
        ? [Q, M, TrainLoss, TrainError, TestLoss, TestError, Grad2]
        : [Q, M, TrainLoss, TestLoss, Grad2];
}
