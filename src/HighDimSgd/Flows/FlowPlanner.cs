using System.Diagnostics;
using System.Globalization;
using HighDimSgd.Devices;
using HighDimSgd.Experiments;
using HighDimSgd.Planning;
using HighDimSgd.Statistics;

namespace HighDimSgd.Flows;

/// <summary>Foretells time, memory and disk of an experiment of the family <c>flow</c>, and its standard errors, from a few blocks of every run.</summary>
public static class FlowPlanner
{
    // Seconds for the pilots, and the bytes of a row of curves.csv and results.json and of a report's texts and figures.
    private const double PilotSeconds = 2;
    private const int PilotSteps = 64;

    // Blocks that an error is taken from, at least: it is then known to a quarter.
    private const int Least = 8;

    private const long RowBytes = 260, ReportBytes = 45_000, FigureBytes = 14_000;

    /// <summary>Plans what is left of an experiment in a results folder. Takes some seconds; writes nothing. Times are those of this machine under the load that it has now.</summary>
    /// <param name="experiment">The experiment.</param>
    /// <param name="options">The folder, the device, and the standard error that is wished for at the horizon, of one statistic or of all.</param>
    /// <exception cref="ExperimentException">There is no such statistic, or the folder holds work of another experiment.</exception>
    /// <exception cref="MachineException">The memory does not suffice, or there is no such device.</exception>
    public static Plan Make(FlowExperiment experiment, PlanOptions options)
    {
        ArgumentNullException.ThrowIfNull(experiment);
        ArgumentNullException.ThrowIfNull(options);
        experiment = experiment.Validate();
        if (options.Observable is { } name && !experiment.Statistics.Contains(name))
            throw new ExperimentException($"there is no statistic {ExperimentException.Quote(name)}; there are: {string.Join(", ", experiment.Statistics)}");
        IDevice device = Device.Open(options.Device, options.Threads);
        FlowRunner.Refuse(experiment, device);
        var store = new FlowStore(Runner.OutputFolder(experiment, new(options.Output)), experiment, device.Key);
        FlowRun[] runs = [.. experiment.Runs];
        var simulator = new FlowSimulator(experiment, device);
        var pilots = new Dictionary<FlowRun, SortedDictionary<int, double[,]>>();
        var stages = new List<PlanStage>();
        foreach (FlowRun run in runs)
        {
            SortedDictionary<int, double[,]> done = store.Read(run);
            (pilots[run], double compile, double each) = Pilot(simulator, run, device.Workers, PilotSeconds / runs.Length, experiment.Blocks);
            int[] units = [.. simulator.Units(run, 0, experiment.Blocks, done).Select(u => u.Count)];
            double seconds = units.Length == 0 ? 0 : compile + CostModel.Makespan(units, each, device.Workers);
            stages.Add(new(
                $"simulate {run.Name}", done.Count, experiment.Blocks, each, seconds, units.Length == 0 ? 0 : device.Workers * simulator.EngineBytes(run),
                (simulator.Units(run, 0, experiment.Blocks, []).Count() * CostModel.UnitHeader) + (experiment.Blocks * BlockBytes(experiment))));
            if (done.Count >= Least)
                pilots[run] = done;
        }

        stages.Add(new("report", 0, 1, CostModel.RestSeconds, CostModel.RestSeconds, CostModel.RestBytes, Files(experiment, runs.Length)));
        long memory = Environment.WorkingSet + CostModel.RestBytes + (3 * runs.Length * experiment.Blocks * BlockBytes(experiment)) + stages.Max(s => s.MemoryBytes);
        return new(stages, stages.Sum(s => s.Seconds), memory, stages.Sum(s => s.DiskBytes), null, [.. Errors(experiment, options, pilots)]);
    }

    /// <summary>Ever more blocks, until the time is over: those blocks, the seconds of compilation, and those of a block on a worker.</summary>
    private static (SortedDictionary<int, double[,]> Blocks, double Compile, double Each) Pilot(
        FlowSimulator simulator, FlowRun run, int workers, double share, int most)
    {
        (double compile, double step) = Steps(simulator, run);
        double guess = step * simulator.StepsOf(run);
        // Blocks that take too long for a plan leave their errors unknown.
        if (Least * guess / workers > 2 * share)
            return ([], compile, guess);
        var blocks = new SortedDictionary<int, double[,]>();
        double each = double.NaN;
        var all = Stopwatch.StartNew();
        for (int end = Math.Min(workers, most); ; end = Math.Min(2 * end, most))
        {
            int before = blocks.Count;
            var watch = Stopwatch.StartNew();
            simulator.Finish(run, blocks, (_, _) => { }, CancellationToken.None, (0, end), isPilot: true);
            double seconds = watch.Elapsed.TotalSeconds, batches = Math.Ceiling((blocks.Count - before) / (double)workers);
            each = seconds / batches;
            if (end == most || (before > 0 && all.Elapsed.TotalSeconds > share && blocks.Count >= Math.Min(Least, most)))
                return (blocks, compile, each);
        }
    }

    /// <summary>Seconds of compilation, and of a step of a block, from the first steps of one.</summary>
    private static (double Compile, double Step) Steps(FlowSimulator simulator, FlowRun run)
    {
        FlowSimulator shortened = simulator.Shortened(run, PilotSteps);
        double first = Time(0), later = Enumerable.Range(1, 5).Min(Time);
        return (Math.Max(0, first - later), later / shortened.StepsOf(run));

        double Time(int block)
        {
            var watch = Stopwatch.StartNew();
            shortened.Finish(run, [], (_, _) => { }, CancellationToken.None, (block, block + 1), isPilot: true);
            return watch.Elapsed.TotalSeconds;
        }
    }

    private static long BlockBytes(FlowExperiment experiment) => sizeof(double) * (long)experiment.Statistics.Count * experiment.Times.Count;

    private static long Files(FlowExperiment experiment, int runs)
    {
        long rows = 2L * runs * experiment.Statistics.Count * experiment.Times.Count;
        return (rows * RowBytes) + ReportBytes + (experiment.Statistics.Count * FigureBytes) + (runs * experiment.Blocks * BlockBytes(experiment));
    }

    /// <summary>For every statistic the largest standard error at the horizon, of a run and of a difference, and the replicas for the wished one.</summary>
    private static IEnumerable<string> Errors(FlowExperiment experiment, PlanOptions options, Dictionary<FlowRun, SortedDictionary<int, double[,]>> pilots)
    {
        foreach ((int index, string statistic) in experiment.Statistics.Index().Where(s => options.Observable is null || s.Item == options.Observable))
        {
            (double Error, string Of)[][] kinds =
            [
                [.. pilots.Keys.Select(r => (Error(r, null), r.Name))],
                [
                    .. from r in pilots.Keys
                       where experiment.Against is { } against && r.Algorithm != against
                       let other = new FlowRun(experiment.Against!.Value, r.Rate, r.Batch, 1)
                       where pilots.ContainsKey(other)
                       select (Error(r, other), $"{r.Name} less {other.Name}"),
                ],
            ];
            string[] found = [.. kinds.Select(k => k.Where(e => double.IsFinite(e.Error)).ToArray()).Where(k => k.Length > 0).Select(k => Words(k.MaxBy(e => e.Error)))];
            foreach (string line in found.DefaultIfEmpty(
                $"standard error of {statistic}: {Least} blocks of paths, from which it would be found, take too long for a plan; run them, and they count"))
            {
                yield return line;
            }

            string Words((double Error, string Of) largest)
            {
                string wish = options.Error is not { } wished ? string.Empty : string.Create(
                    CultureInfo.InvariantCulture,
                    $"; {wished:G3} needs {Math.Max(1, Math.Ceiling(experiment.Blocks * Math.Pow(largest.Error / wished, 2))) * FlowExperiment.Block:G3} replicas");
                return string.Create(CultureInfo.InvariantCulture, $"standard error of {statistic} at t = {experiment.Horizon:g6}: {largest.Error:G3} at most ({largest.Of}){wish}");
            }

            double Error(FlowRun run, FlowRun? less)
            {
                IEnumerable<int> common = pilots[run].Keys.Where(b => less is null || pilots[less].ContainsKey(b));
                if (!common.Skip(1).Any())
                    return double.NaN;
                Sample blocks = Sample.Of([.. common.Select(b => Last(run, b) - (less is null ? 0 : Last(less, b)))]);
                return Math.Sqrt(blocks.Variance / experiment.Blocks);
            }

            double Last(FlowRun run, int block) => pilots[run][block][index, experiment.Times.Count - 1];
        }
    }
}
