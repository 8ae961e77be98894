using System.Globalization;
using System.Text;
using System.Xml;
using System.Xml.Linq;

namespace HighDimSgd.Results;

/// <summary>Elements of SVG and HTML; text and attributes are escaped by System.Xml.</summary>
internal static class Markup
{
    private static readonly XNamespace SvgNamespace = "http://www.w3.org/2000/svg";

    /// <summary>An SVG element.</summary>
    public static XElement Svg(string name, params object?[] content) => new(SvgNamespace + name, content);

    /// <summary>An HTML element; without content it still has an end tag, as HTML wants it.</summary>
    public static XElement Html(string name, params object?[] content) => new(name, content, "");

    /// <summary>An attribute.</summary>
    public static XAttribute At(string name, string value) => new(name, value);

    /// <summary>A coordinate, to a hundredth of a pixel.</summary>
    public static XAttribute At(string name, double value) => new(name, Number(value));

    /// <summary>A coordinate as text.</summary>
    public static string Number(double value) => value.ToString("0.##", CultureInfo.InvariantCulture);

    /// <summary>Writes a document, the same bytes on every machine.</summary>
    public static void Save(Stream stream, XElement root, string before = "")
    {
        stream.Write(Encoding.UTF8.GetBytes(before));
        var settings = new XmlWriterSettings
        {
            Encoding = new UTF8Encoding(encoderShouldEmitUTF8Identifier: false),
            OmitXmlDeclaration = true,
            Indent = true,
            IndentChars = " ",
            NewLineChars = "\n",
        };
        using var writer = XmlWriter.Create(stream, settings);
        root.Save(writer);
    }
}
