using System.Runtime.CompilerServices;

namespace HighDimSgd.Kernels.Physics;

/// <summary>
/// A risk R(x) = E R~(x, mark) with random gradients. The noise of the gradient is a sum over modes, grad R~ = grad R + sum_k e_k(mark) G_k(x) with
/// e_k orthonormal on the mark space, so that sum_k G_k(x) dW_k is the cylindrical noise of the stochastic modified flow (Gess, Kassing and
/// Konarovskyi, arXiv 2302.07125) and Sigma(x) = sum_k G_k G_k^T.
/// </summary>
/// <typeparam name="TReal">Lane of reals; a lane is a replica.</typeparam>
/// <typeparam name="TWord">Lane of words.</typeparam>
/// <typeparam name="TView">Memory.</typeparam>
public interface IFlowProblem<TReal, TWord, TView>
    where TReal : unmanaged, IReal<TReal, TWord>
    where TWord : unmanaged, IWord<TReal, TWord>
    where TView : struct, IView<TReal, TWord>
{
    /// <summary>Number of coordinates of x.</summary>
    int Dimension { get; }

    /// <summary>Number of modes.</summary>
    int Modes { get; }

    /// <summary>The risk R(x).</summary>
    TReal Risk(Column<TReal, TWord, TView> x);

    /// <summary>Its gradient; into differs from x.</summary>
    void Gradient(Column<TReal, TWord, TView> x, Column<TReal, TWord, TView> into);

    /// <summary>Adds weight times the gradient of R~(x, mark), the mark drawn by a uniform word.</summary>
    void Sample(TWord word, Column<TReal, TWord, TView> x, TReal weight, Column<TReal, TWord, TView> into);

    /// <summary>Adds weight times G_k(x).</summary>
    /// <param name="mode">The mode k.</param>
    /// <param name="x">The point.</param>
    /// <param name="gradient">grad R(x).</param>
    /// <param name="weight">The weight.</param>
    /// <param name="into">What it is added to.</param>
    void Mode(int mode, Column<TReal, TWord, TView> x, Column<TReal, TWord, TView> gradient, TReal weight, Column<TReal, TWord, TView> into);
}

/// <summary>One coordinate with the sample gradient h x + c x^3 + s0 xi1 + s1 xi2 x, xi independent and +-1 by the top bits of the word.</summary>
/// <param name="curvature">h.</param>
/// <param name="cubic">c.</param>
/// <param name="additive">s0.</param>
/// <param name="multiplicative">s1.</param>
public readonly struct MultiplicativeProblem<TReal, TWord, TView>(float curvature, float cubic, float additive, float multiplicative)
    : IFlowProblem<TReal, TWord, TView>
    where TReal : unmanaged, IReal<TReal, TWord>
    where TWord : unmanaged, IWord<TReal, TWord>
    where TView : struct, IView<TReal, TWord>
{
    private readonly float curvature = curvature;
    private readonly float cubic = cubic;
    private readonly float additive = additive;
    private readonly float multiplicative = multiplicative;

    /// <inheritdoc/>
    public int Dimension => 1;

    /// <inheritdoc/>
    public int Modes => 2;

    /// <inheritdoc/>
    public TReal Risk(Column<TReal, TWord, TView> x)
    {
        TReal square = x.Get(0) * x.Get(0);
        return square * (TReal.Of(0.5f * curvature) + TReal.Of(0.25f * cubic) * square);
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Gradient(Column<TReal, TWord, TView> x, Column<TReal, TWord, TView> into) => into.Set(0, Slope(x.Get(0)));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Sample(TWord word, Column<TReal, TWord, TView> x, TReal weight, Column<TReal, TWord, TView> into)
    {
        TReal at = x.Get(0);
        into.Add(0, weight * (Slope(at) + Signed(word, additive) + Signed(TWord.ShiftLeft(word, 1), multiplicative) * at));
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Mode(int mode, Column<TReal, TWord, TView> x, Column<TReal, TWord, TView> gradient, TReal weight, Column<TReal, TWord, TView> into) =>
        into.Add(0, weight * (mode == 0 ? TReal.Of(additive) : TReal.Of(multiplicative) * x.Get(0)));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TReal Signed(TWord word, float scale) => TWord.AsReal(TReal.Bits(TReal.Of(scale)) ^ (word & TWord.Of(0x80000000u)));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private TReal Slope(TReal x) => x * (TReal.Of(curvature) + TReal.Of(cubic) * x * x);
}

/// <summary>One row of a data set, whose lanes may be different rows.</summary>
/// <typeparam name="TReal">Lane of reals.</typeparam>
public interface IDatum<TReal>
    where TReal : unmanaged
{
    /// <summary>Number <paramref name="j"/> of the row: an input, or the label behind the last.</summary>
    TReal At(int j);
}

/// <summary>The same row in every lane.</summary>
/// <param name="data">The data, row-major.</param>
/// <param name="start">Where the row begins.</param>
public readonly struct SameDatum<TReal, TWord, TView>(TView data, int start) : IDatum<TReal>
    where TReal : unmanaged, IReal<TReal, TWord>
    where TWord : unmanaged, IWord<TReal, TWord>
    where TView : struct, IView<TReal, TWord>
{
    private readonly TView data = data;
    private readonly int start = start;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public TReal At(int j) => data.Spread(start + j);
}

/// <summary>A row of its own in every lane.</summary>
/// <param name="data">The data, row-major.</param>
/// <param name="starts">Where the rows begin.</param>
public readonly struct DrawnDatum<TReal, TWord, TView>(TView data, TWord starts) : IDatum<TReal>
    where TReal : unmanaged, IReal<TReal, TWord>
    where TWord : unmanaged, IWord<TReal, TWord>
    where TView : struct, IView<TReal, TWord>
{
    private readonly TView data = data;
    private readonly TWord starts = starts;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public TReal At(int j) => data.Gather(starts + TWord.Of((uint)j));
}

/// <summary>A model with a loss, on one datum.</summary>
/// <typeparam name="TReal">Lane of reals.</typeparam>
/// <typeparam name="TWord">Lane of words.</typeparam>
public interface IFlowModel<TReal, TWord>
    where TReal : unmanaged, IReal<TReal, TWord>
    where TWord : unmanaged, IWord<TReal, TWord>
{
    /// <summary>Number of coordinates of x.</summary>
    int Dimension { get; }

    /// <summary>The loss of a datum.</summary>
    TReal Loss<TView, TDatum>(Column<TReal, TWord, TView> x, TDatum datum)
        where TView : struct, IView<TReal, TWord>
        where TDatum : struct, IDatum<TReal>;

    /// <summary>Adds weight times its gradient by x.</summary>
    void AddGradient<TView, TDatum>(Column<TReal, TWord, TView> x, TDatum datum, TReal weight, Column<TReal, TWord, TView> into)
        where TView : struct, IView<TReal, TWord>
        where TDatum : struct, IDatum<TReal>;
}

/// <summary>
/// The mean of a model's loss over a data set, with decay |x|^2/2 added. Marks are samples, uniform; the modes are G_i = (grad R - grad R_i)/sqrt n,
/// one per sample.
/// </summary>
/// <param name="data">Rows of inputs and label.</param>
/// <param name="samples">Number of samples n.</param>
/// <param name="inputs">Numbers per input.</param>
/// <param name="decay">Ridge lambda.</param>
/// <param name="model">The model.</param>
public readonly struct DataProblem<TReal, TWord, TView, TModel>(TView data, int samples, int inputs, float decay, TModel model)
    : IFlowProblem<TReal, TWord, TView>
    where TReal : unmanaged, IReal<TReal, TWord>
    where TWord : unmanaged, IWord<TReal, TWord>
    where TView : struct, IView<TReal, TWord>
    where TModel : struct, IFlowModel<TReal, TWord>
{
    private readonly TView data = data;
    private readonly int samples = samples;
    private readonly int width = inputs + 1;
    private readonly float decay = decay;
    private readonly float share = 1f / samples;
    private readonly float root = 1f / MathF.Sqrt(samples);
    private readonly TModel model = model;

    /// <inheritdoc/>
    public int Dimension => model.Dimension;

    /// <inheritdoc/>
    public int Modes => samples;

    /// <inheritdoc/>
    public TReal Risk(Column<TReal, TWord, TView> x)
    {
        TReal sum = TReal.Of(0f), squares = TReal.Of(0f);
        for (int i = 0; i < samples; i++)
            sum += model.Loss(x, Datum(i));
        for (int j = 0; j < model.Dimension; j++)
            squares += x.Get(j) * x.Get(j);
        return TReal.Of(share) * sum + TReal.Of(0.5f * decay) * squares;
    }

    /// <inheritdoc/>
    public void Gradient(Column<TReal, TWord, TView> x, Column<TReal, TWord, TView> into)
    {
        AddDecay(x, TReal.Of(1f), into, clear: true);
        for (int i = 0; i < samples; i++)
            model.AddGradient(x, Datum(i), TReal.Of(share), into);
    }

    /// <inheritdoc/>
    public void Sample(TWord word, Column<TReal, TWord, TView> x, TReal weight, Column<TReal, TWord, TView> into)
    {
        TWord row = TWord.MultiplyHigh(word, (uint)samples);
        AddDecay(x, weight, into, clear: false);
        model.AddGradient(x, new DrawnDatum<TReal, TWord, TView>(data, TWord.MultiplyLow(row, (uint)width)), weight, into);
    }

    /// <inheritdoc/>
    public void Mode(int mode, Column<TReal, TWord, TView> x, Column<TReal, TWord, TView> gradient, TReal weight, Column<TReal, TWord, TView> into)
    {
        TReal scaled = weight * TReal.Of(root), minus = TReal.Of(0f) - scaled;
        into.Combine(model.Dimension, into, scaled, gradient);
        AddDecay(x, minus, into, clear: false);
        model.AddGradient(x, Datum(mode), minus, into);
    }

    private SameDatum<TReal, TWord, TView> Datum(int i) => new(data, i * width);

    private void AddDecay(Column<TReal, TWord, TView> x, TReal weight, Column<TReal, TWord, TView> into, bool clear)
    {
        TReal factor = TReal.Of(decay) * weight;
        for (int j = 0; j < model.Dimension; j++)
            into.Set(j, clear ? factor * x.Get(j) : into.Get(j) + factor * x.Get(j));
    }
}
