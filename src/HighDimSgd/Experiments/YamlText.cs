using System.Text;
using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace HighDimSgd.Experiments;

/// <summary>A value of the file with the place where it stands.</summary>
/// <param name="File">Name of the file, for messages.</param>
/// <param name="Line">Line, from 1.</param>
internal abstract record YamlValue(string File, long Line)
{
    /// <summary>The refusal of this value. <paramref name="key"/> is the dotted path of its key, or empty.</summary>
    public ExperimentException Refuse(string key, string problem)
        => new($"{File}:{Line}: {(key.Length == 0 ? "" : key + ": ")}{problem}");

    /// <summary>The value in words, for messages.</summary>
    public abstract string Shown { get; }
}

/// <summary>A word, number or quoted text.</summary>
internal sealed record YamlScalar(string File, long Line, string Text, bool Plain) : YamlValue(File, Line)
{
    /// <inheritdoc/>
    public override string Shown => Text.Length == 0 ? "nothing" : ExperimentException.Quote(Text) + (Plain ? "" : " (quoted text)");
}

/// <summary>A list.</summary>
internal sealed record YamlList(string File, long Line, IReadOnlyList<YamlValue> Items) : YamlValue(File, Line)
{
    /// <inheritdoc/>
    public override string Shown => "a list";
}

/// <summary>A section: distinct keys with their values, in the file's order.</summary>
internal sealed record YamlSection(string File, long Line, IReadOnlyList<(YamlScalar Key, YamlValue Value)> Entries) : YamlValue(File, Line)
{
    /// <inheritdoc/>
    public override string Shown => "a section of keys";
}

/// <summary>
/// Reads the subset of YAML that an experiment needs, by the events of YamlDotNet's parser: sections, lists and scalars
/// in one document. Tags, anchors, aliases, repeated keys, deep nesting and binary text are refused.
/// </summary>
internal static class YamlText
{
    private const int LongestFile = 1 << 20;
    private const int DeepestNesting = 8;

    /// <summary>Reads a file's text, UTF-8 with or without its mark, at most 1 MiB.</summary>
    public static string ReadFile(string path)
    {
        try
        {
            using FileStream stream = File.OpenRead(path);
            var bytes = new byte[LongestFile + 1];
            int count = stream.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false);
            if (count > LongestFile)
                throw new ExperimentException($"{path}: is larger than 1 MiB; an experiment is a short YAML text");
            ReadOnlySpan<byte> text = bytes.AsSpan(0, count);
            return new UTF8Encoding(false, throwOnInvalidBytes: true).GetString(text.StartsWith("\uFEFF"u8) ? text[3..] : text);
        }
        catch (DecoderFallbackException e)
        {
            throw new ExperimentException($"{path}: is not UTF-8 text; an experiment is a short YAML text in UTF-8", e);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new ExperimentException($"{path}: no such file", e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            string why = Directory.Exists(path) ? "is a folder, not an experiment file" : $"cannot be read ({e.Message})";
            throw new ExperimentException($"{path}: {why}", e);
        }
    }

    /// <summary>Parses a text whose root is a section.</summary>
    public static YamlSection Parse(string text, string file)
    {
        if (text.Length > LongestFile)
            throw new ExperimentException($"{file}: is larger than 1 MiB; an experiment is a short YAML text");
        int binary = text.AsSpan().IndexOfAnyInRange('\0', '\u0008');
        if (binary >= 0)
        {
            int line = 1 + text.AsSpan(0, binary).Count('\n');
            throw new ExperimentException($"{file}:{line}: holds binary data; an experiment is YAML text");
        }

        var reader = new Reader(new Parser(new StringReader(text)), file);
        try
        {
            return reader.Document();
        }
        catch (Exception e) when (e is not (ExperimentException or OutOfMemoryException))
        {
            // On some malformed texts the parser stops with an exception that is not its own and has no place.
            (long at, string why) = e is YamlException yaml ? (yaml.Start.Line, ": " + yaml.Message) : (reader.Line, "");
            long line = Math.Clamp(at, 1, 1 + text.AsSpan().Count('\n'));
            throw new ExperimentException($"{file}:{line}: is not YAML{why}", e);
        }
    }

    private sealed class Reader(IParser parser, string file)
    {
        public long Line => parser.Current?.End.Line ?? 1;

        public YamlSection Document()
        {
            parser.Consume<StreamStart>();
            if (parser.Accept<StreamEnd>(out _))
                throw Empty();
            parser.Consume<DocumentStart>();
            YamlValue root = Value(1);
            parser.Consume<DocumentEnd>();
            if (!parser.TryConsume<StreamEnd>(out _))
                throw Refuse(parser.Current!, "starts a second document; an experiment is one document");
            return root switch
            {
                YamlSection section => section,
                YamlScalar { Text.Length: 0 } => throw Empty(),
                _ => throw root.Refuse("", $"the file must hold keys such as 'family: proportional', here it is {root.Shown}"),
            };
        }

        private YamlValue Value(int depth)
        {
            if (parser.Accept<AnchorAlias>(out AnchorAlias? alias))
                throw Refuse(alias, "aliases (*) are not allowed; write the value out");
            var start = parser.Consume<NodeEvent>();
            if (!start.Anchor.IsEmpty)
                throw Refuse(start, "anchors (&) are not allowed; write the value out");
            if (!start.Tag.IsEmpty)
                throw Refuse(start, $"tags such as {ExperimentException.Quote(start.Tag.Value)} are not allowed");
            if (depth > DeepestNesting)
                throw Refuse(start, $"is nested more than {DeepestNesting} deep");
            return start switch
            {
                Scalar scalar => new YamlScalar(file, start.Start.Line, scalar.Value, scalar.Style == ScalarStyle.Plain),
                SequenceStart => new YamlList(file, start.Start.Line, Items(depth)),
                _ => new YamlSection(file, start.Start.Line, Entries(depth)),
            };
        }

        private List<YamlValue> Items(int depth)
        {
            var items = new List<YamlValue>();
            while (!parser.TryConsume<SequenceEnd>(out _))
                items.Add(Value(depth + 1));
            return items;
        }

        private List<(YamlScalar Key, YamlValue Value)> Entries(int depth)
        {
            var entries = new List<(YamlScalar Key, YamlValue Value)>();
            var lines = new Dictionary<string, long>();
            while (!parser.TryConsume<MappingEnd>(out _))
            {
                YamlValue name = Value(depth + 1);
                if (name is not YamlScalar key)
                    throw name.Refuse("", "a key must be a word");
                if (!lines.TryAdd(key.Text, key.Line))
                    throw key.Refuse("", $"key {ExperimentException.Quote(key.Text)} is given twice, first in line {lines[key.Text]}");
                entries.Add((key, Value(depth + 1)));
            }

            return entries;
        }

        private ExperimentException Refuse(ParsingEvent at, string problem) => new($"{file}:{at.Start.Line}: {problem}");

        private ExperimentException Empty()
            => new($"{file}: is empty; an experiment needs at least family, model, aspect, algorithm and sizes");
    }
}
