using HighDimSgd.Flows;
using HighDimSgd.Kernels;
using HighDimSgd.Kernels.Physics;
using HighDimSgd.Kernels.Random;
using HighDimSgd.Models;

namespace OwnProblem;

/// <summary>The problem in an experiment file: its name, its parameter, and the struct that computes it.</summary>
public sealed record DoubleWell() : FlowProblem(
    "double-well", "the risk (x^2-1)^2/4 with the sample gradient x^3 - x + noise xi, xi = +-1",
    new Parameter("noise", "Standard deviation s of the gradient's noise.", 0, 1e3, Default: 1))
{
    /// <inheritdoc/>
    public override bool IsSymmetric => true;

    /// <inheritdoc/>
    public override int Dimension(int inputs) => 1;

    /// <inheritdoc/>
    public override int Modes(int samples) => 1;

    /// <inheritdoc/>
    public override T Close<TReal, TWord, TView, T>(TView data, int samples, int inputs, IFlowProblemUser<TReal, TWord, TView, T> user) =>
        user.Use(new DoubleWell<TReal, TWord, TView>((float)this["noise"]));
}

/// <summary>One coordinate in two wells, at -1 and 1; the noise of its gradient has one mode, the constant s.</summary>
public readonly struct DoubleWell<TReal, TWord, TView>(float noise) : IFlowProblem<TReal, TWord, TView>
    where TReal : unmanaged, IReal<TReal, TWord>
    where TWord : unmanaged, IWord<TReal, TWord>
    where TView : struct, IView<TReal, TWord>
{
    private readonly float noise = noise;

    /// <inheritdoc/>
    public int Dimension => 1;

    /// <inheritdoc/>
    public int Modes => 1;

    /// <inheritdoc/>
    public TReal Risk(Column<TReal, TWord, TView> x)
    {
        TReal height = (x.Get(0) * x.Get(0)) - TReal.Of(1f);
        return TReal.Of(0.25f) * height * height;
    }

    /// <inheritdoc/>
    public void Gradient(Column<TReal, TWord, TView> x, Column<TReal, TWord, TView> into) => into.Set(0, Slope(x.Get(0)));

    /// <inheritdoc/>
    public void Sample(TWord word, Column<TReal, TWord, TView> x, TReal weight, Column<TReal, TWord, TView> into)
    {
        TReal sign = TReal.WhereLess(Maps.Uniform<TReal, TWord>(word), TReal.Of(0.5f), TReal.Of(-1f), TReal.Of(1f));
        into.Add(0, weight * (Slope(x.Get(0)) + (TReal.Of(noise) * sign)));
    }

    /// <inheritdoc/>
    public void Mode(int mode, Column<TReal, TWord, TView> x, Column<TReal, TWord, TView> gradient, TReal weight, Column<TReal, TWord, TView> into) =>
        into.Add(0, weight * TReal.Of(noise));

    private static TReal Slope(TReal x) => x * ((x * x) - TReal.Of(1f));
}
