namespace HighDimSgd.Experiments;

/// <summary>Shapes of a schedule after its warm-up.</summary>
public enum ScheduleKind
{
    /// <summary>1.</summary>
    Constant,

    /// <summary>Multiplied by a factor at each of some times.</summary>
    Step,

    /// <summary>end + (1 - end) (1 - s)^power, s from 0 at the end of the warm-up to 1 at the horizon.</summary>
    Polynomial,

    /// <summary>end + (1 - end) (1 + cos(pi s))/2, s from 0 at the end of the warm-up to 1 at the horizon.</summary>
    Cosine,

    /// <summary>Linear between the points of a table, constant before the first and after the last.</summary>
    Table,
}

/// <summary>A factor on the learning rate or on the ridge, as a function of the experiment's time.</summary>
/// <param name="Kind">Its shape.</param>
public sealed record Schedule(ScheduleKind Kind)
{
    /// <summary>Time over which the factor first rises in proportion to time, from 0 (not table); 0 for none.</summary>
    public double Warmup { get; init; }

    /// <summary>What each of <see cref="Times"/> multiplies by (step).</summary>
    public double Factor { get; init; } = 1;

    /// <summary>Exponent (polynomial).</summary>
    public double Power { get; init; } = 1;

    /// <summary>Value at the horizon (polynomial, cosine).</summary>
    public double End { get; init; }

    /// <summary>Ascending times (step, table).</summary>
    public IReadOnlyList<double> Times { get; init; } = [];

    /// <summary>Values at <see cref="Times"/> (table).</summary>
    public IReadOnlyList<double> Factors { get; init; } = [];

    /// <summary>Times at which the factor jumps or bends; it is smooth between them.</summary>
    public IEnumerable<double> Breaks => [Warmup, .. Times];

    /// <summary>Times at which it jumps.</summary>
    public IEnumerable<double> Jumps => Kind == ScheduleKind.Step ? Times : [];

    /// <summary>The factor; where it jumps, the value after the jump.</summary>
    /// <param name="time">Time t, at least 0.</param>
    /// <param name="horizon">Time at the end.</param>
    public double At(double time, double horizon)
    {
        double s = time <= Warmup ? 0 : Math.Min(1, (time - Warmup) / (horizon - Warmup));
        double shape = Kind switch
        {
            ScheduleKind.Step => Math.Pow(Factor, Times.Count(t => t <= time)),
            ScheduleKind.Polynomial => End + ((1 - End) * Math.Pow(1 - s, Power)),
            ScheduleKind.Cosine => End + ((1 - End) * (1 + Math.Cos(Math.PI * s)) / 2),
            ScheduleKind.Table => Between(time),
            _ => 1,
        };
        return time < Warmup ? shape * time / Warmup : shape;
    }

    private double Between(double time)
    {
        int next = Times.Count(t => t <= time);
        if (next == 0 || next == Times.Count)
            return Factors[next == 0 ? 0 : ^1];
        double s = (time - Times[next - 1]) / (Times[next] - Times[next - 1]);
        return Factors[next - 1] + (s * (Factors[next] - Factors[next - 1]));
    }
}
