using System.Globalization;
using HighDimSgd.Experiments;
using HighDimSgd.Results;
using HighDimSgd.Statistics;
using MathNet.Numerics.Distributions;

namespace HighDimSgd.Theory;

/// <summary>
/// Second answers: closed forms that hold for the very theory an experiment is compared with, at the same step. The solver shares no
/// code with them, so a difference beyond its Monte-Carlo error says that one of the two is wrong, whatever the simulation does.
/// </summary>
public static class ClosedForms
{
    /// <summary>Chance that the checks of an experiment, all together, raise an alarm about a solver that is right.</summary>
    public const double FalseAlarm = 1e-3;

    /// <summary>
    /// Error that is granted beside the Monte-Carlo error, relative to the largest values of the curve and of q: what the rounding of 32-bit
    /// floats leaves in the mean of very many paths, and the millionth that is added to variances before they are factored.
    /// </summary>
    internal const double Rounding = 2e-6;

    /// <summary>What is granted, relative to the largest value of the curve, where the theory is a differential equation.</summary>
    internal const double Quadrature = 1e-8;

    /// <summary>
    /// The bias of a sweep of N paths over K steps that is granted in the same way is this times K/N: measured over 600 sweeps of
    /// 2000 paths on ridge regression, K = 50 and 100, where it was 0.09 in grad2 and at most 0.05 in q and m.
    /// </summary>
    internal const double Bias = 0.1;

    /// <summary>
    /// Checks the theories of an experiment. A deviation is measured in standard errors at every record time and the largest one counts:
    /// Student's t law over the sweeps, Bonferroni over all numbers that are compared, so that <see cref="FalseAlarm"/> holds for all.
    /// </summary>
    /// <param name="solved">Theories, each with the experiment whose clock it was solved for.</param>
    /// <returns>One check per closed form and observable; empty where no closed form applies.</returns>
    public static IReadOnlyList<ClosedFormCheck> Check(IReadOnlyList<(Experiment Experiment, TheoryResult Theory)> solved)
    {
        ArgumentNullException.ThrowIfNull(solved);
        SecondAnswer[] answers =
        [
            .. solved.Where(s => s.Theory.Status == TheoryResult.Ok && s.Experiment.Model.IsLinear)
                .SelectMany(s => s.Experiment.IsOnline
                    ? OnlineForm.Of(s.Experiment, s.Theory)
                    : VolterraForm.Of(s.Experiment, s.Theory).Concat(ResponseForm.Of(s.Experiment, s.Theory))),
        ];
        int numbers = answers.Sum(a => a.Exact.Count(double.IsFinite));
        return [.. answers.Select(a => a.Sweeps.GetLength(0) == 1 ? CheckExact(a) : Check(a, numbers))];
    }

    /// <summary>A theory without Monte-Carlo error: the deviation itself is held against <see cref="Quadrature"/>.</summary>
    private static ClosedFormCheck CheckExact(SecondAnswer answer)
    {
        double largest = answer.Exact.Select((x, t) => Math.Abs(answer.Sweeps[0, t] - x)).Max(), allowed = Quadrature * answer.Scale;
        return Result(answer, largest, double.NaN, allowed, largest <= allowed, $"of which {Short(allowed, "g2")} is allowed");
    }

    private static ClosedFormCheck Check(SecondAnswer answer, int numbers)
    {
        int sweeps = answer.Sweeps.GetLength(0);
        double granted = answer.Scale * (Rounding + (Bias * answer.StepsPerPath)), largest = 0, errors = 0;
        for (int t = 0; t < answer.Exact.Length; t++)
        {
            if (!double.IsFinite(answer.Exact[t]))
                continue;
            Sample sample = Sample.Of([.. Enumerable.Range(0, sweeps).Select(s => answer.Sweeps[s, t])]);
            double deviation = Math.Abs(sample.Mean - answer.Exact[t]);
            largest = Math.Max(largest, deviation);
            errors = Math.Max(errors, deviation / Math.Sqrt((sample.Variance / sweeps) + (granted * granted)));
        }

        double allowed = Quantile(sweeps - 1, FalseAlarm / numbers / 2);
        return Result(
            answer, largest, errors, allowed, errors <= allowed, $"{Short(errors, "f1")} standard errors, of which {Short(allowed, "f1")} are allowed");
    }

    /// <summary>The number that Student's t exceeds with a small probability; in closed form where its law has the longest tails.</summary>
    internal static double Quantile(int freedom, double tail) => freedom switch
    {
        1 => 1 / Math.Tan(Math.PI * tail),
        2 => (1 - (2 * tail)) / Math.Sqrt(2 * tail * (1 - tail)),
        _ => StudentT.InvCDF(0, 1, freedom, 1 - tail),
    };

    private static ClosedFormCheck Result(SecondAnswer answer, double largest, double errors, double allowed, bool passes, string measure)
    {
        string relation = passes ? "agrees with" : "DIFFERS from";
        return new(answer.Name, answer.Observable, largest, errors, allowed, passes ? "pass" : "fail",
            $"The solver's {answer.Observable} {relation} {answer.About}: up to {Short(largest, "g2")}, {measure}.");
    }

    private static string Short(double x, string format) => x.ToString(format, CultureInfo.InvariantCulture);
}

/// <summary>A curve of the solver and the closed form that it must follow.</summary>
/// <param name="Name">The closed form and the clock.</param>
/// <param name="Observable">What is compared.</param>
/// <param name="Sweeps">The solver's curves, shape (sweeps, times); one row for a theory without Monte-Carlo error.</param>
/// <param name="Exact">The closed form by time; NaN where there is none.</param>
/// <param name="Scale">Size of the quantity, for the rounding and the bias that are granted.</param>
/// <param name="StepsPerPath">K/N of the sweeps.</param>
/// <param name="About">The closed form in words.</param>
internal sealed record SecondAnswer(
    string Name, string Observable, double[,] Sweeps, double[] Exact, double Scale, double StepsPerPath, string About);
