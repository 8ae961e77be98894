using HighDimSgd.Experiments;
using HighDimSgd.Models;

namespace HighDimSgd.Planning;

/// <summary>The arithmetic of a plan: from seconds of a replica to seconds of a stage, and bytes of files.</summary>
internal static class CostModel
{
    /// <summary>Seconds to write a unit through to the disk: a solid-state disk's.</summary>
    public const double WriteSeconds = 0.003;

    /// <summary>Seconds of a run beside its stages: the start of the process, the comparison and the report, most of it compilation.</summary>
    public const double RestSeconds = 0.6;

    /// <summary>Memory that the comparison and the report take beside their tables, most of it compiled code.</summary>
    public const long RestBytes = 32 << 20;

    /// <summary>Bytes of a unit's header beside its numbers.</summary>
    public const long UnitHeader = 300;

    // A row of curves.csv and results.json together; the figures of an observable, twice (svg, html).
    private const long TextRow = 220, Figures = 62_000, ArrayHeader = 300;

    // Blocks up to this size stay with the process when they are freed (the limit of glibc's sliding threshold).
    private const long KeptBlock = 32 << 20;

    /// <summary>Time until the last of several workers is done, which take units from a queue.</summary>
    /// <param name="units">Replicas by unit, in order.</param>
    /// <param name="secondsEach">Seconds of a replica.</param>
    /// <param name="workers">Number of workers.</param>
    public static double Makespan(IEnumerable<int> units, double secondsEach, int workers)
    {
        var free = new PriorityQueue<double, double>(Enumerable.Repeat((0.0, 0.0), workers));
        double last = 0;
        foreach (int count in units)
        {
            double end = free.Dequeue() + (count * secondsEach) + WriteSeconds;
            free.Enqueue(end, end);
            last = Math.Max(last, end);
        }

        return last;
    }

    /// <summary>Bytes of the files of a number of units with so many curves in all.</summary>
    public static long UnitBytes(Experiment experiment, long units, long curves) =>
        (units * UnitHeader) + (curves * CurveBytes(experiment));

    /// <summary>Bytes of curves.npz, the tables, the figures and the report.</summary>
    public static long ReportBytes(Experiment experiment)
    {
        long observables = Observables.Of(experiment).Count, series = experiment.Sizes.Count + 1 + experiment.Compare.Count;
        long curves = experiment.Replicas.Sum(r => (long)r) * CurveBytes(experiment);
        return curves + (observables * ((series * ArrayHeader) + (series * experiment.Times().Length * TextRow) + Figures));
    }

    /// <summary>
    /// Resident memory of a process: what it has at rest, the curves with the tables made of them, and the largest stage, together with
    /// what earlier stages freed but the C library keeps.
    /// </summary>
    /// <param name="experiment">The experiment.</param>
    /// <param name="rest">Bytes of the process without any stage.</param>
    /// <param name="stages">Bytes of each stage in order, and of its largest block.</param>
    public static long Resident(Experiment experiment, long rest, IEnumerable<(long Bytes, long Block)> stages)
    {
        long kept = 0, peak = 0;
        foreach ((long bytes, long block) in stages)
        {
            peak = Math.Max(peak, kept + bytes);
            if (block <= KeptBlock)
                kept = Math.Max(kept, bytes);
        }

        return rest + peak + (3 * experiment.Replicas.Sum(r => (long)r) * CurveBytes(experiment));
    }

    private static long CurveBytes(Experiment experiment) =>
        sizeof(double) * (long)Observables.Of(experiment).Count * experiment.Times().Length;
}
