using System.Globalization;
using System.Text;
using HighDimSgd.Experiments;

namespace HighDimSgd.Flows;

/// <summary>Comma-separated numbers; a first line without any may name the columns, empty lines and those that begin with # are passed over.</summary>
internal static class CsvFile
{
    private const int LargestFile = 1 << 24;

    /// <summary>Reads a data set.</summary>
    /// <exception cref="ExperimentException">A line is wrong.</exception>
    public static FlowData Read(string path)
    {
        var numbers = new List<double>();
        int columns = 0, line = 0, firstLine = 0;
        using var lines = new StringReader(Text(path));
        while (lines.ReadLine() is { } text)
        {
            line++;
            if (text.AsSpan().Trim() is [] or ['#', ..])
                continue;
            double?[] row = [.. text.Split(',').Select(Number)];
            if (columns == 0 && firstLine == 0 && row.All(x => x is null))
            {
                firstLine = line;
                continue;
            }

            if (Array.IndexOf(row, null) is >= 0 and var wrong)
                throw new ExperimentException($"line {line}: {ExperimentException.Quote(text.Split(',')[wrong].Trim())} in column {wrong + 1} is not a finite number");
            columns = columns == 0 ? row.Length : columns;
            if (row.Length != columns)
                throw new ExperimentException($"line {line} has {row.Length} numbers, those before it {columns}; allowed: rows of one length");
            if (numbers.Count / columns == FlowKeys.MostSamples)
                throw new ExperimentException($"has more than {FlowKeys.MostSamples} rows; allowed: at most that many");
            numbers.AddRange(row.Select(x => x!.Value));
        }

        return columns == 0 ? throw new ExperimentException("holds no numbers") : new([.. numbers], columns - 1);
    }

    private static string Text(string path)
    {
        using FileStream stream = File.OpenRead(path);
        var bytes = new byte[LargestFile + 1];
        int count = stream.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false);
        return count > LargestFile ? throw new ExperimentException("is larger than 16 MiB; a data set is a short table") : Encoding.UTF8.GetString(bytes, 0, count);
    }

    private static double? Number(string text) =>
        double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out double number) && double.IsFinite(number) ? number : null;
}
