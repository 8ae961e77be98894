using System.Globalization;
using System.Text.Json.Nodes;

namespace HighDimSgd.Experiments;

/// <summary>
/// One key of the experiment file, described once: the reader validates by it, and reference page and JSON schema can be
/// written from it.
/// </summary>
/// <param name="Name">The key as the user types it.</param>
/// <param name="Doc">One line: what it is, with its symbol.</param>
internal abstract record Key(string Name, string Doc)
{
    /// <summary>False where the key has a default.</summary>
    public bool Required { get; init; } = true;

    /// <summary>Values of the section's deciding key that take this key; empty where all do.</summary>
    public IReadOnlyList<string> OnlyFor { get; init; } = [];

    /// <summary>What the value counts or measures; empty for a pure number or a word.</summary>
    public string Unit { get; init; } = string.Empty;

    /// <summary>The value where the key is missing; null where there is none, or where it is not a value that could be written.</summary>
    public virtual JsonNode? DefaultValue => null;

    /// <summary>What may stand here, in words.</summary>
    public abstract string Allowed { get; }

    /// <summary>The key as JSON Schema (draft 2020-12), description included.</summary>
    public JsonObject Schema()
    {
        JsonObject schema = ValueSchema();
        if (Doc.Length > 0)
            schema.Insert(0, "description", Doc);
        return schema;
    }

    /// <summary>The value's type and range as JSON Schema.</summary>
    protected abstract JsonObject ValueSchema();

    /// <summary>The word by which this key decides what its section takes.</summary>
    public virtual string Decide(YamlValue value, string path) => throw new NotSupportedException($"{Name} decides nothing");

    /// <summary>True where a section whose deciding key has the value <paramref name="kind"/> takes this key.</summary>
    public bool TakenBy(string? kind) => OnlyFor.Count == 0 || (kind is not null && OnlyFor.Contains(kind));
}

/// <summary>A key whose value reads as <typeparamref name="T"/>.</summary>
internal abstract record Key<T>(string Name, string Doc) : Key(Name, Doc)
{
    /// <summary>The value where the key is missing; setting it makes the key optional.</summary>
    public T? Default
    {
        get;
        init
        {
            field = value;
            Required = false;
        }
    }

    /// <inheritdoc/>
    public override JsonNode? DefaultValue => Required || Default is null || Default.Equals(double.PositiveInfinity) ? null : Write(Default);

    /// <summary>The value where the section's kind does not take the key.</summary>
    public T? Absent { get; init; }

    /// <summary>Reads and validates a value; <paramref name="path"/> is the dotted path for messages.</summary>
    public abstract T Read(YamlValue value, string path);

    /// <summary>The value as JSON, which reads back as the same value.</summary>
    public abstract JsonNode Write(T value);

    /// <summary>The refusal of a value of the wrong kind or size.</summary>
    protected ExperimentException Refuse(YamlValue value, string path, string problem)
        => value.Refuse(path, $"{value.Shown} {problem}; allowed: {Allowed}");

    /// <summary>The scalar's text, where the value is one.</summary>
    protected string Text(YamlValue value, string path, string wanted)
        => value is YamlScalar scalar ? scalar.Text : throw Refuse(value, path, $"stands where {wanted} is needed");
}

/// <summary>A real number within [Min, Max].</summary>
internal sealed record NumberKey(string Name, double Min, double Max, string Doc) : Key<double>(Name, Doc)
{
    /// <summary>True where the number must be whole.</summary>
    public bool IsWhole { get; init; }

    /// <inheritdoc/>
    public override string Allowed => string.Create(CultureInfo.InvariantCulture, $"a {(IsWhole ? "whole " : "")}number from {Min} to {Max}");

    /// <inheritdoc/>
    public override double Read(YamlValue value, string path)
    {
        string text = Text(value, path, "a number");
        bool isNumber = double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out double number);
        if (text.TrimStart('+', '-').ToLowerInvariant() is ".nan" or ".inf" || (isNumber && !double.IsFinite(number)))
            throw Refuse(value, path, "is not a finite number");
        if (!isNumber || value is YamlScalar { Plain: false })
            throw Refuse(value, path, "is not a number");
        if (IsWhole && number != Math.Truncate(number))
            throw Refuse(value, path, "is not a whole number");
        return number >= Min && number <= Max ? number : throw Refuse(value, path, "is out of range");
    }

    /// <inheritdoc/>
    protected override JsonObject ValueSchema() => new() { ["type"] = IsWhole ? "integer" : "number", ["minimum"] = Min, ["maximum"] = Max };

    /// <inheritdoc/>
    public override JsonNode Write(double value)
        => double.IsFinite(value) ? JsonValue.Create(value) : JsonValue.Create(value.ToString(CultureInfo.InvariantCulture))!;
}

/// <summary>A whole number within [Min, Max].</summary>
internal sealed record WholeKey(string Name, long Min, long Max, string Doc) : Key<long>(Name, Doc)
{
    /// <inheritdoc/>
    public override string Allowed => string.Create(CultureInfo.InvariantCulture, $"a whole number from {Min} to {Max}");

    /// <inheritdoc/>
    public override long Read(YamlValue value, string path)
    {
        string text = Text(value, path, "a whole number");
        if (value is not YamlScalar { Plain: true }
            || !decimal.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out decimal number))
        {
            bool isHuge = double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out double real) && Math.Abs(real) > 1e28;
            throw Refuse(value, path, isHuge ? "is out of range" : "is not a whole number");
        }

        if (number != decimal.Truncate(number))
            throw Refuse(value, path, "is not a whole number");
        return number >= Min && number <= Max ? (long)number : throw Refuse(value, path, "is out of range");
    }

    /// <inheritdoc/>
    protected override JsonObject ValueSchema() => new() { ["type"] = "integer", ["minimum"] = Min, ["maximum"] = Max };

    /// <inheritdoc/>
    public override JsonNode Write(long value) => JsonValue.Create(value);
}

/// <summary>One of a few words.</summary>
/// <param name="Name">The key.</param>
/// <param name="Doc">One line.</param>
/// <param name="Choices">The words and what they mean.</param>
internal sealed record ChoiceKey<T>(string Name, string Doc, params (string Text, T Value)[] Choices) : Key<T>(Name, Doc)
    where T : notnull
{
    /// <summary>Words of the file format that this version does not take yet.</summary>
    public IReadOnlyList<string> Later { get; init; } = [];

    /// <summary>The words.</summary>
    public IEnumerable<string> Words => Choices.Select(c => c.Text);

    /// <inheritdoc/>
    public override string Allowed => string.Join(", ", Words);

    /// <inheritdoc/>
    public override T Read(YamlValue value, string path)
    {
        string text = Text(value, path, "a word");
        foreach ((string word, T meaning) in Choices)
        {
            if (word == text)
                return meaning;
        }

        if (Later.Contains(text))
            throw value.Refuse(path, $"{value.Shown} is not available in this version; available: {Allowed}");
        throw Refuse(value, path, Nearest.To(text, Words) is { } near ? $"is unknown, did you mean '{near}'?" : "is unknown");
    }

    /// <inheritdoc/>
    public override string Decide(YamlValue value, string path) => Word(Read(value, path));

    /// <summary>The word that stands for a value.</summary>
    public string Word(T value) => Choices.First(c => c.Value.Equals(value)).Text;

    /// <inheritdoc/>
    protected override JsonObject ValueSchema() => new() { ["enum"] = new JsonArray([.. Words.Select(w => JsonValue.Create(w))]) };

    /// <inheritdoc/>
    public override JsonNode Write(T value) => JsonValue.Create(Word(value));
}

/// <summary>A name that can be a folder's.</summary>
internal sealed record NameKey(string Name, int Longest, string Doc) : Key<string>(Name, Doc)
{
    /// <inheritdoc/>
    public override string Allowed => $"1 to {Longest} letters, digits, '-', '_' and '.', not starting with '.'";

    /// <inheritdoc/>
    public override string Read(YamlValue value, string path)
    {
        string text = Text(value, path, "a name");
        bool fits = text.Length >= 1 && text.Length <= Longest && text[0] != '.'
            && text.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.');
        return fits ? text : throw Refuse(value, path, "cannot be a name");
    }

    /// <inheritdoc/>
    protected override JsonObject ValueSchema() =>
        new() { ["type"] = "string", ["pattern"] = "^[A-Za-z0-9_-][A-Za-z0-9_.-]*$", ["maxLength"] = Longest };

    /// <inheritdoc/>
    public override JsonNode Write(string value) => JsonValue.Create(value);
}

/// <summary>A path to a file.</summary>
internal sealed record PathKey(string Name, string Doc) : Key<string>(Name, Doc)
{
    /// <inheritdoc/>
    public override string Allowed => "a file's path";

    /// <inheritdoc/>
    public override string Read(YamlValue value, string path)
    {
        string text = Text(value, path, "a path");
        return text.Length > 0 && !text.Any(char.IsControl) ? text : throw Refuse(value, path, "cannot be a path");
    }

    /// <inheritdoc/>
    protected override JsonObject ValueSchema() => new() { ["type"] = "string", ["minLength"] = 1 };

    /// <inheritdoc/>
    public override JsonNode Write(string value) => JsonValue.Create(value);
}

/// <summary>What the order of a list must be.</summary>
internal enum ListOrder
{
    /// <summary>Anything.</summary>
    Any,

    /// <summary>No value twice.</summary>
    Distinct,

    /// <summary>Each value above the one before it.</summary>
    Ascending,

    /// <summary>Each value below the one before it.</summary>
    Descending,
}

/// <summary>A list of at most <paramref name="Longest"/> values.</summary>
internal sealed record ListKey<T>(string Name, Key<T> Item, int Shortest, int Longest, ListOrder Order, string Doc)
    : Key<IReadOnlyList<T>>(Name, Doc)
{
    /// <summary>True where a single value stands for a list of one.</summary>
    public bool OrSingle { get; init; }

    /// <inheritdoc/>
    public override string Allowed
    {
        get
        {
            string order = Order == ListOrder.Any ? "" : $"{Order.ToString().ToLowerInvariant()} ";
            return $"{(OrSingle ? "one value or " : "")}a list of {Shortest} to {Longest} {order}values, each {Item.Allowed}";
        }
    }

    /// <inheritdoc/>
    public override IReadOnlyList<T> Read(YamlValue value, string path)
    {
        if (OrSingle && value is YamlScalar)
            return [Item.Read(value, path)];
        if (value is not YamlList list)
            throw Refuse(value, path, "stands where a list is needed");
        if (list.Items.Count < Shortest || list.Items.Count > Longest)
            throw value.Refuse(path, $"the list has {list.Items.Count} values; allowed: {Allowed}");
        var values = new List<T>();
        foreach (YamlValue item in list.Items)
        {
            T next = Item.Read(item, $"{path}[{values.Count}]");
            if (Order == ListOrder.Distinct && values.Contains(next))
                throw item.Refuse(path, $"{item.Shown} is listed twice");
            int? rise = Order is ListOrder.Ascending or ListOrder.Descending && values.Count > 0 ? Comparer<T>.Default.Compare(next, values[^1]) : null;
            if (Order == ListOrder.Ascending && rise <= 0)
                throw item.Refuse(path, $"{item.Shown} does not ascend: each value must be above the one before it");
            if (Order == ListOrder.Descending && rise >= 0)
                throw item.Refuse(path, $"{item.Shown} does not descend: each value must be below the one before it");
            values.Add(next);
        }

        return values;
    }

    /// <inheritdoc/>
    protected override JsonObject ValueSchema()
    {
        var list = new JsonObject { ["type"] = "array", ["items"] = Item.Schema(), ["minItems"] = Shortest, ["maxItems"] = Longest };
        if (Order != ListOrder.Any)
            list["uniqueItems"] = true;
        return OrSingle ? new() { ["anyOf"] = new JsonArray(Item.Schema(), list) } : list;
    }

    /// <inheritdoc/>
    public override JsonNode Write(IReadOnlyList<T> value) => new JsonArray([.. value.Select(Item.Write)]);
}

/// <summary>A section of keys.</summary>
/// <param name="Name">The section's key.</param>
/// <param name="Doc">One line.</param>
/// <param name="Keys">Its keys, in the order of the reference.</param>
internal record SectionKey(string Name, string Doc, params IReadOnlyList<Key> Keys) : Key(Name, Doc)
{
    /// <summary>Its keys, in the order of the reference.</summary>
    public virtual IReadOnlyList<Key> Keys { get; } = Keys;

    /// <summary>The key that decides which others the section takes; read before anything else in the section.</summary>
    public virtual Key? Decider { get; init; }

    /// <summary>True where a single word stands for a section with nothing but its deciding key.</summary>
    public bool OrWord { get; init; }

    /// <summary>What must hold between the section's keys beyond its deciding key, as far as JSON Schema can say it.</summary>
    public Func<IEnumerable<JsonObject>> Rules { get; init; } = () => [];

    /// <inheritdoc/>
    public override string Allowed => $"a section with {Names(null)}";

    /// <summary>The keys that are taken, in words.</summary>
    public string Names(string? kind)
        => string.Join(", ", Keys.Where(k => kind is null || k.TakenBy(kind)).Select(k => k.Name));

    /// <inheritdoc/>
    protected override JsonObject ValueSchema()
    {
        var schema = new JsonObject
        {
            ["type"] = "object",
            ["properties"] = new JsonObject(Keys.Select(k => KeyValuePair.Create(k.Name, (JsonNode?)k.Schema()))),
            ["required"] = Array(Keys.Where(k => k.Required && k.OnlyFor.Count == 0).Select(k => k.Name)),
            ["additionalProperties"] = false,
        };
        JsonNode[] rules = [.. Keys.Where(k => k.OnlyFor.Count > 0).Select(Rule), .. Rules()];
        if (rules.Length > 0)
            schema["allOf"] = new JsonArray(rules);
        return OrWord ? new() { ["anyOf"] = new JsonArray(Decider!.Schema(), schema) } : schema;
    }

    /// <summary>A key that only some values of the deciding key take.</summary>
    private JsonObject Rule(Key key)
    {
        var taken = new JsonObject { ["properties"] = new JsonObject { [Decider!.Name] = new JsonObject { ["enum"] = Array(key.OnlyFor) } } };
        var has = new JsonObject { ["required"] = Array([key.Name]) };
        var rule = new JsonObject { ["if"] = taken, ["else"] = new JsonObject { ["not"] = has.DeepClone() } };
        if (key.Required)
            rule["then"] = has;
        return rule;
    }

    internal static JsonArray Array(IEnumerable<string> words) => new([.. words.Select(w => JsonValue.Create(w))]);

    /// <summary>The section as JSON; values that its kind does not take are left out.</summary>
    public JsonObject Write(params (Key Key, JsonNode Value)[] values)
    {
        string? kind = values.FirstOrDefault(v => v.Key == Decider).Value?.GetValue<string>();
        return new JsonObject(values.Where(v => v.Key.TakenBy(kind))
            .Select(v => KeyValuePair.Create(v.Key.Name, (JsonNode?)v.Value)));
    }
}
