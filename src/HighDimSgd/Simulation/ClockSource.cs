using HighDimSgd.Devices;
using HighDimSgd.Experiments;
using HighDimSgd.Kernels;
using HighDimSgd.Kernels.Bodies;
using HighDimSgd.Kernels.Physics;
using HighDimSgd.Kernels.Random;
using HighDimSgd.Models;

namespace HighDimSgd.Simulation;

/// <summary>Draws the sample clock's increments and the labels, for the simulator and the theory alike, on any device.</summary>
internal sealed class ClockSource<TReal, TWord, TView>
    where TReal : unmanaged, IReal<TReal, TWord>
    where TWord : unmanaged, IWord<TReal, TWord>
    where TView : struct, IView<TReal, TWord>
{
    private readonly ISkeletons<TReal, TWord, TView> skeletons;
    private readonly AlgorithmSpec algorithm;
    private readonly double aspect;
    private readonly JumpTable jumps = new(0, [], []);
    private readonly TView table;

    /// <summary>The clock of an algorithm.</summary>
    public ClockSource(ISkeletons<TReal, TWord, TView> skeletons, AlgorithmSpec algorithm, double aspect)
    {
        this.skeletons = skeletons;
        this.algorithm = algorithm;
        this.aspect = aspect;
        if (algorithm.Kind is ClockKind.Poisson or ClockKind.TwoClock or ClockKind.Minibatch)
        {
            jumps = JumpTable.Of(algorithm, aspect);
            table = skeletons.Allocate(2 * jumps.Thresholds.Count);
            skeletons.Write(table, [.. jumps.Thresholds.Select(BitConverter.UInt32BitsToSingle), .. jumps.Jumps.Select(j => (float)j)]);
        }
    }

    /// <summary>Fills the four steps of a group with increments zeta, one row per step.</summary>
    /// <param name="target">The table.</param>
    /// <param name="layout">Where step and sample lie in it.</param>
    /// <param name="samples">Number of samples or paths.</param>
    /// <param name="group">Step / 4.</param>
    /// <param name="field">The random field of the clock.</param>
    public void Fill(Slots<TReal, TWord, TView> target, TableLayout layout, int samples, int group, RandomField field)
    {
        double d = algorithm.Step;
        switch (algorithm.Kind)
        {
            case ClockKind.Gd:
                Fill(new SteadyClock<TReal, TWord>((float)d));
                break;
            case ClockKind.Sgf:
                Fill(new NormalSource<TReal, TWord>((float)d, (float)Math.Sqrt(algorithm.EffectiveTemperature(aspect) * aspect * d)));
                break;
            default:
                Fill(new JumpClock<TReal, TWord, TView>((float)jumps.Start, table, jumps.Thresholds.Count));
                break;
        }

        void Fill<TSource>(TSource source)
            where TSource : struct, ISource<TReal, TWord> => skeletons.For(1, samples, new FieldBody<TReal, TWord, TView, TSource>(
                target, layout, algorithm.Steps, samples, group, 1, field, source));
    }
}

/// <summary>Draws labels on any device.</summary>
internal static class LabelSource
{
    /// <summary>Labels y_i of the preactivations scale * w_i, the first sample's noise at the address <paramref name="first"/>.</summary>
    public static void Draw<TReal, TWord, TView>(
        ISkeletons<TReal, TWord, TView> skeletons,
        LabelSpec label,
        Slots<TReal, TWord, TView> teacher,
        TableLayout layout,
        double scale,
        Slots<TReal, TWord, TView> labels,
        int samples,
        RandomField field,
        int first = 0)
        where TReal : unmanaged, IReal<TReal, TWord>
        where TWord : unmanaged, IWord<TReal, TWord>
        where TView : struct, IView<TReal, TWord>
    {
        switch (label.Kind)
        {
            case LabelKind.Linear:
                Draw(new LinearLabel<TReal, TWord>((float)label.Noise));
                break;
            case LabelKind.Sign:
                Draw(default(SignLabel<TReal, TWord>));
                break;
            default:
                Draw(new LogisticLabel<TReal, TWord>((float)label.Slope));
                break;
        }

        void Draw<TLabel>(TLabel channel)
            where TLabel : struct, ILabel<TReal, TWord> => skeletons.For(1, samples, new LabelBody<TReal, TWord, TView, TLabel>(
                teacher, layout, (float)scale, labels, field, channel, first));
    }
}
