namespace HighDimSgd.Theory;

/// <summary>
/// The two-time functions of the DMFT for h(theta) = lambda theta and one column, and their causal recursions
/// (docs/concepts/proportional-limit.md), in float64. Index k runs over the steps 0..K.
/// </summary>
internal sealed class TwoTime
{
    private readonly Func<int, double> shrinking;
    private readonly double momentum;
    private readonly double teacherNorm;
    private readonly double[,] covariance;
    private readonly double[,] force;
    private readonly double[,] response;
    private readonly CausalFactor factor;
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
        factor = new(steps + 2, teacherNorm);
        overlap = new double[steps + 1];
        covariance[0, 0] = startNorm;
        overlap[0] = startOverlap;
    }

    /// <summary>C(k,l) = E[theta^k theta^l].</summary>
    public double Covariance(int k, int l) => covariance[k, l];

    /// <summary>m_k = E[theta^k theta*].</summary>
    public double Overlap(int k) => overlap[k];

    /// <summary>R_th(k,p) = E[d theta^k / d u^p], 0 unless p is below k.</summary>
    public double Response(int k, int p) => response[k, p];

    /// <summary>R_th by steps.</summary>
    public double[,] Responses() => (double[,])response.Clone();

    /// <summary>Coefficient of the Gaussian coordinate j in w^k; j = 0 is the teacher's, j = l+1 that of step l.</summary>
    public double Factor(int k, int j) => factor[k + 1, j];

    /// <summary>Extends the Cholesky factor of (w*, w^0, ..) by the row of w^k.</summary>
    /// <returns>Null, or why the covariance is none.</returns>
    public string? ExtendFactor(int k) => factor.Extend(k + 1, j => j == 0 ? overlap[k] : covariance[k, j - 1]);

    /// <summary>Solves (A12), D E[l^k g^T] = [R_*, R_f(k,0..k)] L, for the responses.</summary>
    /// <param name="projections">D E[l^k g_j], j = 0..k+1; overwritten by [R_*, R_f(k,0..k)].</param>
    public void SolveByParts(Span<double> projections) => factor.SolveBack(projections);

    /// <summary>D E[l^k g_j] from D E[l^k w*] and D E[l^k w^l], l = 0..k, in their place.</summary>
    public void Project(Span<double> products) => factor.SolveForth(products);

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
        for (int l = 0; l <= k; l++)
            force[k, l] = force[l, k] = forceCovariance[l];
        for (int p = 0; p <= k; p++)
        {
            double sum = p == k ? 1 : Carried(k, response[k, p], response[before, p]);
            for (int l = p + 1; l <= k; l++)
                sum -= forceResponse[l] * response[l, p];
            response[next, p] = sum;
        }

        overlap[next] = Carried(k, overlap[k], overlap[before]) - (teacherResponse * teacherNorm);
        for (int l = 0; l <= k; l++)
            overlap[next] -= forceResponse[l] * overlap[l];
        for (int l = 0; l <= next; l++)
        {
            double sum = Carried(k, covariance[k, l], covariance[before, l]) - (teacherResponse * overlap[l]);
            for (int p = 0; p <= k; p++)
                sum -= forceResponse[p] * covariance[p, l];
            for (int p = 0; p < l; p++)
                sum += force[k, p] * response[l, p];
            covariance[next, l] = covariance[l, next] = sum;
        }
    }

    /// <summary>
    /// What step k carries on of a function of theta^k: (1 - lambda D) of its value, and beta times its change since <paramref name="earlier"/>.
    /// </summary>
    public double Carried(int k, double now, double earlier) => momentum == 0 ? shrinking(k) * now : (shrinking(k) * now) + (momentum * (now - earlier));
}
