using HighDimSgd.Kernels;

namespace HighDimSgd.Devices;

/// <summary>
/// Shape of a matrix of signs, kept twice, as words of 32 rows of a column and as words of 32 columns of a row: two bits an entry. So both
/// products are the same work: a lane takes the signed sum of numbers whose signs are in its own words. Lanes lie in blocks of 16, each
/// with its words one after another.
/// </summary>
/// <param name="Rows">Rows n.</param>
/// <param name="Columns">Columns d.</param>
public readonly record struct SignTable(int Rows, int Columns)
{
    /// <summary>Words of a column.</summary>
    public int ColumnWords => Words(Rows);

    /// <summary>Words of a row.</summary>
    public int RowWords => Words(Columns);

    /// <summary>Rows with those that fill up the last four blocks.</summary>
    public int PaddedRows => Padded(Rows);

    /// <summary>Columns with those that fill up the last four blocks.</summary>
    public int PaddedColumns => Padded(Columns);

    /// <summary>Where the words of rows begin, after those of columns.</summary>
    public long RowStart => (long)PaddedColumns * ColumnWords;

    /// <summary>Words of the table.</summary>
    public long Length => RowStart + ((long)PaddedRows * RowWords);

    /// <summary>Where the word of a column lies.</summary>
    public TableLayout ColumnLayout => Blocks(0, ColumnWords);

    /// <summary>Where the word of a row lies.</summary>
    public TableLayout RowLayout => Blocks(RowStart, RowWords);

    private static int Words(int count) => (count + 31) / 32;

    private static int Padded(int count) => (count + 63) / 64 * 64;

    private static TableLayout Blocks(long start, int words) => new(start, 16, 4, 16L * words);
}
