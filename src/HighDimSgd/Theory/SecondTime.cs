using HighDimSgd.Experiments;

namespace HighDimSgd.Theory;

/// <summary>
/// The two-time functions of the second of two starts on the same data (docs/concepts/two-starts.md), and the joint Gaussian law of the fields of both. The
/// columns are A, the first start, and B, the second less <c>share</c> times the first: with share 1, for starts on one clock, all that is left of B once the two
/// have met is in proportion to their distance, chance included.
/// </summary>
internal sealed class SecondTime
{
    private readonly TwoTime first;
    private readonly double share, teacherNorm;
    private readonly double[,] own, cross, ownResponse, toFirst;
    private readonly double[] overlap;
    private readonly CausalFactor factor, alone;

    /// <summary>Starts the recursions.</summary>
    /// <param name="first">The functions of the first start.</param>
    /// <param name="model">The model.</param>
    /// <param name="second">The second start.</param>
    /// <param name="steps">Number of steps K.</param>
    public SecondTime(TwoTime first, ModelSpec model, SecondStart second, int steps)
    {
        this.first = first;
        share = second.HasOwnClock ? 0 : 1;
        teacherNorm = model.TeacherNorm;
        (own, cross) = (new double[steps + 1, steps + 1], new double[steps + 1, steps + 1]);
        (ownResponse, toFirst) = (new double[steps + 1, steps + 1], new double[steps + 1, steps + 1]);
        overlap = new double[steps + 1];
        (factor, alone) = (new((2 * steps) + 3, teacherNorm), new(steps + 2, teacherNorm));
        own[0, 0] = second.Norm - (share * ((2 * second.Between) - model.StartNorm));
        cross[0, 0] = second.Between - (share * model.StartNorm);
        overlap[0] = second.Overlap - (share * model.StartOverlap);
    }

    /// <summary>What B takes off the second start, in units of the first: 1 on one clock, 0 on two.</summary>
    public double Share => share;

    /// <summary>q of the second start.</summary>
    public double Norm(int k) => own[k, k] + (share * ((2 * cross[k, k]) + first.Covariance(k, k)));

    /// <summary>m of the second start.</summary>
    public double Overlap(int k) => overlap[k] + (share * first.Overlap(k));

    /// <summary>E[theta^k theta'^k].</summary>
    public double Between(int k) => cross[k, k] + (share * first.Covariance(k, k));

    /// <summary>E[(theta^k - theta'^k)^2].</summary>
    public double Distance(int k) => own[k, k] + ((1 - share) * (first.Covariance(k, k) - (2 * cross[k, k])));

    /// <summary>E[d theta_B^k / d u_B^p], the response of the second start.</summary>
    public double Response(int k, int p) => ownResponse[k, p];

    /// <summary>E[d theta_B^k / d u_A^p], share times what the responses of the starts differ by.</summary>
    public double ResponseToFirst(int k, int p) => toFirst[k, p];

    /// <summary>Coefficient of the Gaussian coordinate j in w^k of a column; j = 0 is the teacher's, j = 1 + 2 l + b that of column b and step l.</summary>
    public double Factor(int column, int k, int j) => factor[Row(column, k), j];

    /// <summary>Extends the Cholesky factor of (w*, w_A^0, w_B^0, w_A^1, ..) by the rows of step k.</summary>
    /// <returns>Null, or why the covariance is none.</returns>
    public string? ExtendFactor(int k)
    {
        return factor.Extend(Row(0, k), j => With(0, j)) ?? factor.Extend(Row(1, k), j => With(1, j))
            ?? (share == 0 ? alone.Extend(k + 1, j => j == 0 ? overlap[k] : own[k, j - 1]) : null);

        double With(int a, int j) => j == 0 ? OverlapOf(a, k) : Covariance(a, k, (j - 1) % 2, (j - 1) / 2);
    }

    /// <summary>
    /// D E[l^k g_j] of the coordinates that the first start has by itself, j = 0..k+1, from those of the joint ones: its own fields are all that its l depends on.
    /// </summary>
    /// <param name="k">The step.</param>
    /// <param name="joint">D E[l^k g_j] by joint coordinate.</param>
    public double[] OfFirst(int k, Func<int, double> joint)
    {
        double[] products = Products(0, k, joint);
        first.Project(products);
        return products;
    }

    /// <summary>The responses of l_B by parts; where B is the second start, its own fields are all that its l depends on.</summary>
    /// <param name="k">The step.</param>
    /// <param name="projections">D E[l_B^k g_j] by joint coordinate, j = 0..2k+2.</param>
    public ColumnResponse SolveByParts(int k, double[] projections)
    {
        if (share == 0)
        {
            double[] products = Products(1, k, j => projections[j]);
            alone.SolveForth(products);
            alone.SolveBack(products);
            return new(products[0], new double[k + 1], products[1..]);
        }

        factor.SolveBack(projections);
        return new(
            projections[0], [.. Enumerable.Range(0, k + 1).Select(l => projections[Row(0, l)])], [.. Enumerable.Range(0, k + 1).Select(l => projections[Row(1, l)])]);
    }

    /// <summary>The same from the responses of the two starts to their own fields.</summary>
    /// <param name="k">The step.</param>
    /// <param name="ofFirst">R_f(k,0..k) of the first start.</param>
    /// <param name="ofSecond">That of the second.</param>
    /// <param name="alongTeacher">D E[l_B^k w*].</param>
    public ColumnResponse Of(int k, ReadOnlySpan<double> ofFirst, double[] ofSecond, double alongTeacher)
    {
        var onFirst = new double[k + 1];
        for (int l = 0; l <= k; l++)
        {
            onFirst[l] = share * (ofSecond[l] - ofFirst[l]);
            alongTeacher -= (ofSecond[l] * overlap[l]) + (onFirst[l] * first.Overlap(l));
        }

        return new(alongTeacher / teacherNorm, onFirst, ofSecond);
    }

    /// <summary>Advances to step k+1, where the first start is already.</summary>
    /// <param name="k">The step.</param>
    /// <param name="ofFirst">Responses of l_A; there is none to B.</param>
    /// <param name="ofSecond">Responses of l_B.</param>
    /// <param name="forces">delta E[f_a^k f_b^l], l = 0..k, by a and b.</param>
    public void Advance(int k, ColumnResponse ofFirst, ColumnResponse ofSecond, double[][][] forces)
    {
        int next = k + 1, before = Math.Max(k - 1, 0);
        ColumnResponse[] responses = [ofFirst, ofSecond];
        for (int p = 0; p <= k; p++)
        {
            double mine = p == k ? 1 : first.Carried(k, ownResponse[k, p], ownResponse[before, p]);
            double other = first.Carried(k, toFirst[k, p], toFirst[before, p]);
            for (int l = p + 1; l <= k; l++)
            {
                mine -= ofSecond.OnSecond[l] * ownResponse[l, p];
                other -= (ofSecond.OnSecond[l] * toFirst[l, p]) + (ofSecond.OnFirst[l] * first.Response(l, p));
            }

            (ownResponse[next, p], toFirst[next, p]) = (mine, other);
        }

        overlap[next] = first.Carried(k, overlap[k], overlap[before]) - (ofSecond.OnTeacher * teacherNorm);
        for (int l = 0; l <= k; l++)
            overlap[next] -= (ofSecond.OnSecond[l] * overlap[l]) + (ofSecond.OnFirst[l] * first.Overlap(l));
        for (int l = 0; l <= k; l++)
            (cross[next, l], cross[l, next], own[next, l], own[l, next]) = (Next(0, 1, l), Next(1, 0, l), Next(1, 1, l), Next(1, 1, l));
        cross[next, next] = Next(0, 1, next);
        own[next, next] = Next(1, 1, next);

        // E[theta_a^{k+1} theta_b^l].
        double Next(int a, int b, int l)
        {
            double sum = first.Carried(k, Covariance(a, k, b, l), Covariance(a, before, b, l)) - (responses[a].OnTeacher * OverlapOf(b, l));
            for (int p = 0; p <= k; p++)
            {
                sum -= responses[a].OnFirst[p] * Covariance(0, p, b, l);
                if (a == 1)
                    sum -= ofSecond.OnSecond[p] * Covariance(1, p, b, l);
            }

            for (int p = 0; p < l; p++)
                sum += forces[a][0][p] * (b == 0 ? first.Response(l, p) : toFirst[l, p]);
            for (int p = 0; b == 1 && p < l; p++)
                sum += forces[a][1][p] * ownResponse[l, p];
            return sum;
        }
    }

    /// <summary>D E[l^k w*] and D E[l^k w^l], l = 0..k, of the fields of a column, from D E[l^k g_j].</summary>
    private double[] Products(int column, int k, Func<int, double> joint)
    {
        var products = new double[k + 2];
        products[0] = factor[0, 0] * joint(0);
        for (int l = 0; l <= k; l++)
        {
            for (int j = 0; j <= Row(column, l); j++)
                products[l + 1] += factor[Row(column, l), j] * joint(j);
        }

        return products;
    }

    private static int Row(int column, int k) => 1 + (2 * k) + column;

    private double OverlapOf(int column, int k) => column == 0 ? first.Overlap(k) : overlap[k];

    private double Covariance(int a, int k, int b, int l) => a == 0 ? b == 0 ? first.Covariance(k, l) : cross[k, l] : b == 0 ? cross[l, k] : own[k, l];
}

/// <summary>Responses of a column's l at a step, times D.</summary>
/// <param name="OnTeacher">To w*.</param>
/// <param name="OnFirst">To w_A^l, l = 0..k.</param>
/// <param name="OnSecond">To w_B^l.</param>
internal sealed record ColumnResponse(double OnTeacher, double[] OnFirst, double[] OnSecond);
