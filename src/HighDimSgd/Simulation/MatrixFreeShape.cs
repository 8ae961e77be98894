using HighDimSgd.Devices;

namespace HighDimSgd.Simulation;

/// <summary>
/// Memory shape of one replica whose design is not stored: a table over the samples with the images a_j in its even columns and the
/// directions u_i in its odd ones.
/// </summary>
/// <param name="Samples">Samples n.</param>
/// <param name="Steps">Steps K.</param>
internal readonly record struct MatrixFreeShape(int Samples, int Steps)
{
    /// <summary>Most directions of theta: teacher, start and one for every step, and one in waiting; normals are drawn four columns at a time.</summary>
    public int MostImages => (Steps + 3 + 3) / 4 * 4;

    /// <summary>The table.</summary>
    public PathTable Table => new(Samples, 2 * MostImages);

    /// <summary>Elements of an array by sample.</summary>
    public int PaddedSamples => new DenseShape(0, Samples).PaddedSamples;

    /// <summary>Bytes of one replica: the table, labels, products and four steps of the clock, and the float64 coordinates.</summary>
    public long Bytes => (sizeof(float) * (Table.Length + (6L * PaddedSamples))) + (sizeof(double) * (long)MostImages * MostImages / 2);

    /// <summary>Column of the image a_j.</summary>
    public static int Image(int j) => 2 * j;

    /// <summary>Column of the direction u_i.</summary>
    public static int Direction(int i) => (2 * i) + 1;
}
