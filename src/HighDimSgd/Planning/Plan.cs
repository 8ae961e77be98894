using HighDimSgd.Models;

namespace HighDimSgd.Planning;

/// <summary>What is to be foretold.</summary>
/// <param name="Output">Results folder whose finished work counts; out/NAME where null.</param>
/// <param name="Device">Device key: auto, cpu, cuda, opencl, ilgpu-cpu.</param>
/// <param name="Threads">CPU threads; 0 takes one per processor.</param>
/// <param name="Error">
/// Wished standard error of the extrapolated limit, in the observable's own unit, at the record time where it is largest. Where null,
/// the limit check shall detect a relative deviation of <c>verdict.tolerance</c> at <c>verdict.alpha</c> with power 0.9.
/// </param>
/// <param name="Observable">The observable that <paramref name="Error"/> is about (q where null); without it, all where null.</param>
public sealed record PlanOptions(
    string? Output = null, string Device = "auto", int Threads = 0, double? Error = null, string? Observable = null)
{
    /// <summary>The one observable that is asked for, or null for all.</summary>
    internal string? Chosen => Observable ?? (Error is null ? null : Observables.Q);
}

/// <summary>What a run will need from here on.</summary>
/// <param name="Stages">The stages in the order in which they run.</param>
/// <param name="Seconds">Wall-clock seconds of what is left, the start of the process and the report included.</param>
/// <param name="MemoryBytes">Largest resident memory of the process.</param>
/// <param name="DiskBytes">Bytes of the whole results folder when all is done.</param>
/// <param name="Precision">Replicas and sweeps for a wished error; null where the pilot for it would take too long.</param>
/// <param name="Notes">What the reader should know, a sentence each.</param>
public sealed record Plan(
    IReadOnlyList<PlanStage> Stages, double Seconds, long MemoryBytes, long DiskBytes, PrecisionPlan? Precision, IReadOnlyList<string> Notes);

/// <summary>One stage of a run.</summary>
/// <param name="Name">Its name, as in <see cref="RunProgress"/>: "simulate d=250", "theory sgf"; the last one is "report".</param>
/// <param name="Done">Replicas or sweeps that are finished.</param>
/// <param name="Total">Replicas or sweeps in all.</param>
/// <param name="SecondsEach">Seconds of one replica while all workers are busy, or of one sweep on all of the device.</param>
/// <param name="Seconds">Wall-clock seconds of what is left.</param>
/// <param name="MemoryBytes">Memory that the stage holds; 0 where nothing is left of it.</param>
/// <param name="DiskBytes">Bytes of its files when it is done.</param>
public sealed record PlanStage(string Name, long Done, long Total, double SecondsEach, double Seconds, long MemoryBytes, long DiskBytes);

/// <summary>Replicas and sweeps for a wished error.</summary>
/// <param name="Goal">The wish in words.</param>
/// <param name="IsRelative">True where it is a relative deviation to detect, false where it is a standard error.</param>
/// <param name="Pilot">What the variances were taken from, in words.</param>
/// <param name="Sizes">The sizes d that <see cref="Allocation.Replicas"/> runs over.</param>
/// <param name="Needs">By observable.</param>
/// <param name="Equal">Equal numbers at all sizes that meet every need.</param>
/// <param name="Cheapest">The cheapest numbers that meet every need.</param>
/// <param name="Sweeps">Sweeps of the theory that meet every need; 0 where unknown.</param>
public sealed record PrecisionPlan(
    string Goal, bool IsRelative, string Pilot, IReadOnlyList<int> Sizes, IReadOnlyList<PrecisionNeed> Needs, Allocation Equal, Allocation Cheapest, long Sweeps);

/// <summary>What one observable needs.</summary>
/// <param name="Observable">The observable.</param>
/// <param name="Wished">The wish: a standard error, or a relative deviation to detect.</param>
/// <param name="AsWritten">The same quantity with the replicas and sweeps of the experiment as it is written.</param>
/// <param name="Equal">Equal numbers at all sizes.</param>
/// <param name="Cheapest">The cheapest numbers.</param>
/// <param name="Sweeps">Sweeps, at the paths as written, that bring the theory's error below half of the simulation's; 0 where unknown.</param>
public sealed record PrecisionNeed(
    string Observable, double Wished, double AsWritten, Allocation Equal, Allocation Cheapest, long Sweeps);

/// <summary>Numbers of replicas and what they cost from nothing.</summary>
/// <param name="Replicas">By size.</param>
/// <param name="Seconds">Wall-clock seconds on all workers.</param>
public sealed record Allocation(IReadOnlyList<long> Replicas, double Seconds);
