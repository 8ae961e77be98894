using HighDimSgd.Kernels;
using HighDimSgd.Kernels.Physics;
using HighDimSgd.Models;

namespace OwnLoss;

/// <summary>The loss in an experiment file: its name, its parameter, and the struct that computes it.</summary>
public sealed record Huber() : Loss(
    "huber", "w^2 (sqrt(1 + ((r-y)/w)^2) - 1)", new Parameter("width", "Width w of the quadratic part.", 1e-3, 1e3, Default: 1))
{
    /// <inheritdoc/>
    public override T Close<TReal, TWord, T>(ILossUser<TReal, TWord, T> user) =>
        user.Use(new Huber<TReal, TWord>((float)this["width"]));
}

/// <summary>Smooth Huber loss: quadratic below the width, linear beyond.</summary>
public readonly struct Huber<TReal, TWord>(float width) : ILoss<TReal>
    where TReal : unmanaged, IReal<TReal, TWord>
    where TWord : unmanaged, IWord<TReal, TWord>
{
    private readonly float width = width;

    /// <inheritdoc/>
    public TReal Value(TReal r, TReal y) => TReal.Of(width * width) * (Root(r, y) - TReal.Of(1f));

    /// <inheritdoc/>
    public TReal Slope(TReal r, TReal y) => (r - y) / Root(r, y);

    /// <inheritdoc/>
    public TReal Curvature(TReal r, TReal y) => TReal.Of(1f) / (Root(r, y) * Root(r, y) * Root(r, y));

    private TReal Root(TReal r, TReal y)
    {
        TReal u = (r - y) / TReal.Of(width);
        return TReal.Sqrt(TReal.Of(1f) + u * u);
    }
}
