namespace HighDimSgd.Theory;

/// <summary>
/// The two-time functions across two starts on the same data (docs/concepts/two-starts.md), and the joint Gaussian law of the fields of both. Neither start
/// responds to what pushes the other, so each keeps the responses of its own <see cref="TwoTime"/>.
/// </summary>
internal sealed class CrossTime
{
    private readonly TwoTime[] starts;
    private readonly double[,] covariance;
    private readonly double[,] force;
    private readonly CausalFactor factor;

    /// <summary>Starts the recursion.</summary>
    /// <param name="starts">The functions of each start by itself.</param>
    /// <param name="steps">Number of steps K.</param>
    /// <param name="teacherNorm">rho.</param>
    /// <param name="between">theta0.theta0'/d.</param>
    public CrossTime(TwoTime[] starts, int steps, double teacherNorm, double between)
    {
        this.starts = starts;
        covariance = new double[steps + 1, steps + 1];
        force = new double[steps + 1, steps + 1];
        factor = new((2 * steps) + 3, teacherNorm);
        covariance[0, 0] = between;
    }

    /// <summary>E[theta^k theta'^l], theta' that of the second start.</summary>
    public double Covariance(int k, int l) => covariance[k, l];

    /// <summary>Coefficient of the Gaussian coordinate j in a start's w^k; j = 0 is the teacher's, j = 1 + 2 l + b that of start b and step l.</summary>
    public double Factor(int start, int k, int j) => factor[Row(start, k), j];

    /// <summary>Extends the Cholesky factor of (w*, w^0, w'^0, w^1, ..) by the rows of w^k and w'^k.</summary>
    /// <returns>Null, or why the covariance is none.</returns>
    public string? ExtendFactor(int k)
    {
        return factor.Extend(Row(0, k), j => With(0, j)) ?? factor.Extend(Row(1, k), j => With(1, j));

        double With(int start, int j) => j == 0 ? starts[start].Overlap(k) : Between(start, k, (j - 1) % 2, (j - 1) / 2);
    }

    /// <summary>
    /// D E[l^k g_j] of the coordinates that a start has by itself, j = 0..k+1, from those of the joint ones: the start's own fields are all that its l
    /// depends on.
    /// </summary>
    /// <param name="start">The start.</param>
    /// <param name="k">The step.</param>
    /// <param name="joint">D E[l^k g_j] by joint coordinate.</param>
    public double[] Own(int start, int k, Func<int, double> joint)
    {
        var products = new double[k + 2];
        products[0] = factor[0, 0] * joint(0);
        for (int l = 0; l <= k; l++)
        {
            for (int j = 0; j <= Row(start, l); j++)
                products[l + 1] += factor[Row(start, l), j] * joint(j);
        }

        starts[start].Project(products);
        return products;
    }

    /// <summary>Advances C to step k+1, where both starts are already.</summary>
    /// <param name="k">The step.</param>
    /// <param name="responses">By start, [R_*(k), R_f(k,0..k)].</param>
    /// <param name="forces">By start a, delta E[f_a^k f_b^l] of the other start b, l = 0..k.</param>
    public void Advance(int k, double[][] responses, double[][] forces)
    {
        int next = k + 1;
        for (int l = 0; l <= k; l++)
            (force[k, l], force[l, k]) = (forces[0][l], forces[1][l]);
        for (int l = 0; l <= k; l++)
            (covariance[next, l], covariance[l, next]) = (Next(0, l), Next(1, l));
        covariance[next, next] = Next(0, next);

        // E[theta_a^{k+1} theta_b^l].
        double Next(int a, int l)
        {
            int b = 1 - a;
            double sum = starts[a].Carried(k, Between(a, k, b, l), Between(a, Math.Max(k - 1, 0), b, l)) - (responses[a][0] * starts[b].Overlap(l));
            for (int p = 0; p <= k; p++)
                sum -= responses[a][p + 1] * Between(a, p, b, l);
            for (int p = 0; p < l; p++)
                sum += (a == 0 ? force[k, p] : force[p, k]) * starts[b].Response(l, p);
            return sum;
        }
    }

    private static int Row(int start, int k) => 1 + (2 * k) + start;

    private double Between(int a, int k, int b, int l) => a == b ? starts[a].Covariance(k, l) : a == 0 ? covariance[k, l] : covariance[l, k];
}
