using HighDimSgd.Kernels;
using HighDimSgd.Kernels.Random;

namespace HighDimSgd.Statistics;

/// <summary>
/// Studentised bootstrap over replicas for combinations of the sizes' means, intervals of 95 per cent (Efron and Tibshirani, An
/// Introduction to the Bootstrap, 1993, section 12.5). Replicas are drawn whole, so all times of a resample belong together; the draws
/// come from Philox at (seed, size, resample, draw).
/// </summary>
internal sealed class StudentisedBootstrap
{
    /// <summary>Number of resamples; 0.025 (Resamples + 1) is whole.</summary>
    public const int Resamples = 799;

    /// <summary>Fewest replicas at a size; below that no interval is given.</summary>
    public const int LeastReplicas = 8;

    /// <summary>Most rows that are drawn from. More replicas go in blocks of equal size: their mean has the skewness of the replicas' own.</summary>
    private const int MostRows = 1000;

    private const int Rank = (Resamples + 1) / 40;

    private readonly int times;
    private readonly double[][] deviations;
    private readonly double[][] squares;

    /// <param name="tables">Values of one observable by size, shape (replicas, times), diverged replicas left out.</param>
    /// <param name="sizes">The dimensions d.</param>
    /// <param name="seed">Seed of the experiment.</param>
    public StudentisedBootstrap(IReadOnlyList<double[,]> tables, IReadOnlyList<int> sizes, ulong seed)
    {
        times = tables[0].GetLength(1);
        IsPossible = tables.All(t => t.GetLength(0) >= LeastReplicas);
        (deviations, squares) = (new double[tables.Count][], new double[tables.Count][]);
        for (int s = 0; s < tables.Count && IsPossible; s++)
            (deviations[s], squares[s]) = Resample(CentredBlocks(tables[s]), times, sizes[s], seed);
    }

    /// <summary>True where every size has enough replicas.</summary>
    public bool IsPossible { get; }

    /// <summary>The interval of a combination of the means at one time.</summary>
    /// <param name="row">The combination.</param>
    /// <param name="estimate">Its value and standard error.</param>
    /// <param name="time">The time.</param>
    public (double Low, double High) Interval(double[] row, (double Value, double Error) estimate, int time)
    {
        double[] ratios = new double[Resamples];
        for (int b = 0; b < Resamples; b++)
        {
            (double deviation, double square) = (0, 0);
            for (int s = 0; s < row.Length; s++)
            {
                deviation += row[s] * deviations[s][(b * times) + time];
                square += row[s] * row[s] * squares[s][(b * times) + time];
            }

            ratios[b] = deviation / Math.Sqrt(square);
        }

        Array.Sort(ratios);
        return (estimate.Value - (estimate.Error * ratios[Resamples - Rank]), estimate.Value - (estimate.Error * ratios[Rank - 1]));
    }

    /// <summary>Block means of the replicas less their mean, row after row. Replicas over are left out.</summary>
    private static double[] CentredBlocks(double[,] table)
    {
        int length = 1 + ((table.GetLength(0) - 1) / MostRows), rows = table.GetLength(0) / length, times = table.GetLength(1);
        double[] blocks = new double[rows * times];
        for (int t = 0; t < times; t++)
        {
            double mean = 0;
            for (int r = 0; r < rows * length; r++)
            {
                blocks[(r / length * times) + t] += table[r, t] / length;
                mean += table[r, t] / (rows * length);
            }

            for (int r = 0; r < rows; r++)
                blocks[(r * times) + t] -= mean;
        }

        return blocks;
    }

    /// <summary>Mean and squared standard error by resample and time, of rows whose mean is 0.</summary>
    private static (double[] Deviations, double[] Squares) Resample(double[] centred, int times, int size, ulong seed)
    {
        int[] counts = new int[centred.Length / times];
        var (deviations, squares) = (new double[Resamples * times], new double[Resamples * times]);
        for (int b = 0; b < Resamples; b++)
        {
            Draw(counts, new RandomField(seed, Purpose.Bootstrap, size, (uint)b));
            Span<double> sum = deviations.AsSpan(b * times, times), square = squares.AsSpan(b * times, times);
            for (int r = 0; r < counts.Length; r++)
            {
                if (counts[r] > 0)
                    Add(counts[r], centred.AsSpan(r * times, times), sum, square);
            }

            for (int t = 0; t < times; t++)
            {
                sum[t] /= counts.Length;
                square[t] = Math.Max(0, (square[t] / counts.Length) - (sum[t] * sum[t])) / (counts.Length - 1);
            }
        }

        return (deviations, squares);
    }

    /// <summary>How often each row is drawn.</summary>
    private static void Draw(int[] counts, RandomField field)
    {
        Array.Clear(counts);
        for (int draw = 0; draw < counts.Length; draw += 4)
        {
            Four<Word1> words = field.Words<Real1, Word1>(0, draw / 4, 0);
            ReadOnlySpan<Word1> four = [words.A, words.B, words.C, words.D];
            for (int i = 0; i < Math.Min(4, counts.Length - draw); i++)
                counts[(int)(((ulong)four[i].Value * (uint)counts.Length) >> 32)]++;
        }
    }

    private static void Add(double count, ReadOnlySpan<double> row, Span<double> sum, Span<double> square)
    {
        for (int t = 0; t < row.Length; t++)
        {
            double term = count * row[t];
            sum[t] += term;
            square[t] += term * row[t];
        }
    }
}
