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
        if (algorithm.Kind is ClockKind.Poisson or ClockKind.TwoClock or ClockKind.Minibatch or ClockKind.Table)
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
    /// <param name="group">Step over <see cref="StepGroup.Size"/>.</param>
    /// <param name="field">The random field of the clock.</param>
    /// <param name="batch">Number of replicas.</param>
    public void Fill(Slots<TReal, TWord, TView> target, TableLayout layout, int samples, int group, RandomField field, int batch = 1)
    {
        Close(new Filling(skeletons, target, layout, algorithm.Steps, samples, group, field, batch));
    }

    /// <summary>Gives a user what turns random words into increments.</summary>
    public void Close(ISourceUser<TReal, TWord> user)
    {
        double d = algorithm.Step;
        switch (algorithm.Kind)
        {
            case ClockKind.Gd:
                user.Use(new SteadyClock<TReal, TWord>((float)d));
                break;
            case ClockKind.Sgf:
                user.Use(new NormalSource<TReal, TWord>((float)d, (float)Math.Sqrt(algorithm.EffectiveTemperature(aspect) * aspect * d)));
                break;
            default:
                user.Use(new JumpClock<TReal, TWord, TView>((float)jumps.Start, table, jumps.Thresholds.Count));
                break;
        }
    }

    private sealed class Filling(
        ISkeletons<TReal, TWord, TView> skeletons,
        Slots<TReal, TWord, TView> target,
        TableLayout layout,
        int steps,
        int samples,
        int group,
        RandomField field,
        int batch) : ISourceUser<TReal, TWord>
    {
        public void Use<TSource>(TSource source)
            where TSource : struct, ISource<TReal, TWord> => skeletons.For(batch, samples, new FieldBody<TReal, TWord, TView, TSource>(
                target, layout, steps, samples, group, 1, field, source));
    }
}

/// <summary>Uses what makes numbers of random words, whose type it is then told.</summary>
internal interface ISourceUser<TReal, TWord>
    where TReal : unmanaged, IReal<TReal, TWord>
    where TWord : unmanaged, IWord<TReal, TWord>
{
    /// <summary>Uses it.</summary>
    void Use<TSource>(TSource source)
        where TSource : struct, ISource<TReal, TWord>;
}

/// <summary>Draws rows of a design on any device.</summary>
internal static class DesignSource
{
    /// <summary>Fills rows with entries of variance 1/d of the experiment's law, four at a time.</summary>
    /// <param name="skeletons">The device.</param>
    /// <param name="law">Law of the entries.</param>
    /// <param name="size">Dimension d.</param>
    /// <param name="target">The design.</param>
    /// <param name="layout">Where a row lies.</param>
    /// <param name="end">Rows at or past this one are left alone.</param>
    /// <param name="firstGroup">First group of four rows.</param>
    /// <param name="groups">Number of groups.</param>
    /// <param name="field">The random field of the design.</param>
    /// <param name="batch">Number of designs.</param>
    public static void Draw<TReal, TWord, TView>(
        ISkeletons<TReal, TWord, TView> skeletons,
        DesignLaw law,
        int size,
        Slots<TReal, TWord, TView> target,
        TableLayout layout,
        int end,
        int firstGroup,
        int groups,
        RandomField field,
        int batch = 1)
        where TReal : unmanaged, IReal<TReal, TWord>
        where TWord : unmanaged, IWord<TReal, TWord>
        where TView : struct, IView<TReal, TWord>
    {
        float scale = (float)(1 / Math.Sqrt(size));
        if (law == DesignLaw.Gaussian)
            Fill(new NormalSource<TReal, TWord>(0, scale));
        else
            Fill(new RademacherSource<TReal, TWord>(scale));

        void Fill<TSource>(TSource source)
            where TSource : struct, ISource<TReal, TWord> => skeletons.For(batch * groups, size, new FieldBody<TReal, TWord, TView, TSource>(
                target, layout, end, size, firstGroup, groups, field, source));
    }
}

/// <summary>Draws labels on any device.</summary>
internal static class LabelSource
{
    /// <summary>Labels y_i of the preactivations scale * w_i, the first sample's noise at the address <paramref name="first"/>.</summary>
    public static void Draw<TReal, TWord, TView>(
        ISkeletons<TReal, TWord, TView> skeletons,
        Label label,
        Slots<TReal, TWord, TView> teacher,
        TableLayout layout,
        double scale,
        Slots<TReal, TWord, TView> labels,
        int samples,
        RandomField field,
        int first = 0,
        int batch = 1)
        where TReal : unmanaged, IReal<TReal, TWord>
        where TWord : unmanaged, IWord<TReal, TWord>
        where TView : struct, IView<TReal, TWord> =>
        label.Close(new Drawing<TReal, TWord, TView>(skeletons, teacher, layout, (float)scale, labels, samples, field, first, batch));

    private sealed class Drawing<TReal, TWord, TView>(
        ISkeletons<TReal, TWord, TView> skeletons,
        Slots<TReal, TWord, TView> teacher,
        TableLayout layout,
        float scale,
        Slots<TReal, TWord, TView> labels,
        int samples,
        RandomField field,
        int first,
        int batch) : ILabelUser<TReal, TWord, bool>
        where TReal : unmanaged, IReal<TReal, TWord>
        where TWord : unmanaged, IWord<TReal, TWord>
        where TView : struct, IView<TReal, TWord>
    {
        public bool Use<TLabel>(TLabel label)
            where TLabel : struct, ILabel<TReal, TWord>
        {
            skeletons.For(batch, samples, new LabelBody<TReal, TWord, TView, TLabel>(teacher, layout, scale, labels, field, label, first));
            return true;
        }
    }
}
