using HighDimSgd.Results;
using MathNet.Numerics.LinearAlgebra;

namespace HighDimSgd.Statistics;

/// <summary>
/// The few numbers by which a curve is tested: its means over consecutive windows of the record times that carry variance at every
/// size. Curves are smooth in time, so a handful of windows holds what many correlated points would say.
/// </summary>
internal sealed class Contrasts
{
    /// <summary>Most windows.</summary>
    public const int Most = 4;

    private readonly int[][] windows;

    private Contrasts(int[][] windows) => this.windows = windows;

    /// <summary>Number of windows.</summary>
    public int Count => windows.Length;

    /// <summary>
    /// The windows of an observable.
    /// </summary>
    /// <param name="sizes">Means by size, which tell the times without variance.</param>
    /// <param name="theory">The theory's curve.</param>
    /// <param name="observable">The observable.</param>
    /// <param name="most">Most windows.</param>
    public static Contrasts Of(IReadOnlyList<SizeSummary> sizes, Curve theory, string observable, int most)
    {
        int[] times = [.. Enumerable.Range(0, theory.Mean.Length).Where(t =>
            double.IsFinite(theory.Mean[t]) && sizes.All(s => s.Observables[observable].Error[t] > 0))];
        int count = Math.Min(times.Length, most);
        return new([.. Enumerable.Range(0, count).Select(w => times[(w * times.Length / count)..((w + 1) * times.Length / count)])]);
    }

    /// <summary>Window means of a curve.</summary>
    public Vector<double> Of(double[] curve) => Vector<double>.Build.Dense(Count, w => windows[w].Average(t => curve[t]));

    /// <summary>Window means of every row of a table by time.</summary>
    public Matrix<double> Of(double[,] table) =>
        Matrix<double>.Build.Dense(table.GetLength(0), Count, (r, w) => windows[w].Average(t => table[r, t]));
}
