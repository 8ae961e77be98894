using MathNet.Numerics.LinearAlgebra;

namespace HighDimSgd.Flows;

/// <summary>
/// A problem whose gradient and modes are affine in x: grad R(x) = A x + a, G_k(x) = A_k x + a_k. Then first and second moments of all its linear
/// dynamics are closed.
/// </summary>
/// <param name="Gradient">(A, a), d rows and d + 1 columns.</param>
/// <param name="Modes">(A_k, a_k) likewise.</param>
public sealed record AffineNoise(double[,] Gradient, IReadOnlyList<double[,]> Modes)
{
    /// <summary>The affine noise of linear regression on a data set, with ridge.</summary>
    /// <param name="data">Rows of inputs and label.</param>
    /// <param name="samples">Number of samples n.</param>
    /// <param name="inputs">Numbers per input.</param>
    /// <param name="ridge">Ridge lambda.</param>
    internal static AffineNoise Regression(float[] data, int samples, int inputs, double ridge)
    {
        Matrix<double> Of(int i)
        {
            var row = Vector<double>.Build.Dense(inputs + 1, j => data[(i * (inputs + 1)) + j]);
            Vector<double> input = row.SubVector(0, inputs);
            row[inputs] = -row[inputs];
            return input.OuterProduct(row);
        }

        Matrix<double>[] each = [.. Enumerable.Range(0, samples).Select(Of)];
        Matrix<double> mean = each.Aggregate((a, b) => a + b) / samples;
        Matrix<double> gradient = mean + Matrix<double>.Build.DenseDiagonal(inputs, inputs + 1, ridge);
        return new(gradient.ToArray(), [.. each.Select(m => ((mean - m) / Math.Sqrt(samples)).ToArray())]);
    }
}
