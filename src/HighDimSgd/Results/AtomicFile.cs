namespace HighDimSgd.Results;

/// <summary>Writes files that are either the old one or the whole new one, whatever happens in between.</summary>
public static class AtomicFile
{
    /// <summary>Ending of the temporary files; one that is found was left by a killed process and may be deleted.</summary>
    public const string TemporaryEnding = ".tmp";

    /// <summary>Deletes the temporary files below a folder, which a killed process left there; the folder need not exist.</summary>
    public static void Clean(string folder)
    {
        if (!Directory.Exists(folder))
            return;
        foreach (string path in Directory.EnumerateFiles(folder, "*" + TemporaryEnding, SearchOption.AllDirectories))
            File.Delete(path);
    }

    /// <summary>
    /// Writes a file through a temporary one in the same folder, which is flushed to disk and then renamed.
    /// The folder is made where it is missing.
    /// </summary>
    /// <param name="path">The file to write or replace.</param>
    /// <param name="write">Writes the content; the stream is seekable. Where it throws, nothing is changed.</param>
    public static void Write(string path, Action<Stream> write)
    {
        ArgumentNullException.ThrowIfNull(write);
        path = Path.GetFullPath(path);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        string temporary = $"{path}.{Guid.NewGuid():N}{TemporaryEnding}";
        try
        {
            using (var stream = new FileStream(temporary, FileMode.CreateNew, FileAccess.ReadWrite, FileShare.None))
            {
                write(stream);
                stream.Flush(flushToDisk: true);
            }

            File.Move(temporary, path, overwrite: true);
        }
        catch
        {
            File.Delete(temporary);
            throw;
        }
    }
}
