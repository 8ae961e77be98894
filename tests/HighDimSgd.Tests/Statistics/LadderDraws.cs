using HighDimSgd.Models;
using HighDimSgd.Results;
using MathNet.Numerics.Distributions;

namespace HighDimSgd.Tests.Statistics;

/// <summary>Made-up ladders of one observable at three times: a given mean(d), standard deviation 3/sqrt(d), correlation 0.8 from time to time.</summary>
internal sealed class LadderDraws(int seed, int[] sizes, int[] replicas, Func<int, double> mean, bool isSkewed = false)
{
    public const double Deviation = 3, Correlation = 0.8;
    public static readonly double[] Times = [1, 2, 3];

    private readonly Random random = new(seed);

    public SizeCurves[] Next() => [.. sizes.Select((d, i) =>
    {
        var table = new double[replicas[i], Times.Length];
        for (int r = 0; r < replicas[i]; r++)
        {
            double x = Noise();
            for (int t = 0; t < Times.Length; t++)
            {
                table[r, t] = mean(d) + (Deviation / Math.Sqrt(d) * x);
                x = (Correlation * x) + (Math.Sqrt(1 - (Correlation * Correlation)) * Noise());
            }
        }

        return new SizeCurves(d, 2 * d, Times, [Observables.Q], [table], []);
    })];

    /// <summary>A normal number, or one of the skewness 2 of the exponential law; mean 0 and variance 1.</summary>
    private double Noise() => isSkewed ? Exponential.Sample(random, 1) - 1 : Normal.Sample(random, 0, 1);
}
