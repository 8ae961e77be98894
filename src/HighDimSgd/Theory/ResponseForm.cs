using HighDimSgd.Experiments;
using HighDimSgd.Results;

namespace HighDimSgd.Theory;

/// <summary>
/// The response R_th(k, p) of a sweep with tangent paths, squared loss: against int (1 - D (mu+lambda))^{k-1-p} dnu over the
/// Marchenko-Pastur law, for a push in the first step and for one half-way, and against the self-consistent law of the response.
/// </summary>
public static class ResponseForm
{
    /// <summary>R_th(k, 0) at the record steps k.</summary>
    public const string Early = "response";

    /// <summary>R_th(k, k/2), k/2 rounded down.</summary>
    public const string Late = "response_half";

    /// <summary>R_th(k, 0) less what <see cref="ResponseLaw"/> gives from the R_th(j, 0), j below k; only without schedules and momentum.</summary>
    public const string Law = "response_law";

    /// <summary>The rows that a sweep adds to its observables, in order; empty where it has no tangents or no closed form.</summary>
    internal static IReadOnlyList<string> Rows(Experiment experiment)
    {
        if (!experiment.Model.IsLinear || DmftSweeps.MethodOf(experiment) != ResponseMethod.Tangent)
            return [];
        return experiment.Algorithm.IsPlain ? [Early, Late, Law] : [Early, Late];
    }

    /// <summary>Writes the rows into the last rows of a sweep's curves; at step 0 there is no response.</summary>
    internal static void Write(Experiment experiment, Func<int, int, double> response, double[,] curves)
    {
        int rows = Rows(experiment).Count, first = curves.GetLength(0) - rows;
        if (rows == 0)
            return;
        double[] early = [.. Enumerable.Range(1, experiment.RecordSteps[^1]).Select(k => response(k, 0))];
        for (int record = 0; record < experiment.RecordSteps.Count; record++)
        {
            int k = experiment.RecordSteps[record];
            curves[first, record] = k == 0 ? double.NaN : early[k - 1];
            curves[first + 1, record] = k == 0 ? double.NaN : response(k, k / 2);
            if (!experiment.Algorithm.IsPlain)
                continue;
            curves[first + 2, record] = k == 0 ? double.NaN : early[k - 1] - ResponseLaw.Next(
                early.AsSpan(0, k - 1), experiment.Aspect, experiment.Model.Ridge, experiment.Algorithm.Step);
        }
    }

    /// <summary>The comparisons for one theory.</summary>
    internal static IEnumerable<SecondAnswer> Of(Experiment experiment, TheoryResult theory)
    {
        if (Rows(experiment).Count == 0)
            return [];
        Func<int, int, double> exact = Exact(experiment);
        // Where a step overshoots, responses grow from 1 on.
        double scale = experiment.RecordSteps.Where(k => k > 0).Select(k => Math.Abs(exact(k, 0))).Append(1).Max();
        SecondAnswer[] answers =
        [
            Answer("Marchenko-Pastur", Early, k => exact(k, 0), "the integral over the Marchenko-Pastur law"),
            Answer("Marchenko-Pastur", Late, k => exact(k, k / 2), "the integral over the Marchenko-Pastur law"),
        ];
        return experiment.Algorithm.IsPlain ? [.. answers, Answer("Laplace law", Law, _ => 0, "the self-consistent law of the response")] : answers;

        SecondAnswer Answer(string name, string row, Func<int, double> value, string about) => new(
            $"{name} ({theory.Clock})", row, theory.Sweeps[row],
            [.. experiment.RecordSteps.Select(k => k == 0 ? double.NaN : value(k))], scale,
            (double)experiment.Algorithm.Steps / experiment.Theory.Paths, about);
    }

    private static Func<int, int, double> Exact(Experiment experiment)
    {
        if (!experiment.Algorithm.IsPlain)
            return (k, p) => RidgeMoments.Response(experiment, k, p);
        double[] byLag = RidgeVolterra.Solve(experiment).Response;
        return (k, p) => byLag[k - 1 - p];
    }
}
