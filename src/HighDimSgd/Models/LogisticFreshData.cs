using HighDimSgd.Experiments;
using MathNet.Numerics;

namespace HighDimSgd.Models;

/// <summary>
/// Logistic loss with a sign or logistic label: one-dimensional integrals, relative error about 1e-12 for q from 1e-12 to 1e6 and
/// slopes to 1e4.
/// </summary>
/// <remarks>
/// With P(y=1|w*) = h(w*): E log(1+e^{-y w}) = E log(1+e^{-|w|}) + E|w|/2 - (m/rho) E[w* h(w*)].
/// With the correlation m/sqrt(rho q) = cos(angle) and a = cot(angle): E[w | w*] = (m/rho) w*, so that the error of the
/// logistic label is 2 E[s(-slope w*) Phi(a w*/sqrt(rho))], s the sigmoid.
/// </remarks>
internal sealed partial class LogisticFreshData : IFreshMoments
{
    /// <summary>Standard deviations after which a Gaussian density counts as zero.</summary>
    private const double GaussTail = 9;

    /// <summary>Argument at which e^{-z} counts as zero beside 1.</summary>
    private const double ExpTail = 40;

    private readonly ModelSpec model;
    private readonly double slope;
    private readonly double teacherPull;
    private readonly double leastError;

    /// <summary>Prepares the constants of a model.</summary>
    public LogisticFreshData(ModelSpec model)
    {
        this.model = model;
        if (model.Label is SignLabel)
        {
            teacherPull = 1 / Math.Sqrt(2 * Math.PI * model.TeacherNorm);
            return;
        }

        slope = model.Label["slope"] * Math.Sqrt(model.TeacherNorm);
        teacherPull = Saturating(slope, 1 / Math.Sqrt(2 * Math.PI), g => g * Density(g)) / Math.Sqrt(model.TeacherNorm);
        leastError = LayerQuadrature.Integrate(Reach(slope), g => 2 * Density(g) * Sigmoid(-slope * g));
    }

    /// <inheritdoc/>
    public double Accuracy => 1e-12;

    /// <summary>Expected loss; log 2 at q = 0.</summary>
    public double Loss(double q, double m)
    {
        var norm = Math.Sqrt(Math.Max(0, q));
        var layer = LayerQuadrature.Integrate(Reach(norm), g => 2 * Density(g) * SpecialFunctions.Log1p(Math.Exp(-norm * g)));
        return layer + norm / Math.Sqrt(2 * Math.PI) - m * teacherPull;
    }

    /// <inheritdoc/>
    public double Error(double q, double m)
    {
        var rho = model.TeacherNorm;
        var cosine = m / Math.Sqrt(rho * q);
        var sine = Math.Sqrt(Math.Max(0, (rho * q - m * m) / (rho * q)));
        if (model.Label is SignLabel)
            return Math.Atan2(sine, cosine) / Math.PI;
        var error = leastError + Misaligned(sine, Math.Abs(cosine));
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
            slope * sine, total, u => sine * Density(sine * u) * SpecialFunctions.Erfc(cosine * u / Constants.Sqrt2));
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
}
