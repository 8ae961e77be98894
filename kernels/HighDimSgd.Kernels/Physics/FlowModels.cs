namespace HighDimSgd.Kernels.Physics;

/// <summary>A loss of the product r = a.x.</summary>
/// <param name="inputs">Numbers per input.</param>
/// <param name="loss">The loss.</param>
public readonly struct LinearModel<TReal, TWord, TLoss>(int inputs, TLoss loss) : IFlowModel<TReal, TWord>
    where TReal : unmanaged, IReal<TReal, TWord>
    where TWord : unmanaged, IWord<TReal, TWord>
    where TLoss : struct, ILoss<TReal>
{
    private readonly int inputs = inputs;
    private readonly TLoss loss = loss;

    /// <inheritdoc/>
    public int Dimension => inputs;

    /// <inheritdoc/>
    public TReal Loss<TView, TDatum>(Column<TReal, TWord, TView> x, TDatum datum)
        where TView : struct, IView<TReal, TWord>
        where TDatum : struct, IDatum<TReal> => loss.Value(Inner<TReal, TWord>.Of(x, datum, inputs), datum.At(inputs));

    /// <inheritdoc/>
    public void AddGradient<TView, TDatum>(Column<TReal, TWord, TView> x, TDatum datum, TReal weight, Column<TReal, TWord, TView> into)
        where TView : struct, IView<TReal, TWord>
        where TDatum : struct, IDatum<TReal>
    {
        TReal slope = weight * loss.Slope(Inner<TReal, TWord>.Of(x, datum, inputs), datum.At(inputs));
        for (int j = 0; j < inputs; j++)
            into.Add(j, slope * datum.At(j));
    }
}

/// <summary>(a.x/|x| - b)^2/2: a loss of the direction of x, whose gradient is orthogonal to x.</summary>
/// <param name="inputs">Numbers per input.</param>
public readonly struct DirectionModel<TReal, TWord>(int inputs) : IFlowModel<TReal, TWord>
    where TReal : unmanaged, IReal<TReal, TWord>
    where TWord : unmanaged, IWord<TReal, TWord>
{
    private readonly int inputs = inputs;

    /// <inheritdoc/>
    public int Dimension => inputs;

    /// <inheritdoc/>
    public TReal Loss<TView, TDatum>(Column<TReal, TWord, TView> x, TDatum datum)
        where TView : struct, IView<TReal, TWord>
        where TDatum : struct, IDatum<TReal>
    {
        TReal rest = Inner<TReal, TWord>.Of(x, datum, inputs) / TReal.Sqrt(Inner<TReal, TWord>.Square(x, inputs)) - datum.At(inputs);
        return TReal.Of(0.5f) * rest * rest;
    }

    /// <inheritdoc/>
    public void AddGradient<TView, TDatum>(Column<TReal, TWord, TView> x, TDatum datum, TReal weight, Column<TReal, TWord, TView> into)
        where TView : struct, IView<TReal, TWord>
        where TDatum : struct, IDatum<TReal>
    {
        TReal square = Inner<TReal, TWord>.Square(x, inputs), norm = TReal.Sqrt(square);
        TReal product = Inner<TReal, TWord>.Of(x, datum, inputs);
        TReal slope = weight * (product / norm - datum.At(inputs)) / norm, along = product / square;
        for (int j = 0; j < inputs; j++)
            into.Add(j, slope * (datum.At(j) - along * x.Get(j)));
    }
}

/// <summary>Squared loss of sum_h v_h tanh(w_h.a); x holds w_1, .., w_H, then v_1, .., v_H.</summary>
/// <param name="inputs">Numbers per input.</param>
/// <param name="units">Hidden units H.</param>
public readonly struct NetworkModel<TReal, TWord>(int inputs, int units) : IFlowModel<TReal, TWord>
    where TReal : unmanaged, IReal<TReal, TWord>
    where TWord : unmanaged, IWord<TReal, TWord>
{
    private readonly int inputs = inputs;
    private readonly int units = units;

    /// <inheritdoc/>
    public int Dimension => units * (inputs + 1);

    /// <inheritdoc/>
    public TReal Loss<TView, TDatum>(Column<TReal, TWord, TView> x, TDatum datum)
        where TView : struct, IView<TReal, TWord>
        where TDatum : struct, IDatum<TReal>
    {
        TReal rest = Rest(x, datum);
        return TReal.Of(0.5f) * rest * rest;
    }

    /// <inheritdoc/>
    public void AddGradient<TView, TDatum>(Column<TReal, TWord, TView> x, TDatum datum, TReal weight, Column<TReal, TWord, TView> into)
        where TView : struct, IView<TReal, TWord>
        where TDatum : struct, IDatum<TReal>
    {
        TReal slope = weight * Rest(x, datum);
        for (int h = 0; h < units; h++)
        {
            TReal active = Active(x, datum, h);
            into.Add(units * inputs + h, slope * active);
            TReal inner = slope * x.Get(units * inputs + h) * (TReal.Of(1f) - active * active);
            for (int j = 0; j < inputs; j++)
                into.Add(h * inputs + j, inner * datum.At(j));
        }
    }

    private TReal Rest<TView, TDatum>(Column<TReal, TWord, TView> x, TDatum datum)
        where TView : struct, IView<TReal, TWord>
        where TDatum : struct, IDatum<TReal>
    {
        TReal rest = TReal.Of(0f) - datum.At(inputs);
        for (int h = 0; h < units; h++)
            rest += x.Get(units * inputs + h) * Active(x, datum, h);
        return rest;
    }

    private TReal Active<TView, TDatum>(Column<TReal, TWord, TView> x, TDatum datum, int unit)
        where TView : struct, IView<TReal, TWord>
        where TDatum : struct, IDatum<TReal> => Functions.Tanh<TReal, TWord>(Inner<TReal, TWord>.Of(x.From(unit * inputs), datum, inputs));
}

/// <summary>Inner products over a column.</summary>
internal static class Inner<TReal, TWord>
    where TReal : unmanaged, IReal<TReal, TWord>
    where TWord : unmanaged, IWord<TReal, TWord>
{
    /// <summary>a.x over the first <paramref name="count"/> numbers.</summary>
    public static TReal Of<TView, TDatum>(Column<TReal, TWord, TView> x, TDatum datum, int count)
        where TView : struct, IView<TReal, TWord>
        where TDatum : struct, IDatum<TReal>
    {
        TReal sum = TReal.Of(0f);
        for (int j = 0; j < count; j++)
            sum += datum.At(j) * x.Get(j);
        return sum;
    }

    /// <summary>|x|^2 over the first <paramref name="count"/> numbers.</summary>
    public static TReal Square<TView>(Column<TReal, TWord, TView> x, int count)
        where TView : struct, IView<TReal, TWord>
    {
        TReal sum = TReal.Of(0f);
        for (int j = 0; j < count; j++)
            sum += x.Get(j) * x.Get(j);
        return sum;
    }
}
