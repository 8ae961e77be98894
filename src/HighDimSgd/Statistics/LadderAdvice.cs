using HighDimSgd.Results;

namespace HighDimSgd.Statistics;

/// <summary>
/// What a ladder cannot support, and the cheapest number of further replicas that would: at one size or at all, a replica costing d n.
/// Advice takes the fitted limit + c/d for true and asks for what would be found four times in five.
/// </summary>
/// <param name="sizes">The ladder.</param>
/// <param name="point">The observable at the last record time.</param>
/// <param name="exponent">The test of exponents.</param>
internal sealed class LadderAdvice(IReadOnlyList<SizeSummary> sizes, LadderTime point, FreeExponent exponent)
{
    /// <summary>Standard errors within which a coefficient is not told from 0.</summary>
    private const double Unseen = 2;

    /// <summary>Standard errors of an effect that a test at 5 per cent finds four times in five: 1.96 + 0.84.</summary>
    private const double Found = 2.8;

    /// <summary>A p-value below which limit + c/d is given up.</summary>
    private const double Misfit = 0.01;

    private const double LeastFactor = 1.5;
    private const int MostFactor = 100;

    private readonly int[] dimensions = [.. sizes.Select(s => s.Size)];

    /// <summary>The advice on a fit, or null.</summary>
    public string? Of(FiniteSizeFit fit)
    {
        (double limit, double c, double error) = (fit.Limit[^1], fit.Coefficient[^1], fit.CoefficientError[^1]);
        if (fit.Goodness[^1] < Misfit)
        {
            string remedy = fit.SecondOrder is null ? "larger sizes, or a fourth for the second order" : "larger sizes, or the fit with the second order";
            return $"Limit + c/d does not describe these sizes (p = {Digits.Plain(fit.Goodness[^1], 2)}), so it supports neither a limit nor a c: needs {remedy}.";
        }

        if (Math.Abs(c) < Unseen * error)
        {
            string remedy = Cheapest(factors => ErrorOfCoefficient(factors) * Found <= Math.Abs(c)) ?? $"more than {MostFactor} times the replicas";
            return $"No c/d is seen (c = {Digits.Plain(c, 2)} with an error of {Digits.Plain(error, 2)}); to show one as large as fitted needs {remedy}.";
        }

        if (double.IsFinite(fit.Exponent!.Low[^1]) && double.IsFinite(fit.Exponent.High[^1]))
            return null;
        double[] means = [.. dimensions.Select(d => limit + (c / d))];
        string needed = Cheapest(factors => Excess(means, factors) >= Found * Found) ?? $"sizes further apart, or more than {MostFactor} times the replicas";
        return $"The exponent of c/d is not resolved: needs {needed}.";
    }

    private double ErrorOfCoefficient(double[] factors)
    {
        double[] weights = [.. sizes.Select((s, i) => factors[i] * s.Size * (s.Replicas - s.Diverged.Count))];
        return LadderFit.Combine(new LadderFit(dimensions, weights, 2).Row(1), point.Means, Errors(factors)).Error;
    }

    /// <summary>Chi-square by which exact values on limit + c/d reject both exponent 0 and an infinite one.</summary>
    private double Excess(double[] means, double[] factors)
    {
        double[] errors = Errors(factors);
        return Math.Min(exponent.ChiSquare(0, means, errors), exponent.ChiSquare(double.PositiveInfinity, means, errors));
    }

    private double[] Errors(double[] factors) => [.. point.Errors.Zip(factors, (e, f) => e / Math.Sqrt(f))];

    /// <summary>The cheapest factor on the replicas of one size, or of all, that is enough; null where none up to 100 is.</summary>
    private string? Cheapest(Func<double[], bool> isEnough)
    {
        var choices = new List<(double Cost, string Words)>();
        for (int choice = 0; choice <= sizes.Count; choice++)
        {
            int at = choice;
            double[] Factors(double factor) => [.. sizes.Select((_, i) => at == sizes.Count || at == i ? factor : 1)];
            if (!isEnough(Factors(MostFactor)))
                continue;
            (double low, double high) = (1, MostFactor);
            while (high / low > 1.01)
            {
                double middle = Math.Sqrt(low * high);
                (low, high) = isEnough(Factors(middle)) ? (low, middle) : (middle, high);
            }

            double factor = Math.Max(high, LeastFactor);
            double cost = sizes.Where((_, i) => at == sizes.Count || at == i).Sum(s => (factor - 1) * s.Replicas * s.Size * s.Samples);
            choices.Add((cost, $"about {Digits.Plain(factor, 2)} times the replicas at {(at == sizes.Count ? "every size" : $"d = {sizes[at].Size}")}"));
        }

        return choices.Count == 0 ? null : choices.MinBy(c => c.Cost).Words;
    }
}
