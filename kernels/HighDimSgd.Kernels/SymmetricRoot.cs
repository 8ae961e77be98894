namespace HighDimSgd.Kernels;

/// <summary>Eigenvectors of a symmetric matrix in every lane, from which its symmetric root is made.</summary>
public static class SymmetricRoot
{
    // Jacobi's rotations converge quadratically; for up to 16 coordinates six rounds leave 1e-6.
    private const int Rounds = 6;

    /// <summary>Turns a matrix into the diagonal of its eigenvalues by Jacobi's cyclic rotations.</summary>
    /// <param name="d">Rows and columns.</param>
    /// <param name="matrix">The matrix, row-major; receives the eigenvalues on its diagonal.</param>
    /// <param name="vectors">Receives the eigenvectors as columns.</param>
    public static void Diagonalise<TReal, TWord, TView>(int d, Column<TReal, TWord, TView> matrix, Column<TReal, TWord, TView> vectors)
        where TReal : unmanaged, IReal<TReal, TWord>
        where TWord : unmanaged, IWord<TReal, TWord>
        where TView : struct, IView<TReal, TWord>
    {
        vectors.Clear(d * d);
        for (int i = 0; i < d; i++)
            vectors.Set(i * d + i, TReal.Of(1f));
        for (int round = 0; round < Rounds; round++)
        {
            for (int p = 0; p < d - 1; p++)
            {
                for (int q = p + 1; q < d; q++)
                    Rotate(d, p, q, matrix, vectors);
            }
        }
    }

    private static void Rotate<TReal, TWord, TView>(int d, int p, int q, Column<TReal, TWord, TView> matrix, Column<TReal, TWord, TView> vectors)
        where TReal : unmanaged, IReal<TReal, TWord>
        where TWord : unmanaged, IWord<TReal, TWord>
        where TView : struct, IView<TReal, TWord>
    {
        TReal zero = TReal.Of(0f), one = TReal.Of(1f), off = matrix.Get(p * d + q), gap = matrix.Get(q * d + q) - matrix.Get(p * d + p);
        TReal size = TReal.Sqrt(gap * gap + TReal.Of(4f) * off * off) + TReal.Of(1e-30f);
        // tan of the smaller angle: 2 off/(gap + sign(gap) size).
        TReal tan = TReal.Of(2f) * off / TReal.WhereLess(gap, zero, gap - size, gap + size);
        TReal cos = one / TReal.Sqrt(one + tan * tan), sin = tan * cos;
        for (int i = 0; i < d; i++)
            Turn(matrix, i * d + p, i * d + q, cos, sin);
        for (int i = 0; i < d; i++)
            Turn(matrix, p * d + i, q * d + i, cos, sin);
        for (int i = 0; i < d; i++)
            Turn(vectors, i * d + p, i * d + q, cos, sin);
    }

    private static void Turn<TReal, TWord, TView>(Column<TReal, TWord, TView> column, int a, int b, TReal cos, TReal sin)
        where TReal : unmanaged, IReal<TReal, TWord>
        where TWord : unmanaged, IWord<TReal, TWord>
        where TView : struct, IView<TReal, TWord>
    {
        TReal x = column.Get(a), y = column.Get(b);
        column.Set(a, cos * x - sin * y);
        column.Set(b, sin * x + cos * y);
    }
}
