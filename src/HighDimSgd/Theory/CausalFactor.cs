using System.Globalization;

namespace HighDimSgd.Theory;

/// <summary>The Cholesky factor L of the covariance of Gaussian variables that become known one after another, the first of them the teacher's w*.</summary>
internal sealed class CausalFactor
{
    // Added to the variances, as a fraction of them, before factoring: smooth paths make the covariance singular to rounding, and this
    // keeps the factor stable at the price of a thousandth of independent noise in each variable.
    internal const double Nugget = 1e-6;

    private readonly double[,] factor;

    /// <summary>The factor of the teacher alone.</summary>
    /// <param name="variables">Most variables.</param>
    /// <param name="teacherNorm">rho.</param>
    public CausalFactor(int variables, double teacherNorm)
    {
        factor = new double[variables, variables];
        factor[0, 0] = Math.Sqrt(teacherNorm);
    }

    /// <summary>Coefficient of the Gaussian coordinate j in a variable.</summary>
    public double this[int variable, int j] => factor[variable, j];

    /// <summary>Adds the row of the next variable.</summary>
    /// <param name="row">Its number.</param>
    /// <param name="covariance">Its covariance with each variable up to itself.</param>
    /// <returns>Null, or why the covariance is none.</returns>
    public string? Extend(int row, Func<int, double> covariance)
    {
        for (int j = 0; j < row; j++)
        {
            double rest = covariance(j);
            for (int p = 0; p < j; p++)
                rest -= factor[row, p] * factor[j, p];
            factor[row, j] = factor[j, j] > 0 ? rest / factor[j, j] : 0;
        }

        double variance = covariance(row), pivot = variance * (1 + Nugget);
        for (int p = 0; p < row; p++)
            pivot -= factor[row, p] * factor[row, p];
        if (!double.IsFinite(pivot))
            return "the covariance left the finite numbers";
        if (pivot < 0)
        {
            return string.Create(
                CultureInfo.InvariantCulture,
                $"the covariance lost positive definiteness (pivot {pivot:g3}, variance {variance:g3}); more paths or a smaller step may help");
        }

        factor[row, row] = Math.Sqrt(pivot);
        return null;
    }

    /// <summary>Solves x L = b; a column without a pivot, which a start at zero leaves, gets none.</summary>
    /// <param name="values">b for the first variables; overwritten by x.</param>
    public void SolveBack(Span<double> values)
    {
        for (int j = values.Length - 1; j >= 0; j--)
        {
            double rest = values[j];
            for (int i = j + 1; i < values.Length; i++)
                rest -= values[i] * factor[i, j];
            values[j] = factor[j, j] > 0 ? rest / factor[j, j] : 0;
        }
    }

    /// <summary>Solves L x = b, in the same way.</summary>
    /// <param name="values">b for the first variables; overwritten by x.</param>
    public void SolveForth(Span<double> values)
    {
        for (int j = 0; j < values.Length; j++)
        {
            double rest = values[j];
            for (int i = 0; i < j; i++)
                rest -= factor[j, i] * values[i];
            values[j] = factor[j, j] > 0 ? rest / factor[j, j] : 0;
        }
    }
}
