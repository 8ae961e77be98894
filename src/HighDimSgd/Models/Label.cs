using HighDimSgd.Experiments;
using HighDimSgd.Kernels;
using HighDimSgd.Kernels.Physics;
using HighDimSgd.Results;

namespace HighDimSgd.Models;

/// <summary>What is done with a label channel, whichever it is.</summary>
/// <typeparam name="TReal">Lane of reals.</typeparam>
/// <typeparam name="TWord">Lane of words.</typeparam>
/// <typeparam name="TResult">What comes of it.</typeparam>
public interface ILabelUser<TReal, TWord, out TResult>
    where TReal : unmanaged, IReal<TReal, TWord>
    where TWord : unmanaged, IWord<TReal, TWord>
{
    /// <summary>Takes the channel.</summary>
    TResult Use<TLabel>(TLabel label)
        where TLabel : struct, ILabel<TReal, TWord>;
}

/// <summary>
/// Describes a channel from w* = x.theta* to the label y: its name and parameters, the kernel struct that draws y, and the law of y,
/// from which averages over fresh data are computed (docs/how-to/own-loss.md).
/// </summary>
public abstract record Label : Kind
{
    /// <summary>Describes a channel.</summary>
    /// <param name="name">The word in experiment files.</param>
    /// <param name="doc">One line: what it is.</param>
    /// <param name="parameters">Its parameters.</param>
    protected Label(string name, string doc, params Parameter[] parameters)
        : base(name, doc, parameters)
    {
    }

    /// <summary>y = sign(w*).</summary>
    public static Label Sign { get; } = new SignLabel();

    /// <summary>True where all labels are +-1, so that an error rate exists.</summary>
    public abstract bool IsBinary { get; }

    /// <summary>y = w* + noise z, z standard normal.</summary>
    /// <param name="noise">Standard deviation of the label noise.</param>
    public static Label Linear(double noise = 0) => new LinearLabel { Values = [noise] };

    /// <summary>y = 1 with probability 1/(1+exp(-slope w*)), else -1.</summary>
    /// <param name="slope">Slope kappa.</param>
    public static Label Logistic(double slope) => new LogisticLabel { Values = [slope] };

    /// <summary>Makes a channel known to experiment files of this process; once is enough, again does nothing.</summary>
    /// <exception cref="ArgumentException">Another channel has the name, or a parameter of the same name that differs.</exception>
    public static void Register(Label label) => Keys.Label.Add(label);

    /// <summary>The law of y at w*: values and their chances, or nodes and weights where y has a density. It may jump at w* = 0.</summary>
    public abstract IEnumerable<(double Label, double Chance)> Law(double teacher);

    /// <summary>Hands the kernel struct of this channel, parameters filled in, to a user.</summary>
    public abstract TResult Close<TReal, TWord, TResult>(ILabelUser<TReal, TWord, TResult> user)
        where TReal : unmanaged, IReal<TReal, TWord>
        where TWord : unmanaged, IWord<TReal, TWord>;

    /// <summary>The law of a label that is 1 with a chance, else -1.</summary>
    protected static IEnumerable<(double Label, double Chance)> Signs(double chance) => [(1, chance), (-1, 1 - chance)];

    /// <summary>The normal law as nodes and weights of the trapezoidal rule.</summary>
    protected static IEnumerable<(double Label, double Chance)> Normal(double mean, double deviation)
    {
        const double Spacing = 0.5;
        const int Reach = 16;
        if (deviation == 0)
            return [(mean, 1)];
        return Enumerable.Range(-Reach, (2 * Reach) + 1).Select(i => i * Spacing)
            .Select(z => (mean + (deviation * z), Spacing * Math.Exp(-z * z / 2) / Math.Sqrt(2 * Math.PI)));
    }
}

/// <summary>y = w* + noise z, z standard normal.</summary>
internal sealed record LinearLabel() : Label("linear", "w* + noise z", new Parameter("noise", "Standard deviation of the label noise."))
{
    /// <inheritdoc/>
    public override bool IsBinary => false;

    /// <inheritdoc/>
    public override string Caption => $"linear labels of noise σ = {Digits.Plain(Values[0])}";

    /// <inheritdoc/>
    public override IEnumerable<(double Label, double Chance)> Law(double teacher) => Normal(teacher, Values[0]);

    /// <inheritdoc/>
    public override TResult Close<TReal, TWord, TResult>(ILabelUser<TReal, TWord, TResult> user) =>
        user.Use(new LinearLabel<TReal, TWord>((float)Values[0]));
}

/// <summary>y = sign(w*).</summary>
internal sealed record SignLabel() : Label("sign", "sign(w*)")
{
    /// <inheritdoc/>
    public override bool IsBinary => true;

    /// <inheritdoc/>
    public override string Caption => "sign labels";

    /// <inheritdoc/>
    public override IEnumerable<(double Label, double Chance)> Law(double teacher) => Signs(teacher < 0 ? 0 : 1);

    /// <inheritdoc/>
    public override TResult Close<TReal, TWord, TResult>(ILabelUser<TReal, TWord, TResult> user) => user.Use(default(SignLabel<TReal, TWord>));
}

/// <summary>y = 1 with probability 1/(1+exp(-slope w*)), else -1.</summary>
internal sealed record LogisticLabel() : Label(
    "logistic", "1 with probability 1/(1+exp(-slope w*)), else -1", new Parameter("slope", "Slope kappa of the logistic channel."))
{
    /// <inheritdoc/>
    public override bool IsBinary => true;

    /// <inheritdoc/>
    public override string Caption => $"logistic labels of slope κ = {Digits.Plain(Values[0])}";

    /// <inheritdoc/>
    public override IEnumerable<(double Label, double Chance)> Law(double teacher) => Signs(1 / (1 + Math.Exp(-Values[0] * teacher)));

    /// <inheritdoc/>
    public override TResult Close<TReal, TWord, TResult>(ILabelUser<TReal, TWord, TResult> user) =>
        user.Use(new LogisticLabel<TReal, TWord>((float)Values[0]));
}
