using HighDimSgd.Experiments;

namespace HighDimSgd.Models;

/// <summary>Puts the numbers of one moment in the order of <see cref="Observables.Of(ModelSpec)"/>.</summary>
internal static class ObservableValues
{
    /// <summary>Writes column <paramref name="record"/> of a table of observables by time, fresh-data values included.</summary>
    public static void Write(
        ModelSpec model, FreshData fresh, double q, double m, double trainLoss, double trainError, double grad2, double[,] table, int record)
    {
        ReadOnlySpan<double> values = model.IsClassification
            ? [q, m, trainLoss, trainError, fresh.Loss(q, m), fresh.Error(q, m), grad2]
            : [q, m, trainLoss, fresh.Loss(q, m), grad2];
        for (int o = 0; o < values.Length; o++)
            table[o, record] = values[o];
    }

    /// <summary>The same where there are no training samples.</summary>
    public static void Write(ModelSpec model, FreshData fresh, double q, double m, double[,] table, int record)
    {
        (table[0, record], table[1, record], table[2, record]) = (q, m, fresh.Loss(q, m));
        if (model.IsClassification)
            table[3, record] = fresh.Error(q, m);
    }

    /// <summary>Writes the mean of l^4 where the experiment asks for it.</summary>
    public static void WriteFourth(Experiment experiment, double grad4, double[,] table, int record)
    {
        if (experiment.Also.Contains(Observables.Grad4))
            table[Observables.Of(experiment.Model).Count, record] = grad4;
    }
}
