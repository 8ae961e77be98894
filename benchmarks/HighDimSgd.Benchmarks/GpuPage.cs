using System.Globalization;
using System.Text;

namespace HighDimSgd.Benchmarks;

/// <summary>One program at one piece of work.</summary>
internal sealed record GpuRow(string Work, string Program, double Median, double Least, double Floor);

/// <summary>All that was measured on a GPU.</summary>
internal sealed record GpuFigures(string Device, DateTime Day, double Deviation, double Bandwidth, double Normals, IReadOnlyList<GpuRow> Rows);

/// <summary>The page docs/measured/gpu.md.</summary>
internal static class GpuPage
{
    private const string NotYet = "not yet measured";

    private const string Head = """
        # Speed on a GPU

        Measured with

            benchmarks/gpu/run.sh

        which first compares the GPU's trajectories with the CPU's, then times each engine against its floor, the bytes that
        it must move over the bandwidth of a copy measured in the same run, and against PyTorch (`bmm`, eager and compiled),
        JAX (`vmap`, `scan`, `jit`) and CuPy doing the same work in the same run, where python3 has them
        (`benchmarks/gpu/peers.py`). Engines: `dense` full passes over designs of floats (d=64: many steps in one launch), `bfloat16`, `int8` and `bit`
        the same on small entries, `unstored` the same on designs that are not stored, `sgd` iterations of batch 1, `dmft` a sweep of the theory. A peer's DMFT is the two products with the table and the draws of a step, without the
        small linear algebra. How to bring it to a machine without .NET: [GPUs](../how-to/gpu.md).


        """;

    private static string[] Works => [.. GpuCase.All(isSmall: false).Select(c => c.Work), "dmft K=200 N=1000000"];

    private const string Columns = "| work | program | median s | least s | floor s | time / floor | time / ours |\n|---|---|---|---|---|---|---|\n";

    /// <summary>The page before anything has been measured.</summary>
    public static string Blank => Head.ReplaceLineEndings("\n") + $"No GPU has run it so far.\n\n| | |\n|---|---|\n| GPU | {NotYet} |\n| copy | {NotYet} |\n| normals per second | {NotYet} |\n\n"
        + Columns + string.Concat(
            Works.Select(work => $"| {work} | {Table.Ours} | {NotYet} | | | | |\n"));

    /// <summary>The page with figures.</summary>
    public static string Text(GpuFigures figures, bool isTrial)
    {
        var text = new StringBuilder(Head.ReplaceLineEndings("\n"));
        if (isTrial)
            text.Append("A trial of the benchmark itself on next to nothing: these are no figures of speed.\n\n");
        text.Append(CultureInfo.InvariantCulture, $"{figures.Day:yyyy-MM-dd}. Largest deviation of an engine from the CPU: {figures.Deviation:g2} of a curve's largest value.\n\n");
        text.Append(CultureInfo.InvariantCulture, $"| | |\n|---|---|\n| GPU | {figures.Device} |\n| copy | {figures.Bandwidth / 1e9:f0} GB/s |\n| normals per second | {figures.Normals:g3} |\n\n");
        text.Append(Columns);
        foreach (IGrouping<string, GpuRow> work in figures.Rows.GroupBy(r => r.Work))
        {
            double ours = work.First(r => r.Program == Table.Ours).Median;
            foreach (GpuRow row in work)
            {
                text.Append(
                    CultureInfo.InvariantCulture,
                    $"| {row.Work} | {row.Program} | {row.Median:f4} | {row.Least:f4} | {row.Floor:f4} | {row.Median / row.Floor:f2} | {row.Median / ours:f2} |\n");
            }
        }

        return text.ToString();
    }
}
