using HighDimSgd.Experiments;
using HighDimSgd.Kernels;

namespace HighDimSgd.Models;

/// <summary>Puts the numbers of one moment in the order of <see cref="Observables.Of(Experiment)"/>.</summary>
internal static class ObservableValues
{
    /// <summary>Writes column <paramref name="record"/> of a table of observables by time, fresh-data values included.</summary>
    /// <param name="experiment">The experiment, which may ask for the mean of l^4.</param>
    /// <param name="fresh">What fresh data would show.</param>
    /// <param name="q">|theta|^2/d.</param>
    /// <param name="m">theta.theta*/d.</param>
    /// <param name="sums">Sums over the samples or paths of loss, error, l^2 and l^4.</param>
    /// <param name="count">Number of samples or paths.</param>
    /// <param name="table">Receives the values.</param>
    /// <param name="record">The column.</param>
    /// <param name="start">0, or 1 for the second of two starts.</param>
    public static void Write(
        Experiment experiment, FreshData fresh, double q, double m, Four<double> sums, double count, double[,] table, int record, int start = 0)
    {
        int first = start * Observables.OfStart(experiment).Count;
        double loss = sums.A / count, grad2 = sums.C / count;
        ReadOnlySpan<double> values = experiment.Model.IsClassification
            ? [q, m, loss, sums.B / count, fresh.Loss(q, m), fresh.Error(q, m), grad2]
            : [q, m, loss, fresh.Loss(q, m), grad2];
        for (int o = 0; o < values.Length; o++)
            table[first + o, record] = values[o];
        if (experiment.Also.Contains(Observables.Grad4))
            table[first + values.Length, record] = sums.D / count;
    }

    /// <summary>Writes what two starts have across: theta.theta'/d and |theta - theta'|^2/d.</summary>
    public static void WriteAcross(Experiment experiment, double overlap, double distance, double[,] table, int record)
    {
        int first = 2 * Observables.OfStart(experiment).Count;
        (table[first, record], table[first + 1, record]) = (overlap, distance);
    }

    /// <summary>The same where there are no training samples.</summary>
    public static void Write(ModelSpec model, FreshData fresh, double q, double m, double[,] table, int record)
    {
        (table[0, record], table[1, record], table[2, record]) = (q, m, fresh.Loss(q, m));
        if (model.IsClassification)
            table[3, record] = fresh.Error(q, m);
    }
}
