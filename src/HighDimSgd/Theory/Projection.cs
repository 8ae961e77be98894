namespace HighDimSgd.Theory;

/// <summary>Least squares on a few functions that may depend on each other.</summary>
internal static class Projection
{
    // Below this fraction of its square, what a function has beyond those before it is rounding.
    private const double Dependent = 1e-5;

    /// <summary>
    /// Coefficients of the projection on functions with the Gram matrix <paramref name="gram"/>, given the products with them.
    /// A function that depends on those before it gets none; all get none where a number is not finite.
    /// </summary>
    public static double[] Coefficients(double[,] gram, double[] products)
    {
        int count = products.Length;
        if (!products.Concat(gram.Cast<double>()).All(double.IsFinite))
            return new double[count];
        var reduced = (double[,])gram.Clone();
        var solution = (double[])products.Clone();
        var kept = new bool[count];
        for (int i = 0; i < count; i++)
        {
            kept[i] = reduced[i, i] > Dependent * gram[i, i];
            if (!kept[i])
                continue;
            for (int row = 0; row < count; row++)
            {
                if (row == i)
                    continue;
                double factor = reduced[row, i] / reduced[i, i];
                for (int column = 0; column < count; column++)
                    reduced[row, column] -= factor * reduced[i, column];
                solution[row] -= factor * solution[i];
            }
        }

        for (int i = 0; i < count; i++)
            solution[i] = kept[i] ? solution[i] / reduced[i, i] : 0;
        return solution;
    }
}
