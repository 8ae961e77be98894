using System.Runtime.CompilerServices;
using HighDimSgd.Kernels.Physics;
using HighDimSgd.Kernels.Random;

namespace HighDimSgd.Kernels.Bodies;

/// <summary>Draws the labels from the teacher's preactivations: y_i from scale * w_i. Outer index: slot; index: sample or path.</summary>
/// <param name="teacher">Preactivations w, by sample.</param>
/// <param name="layout">Where they lie (row 0 of a table).</param>
/// <param name="scale">Factor of w.</param>
/// <param name="labels">The labels y.</param>
/// <param name="field">Random field of the label noise.</param>
/// <param name="channel">The label channel.</param>
/// <param name="first">Number of the first sample, the address of its noise.</param>
public readonly struct LabelBody<TReal, TWord, TView, TLabel>(
    Slots<TReal, TWord, TView> teacher,
    TableLayout layout,
    float scale,
    Slots<TReal, TWord, TView> labels,
    RandomField field,
    TLabel channel,
    int first) : IForBody
    where TReal : unmanaged, IReal<TReal, TWord>
    where TWord : unmanaged, IWord<TReal, TWord>
    where TView : struct, IView<TReal, TWord>
    where TLabel : struct, ILabel<TReal, TWord>
{
    private readonly Slots<TReal, TWord, TView> teacher = teacher;
    private readonly TableLayout layout = layout;
    private readonly float scale = scale;
    private readonly Slots<TReal, TWord, TView> labels = labels;
    private readonly RandomField field = field;
    private readonly TLabel channel = channel;
    private readonly int first = first;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Run(int outer, int index)
    {
        Four<TWord> words = field.Words<TReal, TWord>(outer, 0, first + index);
        TReal w = TReal.Of(scale) * teacher.Load(outer, layout.At(0, index));
        labels.Store(outer, index, channel.Draw(w, words.A, words.B));
    }
}
