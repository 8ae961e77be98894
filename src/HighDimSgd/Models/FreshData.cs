using HighDimSgd.Experiments;
using MathNet.Numerics;

namespace HighDimSgd.Models;

/// <summary>
/// Expected loss and error on a fresh sample, exact functions of (q, m, rho): there (w, w*) is centred Gaussian with
/// E w^2 = q, E w w* = m, E w*^2 = rho. One-dimensional integrals, relative error about 1e-12 for q from 1e-12 to 1e6 and
/// slopes to 1e4. Values of m beyond Cauchy-Schwarz, |m| above sqrt(rho q), are taken as rounding and clamped.
/// </summary>
/// <remarks>
/// With P(y=1|w*) = h(w*): E log(1+e^{-y w}) = E log(1+e^{-|w|}) + E|w|/2 - (m/rho) E[w* h(w*)].
/// With the correlation m/sqrt(rho q) = cos(angle) and a = cot(angle): E[w | w*] = (m/rho) w*, so that the error of the
/// logistic label is 2 E[s(-slope w*) Phi(a w*/sqrt(rho))], s the sigmoid.
/// </remarks>
public sealed partial class FreshData
{
    /// <summary>Standard deviations after which a Gaussian density counts as zero.</summary>
    private const double GaussTail = 9;

    /// <summary>Argument at which e^{-z} counts as zero beside 1.</summary>
    private const double ExpTail = 40;

    private readonly ModelSpec _model;
    private readonly double _slope;
    private readonly double _teacherPull;
    private readonly double _leastError;

    /// <summary>Prepares the constants of a model.</summary>
    /// <param name="model">Squared loss with a linear label, or logistic loss with a sign or logistic label.</param>
    /// <exception cref="ArgumentException">The loss cannot take the label.</exception>
    public FreshData(ModelSpec model)
    {
        ArgumentNullException.ThrowIfNull(model);
        if (model.IsClassification != (model.Loss == LossKind.Logistic))
            throw new ArgumentException($"The loss {model.Loss} cannot take the label {model.Label.Kind}.", nameof(model));
        _model = model;
        if (!model.IsClassification)
            return;
        if (model.Label.Kind == LabelKind.Sign)
        {
            _teacherPull = 1 / Math.Sqrt(2 * Math.PI * model.TeacherNorm);
            return;
        }

        _slope = model.Label.Slope * Math.Sqrt(model.TeacherNorm);
        _teacherPull = Saturating(_slope, 1 / Math.Sqrt(2 * Math.PI), g => g * Density(g)) / Math.Sqrt(model.TeacherNorm);
        _leastError = LayerQuadrature.Integrate(Reach(_slope), g => 2 * Density(g) * Sigmoid(-_slope * g));
    }

    /// <summary>Expected loss at norm <paramref name="q"/> and overlap <paramref name="m"/>; log 2 at q = 0 for the logistic loss.</summary>
    public double Loss(double q, double m)
    {
        var rho = _model.TeacherNorm;
        m = Clamp(q, m);
        if (_model.Loss == LossKind.Squared)
            return (rho - 2 * m + q + _model.Label.Noise * _model.Label.Noise) / 2;
        var norm = Math.Sqrt(Math.Max(0, q));
        var layer = LayerQuadrature.Integrate(Reach(norm), g => 2 * Density(g) * SpecialFunctions.Log1p(Math.Exp(-norm * g)));
        return layer + norm / Math.Sqrt(2 * Math.PI) - m * _teacherPull;
    }

    /// <summary>
    /// Probability that sign(w) differs from the label; NaN where it is undefined: at q = 0, and for a label that is not +-1.
    /// </summary>
    public double Error(double q, double m)
    {
        if (!_model.IsClassification || !(q > 0))
            return double.NaN;
        var rho = _model.TeacherNorm;
        m = Clamp(q, m);
        var cosine = m / Math.Sqrt(rho * q);
        var sine = Math.Sqrt(Math.Max(0, (rho * q - m * m) / (rho * q)));
        if (_model.Label.Kind == LabelKind.Sign)
            return Math.Atan2(sine, cosine) / Math.PI;
        var error = _leastError + Misaligned(sine, Math.Abs(cosine));
        return cosine < 0 ? 1 - error : error;
    }

    /// <summary>
    /// Error beyond that of the aligned student, the integral over g > 0 of 2 phi(g) tanh(slope g/2) Phi(-a g), a = cos/sin;
    /// in u = g/sin, where the Gaussian factors have scale 1.
    /// </summary>
    private double Misaligned(double sine, double cosine)
    {
        if (sine == 0)
            return 0;
        var total = Math.Atan2(sine, cosine) / Math.PI;
        return Saturating(
            _slope * sine, total, u => sine * Density(sine * u) * SpecialFunctions.Erfc(cosine * u / Constants.Sqrt2));
    }

    /// <summary>
    /// The integral of f(u) tanh(slope u/2) over u > 0, for f of scale 1 with known integral <paramref name="total"/>.
    /// Where tanh saturates inside the range, 1 - tanh is integrated over its own layer instead.
    /// </summary>
    private static double Saturating(double slope, double total, Func<double, double> f) => slope * GaussTail < ExpTail
        ? LayerQuadrature.Integrate(GaussTail, u => f(u) * Math.Tanh(slope * u / 2))
        : total - LayerQuadrature.Integrate(ExpTail / slope, u => 2 * f(u) * Sigmoid(-slope * u));

    /// <summary>Where the product of a Gaussian density and an exponential layer ends.</summary>
    private static double Reach(double slope) => slope * GaussTail < ExpTail ? GaussTail : ExpTail / slope;

    private static double Density(double g) => Math.Exp(-g * g / 2) / Math.Sqrt(2 * Math.PI);

    private static double Sigmoid(double z) => 1 / (1 + Math.Exp(-z));

    private double Clamp(double q, double m)
    {
        var bound = Math.Sqrt(_model.TeacherNorm * Math.Max(0, q));
        return Math.Clamp(m, -bound, bound);
    }
}
