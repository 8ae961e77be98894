using HighDimSgd.Experiments;
using HighDimSgd.Kernels;
using HighDimSgd.Kernels.Random;
using HighDimSgd.Models;

namespace HighDimSgd.Tests.Simulation;

/// <summary>
/// One replica written out plainly in float64, at the same addresses of the random field as the engine. Independent of the bodies,
/// the skeletons, the clock tables and the chunks of fresh samples: uniforms and normals are made anew from the words. Schedules of
/// the experiment are ignored; factors on rate and ridge are functions of time of its own.
/// </summary>
/// <param name="experiment">The experiment.</param>
/// <param name="size">Dimension d.</param>
/// <param name="replica">The replica.</param>
/// <param name="rate">Factor on the rate by time.</param>
/// <param name="ridge">Factor on the ridge by time.</param>
/// <param name="second">True to follow the second of two starts.</param>
/// <param name="images">Where the design is not to be drawn: sqrt(d) X v_j by sample and direction, the teacher along v_0 and the start in the plane of v_0 and v_1.</param>
internal sealed class ReferenceReplica(
    Experiment experiment, int size, int replica, Func<double, double>? rate = null, Func<double, double>? ridge = null, double[,]? images = null,
    bool second = false)
{
    private readonly int samples = experiment.Samples(size), columns = images?.GetLength(1) ?? size;
    private int[]? visits;

    /// <summary>The parameter at every step of the last run.</summary>
    public List<double[]> Path { get; } = [];

    /// <summary>q, m, training loss, error and mean of l^2 at every step.</summary>
    public double[][] Run()
    {
        ModelSpec model = experiment.Model;
        AlgorithmSpec algorithm = experiment.Algorithm;
        double d = algorithm.StepAt(size);
        var x = new double[samples, columns];
        for (int i = 0; i < samples; i++)
        {
            for (int j = 0; j < columns; j++)
            {
                x[i, j] = (images is not null ? images[i, j] : experiment.Design.Law == DesignLaw.Gaussian
                    ? Stored(Normal(Purpose.Design, i, j))
                    : Word(Purpose.Design, i, j) >> 31 == 0 ? 1 : -1) / Math.Sqrt(size);
            }
        }

        double[] star = Direction(Purpose.Teacher), theta = Direction(Purpose.Start);
        Scale(star, Math.Sqrt(model.TeacherNorm * size / Dot(star, star)));
        double along = Dot(theta, star) / Dot(star, star);
        for (int j = 0; j < columns; j++)
            theta[j] -= along * star[j];
        Scale(theta, Math.Sqrt((model.StartNorm - (model.StartOverlap * model.StartOverlap / model.TeacherNorm)) * size / Dot(theta, theta)));
        if (second)
            theta = Second(star, theta);
        else
            AddTo(theta, model.StartOverlap / model.TeacherNorm, star);
        double[] w = Products(x, star), y = new double[samples];
        for (int i = 0; i < samples; i++)
        {
            y[i] = model.Label.Name switch
            {
                "linear" => w[i] + (model.Label["noise"] * Normal(Purpose.Label, 0, i)),
                "sign" => w[i] < 0 ? -1 : 1,
                _ => Uniform(Word(Purpose.Label, 0, i)) < 1 / (1 + Math.Exp(-model.Label["slope"] * w[i])) ? 1 : -1,
            };
        }

        double[] earlier = theta;
        var rows = new List<double[]>();
        for (int k = 0; ; k++)
        {
            Path.Add(theta);
            double[] r = Products(x, theta);
            double[] slope = [.. r.Zip(y, (a, b) => model.Loss == Loss.Squared ? a - b : -b / (1 + Math.Exp(a * b)))];
            double[] loss = [.. r.Zip(y, (a, b) => model.Loss == Loss.Squared ? (a - b) * (a - b) / 2 : Math.Log(1 + Math.Exp(-a * b)))];
            rows.Add(
            [
                Dot(theta, theta) / size, Dot(theta, star) / size, loss.Average(), r.Zip(y, (a, b) => a * b < 0 ? 1.0 : 0).Average(),
                Dot(slope, slope) / samples,
            ]);
            if (k == algorithm.StepsAt(size))
                return [.. rows];
            double u = rate?.Invoke((k + 0.5) * d) ?? 1, v = ridge?.Invoke((k + 0.5) * d) ?? 1;
            var next = theta.Select(t => (1 - (u * v * model.Ridge * d)) * t).ToArray();
            foreach ((int i, double weight) in Visited(k))
            {
                double f = u * slope[i] * weight;
                for (int j = 0; j < columns; j++)
                    next[j] -= f * x[i, j];
            }

            for (int j = 0; j < columns; j++)
                next[j] += algorithm.Momentum * (theta[j] - earlier[j]);
            (earlier, theta) = (theta, next);
        }
    }

    /// <summary>The second start, from what the first has across the teacher.</summary>
    private double[] Second(double[] star, double[] across)
    {
        (ModelSpec model, SecondStart start) = (experiment.Model, experiment.Second!);
        double[] theta = Direction(Purpose.Start, own: true);
        AddTo(theta, -Dot(theta, star) / Dot(star, star), star);
        AddTo(theta, -Dot(theta, across) / Dot(across, across), across);
        double along = start.Overlap / model.TeacherNorm, part = (start.Between - (along * model.StartOverlap)) * size / Dot(across, across);
        double left = (start.Norm * size) - (along * along * Dot(star, star)) - (part * part * Dot(across, across));
        Scale(theta, Math.Sqrt(left / Dot(theta, theta)));
        AddTo(theta, along, star);
        AddTo(theta, part, across);
        return theta;
    }

    private static void AddTo(double[] a, double factor, double[] b)
    {
        for (int j = 0; j < a.Length; j++)
            a[j] += factor * b[j];
    }

    private static double Dot(double[] a, double[] b) => a.Zip(b, (p, q) => p * q).Sum();

    private static void Scale(double[] a, double factor)
    {
        for (int j = 0; j < a.Length; j++)
            a[j] *= factor;
    }

    private static double Uniform(uint word) => ((word >> 9) + 0.5) / 8388608;

    private static double[] Products(double[,] x, double[] theta) =>
        [.. Enumerable.Range(0, x.GetLength(0)).Select(i => theta.Select((t, j) => x[i, j] * t).Sum())];

    /// <summary>The samples that a step visits, and the weights of their x l.</summary>
    private IEnumerable<(int Sample, double Weight)> Visited(int step)
    {
        AlgorithmSpec a = experiment.Algorithm;
        if (!a.IsIterative)
            return Enumerable.Range(0, samples).Select(i => (i, Increment(step, i) / experiment.Aspect));
        double rate = a.Rate / (a.Batch * a.Amplification), s = Math.Sqrt((2.0 * a.Amplification) - 1);
        int count = a.SamplesPerIteration, first = step * count;
        visits ??= experiment.IsOnline ? [.. Enumerable.Range(0, samples)] : [.. Drawn(a.StepsAt(size) * count)];
        return Enumerable.Range(0, count).Select(b => (visits[first + b], rate * (b < a.Batch ? (1 + s) / 2 : (1 - s) / 2)));
    }

    /// <summary>Draws from those that are left, which are all again after every draw, every batch, or every epoch.</summary>
    private IEnumerable<int> Drawn(int count)
    {
        AlgorithmSpec a = experiment.Algorithm;
        int period = a.Sampling == Sampling.Replacement ? 1 : a.Sampling == Sampling.Reshuffle ? samples : a.Batch;
        int[] order = [.. Enumerable.Range(0, samples)];
        for (int p = 0; p < count; p++)
        {
            int place = p % period, bound = samples - place, attempt = 0;
            ulong word;
            do
                word = Word(Purpose.Visit, (4 * (p / 4096)) + attempt++, p % 4096);
            while (word * (ulong)bound % 4294967296 < 4294967296 % (ulong)bound);
            int chosen = place + (int)(word * (ulong)bound / 4294967296);
            (order[place], order[chosen]) = (order[chosen], order[place]);
            yield return order[place];
        }
    }

    private double Increment(int step, int sample)
    {
        AlgorithmSpec a = experiment.Algorithm;
        double visit = a.Temperature * experiment.Aspect, u = Word(Purpose.Clock, step, sample) / 4294967296.0;
        switch (a.Kind)
        {
            case ClockKind.Gd:
                return a.Step;
            case ClockKind.Sgf:
                return a.Step + (Math.Sqrt(visit * a.Step) * Normal(Purpose.Clock, step, sample));
            case ClockKind.Table:
                return a.Step * (u < 0.4 ? 0 : u < 0.8 ? 0.5 : 4);
            case ClockKind.Minibatch:
                return u >= 1 - a.Fraction ? a.Step / a.Fraction : 0;
            default:
                int count = 0;
                double p = Math.Exp(-a.Step / visit);
                for (double cdf = p; u >= cdf; cdf += p)
                    p *= a.Step / visit / ++count;
                return visit * count;
        }
    }

    private double[] Direction(Purpose purpose, bool own = false) => [.. Enumerable.Range(0, columns).Select(
        j => images is null ? Normal(purpose, 0, j, own) : j == (purpose == Purpose.Teacher ? 0 : 1) ? 1 : 0)];

    private double Normal(Purpose purpose, int step, int component, bool own = false)
    {
        int pair = step / 2 * 2;
        double radius = Math.Sqrt(-2 * Math.Log(Uniform(Word(purpose, pair, component, own))));
        double angle = 2 * Math.PI * Uniform(Word(purpose, pair + 1, component, own));
        return radius * (step % 2 == 0 ? Math.Cos(angle) : Math.Sin(angle));
    }

    /// <summary>A normal as the design stores it, with variance 1.</summary>
    private double Stored(double normal)
    {
        double ulp = Math.ScaleB(1, Math.ILogB(normal) - 7);
        return experiment.Design.Storage switch
        {
            DesignStorage.Int8 => Math.Round(22 * normal) / Math.Sqrt(484 + (1 / 12.0)),
            DesignStorage.BFloat16 => Math.Round(normal / ulp) * ulp / Math.Sqrt(0.99999716576),
            _ => normal,
        };
    }

    private uint Word(Purpose purpose, int step, int component, bool own = false)
    {
        own |= second && purpose is (Purpose.Clock or Purpose.Visit) && experiment.Second!.HasOwnClock;
        int number = purpose is Purpose.Clock or Purpose.Visit ? replica : replica / experiment.ReplicasPerDesign;
        Four<Word1> words = new RandomField(experiment.Seed, purpose, size, (uint)number + (own ? 0x80000000 : 0)).Words<Real1, Word1>(0, step / 4, component);
        Word1 word = (step % 4) switch { 0 => words.A, 1 => words.B, 2 => words.C, _ => words.D };
        return word.Value;
    }
}
