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

    private const int Rank = (Resamples + 1) / 40;

    private readonly double[][] means;
    private readonly double[][] deviations;
    private readonly double[][] squares;

    /// <param name="tables">Values of one observable by size, shape (replicas, times), diverged replicas left out.</param>
    /// <param name="sizes">The dimensions d.</param>
    /// <param name="seed">Seed of the experiment.</param>
    public StudentisedBootstrap(IReadOnlyList<double[,]> tables, IReadOnlyList<int> sizes, ulong seed)
    {
        (int times, int count) = (tables[0].GetLength(1), tables.Count);
        means = new double[count][];
        (deviations, squares) = (new double[count][], new double[count][]);
        IsPossible = tables.All(t => t.GetLength(0) >= LeastReplicas);
        for (int s = 0; s < count && IsPossible; s++)
        {
            means[s] = [.. Enumerable.Range(0, times).Select(t => Mean(tables[s], t))];
            (deviations[s], squares[s]) = Resample(tables[s], means[s], sizes[s], seed);
        }
    }

    /// <summary>True where every size has enough replicas.</summary>
    public bool IsPossible { get; }

    /// <summary>The interval of a combination of the means at one time.</summary>
    public (double Low, double High) Interval(double[] row, int time)
    {
        (double estimate, double error) = (0, 0);
        for (int s = 0; s < row.Length; s++)
        {
            estimate += row[s] * means[s][time];
            error += row[s] * row[s] * squares[s][time];
        }

        error = Math.Sqrt(error);
        int times = means[0].Length;
        double[] ratios = new double[Resamples];
        for (int b = 1; b <= Resamples; b++)
        {
            (double deviation, double square) = (0, 0);
            for (int s = 0; s < row.Length; s++)
            {
                deviation += row[s] * deviations[s][(b * times) + time];
                square += row[s] * row[s] * squares[s][(b * times) + time];
            }

            ratios[b - 1] = deviation / Math.Sqrt(square);
        }

        Array.Sort(ratios);
        return (estimate - (error * ratios[Resamples - Rank]), estimate - (error * ratios[Rank - 1]));
    }

    /// <summary>Mean less the sample's mean, and squared standard error, by resample and time; resample 0 is the sample itself.</summary>
    private static (double[] Deviations, double[] Squares) Resample(double[,] table, double[] mean, int size, ulong seed)
    {
        (int replicas, int times) = (table.GetLength(0), table.GetLength(1));
        double[] centred = new double[replicas * times];
        for (int i = 0; i < centred.Length; i++)
            centred[i] = table[i / times, i % times] - mean[i % times];
        var (deviations, squares) = (new double[(Resamples + 1) * times], new double[(Resamples + 1) * times]);
        int[] counts = new int[replicas];
        for (int b = 0; b <= Resamples; b++)
        {
            Draw(counts, new RandomField(seed, Purpose.Bootstrap, size, (uint)b), isSample: b == 0);
            Span<double> sum = deviations.AsSpan(b * times, times), square = squares.AsSpan(b * times, times);
            for (int r = 0; r < replicas; r++)
            {
                if (counts[r] > 0)
                    Add(counts[r], centred.AsSpan(r * times, times), sum, square);
            }

            for (int t = 0; t < times; t++)
            {
                sum[t] /= replicas;
                square[t] = Math.Max(0, (square[t] / replicas) - (sum[t] * sum[t])) / (replicas - 1);
            }
        }

        return (deviations, squares);
    }

    /// <summary>How often each replica is drawn.</summary>
    private static void Draw(int[] counts, RandomField field, bool isSample)
    {
        Array.Fill(counts, isSample ? 1 : 0);
        for (int draw = 0; draw < counts.Length && !isSample; draw += 4)
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

    private static double Mean(double[,] table, int time)
    {
        double sum = 0;
        for (int r = 0; r < table.GetLength(0); r++)
            sum += table[r, time];
        return sum / table.GetLength(0);
    }
}
