using HighDimSgd.Experiments;

namespace HighDimSgd.Models;

/// <summary>Moments of the loss's derivative l on fresh data.</summary>
/// <param name="AlongStudent">E[l w].</param>
/// <param name="AlongTeacher">E[l w*].</param>
/// <param name="Square">E[l^2].</param>
public readonly record struct SlopeMoments(double AlongStudent, double AlongTeacher, double Square);

/// <summary>
/// Averages over a fresh sample, functions of (q, m, rho): there (w, w*) is centred Gaussian with E w^2 = q, E w w* = m, E w*^2 = rho.
/// Closed forms and one-dimensional integrals for the built-in losses; for a loss or label of one's own a quadrature over (w, w*) and
/// the law of the label. Values of m beyond Cauchy-Schwarz, |m| above sqrt(rho q), are taken as rounding and clamped.
/// </summary>
public sealed class FreshData
{
    private readonly ModelSpec model;
    private readonly IFreshMoments moments;

    /// <summary>Prepares the constants of a model.</summary>
    /// <exception cref="ArgumentException">The loss cannot take the label.</exception>
    public FreshData(ModelSpec model)
        : this(model, closed: true)
    {
    }

    /// <summary>The same, by quadrature where <paramref name="closed"/> is false.</summary>
    internal FreshData(ModelSpec model, bool closed)
    {
        ArgumentNullException.ThrowIfNull(model);
        if (!model.Loss.Takes(model.Label))
            throw new ArgumentException($"The loss {model.Loss.Name} cannot take the label {model.Label.Name}.", nameof(model));
        this.model = model;
        moments = (model.Loss, model.Label) switch
        {
            (SquaredLoss, LinearLabel) when closed => new LinearFreshData(model),
            (LogisticLoss, SignLabel or LogisticLabel) when closed => new LogisticFreshData(model),
            _ => new FreshQuadrature(model),
        };
    }

    /// <summary>Relative error of the averages, about.</summary>
    public double Accuracy => moments.Accuracy;

    /// <summary>Expected loss at norm <paramref name="q"/> and overlap <paramref name="m"/>.</summary>
    public double Loss(double q, double m) => moments.Loss(q, Clamp(q, m));

    /// <summary>
    /// Probability that sign(w) differs from the label; NaN where it is undefined: at q = 0, and for a label that is not +-1.
    /// </summary>
    public double Error(double q, double m) => model.IsClassification && q > 0 ? moments.Error(q, Clamp(q, m)) : double.NaN;

    /// <summary>The moments of the loss's derivative, which drive learning from fresh samples.</summary>
    public SlopeMoments Slope(double q, double m) => moments.Slope(q, Clamp(q, m));

    private double Clamp(double q, double m)
    {
        double bound = Math.Sqrt(model.TeacherNorm * Math.Max(0, q));
        return Math.Clamp(m, -bound, bound);
    }
}

/// <summary>The averages of one kind of model, |m| at most sqrt(rho q).</summary>
internal interface IFreshMoments
{
    /// <summary>Relative error, about.</summary>
    double Accuracy { get; }

    /// <summary>Expected loss.</summary>
    double Loss(double q, double m);

    /// <summary>Expected error, q above 0.</summary>
    double Error(double q, double m);

    /// <summary>Moments of the derivative.</summary>
    SlopeMoments Slope(double q, double m);
}

/// <summary>Squared loss and linear label.</summary>
internal sealed class LinearFreshData(ModelSpec model) : IFreshMoments
{
    private readonly double noise = model.Label["noise"];

    /// <inheritdoc/>
    public double Accuracy => 1e-15;

    /// <inheritdoc/>
    public double Loss(double q, double m) => (model.TeacherNorm - 2 * m + q + noise * noise) / 2;

    /// <inheritdoc/>
    public double Error(double q, double m) => double.NaN;

    /// <inheritdoc/>
    public SlopeMoments Slope(double q, double m) =>
        new(q - m, m - model.TeacherNorm, q - (2 * m) + model.TeacherNorm + (noise * noise));
}
