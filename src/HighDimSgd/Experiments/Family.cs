namespace HighDimSgd.Experiments;

/// <summary>The family of an experiment file, known before anything else in it is read.</summary>
internal static class Family
{
    /// <summary>The family of a file; null where it names none.</summary>
    /// <exception cref="ExperimentException">There is no such family.</exception>
    public static string? Of(YamlSection yaml) => Find(yaml) is { } value ? Keys.Family.Read(value, Keys.Family.Name) : null;

    /// <summary>The file, where it is of a family or names none.</summary>
    /// <exception cref="ExperimentException">It is of another one.</exception>
    public static YamlSection Require(string family, YamlSection yaml) => Of(yaml) is not { } other || other == family ? yaml
        : throw Find(yaml)!.Refuse(Keys.Family.Name, $"'{other}' stands where '{family}' is needed: the file is of another family");

    private static YamlValue? Find(YamlSection yaml) => yaml.Entries.FirstOrDefault(e => e.Key.Text == Keys.Family.Name).Value;
}
