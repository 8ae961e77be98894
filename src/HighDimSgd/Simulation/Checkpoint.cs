using System.Security.Cryptography;
using System.Text;
using HighDimSgd.Results;

namespace HighDimSgd.Simulation;

/// <summary>
/// Keeps a replica that takes long in a file of the results folder while it runs, so that a run that is stopped or killed goes on from there. The
/// file is written atomically, ends in a SHA-256 of all before it, and is read only for the very same work; else it is as if there were none.
/// </summary>
/// <param name="path">The file of a replica, by its number.</param>
/// <param name="work">What fixes the numbers in it, in words or as a hash.</param>
/// <param name="interval">Time between two checkpoints, or ten times as long as the last one took to write where that is longer.</param>
/// <param name="time">The clock.</param>
/// <param name="cancellation">Stops the replica.</param>
internal sealed class Checkpoint(Func<int, string> path, string work, TimeSpan interval, TimeProvider time, CancellationToken cancellation)
{
    /// <summary>Ending of the files.</summary>
    public const string Ending = ".checkpoint";

    /// <summary>Time between two checkpoints.</summary>
    public static readonly TimeSpan Interval = TimeSpan.FromMinutes(2);

    private const string Magic = "HighDimSgd checkpoint 1";

    // Share of the interval from which on a replica that is stopped is worth its checkpoint.
    private const double WorthStopping = 0.125;

    private int replica;
    private long last;
    private TimeSpan cost;

    /// <summary>Begins a replica.</summary>
    /// <param name="number">The replica.</param>
    /// <param name="load">Reads what was saved of it; not called where there is nothing.</param>
    /// <returns>True where there was something.</returns>
    public bool Resume(int number, Action<BinaryReader> load)
    {
        (replica, last, cost) = (number, time.GetTimestamp(), default);
        if (!File.Exists(path(replica)))
            return false;
        using FileStream stream = File.OpenRead(path(replica));
        if (!IsWhole(stream))
            return false;
        stream.Position = 0;
        using var reader = new BinaryReader(stream, Encoding.UTF8);
        if (reader.ReadString() != Magic || reader.ReadString() != Label)
            return false;
        load(reader);
        return true;
    }

    /// <summary>Saves the replica if it is time to, or if it is stopped.</summary>
    /// <param name="save">Writes it.</param>
    /// <exception cref="OperationCanceledException">The replica is stopped.</exception>
    public void Keep(Action<BinaryWriter> save)
    {
        bool isStopped = cancellation.IsCancellationRequested;
        TimeSpan least = isStopped ? WorthStopping * interval : interval > 10 * cost ? interval : 10 * cost;
        if (time.GetElapsedTime(last) >= least)
            Save(save);
        if (isStopped)
            throw new OperationCanceledException(cancellation);
    }

    /// <summary>Removes what is kept of finished replicas.</summary>
    public void Remove(IEnumerable<int> replicas)
    {
        foreach (int finished in replicas.Where(r => File.Exists(path(r))))
            File.Delete(path(finished));
    }

    private string Label => FormattableString.Invariant($"{work}, replica {replica}");

    private void Save(Action<BinaryWriter> save)
    {
        long start = time.GetTimestamp();
        try
        {
            AtomicFile.Write(path(replica), stream =>
            {
                using var hash = SHA256.Create();
                using (var hashed = new CryptoStream(stream, hash, CryptoStreamMode.Write, leaveOpen: true))
                using (var writer = new BinaryWriter(hashed, Encoding.UTF8, leaveOpen: true))
                {
                    writer.Write(Magic);
                    writer.Write(Label);
                    save(writer);
                }

                stream.Write(hash.Hash);
            });
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // The disk is full, say: the replica needs none of this, and there is a next time.
        }

        last = time.GetTimestamp();
        cost = time.GetElapsedTime(start, last);
    }

    private static bool IsWhole(FileStream stream)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var buffer = new byte[1 << 20];
        long left = stream.Length - SHA256.HashSizeInBytes;
        if (left < 0)
            return false;
        for (; left > 0; left -= buffer.Length)
        {
            Span<byte> part = buffer.AsSpan(0, (int)Math.Min(left, buffer.Length));
            stream.ReadExactly(part);
            hash.AppendData(part);
        }

        var stored = new byte[SHA256.HashSizeInBytes];
        stream.ReadExactly(stored);
        return hash.GetHashAndReset().AsSpan().SequenceEqual(stored);
    }
}
