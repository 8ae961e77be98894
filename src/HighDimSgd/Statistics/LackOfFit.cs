using MathNet.Numerics.Distributions;

namespace HighDimSgd.Statistics;

/// <summary>The smallest chi-square of a line y = a + b x through means with estimated errors, and its law.</summary>
/// <param name="ChiSquare">Sum over the means of (residual/error)^2.</param>
/// <param name="Spread">Johansen's A: how uncertain the errors make the statistic; 0 where they are known.</param>
/// <param name="Freedom">Number of means less 2.</param>
internal readonly record struct LackOfFit(double ChiSquare, double Spread, int Freedom)
{
    /// <summary>The best line.</summary>
    /// <param name="x">The regressor.</param>
    /// <param name="means">Means.</param>
    /// <param name="errors">Their standard errors, positive.</param>
    /// <param name="freedoms">Degrees of freedom of the errors.</param>
    public static LackOfFit OfLine(double[] x, double[] means, double[] errors, int[] freedoms)
    {
        double[] weights = [.. errors.Select(e => 1 / (e * e))];
        (double total, double centre, double middle) = (0, 0, 0);
        for (int i = 0; i < x.Length; i++)
        {
            total += weights[i];
            centre += weights[i] * x[i];
            middle += weights[i] * means[i];
        }

        (centre, middle) = (centre / total, middle / total);
        (double cross, double square) = (0, 0);
        for (int i = 0; i < x.Length; i++)
        {
            cross += weights[i] * (x[i] - centre) * (means[i] - middle);
            square += weights[i] * (x[i] - centre) * (x[i] - centre);
        }

        (double chiSquare, double spread) = (0, 0);
        for (int i = 0; i < x.Length; i++)
        {
            double residual = means[i] - middle - (cross / square * (x[i] - centre));
            chiSquare += weights[i] * residual * residual;
            double free = 1 - (weights[i] * ((1 / total) + ((x[i] - centre) * (x[i] - centre) / square)));
            spread += free * free / freedoms[i];
        }

        return new(chiSquare, spread, x.Length - 2);
    }

    /// <summary>
    /// Chance of residuals at least this large where the line is true: the F law of Johansen (Biometrika 67, 1980), which for constant
    /// means is Welch's analysis of variance and for three means a t law with Welch's degrees of freedom.
    /// </summary>
    public double P
    {
        get
        {
            double scale = Freedom + (2 * Spread) - (6 * Spread / (Freedom + 2));
            return 1 - FisherSnedecor.CDF(Freedom, Freedom * (Freedom + 2) / (3 * Spread), ChiSquare / scale);
        }
    }
}
