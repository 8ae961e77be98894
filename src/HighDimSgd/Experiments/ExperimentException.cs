using System.Globalization;
using System.Text;

namespace HighDimSgd.Experiments;

/// <summary>
/// The request is wrong: an experiment file, or an output folder that cannot take it. The message is one printable
/// line for the user, naming file, line, key, value and what is allowed.
/// </summary>
public sealed class ExperimentException : Exception
{
    private const int LongestText = 80;

    /// <summary>A refusal with its line; control characters in <paramref name="message"/> are written as escapes.</summary>
    public ExperimentException(string message)
        : base(OneLine(message))
    {
    }

    /// <summary>A refusal that an exception of another library caused.</summary>
    public ExperimentException(string message, Exception innerException)
        : base(OneLine(message), innerException)
    {
    }

    /// <summary>A user's text in quotes, cut where it is long.</summary>
    internal static string Quote(string text)
        => text.Length <= LongestText ? $"'{text}'" : $"'{text[..LongestText]}...'";

    private static string OneLine(string message)
    {
        var line = new StringBuilder(message.Length);
        foreach (Rune rune in message.EnumerateRunes())
        {
            bool printable = Rune.GetUnicodeCategory(rune) is not (UnicodeCategory.Control or UnicodeCategory.Format
                or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator or UnicodeCategory.OtherNotAssigned);
            line.Append(printable ? rune.ToString() : $"\\u{{{rune.Value:x}}}");
        }

        return line.ToString();
    }
}
