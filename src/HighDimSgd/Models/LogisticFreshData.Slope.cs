using MathNet.Numerics;

namespace HighDimSgd.Models;

/// <content>
/// The moments of l(w; y) that drive learning from fresh samples. For the logistic loss l = s(w) - 1{y=1}, s the sigmoid. With
/// S = E[s'(w)] and P = E[w* h(w*)]/rho, h(w*) = P(y=1|w*), Stein's lemma gives E[l w] = q S - m P and E[l w*] = m S - rho P. With
/// u(w*) = 2 h(w*) - 1, odd, E[l^2] = 1/2 - S - C/2, C = E[tanh(w/2) u(w*)].
/// </content>
internal sealed partial class LogisticFreshData
{
    /// <summary>
    /// The moments. Relative error about 1e-12 for sign labels; for logistic labels below 1e-9 for q up to 30, by a second quadrature
    /// inside the first.
    /// </summary>
    public SlopeMoments Slope(double q, double m)
    {
        double rho = model.TeacherNorm;
        double norm = Math.Sqrt(Math.Max(0, q));
        double curvature = LayerQuadrature.Integrate(Reach(norm), g => 2 * Density(g) * Sigmoid(norm * g) * Sigmoid(-norm * g));
        return new((q * curvature) - (m * teacherPull), (m * curvature) - (rho * teacherPull), 0.5 - curvature - (Agreement(norm, m) / 2));
    }

    /// <summary>C = E[tanh(w/2) u(w*)].</summary>
    private double Agreement(double norm, double m)
    {
        double rho = model.TeacherNorm, root = Math.Sqrt(rho);
        if (norm == 0 || m == 0)
            return 0;
        double cosine = m / (norm * root), sine = Math.Sqrt(Math.Max(0, 1 - (cosine * cosine)));
        double signs = SignAgreement(norm, sine, cosine);
        return model.Label is SignLabel
            ? signs
            : Saturating(slope, signs, g => 2 * Density(g) * MeanTanh(norm * cosine * g, norm * sine));
    }

    /// <summary>E[tanh(w/2) sign(w*)]: E|tanh(w/2)| less twice what falls on the wrong side.</summary>
    private static double SignAgreement(double norm, double sine, double cosine)
    {
        double all = Saturating(norm, 1, g => 2 * Density(g));
        double angle = 2 * Math.Atan2(sine, Math.Abs(cosine)) / Math.PI;
        double wrong = sine == 0 ? 0 : Saturating(
            norm * sine, angle, u => 2 * sine * Density(sine * u) * SpecialFunctions.Erfc(Math.Abs(cosine) * u / Constants.Sqrt2));
        return Math.Sign(cosine) * (all - wrong);
    }

    /// <summary>
    /// E[tanh((mean + deviation z)/2)], z standard normal, by the trapezoidal rule, whose error falls like exp(-2 pi a/h) with the
    /// distance a = pi/deviation of the nearest pole from the real line.
    /// </summary>
    private static double MeanTanh(double mean, double deviation)
    {
        double spacing = Math.Min(0.5, 0.6 / deviation);
        int reach = (int)Math.Ceiling(GaussTail / spacing);
        double sum = Math.Tanh(mean / 2) * Density(0);
        for (int i = 1; i <= reach; i++)
        {
            double z = i * spacing;
            sum += Density(z) * (Math.Tanh((mean + (deviation * z)) / 2) + Math.Tanh((mean - (deviation * z)) / 2));
        }

        return sum * spacing;
    }
}
