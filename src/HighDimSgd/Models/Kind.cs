namespace HighDimSgd.Models;

/// <summary>A number that a loss, label or problem takes from the experiment file.</summary>
/// <param name="Name">Its key.</param>
/// <param name="Doc">One line: what it is, with its symbol.</param>
/// <param name="Min">Smallest value.</param>
/// <param name="Max">Largest value.</param>
/// <param name="Default">The value where the key is missing; null where the key is required.</param>
/// <param name="IsWhole">True where it is a whole number.</param>
public sealed record Parameter(string Name, string Doc, double Min = 0, double Max = 1e6, double? Default = null, bool IsWhole = false);

/// <summary>
/// What a <see cref="Loss"/>, a <see cref="Label"/> and a <see cref="Flows.FlowProblem"/> have in common: the word that stands for it in an experiment file, and its
/// parameters. Two are equal where type, name and values are.
/// </summary>
public abstract record Kind
{
    private protected Kind(string name, string doc, Parameter[] parameters)
    {
        (Name, Doc, Parameters) = (name, doc, parameters);
        Values = [.. parameters.Select(p => p.Default ?? double.NaN)];
    }

    /// <summary>The word in experiment files: letters, digits, '-' and '_'.</summary>
    public string Name { get; init; }

    /// <summary>One line: what it is.</summary>
    public string Doc { get; }

    /// <summary>Its parameters.</summary>
    public IReadOnlyList<Parameter> Parameters { get; }

    /// <summary>The parameters' values, in order; NaN where one has no default and was not given.</summary>
    public IReadOnlyList<double> Values { get; init; }

    /// <summary>A parameter's value by name.</summary>
    public double this[string parameter] => Values[Parameters.Index().First(p => p.Item.Name == parameter).Index];

    /// <summary>Name and values in words, for the report.</summary>
    public virtual string Caption => Parameters.Count == 0
        ? Name
        : $"{Name} ({string.Join(", ", Parameters.Zip(Values, (p, v) => $"{p.Name} = {Results.Digits.Plain(v)}"))})";

    /// <inheritdoc/>
    public virtual bool Equals(Kind? other) =>
        other is not null && EqualityContract == other.EqualityContract && Name == other.Name && Values.SequenceEqual(other.Values);

    /// <inheritdoc/>
    public override int GetHashCode() => Values.Aggregate(HashCode.Combine(EqualityContract, Name), HashCode.Combine);
}
