namespace HighDimSgd.Tests.Theory;

/// <summary>What a sweep may leave out; each is a mistake that is easy to make.</summary>
public enum Defect
{
    /// <summary>Nothing.</summary>
    None,

    /// <summary>Force covariance E[l l] instead of E[l f]: the clock's noise in past forces is forgotten.</summary>
    NoCrossTerms,

    /// <summary>Memory of the preactivation by the drift of past forces alone.</summary>
    NoNoiseInMemory,

    /// <summary>No Ito term on the diagonal of the force covariance.</summary>
    NoItoDiagonal,
}

/// <summary>
/// The DMFT sweep of logistic SGF (slope 3, delta 2, ridge 0.1, tau 4, D 0.2, rho = q(0) = 1) written out plainly in float64, with
/// its own random numbers: independent of the kernels, of the two-time recursions and of the table of paths.
/// </summary>
internal static class ReferenceSweep
{
    private const int Steps = 60;
    private const double Slope = 3, Ridge = 0.1, Delta = 2, Tau = 4, D = 0.2;

    /// <summary>q, m and training loss at every step, or null where the covariance is none.</summary>
    public static (double[] Q, double[] M, double[] Loss)? Run(int paths, int seed, Defect defect = Defect.None)
    {
        var random = new MathNet.Numerics.Distributions.Normal(0, 1, new MathNet.Numerics.Random.MersenneTwister(seed));
        var g = new List<double[]> { Draw(random, paths) };
        var memory = new List<double[]>();
        var forces = new List<double[]>();
        double[] y = [.. g[0].Select(w => random.RandomSource.NextDouble() < 1 / (1 + Math.Exp(-Slope * w)) ? 1.0 : -1)];
        double[,] c = new double[Steps + 1, Steps + 1], rth = new double[Steps + 1, Steps + 1];
        double[,] factor = new double[Steps + 2, Steps + 2], cf = new double[Steps + 1, Steps + 1];
        double[] m = new double[Steps + 1], loss = new double[Steps + 1];
        c[0, 0] = factor[0, 0] = 1;
        for (int k = 0; k <= Steps; k++)
        {
            // Cholesky row of (w*, w^0, .., w^k).
            for (int j = 0; j <= k + 1; j++)
            {
                double rest = j == 0 ? m[k] : c[k, j - 1];
                for (int p = 0; p < j; p++)
                    rest -= factor[k + 1, p] * factor[j, p];
                if (j == k + 1 && !(rest > 0))
                    return null;
                factor[k + 1, j] = j == k + 1 ? Math.Sqrt(rest) : rest / factor[j, j];
            }

            g.Add(Draw(random, paths));
            var r = new double[paths];
            for (int j = 0; j <= k + 1; j++)
                AddTo(r, factor[k + 1, j], g[j]);
            for (int p = 0; p < k; p++)
                AddTo(r, -rth[k, p], memory[p]);
            double[] l = [.. r.Zip(y, (a, b) => -b / (1 + Math.Exp(a * b)))];
            loss[k] = r.Zip(y, (a, b) => Math.Log(1 + Math.Exp(-a * b))).Average();
            if (k == Steps)
                break;
            double[] noise = Draw(random, paths);
            forces.Add([.. l.Zip(noise, (a, n) => a * (D + (Math.Sqrt(Tau * Delta * D) * n)) / Delta)]);
            double[] drift = [.. l.Select(a => a * D / Delta)];
            memory.Add(defect == Defect.NoNoiseInMemory ? drift : forces[k]);
            for (int p = 0; p < k; p++)
                cf[k, p] = cf[p, k] = D * Mean(l, forces[p]);
            if (defect == Defect.NoCrossTerms)
            {
                forces[k] = drift;
            }

            cf[k, k] = ((D * D / Delta) + (defect == Defect.NoItoDiagonal ? 0 : Tau * D)) * Mean(l, l);
            var response = new double[k + 2];
            for (int j = k + 1; j >= 0; j--)
            {
                double rest = D * Mean(l, g[j]);
                for (int i = j + 1; i <= k + 1; i++)
                    rest -= response[i] * factor[i, j];
                response[j] = rest / factor[j, j];
            }

            for (int p = 0; p <= k; p++)
            {
                double sum = p == k ? 1 : (1 - (Ridge * D)) * rth[k, p];
                for (int i = p + 1; i <= k; i++)
                    sum -= response[i + 1] * rth[i, p];
                rth[k + 1, p] = sum;
            }

            m[k + 1] = ((1 - (Ridge * D)) * m[k]) - response[0];
            for (int i = 0; i <= k; i++)
                m[k + 1] -= response[i + 1] * m[i];
            for (int i = 0; i <= k + 1; i++)
            {
                double sum = ((1 - (Ridge * D)) * c[k, i]) - (response[0] * m[i]);
                for (int p = 0; p <= k; p++)
                    sum -= response[p + 1] * c[p, i];
                for (int p = 0; p < i; p++)
                    sum += cf[k, p] * rth[i, p];
                c[k + 1, i] = c[i, k + 1] = sum;
            }
        }

        return ([.. Enumerable.Range(0, Steps + 1).Select(k => c[k, k])], m, loss);
    }

    private static double[] Draw(MathNet.Numerics.Distributions.Normal random, int count)
    {
        var numbers = new double[count];
        random.Samples(numbers);
        return numbers;
    }

    private static void AddTo(double[] sum, double factor, double[] term)
    {
        for (int i = 0; i < sum.Length; i++)
            sum[i] += factor * term[i];
    }

    private static double Mean(double[] a, double[] b)
    {
        double sum = 0;
        for (int i = 0; i < a.Length; i++)
            sum += a[i] * b[i];
        return sum / a.Length;
    }
}
