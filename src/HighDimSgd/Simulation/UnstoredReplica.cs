using HighDimSgd.Kernels.Bodies;
using HighDimSgd.Kernels.Random;

namespace HighDimSgd.Simulation;

/// <summary>
/// A replica on a design that is not stored, but for its table: what has been seen, in float64, and what one pass over the table leaves to the next.
/// It takes the sums of a pass and makes the coefficients of the next one; those of columns that it has not yet stay 0.
/// </summary>
/// <param name="size">Dimension d.</param>
/// <param name="most">Most directions of theta.</param>
internal sealed class UnstoredReplica(int size, int most)
{
    // A force whose part outside the directions seen is shorter than this share of it lies within them, as far as 32 bits can tell.
    private const double Dependent = 1e-5;

    private Residual last;
    private Force force;

    /// <summary>The directions seen so far.</summary>
    public SeenDirections Seen { get; } = new(size, most);

    /// <summary>Columns before the last one that the first pass writes or projects on.</summary>
    public int Columns => Math.Max(MatrixFreeShape.Image(Seen.Right), MatrixFreeShape.Direction(Seen.Left));

    /// <summary>Begins, see <see cref="SeenDirections.Start"/>.</summary>
    public void Start(double along, double across)
    {
        Seen.Start(along, across);
        last = default;
    }

    /// <summary>Makes what the first pass takes (<see cref="ImageRow{TReal, TWord, TView, TLoss}"/>).</summary>
    /// <param name="rate">u/delta.</param>
    /// <param name="coefficients">Receives three for each column.</param>
    /// <param name="numbers">Receives the numbers of <see cref="ImageNumbers"/>.</param>
    public void BeginImages(double rate, Span<float> coefficients, Span<float> numbers)
    {
        int left = Seen.Left, right = Seen.Right, known = last.HasImage ? right - 1 : right;
        for (int j = 0; j < known; j++)
            coefficients[(3 * MatrixFreeShape.Image(j)) + 2] = (float)Seen.Theta[j];
        for (int i = 0; i < last.Correction?.Length; i++)
        {
            coefficients[3 * MatrixFreeShape.Direction(i)] = (float)last.Correction[i];
            coefficients[(3 * MatrixFreeShape.Direction(i)) + 1] = (float)last.OfNormals![i];
        }

        numbers[ImageNumbers.Left] = last.IsNew ? MatrixFreeShape.Direction(left - 1) : -1;
        numbers[ImageNumbers.Right] = last.HasImage ? MatrixFreeShape.Image(right - 1) : -1;
        numbers[ImageNumbers.Force] = MatrixFreeShape.Direction(left);
        numbers[ImageNumbers.Next] = MatrixFreeShape.Image(right);
        numbers[ImageNumbers.InverseLength] = (float)(1 / last.Length);
        numbers[ImageNumbers.Along] = (float)last.AlongDirection;
        numbers[ImageNumbers.Coordinate] = last.HasImage ? (float)Seen.Theta[right - 1] : 0;
        numbers[ImageNumbers.Rate] = (float)rate;
    }

    /// <summary>Takes the sums of the first pass, two for each column.</summary>
    public void EndImages(ReadOnlySpan<double> sums)
    {
        double[] along = new double[Seen.Left], normals = new double[Seen.Left];
        for (int i = 0; i < along.Length; i++)
        {
            along[i] = sums[2 * MatrixFreeShape.Direction(i)];
            normals[i] = sums[(2 * MatrixFreeShape.Direction(i)) + 1];
        }

        force = new(along, normals, sums[2 * MatrixFreeShape.Direction(Seen.Left)]);
    }

    /// <summary>Makes what the second pass takes (<see cref="ResidualRow{TReal, TWord, TView}"/>).</summary>
    /// <param name="coefficients">Receives one for each column.</param>
    public void BeginResidual(Span<float> coefficients)
    {
        for (int i = 0; i < Seen.Left; i++)
            coefficients[MatrixFreeShape.Direction(i)] = (float)force.Along[i];
    }

    /// <summary>Takes the sums of the second pass, one for each column, and the step.</summary>
    /// <param name="sums">The sums.</param>
    /// <param name="shrink">1 - lambda D.</param>
    /// <param name="momentum">beta.</param>
    /// <param name="complement">Where the lengths in the dimensions not yet seen come from.</param>
    public void EndResidual(ReadOnlySpan<double> sums, double shrink, double momentum, RandomField complement)
    {
        int left = Seen.Left, right = Seen.Right;
        double[] correction = new double[left], products = new double[right], along = new double[left];
        for (int i = 0; i < left; i++)
            correction[i] = sums[MatrixFreeShape.Direction(i)];
        for (int j = 0; j < right; j++)
            products[j] = sums[MatrixFreeShape.Image(j)];
        double square = sums[MatrixFreeShape.Direction(left)], withNormals = sums[MatrixFreeShape.Image(right)];
        for (int i = 0; i < left; i++)
        {
            square -= correction[i] * correction[i];
            withNormals -= correction[i] * force.OfNormals[i];
            along[i] = force.Along[i] + correction[i];
        }

        Seen.Correct(products, correction);
        double length = Math.Sqrt(Math.Max(0, square));
        Seen.Advance(shrink, momentum, along);
        last = default;
        if (length * length <= Dependent * Dependent * force.Square)
            return;
        for (int j = 0; j < right; j++)
            products[j] /= length;
        bool hasImage = right < size;
        double chi = ChiSource.Draw(complement, right, size - right);
        Seen.Extend(length, products, chi);
        last = new(true, hasImage, length, chi - (withNormals / length), correction, force.OfNormals);
    }

    /// <summary>Writes it as it is between two steps.</summary>
    public void Save(BinaryWriter writer)
    {
        last.Save(writer);
        Seen.Save(writer);
    }

    /// <summary>Reads what <see cref="Save"/> wrote.</summary>
    public void Load(BinaryReader reader)
    {
        last = Residual.Load(reader);
        Seen.Load(reader);
    }

    /// <summary>A force as the first pass leaves it.</summary>
    /// <param name="Along">U^T f.</param>
    /// <param name="OfNormals">U^T z of the normals in waiting.</param>
    /// <param name="Square">|f|^2.</param>
    private readonly record struct Force(double[] Along, double[] OfNormals, double Square);

    /// <summary>What the second pass leaves to the next first one.</summary>
    /// <param name="IsNew">The force took a new direction u.</param>
    /// <param name="HasImage">Theta took one as well.</param>
    /// <param name="Length">Length of the residual.</param>
    /// <param name="AlongDirection">chi - u.z.</param>
    /// <param name="Correction">U^T residual.</param>
    /// <param name="OfNormals">U^T z.</param>
    private readonly record struct Residual(
        bool IsNew, bool HasImage, double Length, double AlongDirection, double[]? Correction, double[]? OfNormals)
    {
        public void Save(BinaryWriter writer)
        {
            writer.Write(IsNew);
            writer.Write(HasImage);
            writer.Write(Length);
            writer.Write(AlongDirection);
            writer.Write(Correction ?? []);
            writer.Write(OfNormals ?? []);
        }

        public static Residual Load(BinaryReader reader) => new(
            reader.ReadBoolean(), reader.ReadBoolean(), reader.ReadDouble(), reader.ReadDouble(), reader.ReadDoubles(), reader.ReadDoubles());
    }
}
