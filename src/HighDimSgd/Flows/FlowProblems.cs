using HighDimSgd.Kernels.Physics;
using HighDimSgd.Models;

namespace HighDimSgd.Flows;

/// <summary>
/// One coordinate with the sample gradient h x + c x^3 + s0 xi1 + s1 xi2 x, xi = +-1: for h = s0 = s1 = 1 the exactly solvable noise, whose
/// two-point motion separates SMF from SME.
/// </summary>
public sealed record MultiplicativeNoise() : FlowProblem(
    "multiplicative",
    "the sample gradient curvature x + cubic x^3 + additive xi1 + multiplicative xi2 x, xi = +-1",
    new Parameter("curvature", "Curvature h of the risk.", 0, 1e3, 1),
    new Parameter("cubic", "Coefficient c of the cubic gradient.", 0, 1e3, 0),
    new Parameter("additive", "Standard deviation s0 of the additive noise.", 0, 1e3, 1),
    new Parameter("multiplicative", "Standard deviation s1 of the multiplicative noise.", 0, 1e3, 1))
{
    /// <inheritdoc/>
    public override bool IsSymmetric => true;

    /// <inheritdoc/>
    public override int Dimension(int inputs) => 1;

    /// <inheritdoc/>
    public override int Modes(int samples) => 2;

    /// <inheritdoc/>
    public override AffineNoise? Affine(float[] data, int samples, int inputs) => this["cubic"] != 0 ? null : new(
        new[,] { { this["curvature"], 0 } }, [new[,] { { 0, this["additive"] } }, new[,] { { this["multiplicative"], 0 } }]);

    /// <inheritdoc/>
    public override TResult Close<TReal, TWord, TView, TResult>(TView data, int samples, int inputs, IFlowProblemUser<TReal, TWord, TView, TResult> user) =>
        user.Use(new MultiplicativeProblem<TReal, TWord, TView>(
            (float)this["curvature"], (float)this["cubic"], (float)this["additive"], (float)this["multiplicative"]));
}

/// <summary>Linear regression, (a.x - b)^2/2 with ridge.</summary>
public sealed record LinearRegression() : FlowProblem("linear-regression", "the risk (a.x - b)^2/2 over a data set, with ridge", Ridge)
{
    internal static readonly Parameter Ridge = new("ridge", "Ridge lambda: lambda |x|^2/2 is added to the risk.", 0, 1e3, 0);

    /// <inheritdoc/>
    public override bool NeedsData => true;

    /// <inheritdoc/>
    public override int Dimension(int inputs) => inputs;

    /// <inheritdoc/>
    public override AffineNoise? Affine(float[] data, int samples, int inputs) => AffineNoise.Regression(data, samples, inputs, this["ridge"]);

    /// <inheritdoc/>
    public override TResult Close<TReal, TWord, TView, TResult>(TView data, int samples, int inputs, IFlowProblemUser<TReal, TWord, TView, TResult> user) =>
        user.Use(new DataProblem<TReal, TWord, TView, LinearModel<TReal, TWord, SquaredLoss<TReal, TWord>>>(data, samples, inputs, (float)this["ridge"], new(inputs, default)));
}

/// <summary>Logistic regression, log(1 + exp(-b a.x)) with ridge.</summary>
public sealed record LogisticRegression() : FlowProblem("logistic-regression", "the risk log(1+exp(-b a.x)) over a data set, with ridge", LinearRegression.Ridge)
{
    /// <inheritdoc/>
    public override bool NeedsData => true;

    /// <inheritdoc/>
    public override bool IsClassification => true;

    /// <inheritdoc/>
    public override int Dimension(int inputs) => inputs;

    /// <inheritdoc/>
    public override TResult Close<TReal, TWord, TView, TResult>(TView data, int samples, int inputs, IFlowProblemUser<TReal, TWord, TView, TResult> user) =>
        user.Use(new DataProblem<TReal, TWord, TView, LinearModel<TReal, TWord, LogisticLoss<TReal, TWord>>>(data, samples, inputs, (float)this["ridge"], new(inputs, default)));
}

/// <summary>A loss of the direction x/|x| alone, with weight decay: (a.x/|x| - b)^2/2.</summary>
public sealed record ScaleInvariant() : FlowProblem(
    "scale-invariant", "the scale-invariant risk (a.x/|x| - b)^2/2 over a data set, with weight decay",
    new Parameter("decay", "Weight decay lambda.", 0, 10, 0.05))
{
    /// <inheritdoc/>
    public override bool NeedsData => true;

    /// <inheritdoc/>
    public override double? ScaleInvariantDecay => this["decay"];

    /// <inheritdoc/>
    public override int Dimension(int inputs) => inputs;

    /// <inheritdoc/>
    public override TResult Close<TReal, TWord, TView, TResult>(TView data, int samples, int inputs, IFlowProblemUser<TReal, TWord, TView, TResult> user) =>
        user.Use(new DataProblem<TReal, TWord, TView, DirectionModel<TReal, TWord>>(data, samples, inputs, (float)this["decay"], new(inputs)));
}

/// <summary>A network of one hidden layer, sum over units of v tanh(w.a), squared loss with ridge; x holds w of every unit, then v.</summary>
public sealed record TwoLayerNetwork() : FlowProblem(
    "two-layer", "squared loss of a network with one hidden layer of tanh units over a data set, with ridge",
    new Parameter("units", "Number of hidden units.", 1, 16, 2, IsWhole: true), LinearRegression.Ridge)
{
    /// <inheritdoc/>
    public override bool NeedsData => true;

    /// <inheritdoc/>
    public override int Dimension(int inputs) => (int)this["units"] * (inputs + 1);

    /// <inheritdoc/>
    public override TResult Close<TReal, TWord, TView, TResult>(TView data, int samples, int inputs, IFlowProblemUser<TReal, TWord, TView, TResult> user) =>
        user.Use(new DataProblem<TReal, TWord, TView, NetworkModel<TReal, TWord>>(data, samples, inputs, (float)this["ridge"], new(inputs, (int)this["units"])));
}
