using HighDimSgd.Kernels;
using HighDimSgd.Kernels.Random;

namespace HighDimSgd.Simulation;

/// <summary>Norms of standard Gaussian vectors of any dimension, at addresses of a random field.</summary>
internal static class ChiSource
{
    /// <summary>
    /// A draw of chi with <paramref name="degrees"/> degrees of freedom, exact up to the resolution of 32-bit words: the rejection method of
    /// Marsaglia and Tsang (ACM TOMS 26, 2000) for chi^2/2, one attempt per step of the field.
    /// </summary>
    /// <param name="field">The random field.</param>
    /// <param name="component">The address.</param>
    /// <param name="degrees">Degrees of freedom; 0 gives 0.</param>
    public static double Draw(RandomField field, int component, int degrees)
    {
        if (degrees == 0)
            return 0;
        if (degrees == 1)
            return Math.Abs(Normal(field.Words<Real1, Word1>(0, 0, component)));
        double shape = (degrees / 2.0) - (1.0 / 3), slope = 1 / Math.Sqrt(9 * shape);
        for (int attempt = 0; ; attempt++)
        {
            Four<Word1> words = field.Words<Real1, Word1>(0, attempt, component);
            double z = Normal(words), root = 1 + (slope * z), cube = root * root * root;
            double uniform = (words.C.Value + 0.5) / 4294967296;
            if (root > 0 && Math.Log(uniform) < (z * z / 2) + (shape * (1 - cube + Math.Log(cube))))
                return Math.Sqrt(2 * shape * cube);
        }
    }

    private static double Normal(Four<Word1> words)
    {
        Maps.Normals<Real1, Word1>(words.A, words.B, out Real1 z, out _);
        return z.Value;
    }
}
