using HighDimSgd.Experiments;
using HighDimSgd.Kernels;
using HighDimSgd.Kernels.Physics;

namespace HighDimSgd.Models;

/// <summary>What is done with a loss, whichever it is.</summary>
/// <typeparam name="TReal">Lane of reals.</typeparam>
/// <typeparam name="TWord">Lane of words.</typeparam>
/// <typeparam name="TResult">What comes of it.</typeparam>
public interface ILossUser<TReal, TWord, out TResult>
    where TReal : unmanaged, IReal<TReal, TWord>
    where TWord : unmanaged, IWord<TReal, TWord>
{
    /// <summary>Takes the loss.</summary>
    TResult Use<TLoss>(TLoss loss)
        where TLoss : struct, ILoss<TReal>;
}

/// <summary>
/// Describes a loss of the preactivation r and the label y: its name and parameters, and the kernel struct that computes it. Simulation,
/// theory and fresh data take every loss by this, the built-in ones too (docs/how-to/own-loss.md).
/// </summary>
public abstract record Loss : Kind
{
    /// <summary>Describes a loss.</summary>
    /// <param name="name">The word in experiment files.</param>
    /// <param name="doc">One line: what it is.</param>
    /// <param name="parameters">Its parameters.</param>
    protected Loss(string name, string doc, params Parameter[] parameters)
        : base(name, doc, parameters)
    {
    }

    /// <summary>(r-y)^2/2.</summary>
    public static Loss Squared { get; } = new SquaredLoss();

    /// <summary>log(1+exp(-y r)), y = +-1.</summary>
    public static Loss Logistic { get; } = new LogisticLoss();

    /// <summary>Makes a loss known to experiment files of this process; once is enough, again does nothing.</summary>
    /// <exception cref="ArgumentException">Another loss has the name, or a parameter of the same name that differs.</exception>
    public static void Register(Loss loss) => Keys.Loss.Add(loss);

    /// <summary>True where the loss takes the labels of a channel; any, unless overridden.</summary>
    public virtual bool Takes(Label label) => true;

    /// <summary>Hands the kernel struct of this loss, parameters filled in, to a user.</summary>
    public abstract TResult Close<TReal, TWord, TResult>(ILossUser<TReal, TWord, TResult> user)
        where TReal : unmanaged, IReal<TReal, TWord>
        where TWord : unmanaged, IWord<TReal, TWord>;
}

/// <summary>(r-y)^2/2, for labels of any size.</summary>
internal sealed record SquaredLoss() : Loss("squared", "(r-y)^2/2")
{
    /// <inheritdoc/>
    public override bool Takes(Label label) => !label.IsBinary;

    /// <inheritdoc/>
    public override TResult Close<TReal, TWord, TResult>(ILossUser<TReal, TWord, TResult> user) => user.Use(default(SquaredLoss<TReal, TWord>));
}

/// <summary>log(1+exp(-y r)), for labels +-1.</summary>
internal sealed record LogisticLoss() : Loss("logistic", "log(1+exp(-y r))")
{
    /// <inheritdoc/>
    public override bool Takes(Label label) => label.IsBinary;

    /// <inheritdoc/>
    public override TResult Close<TReal, TWord, TResult>(ILossUser<TReal, TWord, TResult> user) => user.Use(default(LogisticLoss<TReal, TWord>));
}
