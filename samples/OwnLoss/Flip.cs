using HighDimSgd.Kernels;
using HighDimSgd.Kernels.Physics;
using HighDimSgd.Kernels.Random;
using HighDimSgd.Models;

namespace OwnLoss;

/// <summary>The channel in an experiment file: its name, its parameter, its law, and the struct that draws from it.</summary>
public sealed record Flip() : Label("flip", "sign(w*), turned round with a chance", new Parameter("chance", "Chance of a wrong label.", 0, 0.5))
{
    /// <inheritdoc/>
    public override bool IsBinary => true;

    /// <inheritdoc/>
    public override IEnumerable<(double Label, double Chance)> Law(double teacher) =>
        Signs(teacher < 0 ? this["chance"] : 1 - this["chance"]);

    /// <inheritdoc/>
    public override T Close<TReal, TWord, T>(ILabelUser<TReal, TWord, T> user) =>
        user.Use(new Flip<TReal, TWord>((float)this["chance"]));
}

/// <summary>y = sign(w*) with probability 1 - chance, else -sign(w*).</summary>
public readonly struct Flip<TReal, TWord>(float chance) : ILabel<TReal, TWord>
    where TReal : unmanaged, IReal<TReal, TWord>
    where TWord : unmanaged, IWord<TReal, TWord>
{
    private readonly float chance = chance;

    /// <inheritdoc/>
    public TReal Draw(TReal teacher, TWord first, TWord second)
    {
        TReal turn = TReal.WhereLess(Maps.Uniform<TReal, TWord>(first), TReal.Of(chance), TReal.Of(-1f), TReal.Of(1f));
        return TReal.WhereLess(teacher, TReal.Of(0f), TReal.Of(0f) - turn, turn);
    }
}
