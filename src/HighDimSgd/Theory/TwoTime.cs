using System.Globalization;

namespace HighDimSgd.Theory;

/// <summary>
/// The two-time functions of the DMFT for h(theta) = lambda theta and one column, and their causal recursions
/// (docs/concepts/proportional-limit.md), in float64. Index k runs over the steps 0..K.
/// </summary>
internal sealed class TwoTime
{
    // Added to the variances, as a fraction of them, before factoring: smooth paths make the covariance singular to rounding, and this
    // keeps the factor stable at the price of a thousandth of independent noise in each w^k.
    internal const double Nugget = 1e-6;

    private readonly Func<int, double> shrinking;
    private readonly double momentum;
    private readonly double teacherNorm;
    private readonly double[,] covariance;
    private readonly double[,] force;
    private readonly double[,] response;
    private readonly double[,] factor;
    private readonly double[] overlap;

    /// <summary>Starts the recursions.</summary>
    /// <param name="steps">Number of steps K.</param>
    /// <param name="shrinking">What the ridge leaves of theta in a step, 1 - lambda D without schedules.</param>
    /// <param name="teacherNorm">rho.</param>
    /// <param name="startNorm">q(0).</param>
    /// <param name="startOverlap">m(0).</param>
    /// <param name="momentum">beta: a step keeps so much of the step before it.</param>
    public TwoTime(int steps, Func<int, double> shrinking, double teacherNorm, double startNorm, double startOverlap, double momentum = 0)
    {
        this.momentum = momentum;
        this.shrinking = shrinking;
        this.teacherNorm = teacherNorm;
        covariance = new double[steps + 1, steps + 1];
        force = new double[steps + 1, steps + 1];
        response = new double[steps + 1, steps + 1];
        factor = new double[steps + 2, steps + 2];
        overlap = new double[steps + 1];
        covariance[0, 0] = startNorm;
        overlap[0] = startOverlap;
        factor[0, 0] = Math.Sqrt(teacherNorm);
    }

    /// <summary>C(k,l) = E[theta^k theta^l].</summary>
    public double Covariance(int k, int l) => covariance[k, l];

    /// <summary>m_k = E[theta^k theta*].</summary>
    public double Overlap(int k) => overlap[k];

    /// <summary>R_th(k,p) = E[d theta^k / d u^p], 0 unless p is below k.</summary>
    public double Response(int k, int p) => response[k, p];

    /// <summary>Coefficient of the Gaussian coordinate j in w^k; j = 0 is the teacher's, j = l+1 that of step l.</summary>
    public double Factor(int k, int j) => factor[k + 1, j];

    /// <summary>Extends the Cholesky factor of (w*, w^0, ..) by the row of w^k.</summary>
    /// <returns>Null, or why the covariance is none.</returns>
    public string? ExtendFactor(int k)
    {
        int row = k + 1;
        for (int j = 0; j < row; j++)
        {
            double rest = j == 0 ? overlap[k] : covariance[k, j - 1];
            for (int p = 0; p < j; p++)
                rest -= factor[row, p] * factor[j, p];
            factor[row, j] = factor[j, j] > 0 ? rest / factor[j, j] : 0;
        }

        double pivot = covariance[k, k] * (1 + Nugget);
        for (int p = 0; p < row; p++)
            pivot -= factor[row, p] * factor[row, p];
        if (!double.IsFinite(pivot))
            return "the covariance left the finite numbers";
        if (pivot < 0)
        {
            return string.Create(
                CultureInfo.InvariantCulture,
                $"the covariance lost positive definiteness (pivot {pivot:g3}, variance {covariance[k, k]:g3}); more paths or a smaller step may help");
        }

        factor[row, row] = Math.Sqrt(pivot);
        return null;
    }

    /// <summary>
    /// Solves (A12), D E[l^k g^T] = [R_*, R_f(k,0..k)] L, for the responses; a column without a pivot, which a start at zero leaves, gets none.
    /// </summary>
    /// <param name="k">The step.</param>
    /// <param name="projections">D E[l^k g_j], j = 0..k+1; overwritten by [R_*, R_f(k,0..k)].</param>
    public void SolveByParts(int k, Span<double> projections)
    {
        for (int j = k + 1; j >= 0; j--)
        {
            double rest = projections[j];
            for (int i = j + 1; i <= k + 1; i++)
                rest -= projections[i] * factor[i, j];
            projections[j] = factor[j, j] > 0 ? rest / factor[j, j] : 0;
        }
    }

    /// <summary>R_* from R_f and D E[l^k w*], since D E[l^k w*] = R_* rho + sum_l R_f(k,l) m_l.</summary>
    public double TeacherResponse(int k, ReadOnlySpan<double> forceResponse, double alongTeacher)
    {
        double rest = alongTeacher;
        for (int l = 0; l <= k; l++)
            rest -= forceResponse[l] * overlap[l];
        return rest / teacherNorm;
    }

    /// <summary>Advances R_th, m and C to step k+1.</summary>
    /// <param name="k">The step.</param>
    /// <param name="teacherResponse">R_*(k).</param>
    /// <param name="forceResponse">R_f(k,0..k).</param>
    /// <param name="forceCovariance">C_f(k,0..k).</param>
    public void Advance(int k, double teacherResponse, ReadOnlySpan<double> forceResponse, ReadOnlySpan<double> forceCovariance)
    {
        int next = k + 1, before = Math.Max(k - 1, 0);
        double shrink = shrinking(k);
        for (int l = 0; l <= k; l++)
            force[k, l] = force[l, k] = forceCovariance[l];
        for (int p = 0; p <= k; p++)
        {
            double sum = p == k ? 1 : Carried(response[k, p], response[before, p]);
            for (int l = p + 1; l <= k; l++)
                sum -= forceResponse[l] * response[l, p];
            response[next, p] = sum;
        }

        overlap[next] = Carried(overlap[k], overlap[before]) - (teacherResponse * teacherNorm);
        for (int l = 0; l <= k; l++)
            overlap[next] -= forceResponse[l] * overlap[l];
        for (int l = 0; l <= next; l++)
        {
            double sum = Carried(covariance[k, l], covariance[before, l]) - (teacherResponse * overlap[l]);
            for (int p = 0; p <= k; p++)
                sum -= forceResponse[p] * covariance[p, l];
            for (int p = 0; p < l; p++)
                sum += force[k, p] * response[l, p];
            covariance[next, l] = covariance[l, next] = sum;
        }

        // What a step carries on of the parameter: (1 - lambda D) theta^k + beta (theta^k - theta^{k-1}).
        double Carried(double now, double earlier) => momentum == 0 ? shrink * now : (shrink * now) + (momentum * (now - earlier));
    }
}
