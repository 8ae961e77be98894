namespace HighDimSgd.Experiments;

/// <summary>The known word that a misspelt one most likely meant.</summary>
internal static class Nearest
{
    private const int LongestWord = 40;

    /// <summary>The known word nearest to <paramref name="word"/>, or null where none is within a third of its letters.</summary>
    public static string? To(string word, IEnumerable<string> known)
    {
        if (word.Length > LongestWord)
            return null;
        (string Word, int Distance)? best = known
            .Select(k => ((string Word, int Distance)?)(k, Distance(word.ToLowerInvariant(), k.ToLowerInvariant())))
            .MinBy(k => k!.Value.Distance);
        return best is { } b && b.Distance <= (Math.Max(word.Length, b.Word.Length) + 1) / 3 ? b.Word : null;
    }

    /// <summary>Edits (insert, delete, replace, swap of neighbours) that turn one word into the other.</summary>
    public static int Distance(string a, string b)
    {
        var d = new int[a.Length + 1, b.Length + 1];
        for (int i = 0; i <= a.Length; i++)
            d[i, 0] = i;
        for (int j = 0; j <= b.Length; j++)
            d[0, j] = j;
        for (int i = 1; i <= a.Length; i++)
        {
            for (int j = 1; j <= b.Length; j++)
            {
                int replace = d[i - 1, j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1);
                d[i, j] = Math.Min(replace, 1 + Math.Min(d[i - 1, j], d[i, j - 1]));
                if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                    d[i, j] = Math.Min(d[i, j], 1 + d[i - 2, j - 2]);
            }
        }

        return d[a.Length, b.Length];
    }
}
