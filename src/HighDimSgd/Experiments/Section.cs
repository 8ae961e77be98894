namespace HighDimSgd.Experiments;

/// <summary>A section of the file, read by its description: no unknown key, none that its kind does not take.</summary>
internal sealed class Section
{
    private readonly SectionKey key;
    private readonly YamlSection yaml;
    private readonly string path;
    private readonly string? kind;
    private readonly bool isWord;

    /// <summary>Reads the section's deciding key and checks the names of all others.</summary>
    /// <param name="key">What the section takes.</param>
    /// <param name="yaml">What stands in the file.</param>
    /// <param name="path">Dotted path; empty for the whole file.</param>
    /// <param name="isWord">True where the deciding key's value stands in the section's place.</param>
    public Section(SectionKey key, YamlSection yaml, string path = "", bool isWord = false)
    {
        (this.key, this.yaml, this.path, this.isWord) = (key, yaml, path, isWord);
        if (key.Decider is { } decider && Find(decider) is { } value)
            kind = decider.Decide(value, Path(decider));
        foreach ((YamlScalar name, _) in yaml.Entries)
        {
            if (!key.Keys.Any(k => k.Name == name.Text))
                throw Unknown(name);
        }

        if (key.Decider is { Required: true } missing && kind is null)
            throw Missing(missing);
        foreach (Key untaken in key.Keys.Where(k => Find(k) is not null && !k.TakenBy(kind)))
            throw Refuse(untaken, $"{key.Decider!.Name} '{kind}' does not take this key; it takes: {key.Names(kind)}");
    }

    /// <summary>True where the file has the key.</summary>
    public bool Has(Key key) => Find(key) is not null;

    /// <summary>The value of a key, or its default.</summary>
    public T Get<T>(Key<T> key)
    {
        if (!key.TakenBy(kind))
            return key.Absent!;
        if (Find(key) is { } value)
            return key.Read(value, Path(key));
        return key.Required ? throw Missing(key) : key.Default!;
    }

    /// <summary>A whole number that fits an int.</summary>
    public int GetInt(WholeKey key) => checked((int)Get(key));

    /// <summary>A section within this one; empty where an optional one is missing.</summary>
    public Section Get(SectionKey key) => Find(key) switch
    {
        YamlSection inner => new Section(key, inner, Path(key)),
        YamlScalar word when key.OrWord => new Section(
            key, new YamlSection(word.File, word.Line, [(word with { Text = key.Decider!.Name }, word)]), Path(key), isWord: true),
        null or YamlScalar { Text.Length: 0, Plain: true } when !key.Required
            => new Section(key, new YamlSection(yaml.File, yaml.Line, []), Path(key)),
        null => throw Missing(key),
        { } other => throw other.Refuse(Path(key), $"{other.Shown} stands where a {(key.OrWord ? "word" : "section")} is needed; allowed: {key.Allowed}"),
    };

    /// <summary>The refusal of a key's value, in the line where it stands.</summary>
    public ExperimentException Refuse(Key key, string problem) => (Find(key) ?? yaml).Refuse(Path(key), problem);

    private YamlValue? Find(Key key) => yaml.Entries.FirstOrDefault(e => e.Key.Text == key.Name).Value;

    private string Path(Key key) => path.Length == 0 ? key.Name : isWord && key == this.key.Decider ? path : $"{path}.{key.Name}";

    /// <summary>The refusal of a section that lacks a key.</summary>
    public ExperimentException Missing(Key key)
        => yaml.Refuse(Path(key), $"this key is missing; allowed: {key.Allowed}");

    private ExperimentException Unknown(YamlScalar name)
    {
        string near = Nearest.To(name.Text, key.Keys.Select(k => k.Name)) is { } word ? $", did you mean '{word}'?" : "";
        return name.Refuse(path, $"unknown key {ExperimentException.Quote(name.Text)}{near}; known here: {key.Names(kind)}");
    }
}
