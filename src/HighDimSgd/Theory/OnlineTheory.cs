using System.Globalization;
using HighDimSgd.Experiments;
using HighDimSgd.Models;
using HighDimSgd.Results;

namespace HighDimSgd.Theory;

/// <summary>
/// The limit of one-pass SGD at temperature tau = rate/B (Saad and Solla 1995, Goldt et al. 2019):
/// dq/dt = -2 lambda q - 2 E[l w] + tau E[l^2], dm/dt = -lambda m - E[l w*], (w, w*) Gaussian of covariance ((q, m), (m, rho)); with
/// schedules both times u, and u tau, v lambda; momentum beta makes u larger by 1/(1-beta). No Monte-Carlo error: the errors of its curves are 0.
/// </summary>
/// <param name="experiment">An experiment with the algorithm <c>online</c>.</param>
/// <param name="cancellation">Stops the integration.</param>
public sealed class OnlineTheory(Experiment experiment, CancellationToken cancellation = default) : ITheoryInTime
{
    /// <summary>Error of q and m that is allowed between two record times, relative to their size or 1 where they are smaller; more where the averages are no better.</summary>
    private const double LeastTolerance = 1e-10;

    private const int MostHalvings = 16;

    // Steps begin no longer than this: a long one overshoots to norms where the averages are dear.
    private const double LongestStep = 0.1;

    private readonly FreshData fresh = new(experiment.Model);

    private double Tolerance => Math.Max(LeastTolerance, fresh.Accuracy);

    /// <summary>The theory at the record times that the experiment asks for.</summary>
    public TheoryResult Solve()
    {
        double[] times = experiment.Times();
        Dictionary<string, double[]> curves = At(times);
        int stop = Array.FindIndex(curves[Observables.Q], q => !double.IsFinite(q));
        if (stop >= 0)
        {
            string why = string.Create(
                CultureInfo.InvariantCulture, $"the moments leave the finite numbers before t = {times[stop]:g6}: the rate is too high");
            return new(TheoryResult.Refused, why, "online", times, new Dictionary<string, Curve>());
        }

        return new(TheoryResult.Ok, string.Empty, "online", times, curves.ToDictionary(
            c => c.Key, c => new Curve(c.Value, new double[times.Length], new double[times.Length])));
    }

    /// <summary>Curves by observable at any ascending times from 0 on; NaN where the moments have left the finite numbers.</summary>
    public Dictionary<string, double[]> At(IReadOnlyList<double> times)
    {
        ArgumentNullException.ThrowIfNull(times);
        IReadOnlyList<string> names = Observables.Of(experiment);
        var table = new double[names.Count, times.Count];
        (double q, double m, double now) = (experiment.Model.StartNorm, experiment.Model.StartOverlap, 0);
        for (int t = 0; t < times.Count; now = times[t++])
        {
            (q, m) = Pieces(q, m, now, times[t]);
            ObservableValues.Write(experiment.Model, fresh, q, m, table, t);
        }

        return names.Select((name, o) => (name, o)).ToDictionary(
            x => x.name, x => Enumerable.Range(0, times.Count).Select(t => table[x.o, t]).ToArray());
    }

    /// <summary>From one time to another, piece by piece between the breaks of the schedules.</summary>
    private (double Q, double M) Pieces(double q, double m, double from, double to)
    {
        AlgorithmSpec algorithm = experiment.Algorithm;
        IEnumerable<double> breaks = new[] { algorithm.RateSchedule, algorithm.RidgeSchedule }.SelectMany(s => s?.Breaks ?? []);
        foreach (double end in breaks.Where(t => t > from && t < to).Append(to).Order())
        {
            (q, m) = Advance(q, m, from, end);
            from = end;
        }

        return (q, m);
    }

    /// <summary>Runge and Kutta's rule of order 4; steps are halved until two halvings agree, and the last two are extrapolated.</summary>
    private (double Q, double M) Advance(double q, double m, double from, double to)
    {
        double span = to - from;
        if (span == 0 || !double.IsFinite(q))
            return (q, m);
        int first = (int)Math.Ceiling(span / LongestStep);
        (double Q, double M) coarse = Steps(q, m, from, to, first);
        for (int halving = 1; ; halving++)
        {
            (double Q, double M) fine = Steps(q, m, from, to, (long)first << halving);
            double errorQ = (fine.Q - coarse.Q) / 15, errorM = (fine.M - coarse.M) / 15;
            bool settled = Math.Abs(errorQ) <= Tolerance * Math.Max(1, Math.Abs(fine.Q)) && Math.Abs(errorM) <= Tolerance * Math.Max(1, Math.Abs(fine.M));
            if (settled || (halving >= MostHalvings && !double.IsFinite(fine.Q)))
                return (fine.Q + errorQ, fine.M + errorM);
            if (halving >= MostHalvings)
                return (double.NaN, double.NaN);
            coarse = fine;
        }
    }

    private (double Q, double M) Steps(double q, double m, double from, double to, long count)
    {
        double h = (to - from) / count;
        for (long i = 0; i < count && double.IsFinite(q); i++)
        {
            cancellation.ThrowIfCancellationRequested();
            double start = from + (i * h), middle = start + (h / 2), end = Math.Min(start + h, Math.BitDecrement(to));
            (double q1, double m1) = Rate(q, m, start);
            (double q2, double m2) = Rate(q + (h / 2 * q1), m + (h / 2 * m1), middle);
            (double q3, double m3) = Rate(q + (h / 2 * q2), m + (h / 2 * m2), middle);
            (double q4, double m4) = Rate(q + (h * q3), m + (h * m3), end);
            q += h / 6 * (q1 + (2 * q2) + (2 * q3) + q4);
            m += h / 6 * (m1 + (2 * m2) + (2 * m3) + m4);
        }

        return (q, m);
    }

    private (double Q, double M) Rate(double q, double m, double time)
    {
        SlopeMoments l = fresh.Slope(q, m);
        AlgorithmSpec algorithm = experiment.Algorithm;
        double u = algorithm.RateFactorAt(time) * algorithm.MomentumGain, ridge = experiment.Model.Ridge * algorithm.RidgeFactorAt(time);
        double temperature = u * algorithm.Rate / algorithm.Batch;
        return (u * (-2 * ((ridge * q) + l.AlongStudent) + (temperature * l.Square)), u * ((-ridge * m) - l.AlongTeacher));
    }
}
