using System.Numerics;

namespace HighDimSgd.Simulation;

/// <summary>
/// What the dynamics have seen of a Gaussian design that is not stored, in float64. With orthonormal directions v_j that theta took and
/// u_i that forces took, X^T u_i = sum_j T_ij v_j / sqrt(d), and theta = sqrt(d) sum_j theta_j v_j. On the side of the parameters the law
/// is rotationally invariant, so no vector of dimension d exists: a new direction enters through its length alone, the norm chi of a
/// standard Gaussian vector in the dimensions not yet seen.
/// </summary>
/// <param name="size">Dimension d, at least 2.</param>
/// <param name="most">Most directions of theta.</param>
internal sealed class SeenDirections(int size, int most)
{
    private readonly double[] theta = new double[most], before = new double[most];
    private readonly List<double[]> rows = [];

    /// <summary>Directions v that theta has taken.</summary>
    public int Right { get; private set; }

    /// <summary>Directions u that forces have taken.</summary>
    public int Left => rows.Count;

    /// <summary>Coordinates of theta / sqrt(d) along the directions v.</summary>
    public ReadOnlySpan<double> Theta => theta.AsSpan(0, Right);

    /// <summary>q = |theta|^2/d.</summary>
    public double Norm
    {
        get
        {
            double sum = 0;
            foreach (double x in Theta)
                sum += x * x;
            return sum;
        }
    }

    /// <summary>Begins with the teacher along v_0 and theta0 in the plane of v_0 and v_1.</summary>
    /// <param name="along">Coordinate of theta0 / sqrt(d) along the teacher.</param>
    /// <param name="across">Coordinate across it.</param>
    public void Start(double along, double across)
    {
        rows.Clear();
        Array.Clear(theta);
        Right = 2;
        (theta[0], theta[1]) = (along, across);
        theta.CopyTo(before);
    }

    /// <summary>Writes all that has been seen.</summary>
    public void Save(BinaryWriter writer)
    {
        writer.Write(Right);
        writer.Write(theta);
        writer.Write(before);
        writer.Write(Left);
        foreach (double[] row in rows)
            writer.Write(row);
    }

    /// <summary>Reads what <see cref="Save"/> wrote, in the place of what there is.</summary>
    public void Load(BinaryReader reader)
    {
        Right = reader.ReadInt32();
        reader.ReadDoubles().CopyTo(theta, 0);
        reader.ReadDoubles().CopyTo(before, 0);
        rows.Clear();
        for (int left = reader.ReadInt32(); left > 0; left--)
            rows.Add(reader.ReadDoubles());
    }

    /// <summary>T_ij = u_i . a_j; 0 for images that came after u_i did, up to rounding.</summary>
    public double Product(int i, int j) => j < rows[i].Length ? rows[i][j] : 0;

    /// <summary>From the projections of a residual onto the images, those of residual - sum_i correction_i u_i.</summary>
    public void Correct(Span<double> projections, ReadOnlySpan<double> correction)
    {
        for (int i = 0; i < Left; i++)
            Subtract(correction[i], rows[i], projections);
    }

    /// <summary>
    /// theta becomes shrink * theta + momentum * (theta - theta a step before) - X^T f for a force within the directions seen: f = sum_i along_i u_i.
    /// </summary>
    public void Advance(double shrink, double momentum, ReadOnlySpan<double> along)
    {
        for (int j = 0; j < Right; j++)
            (theta[j], before[j]) = ((shrink * theta[j]) + (momentum * (theta[j] - before[j])), theta[j]);
        for (int i = 0; i < Left; i++)
            Subtract(along[i], rows[i]);
    }

    /// <summary>
    /// The same for the part of a force along a new direction u: f = length u. Unless theta fills the space already, it takes a new
    /// direction as well.
    /// </summary>
    /// <param name="length">Length of that part.</param>
    /// <param name="products">u . a_j.</param>
    /// <param name="chi">Norm of a standard Gaussian vector in d - <see cref="Right"/> dimensions.</param>
    public void Extend(double length, ReadOnlySpan<double> products, double chi)
    {
        bool isFull = Right == size;
        var row = new double[isFull ? Right : Right + 1];
        products[..Right].CopyTo(row);
        if (!isFull)
            row[Right++] = chi;
        rows.Add(row);
        Subtract(length, row);
    }

    private void Subtract(double length, double[] row) => Subtract(length / size, row, theta);

    /// <summary>target - factor row, each element in two roundings.</summary>
    private static void Subtract(double factor, ReadOnlySpan<double> row, Span<double> target)
    {
        int j = 0;
        for (; j <= row.Length - Vector<double>.Count; j += Vector<double>.Count)
            (new Vector<double>(target[j..]) - (factor * new Vector<double>(row[j..]))).CopyTo(target[j..]);
        for (; j < row.Length; j++)
            target[j] -= factor * row[j];
    }
}
