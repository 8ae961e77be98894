using HighDimSgd.Devices;
using HighDimSgd.Experiments;
using HighDimSgd.Kernels;
using HighDimSgd.Kernels.Bodies;
using HighDimSgd.Kernels.Physics;
using HighDimSgd.Kernels.Random;

namespace HighDimSgd.Flows;

/// <summary>Advances blocks of paths of one run and averages its statistics over each block.</summary>
/// <param name="loops">Where it runs.</param>
/// <param name="experiment">The experiment.</param>
/// <param name="run">The run.</param>
/// <param name="problem">The problem.</param>
/// <param name="batch">Blocks that advance together.</param>
internal sealed class FlowEngine<TReal, TWord, TView, TProblem>(
    ILoops<TReal, TWord, TView> loops, FlowExperiment experiment, FlowRun run, TProblem problem, int batch)
    where TReal : unmanaged, IReal<TReal, TWord>
    where TWord : unmanaged, IWord<TReal, TWord>
    where TView : struct, IView<TReal, TWord>
    where TProblem : struct, IFlowProblem<TReal, TWord, TView>
{
    private readonly FlowStatistic[] statistics = [.. experiment.Statistics.Select(FlowStatistic.Of)];
    private readonly TView starts = Starts(loops, experiment);
    private readonly FlowArena<TReal, TWord, TView> arena = new(
        loops.Allocate(batch * FlowExperiment.Block * (long)FlowShape.Floats(experiment, run)), FlowShape.Floats(experiment, run),
        experiment.Starts.Count, problem.Dimension);

    /// <summary>Means over each of up to <c>batch</c> blocks from <paramref name="first"/> on, statistic by record time.</summary>
    public double[][,] Run(int first, int blocks)
    {
        double[][,] means = [.. Enumerable.Range(0, blocks).Select(_ => new double[statistics.Length, experiment.Times.Count])];
        loops.For(blocks, FlowExperiment.Block, new FlowStart<TReal, TWord, TView>(arena, starts));
        double step = FlowShape.Step(experiment, run);
        int done = 0;
        for (int t = 0; t < experiment.Times.Count; t++)
        {
            int until = checked((int)Math.Round(experiment.Times[t] / step));
            if (until > done)
                Advance(checked(first * FlowExperiment.Block), blocks, done, until - done, step);
            done = until;
            Observe(means, t, done > 0 && FlowShape.HasRest(run.Algorithm) ? Rest(blocks, step) : arena);
        }

        return means;
    }

    private static TView Starts(ILoops<TReal, TWord, TView> loops, FlowExperiment experiment)
    {
        float[] starts = [.. experiment.Starts.SelectMany(s => s).Select(x => (float)x)];
        TView view = loops.Allocate(starts.Length);
        loops.Write(view, starts);
        return view;
    }

    private void Advance(int path, int blocks, int done, int steps, double step)
    {
        double eta = run.Rate;
        bool isSampled = experiment.Drive == FlowDrive.Samples;
        Purpose drive = isSampled ? Purpose.FlowSample : Purpose.FlowNoise;
        int order = run.Algorithm.IsModified() ? 2 : 1;
        switch (run.Algorithm)
        {
            case FlowAlgorithm.Sgd or FlowAlgorithm.Svag:
                // Weights (1+-sqrt(2l-1))/2 of the two batches, the rate eta/l and the mean over a batch in them.
                double spread = Math.Sqrt((2 * run.Amplification) - 1), share = step / (2 * run.Batch);
                For(new SamplePath<TReal, TWord, TView, TProblem>(
                    arena, problem, Field(Purpose.FlowSample), path, done, steps, run.Batch, run.Amplification > 1 ? 2 * run.Batch : run.Batch,
                    (float)(share * (1 + spread)), (float)(share * (1 - spread)),
                    experiment.Sampling == Sampling.WithoutReplacement ? experiment.Data!.Samples : 0));
                break;
            case FlowAlgorithm.NoisyGd:
                For(new NoisyPath<TReal, TWord, TView, TProblem>(
                    arena, problem, Field(Purpose.FlowNoise), path, done, steps, (float)eta, (float)(eta * Math.Sqrt(FlowShape.Share(experiment, run)))));
                break;
            case FlowAlgorithm.Flow1 or FlowAlgorithm.Flow2:
                Flow(Purpose.FlowNoise, default(NoKick<TReal, TWord, TView, TProblem>));
                break;
            case FlowAlgorithm.Sme1 or FlowAlgorithm.Sme2:
                Flow(drive, new RootKick<TReal, TWord, TView, TProblem>(isSampled ? 1 : 0));
                break;
            case var _ when isSampled:
                Flow(drive, default(SampleKick<TReal, TWord, TView, TProblem>));
                break;
            default:
                Flow(drive, default(ModeKick<TReal, TWord, TView, TProblem>));
                break;
        }

        void For<TBody>(TBody body)
            where TBody : struct, IForBody => loops.For(blocks, FlowExperiment.Block, body);

        void Flow<TKick>(Purpose purpose, TKick kick)
            where TKick : struct, IFlowKick<TReal, TWord, TView, TProblem> => For(new FlowPath<TReal, TWord, TView, TProblem, TKick>(
                arena, problem, kick, Field(purpose), path, done, steps, (float)step, order, (float)eta, (float)Math.Sqrt(eta * step * FlowShape.Share(experiment, run))));
    }

    /// <summary>The field of a purpose: algorithms at the same rate share it, so that differences between those that use it alike have small variance.</summary>
    private RandomField Field(Purpose purpose) =>
        new(experiment.Seed, purpose, BitConverter.SingleToInt32Bits((float)run.Rate) >> 8, (uint)run.Amplification);

    /// <summary>The paths at the end of their last step.</summary>
    private FlowArena<TReal, TWord, TView> Rest(int blocks, double step)
    {
        loops.For(blocks, FlowExperiment.Block, new FlowRest<TReal, TWord, TView, TProblem>(arena, problem, (float)step));
        return arena.Behind;
    }

    private void Observe(double[][,] means, int time, FlowArena<TReal, TWord, TView> paths)
    {
        for (int i = 0; i < statistics.Length; i += 4)
        {
            var terms = new Four<FlowTerm>(Term(i), Term(i + 1), Term(i + 2), Term(i + 3));
            Four<double>[] sums = loops.ReduceEach(means.Length, FlowExperiment.Block, new FlowSums<TReal, TWord, TView, TProblem>(paths, problem, terms));
            for (int b = 0; b < means.Length; b++)
            {
                double[] four = [sums[b].A, sums[b].B, sums[b].C, sums[b].D];
                for (int j = 0; j < 4 && i + j < statistics.Length; j++)
                    means[b][i + j, time] = four[j] / FlowExperiment.Block * (statistics[i + j].Kind == FlowMoment.Noise ? FlowShape.Share(experiment, run) : 1);
            }
        }
    }

    private FlowTerm Term(int i) => i < statistics.Length ? statistics[i].Term : default;
}

/// <summary>Steps and memory of a run.</summary>
internal static class FlowShape
{
    /// <summary>Time that a step of a run takes: an iteration, or a substep of the flows.</summary>
    public static double Step(FlowExperiment experiment, FlowRun run) => run.Algorithm.IsIteration() ? run.Step : run.Rate / experiment.Substeps;

    /// <summary>True for the flows that keep half a step of the drift back for the next step.</summary>
    public static bool HasRest(FlowAlgorithm algorithm) => !algorithm.IsIteration() && algorithm != FlowAlgorithm.Flow1;

    /// <summary>Covariance of a batch's mean gradient over that of a sample: 1/B, times (n - B)/(n - 1) where its samples are distinct.</summary>
    public static double Share(FlowExperiment experiment, FlowRun run) => (experiment.Sampling == Sampling.WithoutReplacement
        ? (experiment.Data!.Samples - run.Batch) / (experiment.Data.Samples - 1.0)
        : 1) / run.Batch;

    /// <summary>Modes of the gradient noise.</summary>
    public static int Modes(FlowExperiment experiment) => experiment.Problem.Modes(experiment.Data?.Samples ?? 0);

    /// <summary>Floats per path: the points, and the room that the run's body and the statistics take.</summary>
    public static int Floats(FlowExperiment experiment, FlowRun run)
    {
        int d = experiment.Problem.Dimension(experiment.Data?.Inputs ?? 0), points = experiment.Starts.Count, modes = Modes(experiment);
        int room = run.Algorithm switch
        {
            FlowAlgorithm.Sgd or FlowAlgorithm.Svag => (points * d) + (experiment.Sampling == Sampling.WithoutReplacement ? run.Batch : 0),
            FlowAlgorithm.NoisyGd => (2 * d) + modes,
            FlowAlgorithm.Flow1 or FlowAlgorithm.Flow2 => 4 * points * d,
            FlowAlgorithm.Sme1 or FlowAlgorithm.Sme2 => (4 * points * d) + (4 * d) + (2 * d * d),
            _ => (4 * points * d) + modes,
        };
        return (points * d) + Math.Max(room, 2 * d);
    }
}
