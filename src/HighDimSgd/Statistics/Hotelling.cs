using MathNet.Numerics;
using MathNet.Numerics.Distributions;
using MathNet.Numerics.LinearAlgebra;
using MathNet.Numerics.RootFinding;

namespace HighDimSgd.Statistics;

/// <summary>
/// Hotelling's T2 for a linear combination of independent mean vectors with unequal covariances. The F law has the degrees of
/// freedom of Krishnamoorthy and Yu (Statistics and Probability Letters 66, 2004), the affine invariant form of Welch's.
/// </summary>
/// <param name="Difference">The combination, which is 0 under the null hypothesis.</param>
/// <param name="Covariance">Its covariance.</param>
/// <param name="Freedom">Degrees of freedom nu of the covariance.</param>
internal sealed record Hotelling(Vector<double> Difference, Matrix<double> Covariance, double Freedom)
{
    /// <summary>Power at which a deviation counts as detectable.</summary>
    public const double Power = 0.9;

    /// <summary>Least eigenvalue of a correlation matrix that counts as regular.</summary>
    public const double LeastEigenvalue = 1e-8;

    // Quantiles beyond these mean that there are too few observations to say anything; they are also where the library's search ends.
    private const double MostF = 1000, MostT = 500;

    /// <summary>T2 = difference^T covariance^-1 difference.</summary>
    public double Statistic => Difference * Covariance.Cholesky().Solve(Difference);

    /// <summary>Chance of a T2 at least this large under the null hypothesis.</summary>
    public double P => 1 - FisherSnedecor.CDF(Dimension, Denominator, Statistic * Denominator / (Freedom * Dimension));

    private int Dimension => Difference.Count;

    private double Denominator => Freedom - Dimension + 1;

    /// <summary>
    /// The test of sum_i c_i mean_i = expected.
    /// </summary>
    /// <param name="samples">Independent samples, each with rows of observations.</param>
    /// <param name="coefficients">The c_i.</param>
    /// <param name="expected">A vector without error; 0 where null.</param>
    /// <param name="granted">A standard error that is added to every component.</param>
    /// <returns>The test, or null where the covariance is singular or the observations are too few for its dimension.</returns>
    public static Hotelling? Of(IReadOnlyList<Matrix<double>> samples, IReadOnlyList<double> coefficients, Vector<double>? expected = null, double granted = 0)
    {
        int dimension = samples[0].ColumnCount;
        Vector<double> difference = expected is null ? Vector<double>.Build.Dense(dimension) : -expected;
        Matrix<double> total = Matrix<double>.Build.Dense(dimension, dimension);
        var parts = new List<(Matrix<double> Covariance, int Freedom)>();
        for (int i = 0; i < samples.Count; i++)
        {
            if (coefficients[i] == 0)
                continue;
            Vector<double> mean = samples[i].ColumnSums() / samples[i].RowCount;
            difference += coefficients[i] * mean;
            Matrix<double> centred = samples[i] - Matrix<double>.Build.Dense(samples[i].RowCount, dimension, (_, j) => mean[j]);
            int freedom = samples[i].RowCount - 1;
            Matrix<double> covariance = coefficients[i] * coefficients[i] / freedom / samples[i].RowCount * centred.TransposeThisAndMultiply(centred);
            parts.Add((covariance, freedom));
            total += covariance;
        }

        total += granted * granted * Matrix<double>.Build.DenseIdentity(dimension);
        Vector<double> scale = total.Diagonal().PointwiseSqrt();
        if (scale.Any(s => !(s > 0)))
            return null;
        Matrix<double> correlation = Matrix<double>.Build.Dense(dimension, dimension, (a, b) => total[a, b] / scale[a] / scale[b]);
        if (correlation.Evd(Symmetricity.Symmetric).EigenValues.Min(e => e.Real) < LeastEigenvalue)
            return null;
        Matrix<double> inverse = total.Inverse();
        double spread = 0;
        foreach ((Matrix<double> covariance, int freedom) in parts)
        {
            Matrix<double> share = covariance * inverse;
            spread += ((share * share).Trace() + (share.Trace() * share.Trace())) / freedom;
        }

        double nu = dimension * (dimension + 1) / spread;
        return nu - dimension + 1 > 1 ? new(difference, total, nu) : null;
    }

    /// <summary>
    /// The smallest multiple of a direction that a test at <paramref name="level"/> would find with power 0.9, by the noncentral F law;
    /// null where there are too few observations.
    /// </summary>
    public double? Detectable(Vector<double> direction, double level)
    {
        if (FisherSnedecor.CDF(Dimension, Denominator, MostF) <= 1 - level)
            return null;
        double length = direction * Covariance.Cholesky().Solve(direction);
        double critical = FisherSnedecor.InvCDF(Dimension, Denominator, 1 - level);
        double x = Dimension * critical / ((Dimension * critical) + Denominator);
        double noncentrality = Bisection.FindRoot(
            l => Miss(l, x) - (1 - Power), 0, 1000 + (50 * critical * Dimension), 1e-6, 200);
        return Math.Sqrt(noncentrality / length);
    }

    /// <summary>
    /// Half the width of simultaneous intervals of the components, Bonferroni at <paramref name="level"/>; null where there are too few
    /// observations.
    /// </summary>
    public Vector<double>? HalfWidths(double level)
    {
        double chance = 1 - (level / 2 / Dimension);
        return StudentT.CDF(0, 1, Freedom, MostT) <= chance
            ? null : Covariance.Diagonal().PointwiseSqrt() * StudentT.InvCDF(0, 1, Freedom, chance);
    }

    /// <summary>Distribution function of the noncentral F law, in the beta variable x: a Poisson mixture of beta laws.</summary>
    private double Miss(double noncentrality, double x)
    {
        double half = noncentrality / 2, sum = 0;
        int centre = (int)half, reach = (int)(10 * Math.Sqrt(half + 10));
        for (int j = Math.Max(0, centre - reach); j <= centre + reach; j++)
        {
            double log = half == 0 ? (j == 0 ? 0 : double.NegativeInfinity) : (j * Math.Log(half)) - half - SpecialFunctions.GammaLn(j + 1);
            sum += Math.Exp(log) * SpecialFunctions.BetaRegularized((Dimension / 2.0) + j, Denominator / 2, x);
        }

        return sum;
    }
}
