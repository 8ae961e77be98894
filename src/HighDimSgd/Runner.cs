using HighDimSgd.Experiments;
using HighDimSgd.Results;

namespace HighDimSgd;

/// <summary>How an experiment is run; nothing here changes its numbers.</summary>
/// <param name="Output">Folder of the results; null for <c>out/NAME</c>.</param>
/// <param name="Device">auto, cpu, cuda, opencl or ilgpu-cpu.</param>
/// <param name="Threads">CPU threads; 0 for all.</param>
/// <param name="TheoryOnly">True to solve the theory and simulate nothing.</param>
public sealed record RunOptions(string? Output = null, string Device = "auto", int Threads = 0, bool TheoryOnly = false);

/// <summary>How far a run is.</summary>
/// <param name="Stage">What is being done, such as "simulate d=250" or "theory sgf".</param>
/// <param name="Done">Units of work done.</param>
/// <param name="Total">Units of work of the stage.</param>
/// <param name="Detail">What is known so far, such as "q(12) 2.8831 +- 0.0021".</param>
public sealed record RunProgress(string Stage, long Done, long Total, string Detail);

/// <summary>Runs an experiment: simulate, theory, compare, report.</summary>
public static class Runner
{
    /// <summary>Runs an experiment, or continues it where its folder holds finished work.</summary>
    /// <param name="experiment">The experiment.</param>
    /// <param name="options">Folder, device and threads.</param>
    /// <param name="progress">Told after each unit of work, from any thread; or null.</param>
    /// <param name="cancellation">Stops between units of work; what is finished is kept.</param>
    /// <exception cref="ExperimentException">The output folder cannot take this experiment.</exception>
    /// <exception cref="MachineException">No such device, or not enough memory.</exception>
    public static ExperimentResult Run(
        Experiment experiment, RunOptions options, IProgress<RunProgress>? progress, CancellationToken cancellation)
        => throw new NotSupportedException("running an experiment is not there yet");

    /// <summary>The folder of the results.</summary>
    public static string OutputFolder(Experiment experiment, RunOptions options)
        => options.Output ?? Path.Combine("out", experiment.Name);
}
