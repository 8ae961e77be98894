namespace HighDimSgd.Results;

/// <summary>
/// The fit of mean(d) = limit + coefficient/d over the ladder, by record time, and what goes with it. NaN (null in results.json) where
/// a number does not exist; all errors are standard errors, all intervals at 95 per cent.
/// </summary>
/// <param name="Limit">Limit by time; NaN where the ladder does not allow the fit.</param>
/// <param name="LimitError">Its standard error.</param>
/// <param name="Coefficient">Coefficient c of c/d.</param>
/// <param name="CoefficientError">Its standard error.</param>
public sealed record FiniteSizeFit(double[] Limit, double[] LimitError, double[] Coefficient, double[] CoefficientError)
{
    /// <summary>Studentised bootstrap interval of the limit.</summary>
    public Interval LimitInterval { get; init; } = Interval.None;

    /// <summary>Studentised bootstrap interval of the coefficient.</summary>
    public Interval CoefficientInterval { get; init; } = Interval.None;

    /// <summary>Covariance of the limit over the record times, shape (times, times); empty where there are more than 64 times.</summary>
    public double[][] LimitCovariance { get; init; } = [];

    /// <summary>p-value of limit + c/d: chi-square of the residuals over the sizes, with the errors' own uncertainty allowed for.</summary>
    public double[] Goodness { get; init; } = [];

    /// <summary>The fit with a second order; null with fewer than four sizes.</summary>
    public SecondOrderFit? SecondOrder { get; init; }

    /// <summary>The exponent of limit + c/d^exponent, fitted.</summary>
    public ExponentFit? Exponent { get; init; }

    /// <summary>d times the variance over replicas.</summary>
    public ScaledVariance? ScaledVariance { get; init; }

    /// <summary>A sentence on what the ladder cannot support at the last record time and what would settle it; null where nothing is to be said.</summary>
    public string? Advice { get; init; }
}

/// <summary>An interval by record time.</summary>
/// <param name="Low">Lower ends.</param>
/// <param name="High">Upper ends.</param>
public sealed record Interval(double[] Low, double[] High)
{
    /// <summary>No interval at any time.</summary>
    public static Interval None { get; } = new([], []);
}

/// <summary>The fit of mean(d) = limit + coefficient/d + curvature/d^2, by record time.</summary>
/// <param name="Limit">Limit.</param>
/// <param name="LimitError">Its standard error.</param>
/// <param name="Coefficient">Coefficient c of c/d.</param>
/// <param name="CoefficientError">Its standard error.</param>
/// <param name="Curvature">Coefficient e of e/d^2.</param>
/// <param name="CurvatureError">Its standard error.</param>
public sealed record SecondOrderFit(
    double[] Limit, double[] LimitError, double[] Coefficient, double[] CoefficientError, double[] Curvature, double[] CurvatureError);

/// <summary>The exponent a of mean(d) = limit + c/d^a, by record time, with its profile-likelihood interval.</summary>
/// <param name="Value">The best exponent; NaN where the fit is best at one of the ends 0 and infinity.</param>
/// <param name="Low">Lower end; NaN where the interval reaches down to 0.</param>
/// <param name="High">Upper end; NaN where the interval has no bound above.</param>
public sealed record ExponentFit(double[] Value, double[] Low, double[] High);

/// <summary>d times the variance over replicas, which tends to a constant, by record time.</summary>
/// <param name="BySize">Its value at each size, shape (sizes, times).</param>
/// <param name="ErrorBySize">Standard errors of these.</param>
/// <param name="Limit">Its limit, fitted with a correction of order 1/d.</param>
/// <param name="LimitError">Standard error of the limit.</param>
public sealed record ScaledVariance(double[][] BySize, double[][] ErrorBySize, double[] Limit, double[] LimitError);
