using HighDimSgd.Devices;
using HighDimSgd.Kernels;
using HighDimSgd.Kernels.Bodies;

namespace HighDimSgd.Theory;

/// <summary>Draws numbers by step, each the scaled sum of the numbers of <paramref name="refinement"/> finer steps.</summary>
/// <param name="skeletons">Where.</param>
/// <param name="paths">Number of paths.</param>
/// <param name="refinement">1, 2 or 4.</param>
internal sealed class RefinedField<TReal, TWord, TView>(ISkeletons<TReal, TWord, TView> skeletons, int paths, int refinement)
    where TReal : unmanaged, IReal<TReal, TWord>
    where TWord : unmanaged, IWord<TReal, TWord>
    where TView : struct, IView<TReal, TWord>
{
    private readonly int stride = (paths + 63) / 64 * 64;
    private readonly TView fine = skeletons.Allocate(refinement == 1 ? 0 : (paths + 63L) / 64 * 64 * 4);

    /// <summary>Finer steps to a step.</summary>
    public int Refinement => refinement;

    /// <summary>Draws the four steps from <paramref name="step"/> on.</summary>
    /// <param name="step">First step, a multiple of 4.</param>
    /// <param name="steps">Number of steps; none past the last is drawn.</param>
    /// <param name="scale">Factor of the sum.</param>
    /// <param name="table">Receives them.</param>
    /// <param name="layout">Where, a row per step.</param>
    /// <param name="draw">Draws four finer steps: a table, a layout with a row per finer step, and the group, their number over 4.</param>
    public void Fill(int step, int steps, double scale, TView table, TableLayout layout, Action<TView, TableLayout, int> draw)
    {
        if (refinement == 1)
        {
            draw(table, layout, step / 4);
            return;
        }

        int rows = 4 / refinement;
        for (int part = 0; part < refinement; part++)
        {
            int group = (refinement * step / 4) + part, first = step + (rows * part);
            if (first >= steps)
                break;
            draw(fine, TableLayout.Plain(-4L * group * stride, stride), group);
            skeletons.For(Math.Min(rows, steps - first), paths, new CoarseBody<TReal, TWord, TView>(
                fine, stride, refinement, (float)scale, table, layout, first));
        }
    }
}
