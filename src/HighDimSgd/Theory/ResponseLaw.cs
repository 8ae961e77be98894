namespace HighDimSgd.Theory;

/// <summary>
/// The response of the linear case from its self-consistent law alone, without the spectrum. In continuous time the Laplace transform
/// Rhat of R_th(t-s) = int e^{-(mu+lambda)(t-s)} dnu solves Rhat (z + lambda + 1/(1 + Rhat/delta)) = 1.
/// </summary>
/// <remarks>
/// At step D let r_j = R_th(p+j, p) = int (1 - D (mu+lambda))^{j-1} dnu and Rhat(z) = D sum_{j>=1} r_j x^j, x = 1/(1 + z D). Then
/// Rhat = int 1/(mu + zeta) dnu with zeta = (1 - x (1 - lambda D))/(x D) = z + lambda, so the law holds unchanged at every step.
/// Multiplied out and sorted by powers of x it is a recursion, with a = 1 - lambda D and s_n = sum_{i+j=n} r_i r_j:
/// <c>r_n = (a - D + D/delta) r_{n-1} - (D/delta) (s_n - a s_{n-1})</c>, r_1 = 1.
/// </remarks>
public static class ResponseLaw
{
    /// <summary>r_1..r_K, element j-1 holding r_j: what <see cref="RidgeSolution.Response"/> holds.</summary>
    /// <param name="aspect">delta = n/d.</param>
    /// <param name="ridge">lambda.</param>
    /// <param name="step">D.</param>
    /// <param name="steps">K.</param>
    public static double[] Solve(double aspect, double ridge, double step, int steps)
    {
        var response = new double[steps];
        for (int n = 1; n <= steps; n++)
            response[n - 1] = Next(response.AsSpan(0, n - 1), aspect, ridge, step);
        return response;
    }

    /// <summary>r_n as the law gives it from r_1..r_{n-1}.</summary>
    internal static double Next(ReadOnlySpan<double> past, double aspect, double ridge, double step)
    {
        int n = past.Length + 1;
        if (n == 1)
            return 1;
        double kept = 1 - (ridge * step);
        return ((kept - step + (step / aspect)) * past[n - 2])
            - (step / aspect * (Square(past, n) - (kept * Square(past, n - 1))));
    }

    /// <summary>s_n = sum over i + j = n of r_i r_j.</summary>
    private static double Square(ReadOnlySpan<double> past, int n)
    {
        double sum = 0;
        for (int i = 1; i < n; i++)
            sum += past[i - 1] * past[n - i - 1];
        return sum;
    }
}
