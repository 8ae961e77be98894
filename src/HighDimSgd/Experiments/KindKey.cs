using System.Text.Json.Nodes;
using HighDimSgd.Models;

namespace HighDimSgd.Experiments;

/// <summary>
/// The section of a loss, label or problem: the key <c>kind</c> and the parameters of all kinds that are known, to which a program may add its own.
/// </summary>
/// <typeparam name="T">Loss, label or problem.</typeparam>
internal sealed record KindKey<T> : SectionKey
    where T : Kind
{
    private readonly Lock gate = new();
    private readonly string about;
    private readonly string[] later;
    private volatile Known known;

    /// <summary>The section with the kinds that are built in.</summary>
    /// <param name="name">The section's key.</param>
    /// <param name="doc">One line.</param>
    /// <param name="about">What a kind is.</param>
    /// <param name="later">Words of the file format that this version does not take yet.</param>
    /// <param name="builtIn">The kinds.</param>
    public KindKey(string name, string doc, string about, string[] later, params T[] builtIn)
        : base(name, doc)
    {
        (this.about, this.later) = (about, later);
        known = Build(builtIn);
    }

    /// <summary>Path of the section that holds this one, for messages.</summary>
    public string Within { get; init; } = "model.";

    /// <summary>The kinds that are known.</summary>
    public IReadOnlyList<T> Kinds => known.Kinds;

    /// <inheritdoc/>
    public override IReadOnlyList<Key> Keys => known.Keys;

    /// <inheritdoc/>
    public override Key Decider => known.Choice;

    /// <inheritdoc/>
    public override string Allowed => !OrWord ? base.Allowed
        : known.Choice.Allowed + (known.Keys.Count > 1 ? $", or {base.Allowed}" : string.Empty);

    /// <summary>Adds a kind.</summary>
    /// <exception cref="ArgumentException">Another kind has the name, or a parameter of the same name that differs.</exception>
    public void Add(T kind)
    {
        ArgumentNullException.ThrowIfNull(kind);
        if (kind.Name.Length == 0 || !kind.Name.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_'))
            throw new ArgumentException($"'{kind.Name}' cannot be the name of a {Name}; allowed: letters, digits, '-' and '_'", nameof(kind));
        lock (gate)
        {
            if (Find(kind.Name) is not { } other)
                known = Build([.. known.Kinds, kind]);
            else if (other.GetType() != kind.GetType())
                throw new ArgumentException($"the {Name} '{kind.Name}' is already there: {other.Doc}", nameof(kind));
        }
    }

    /// <summary>Takes a kind away again.</summary>
    public void Remove(string name)
    {
        lock (gate)
            known = Build([.. known.Kinds.Where(k => k.Name != name)]);
    }

    /// <summary>The refusal of a kind that experiment files do not know, or null.</summary>
    public ExperimentException? Refusal(T kind) => Find(kind.Name)?.GetType() == kind.GetType() ? null : new(
        $"{Within}{Name}: {ExperimentException.Quote(kind.Name)} is not registered; call {typeof(T).Name}.Register before the experiment is made");

    /// <summary>The kind that a section names, with its values.</summary>
    public T Read(Section section)
    {
        T kind = section.Get(known.Choice);
        return (T)((Kind)kind with { Values = [.. kind.Parameters.Select(p => section.Get(known.Keys.OfType<NumberKey>().First(k => k.Name == p.Name)))] });
    }

    /// <summary>A kind with its values as JSON; a word where it has none and a word may stand.</summary>
    public JsonNode Write(T kind)
    {
        JsonNode word = JsonValue.Create(kind.Name);
        return OrWord && kind.Parameters.Count == 0 ? word : new JsonObject(
            [new("kind", word), .. kind.Parameters.Zip(kind.Values, (p, v) => KeyValuePair.Create(p.Name, (JsonNode?)Number(p).Write(v)))]);
    }

    private T? Find(string name) => known.Kinds.FirstOrDefault(k => k.Name == name);

    private Known Build(IReadOnlyList<T> kinds)
    {
        var choice = new ChoiceKey<T>("kind", $"{about}: {string.Join("; ", kinds.Select(k => $"{k.Name} is {k.Doc}"))}.", [.. kinds.Select(k => (k.Name, k))])
        {
            Later = later,
        };
        var keys = new List<Key> { choice };
        foreach (IGrouping<string, (T Kind, Parameter Parameter)> uses in kinds.SelectMany(k => k.Parameters, (k, p) => (k, p)).GroupBy(x => x.p.Name))
        {
            if (uses.Key == choice.Name || uses.Select(u => u.Parameter).Distinct().Count() > 1)
                throw new ArgumentException($"the parameter '{uses.Key}' stands for something else already; give it another name, or the same description and range");
            keys.Add(Number(uses.First().Parameter) with { OnlyFor = [.. uses.Select(u => u.Kind.Name)] });
        }

        return new(kinds, choice, keys);
    }

    private static NumberKey Number(Parameter parameter)
    {
        var key = new NumberKey(parameter.Name, parameter.Min, parameter.Max, parameter.Doc) { IsWhole = parameter.IsWhole };
        return parameter.Default is { } value ? key with { Default = value } : key;
    }

    private sealed record Known(IReadOnlyList<T> Kinds, ChoiceKey<T> Choice, IReadOnlyList<Key> Keys);
}
