using System.Collections.Concurrent;
using HighDimSgd.Devices;
using HighDimSgd.Experiments;
using HighDimSgd.Kernels;
using HighDimSgd.Kernels.Physics;
using HighDimSgd.Models;
using HighDimSgd.Simulation;

namespace HighDimSgd.Theory;

/// <summary>What one sweep gives.</summary>
/// <param name="Curves">Observable (in the order of <see cref="Observables.Of(Experiment)"/>, then <see cref="ResponseForm.Rows"/>) by record time.</param>
/// <param name="Response">R_th(k,p) by steps where tangents were used, else null: by parts it is noisy at long lags.</param>
/// <param name="Refusal">Null, or why the sweep stopped.</param>
public sealed record SweepResult(double[,] Curves, double[,]? Response, string? Refusal);

/// <summary>One sweep by itself.</summary>
/// <param name="experiment">The experiment.</param>
/// <param name="sweep">Number of the sweep.</param>
public sealed class DmftSweep(Experiment experiment, int sweep) : IDeviceProgram<SweepResult>
{
    /// <inheritdoc/>
    public SweepResult Run<TReal, TWord, TView>(ISkeletons<TReal, TWord, TView> skeletons)
        where TReal : unmanaged, IReal<TReal, TWord>
        where TWord : unmanaged, IWord<TReal, TWord>
        where TView : struct, IView<TReal, TWord>
    {
        SweepResult? only = null;
        new DmftSweeps(experiment, [sweep], (_, result) => (only = result) is null).Run(skeletons);
        return only!;
    }
}

/// <summary>
/// Forward sweeps of the DMFT in discrete time: the exact limit of the simulator at the same step, up to the
/// Monte-Carlo error of its paths. The system is causal, so there is nothing to iterate.
/// </summary>
/// <param name="experiment">The experiment; its clock is the sweep's clock.</param>
/// <param name="sweeps">Numbers of the sweeps, the addresses of their random numbers; run one after another in the same memory.</param>
/// <param name="finished">Takes a sweep's number and result; false ends the program.</param>
/// <param name="refinement">
/// 1, 2 or 4: the random numbers of a step are put together from those of so many finer steps, so that sweeps of one number at the
/// steps D, D/2 and D/4 with refinements 4, 2 and 1 share their random numbers.
/// </param>
public sealed class DmftSweeps(Experiment experiment, IEnumerable<int> sweeps, Func<int, SweepResult, bool> finished, int refinement = 1) : IDeviceProgram<int>
{
    /// <summary>Effective temperature below which integration by parts is left for tangents, since its noise grows.</summary>
    public const double PartsTemperature = 0.02;

    /// <summary>The method that this experiment's responses are found by.</summary>
    public static ResponseMethod MethodOf(Experiment experiment)
    {
        ArgumentNullException.ThrowIfNull(experiment);
        if (experiment.Theory.Responses != ResponseMethod.Auto)
            return experiment.Theory.Responses;
        return experiment.Algorithm.EffectiveTemperature(experiment.Aspect) < PartsTemperature ? ResponseMethod.Tangent : ResponseMethod.Parts;
    }

    /// <summary>Bytes that a sweep needs.</summary>
    public static long Bytes(Experiment experiment)
    {
        ArgumentNullException.ThrowIfNull(experiment);
        long steps = experiment.Algorithm.Steps, starts = experiment.Starts, floats = experiment.Theory.Paths * ((starts * ((2 * steps) + 5)) + 1);
        if (MethodOf(experiment) == ResponseMethod.Tangent)
            floats += starts * TangentPaths(experiment.Theory.Paths) * ((steps * (steps + 1) / 2) + steps + 1);
        return (sizeof(float) * floats) + ((starts == 1 ? 5 : 14) * sizeof(double) * steps * steps);
    }

    /// <summary>
    /// Runs sweeps on all of a device: one after another where its workers share their memory and all work on each, else side by side, every worker
    /// taking the next. Those that have begun are finished, so the sweeps that are run begin with all up to the first whose result ends them.
    /// </summary>
    /// <param name="device">The device.</param>
    /// <param name="experiment">The experiment.</param>
    /// <param name="sweeps">Numbers of the sweeps.</param>
    /// <param name="finished">Takes a sweep's number and result, one at a time; false ends the run.</param>
    /// <param name="refinement">As for the program.</param>
    internal static void RunAll(
        IDevice device, Experiment experiment, IReadOnlyCollection<int> sweeps, Func<int, SweepResult, bool> finished, int refinement)
    {
        int workers = device.Share.BatchBytes > 0 ? Math.Min(device.Workers, sweeps.Count) : 1;
        var queue = new ConcurrentQueue<int>(sweeps);
        Simulator.RunWorkers(workers, () => device.Run(new DmftSweeps(experiment, Next(), Finish, refinement), wholeDevice: workers == 1));

        IEnumerable<int> Next()
        {
            while (queue.TryDequeue(out int sweep))
                yield return sweep;
        }

        bool Finish(int sweep, SweepResult result)
        {
            lock (queue)
            {
                bool goesOn = finished(sweep, result);
                if (!goesOn)
                    queue.Clear();
                return goesOn;
            }
        }
    }

    /// <summary>Runs the sweeps on a device's skeletons.</summary>
    /// <returns>Number of sweeps that ran.</returns>
    public int Run<TReal, TWord, TView>(ISkeletons<TReal, TWord, TView> skeletons)
        where TReal : unmanaged, IReal<TReal, TWord>
        where TWord : unmanaged, IWord<TReal, TWord>
        where TView : struct, IView<TReal, TWord> =>
        Run(experiment.Model.Loss.Close(new Paths<TReal, TWord, TView>(skeletons, experiment, refinement)));

    private int Run(Func<int, SweepResult> run)
    {
        int count = 0;
        foreach (int sweep in sweeps)
        {
            count++;
            if (!finished(sweep, run(sweep)))
                break;
        }

        return count;
    }

    /// <summary>Tangents need far fewer paths for the same error, and their memory grows with the square of the steps.</summary>
    internal static int TangentPaths(int paths) => Math.Min(paths, Math.Max(4096, paths / 16));

    private sealed class Paths<TReal, TWord, TView>(ISkeletons<TReal, TWord, TView> skeletons, Experiment experiment, int refinement)
        : ILossUser<TReal, TWord, Func<int, SweepResult>>
        where TReal : unmanaged, IReal<TReal, TWord>
        where TWord : unmanaged, IWord<TReal, TWord>
        where TView : struct, IView<TReal, TWord>
    {
        public Func<int, SweepResult> Use<TLoss>(TLoss loss)
            where TLoss : struct, ILoss<TReal> => new DmftPaths<TReal, TWord, TView, TLoss>(skeletons, experiment, refinement, loss).Run;
    }
}
