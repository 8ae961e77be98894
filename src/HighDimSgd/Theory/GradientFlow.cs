using HighDimSgd.Experiments;
using HighDimSgd.Models;

namespace HighDimSgd.Theory;

/// <summary>Second moments of gradient flow on a linear experiment at one time.</summary>
/// <param name="Q">q = |theta|^2/d.</param>
/// <param name="M">m = theta.theta*/d.</param>
/// <param name="TrainLoss">Mean loss on the samples, half of <paramref name="Grad2"/>.</param>
/// <param name="TestLoss">Expected loss on fresh data.</param>
/// <param name="Grad2">E^GF = |X theta - y|^2/n.</param>
public sealed record FlowMoments(double Q, double M, double TrainLoss, double TestLoss, double Grad2);

/// <summary>
/// Gradient flow, d theta/dt = -lambda theta - X^T (X theta - y)/delta, squared loss and linear label, in the limit of large d: the
/// clock <c>gd</c> for D to 0, or the stochastic gradient flow at temperature 0.
/// </summary>
public static class GradientFlow
{
    /// <summary>
    /// The moments at a time. With p = e^{-(mu+lambda)t} and s = (1-p)/(mu+lambda), the direction of eigenvalue mu carries
    /// theta = p theta0 + s X^T y/delta; the rest are integrals over the Marchenko-Pastur law.
    /// </summary>
    /// <param name="model">Squared loss, linear label.</param>
    /// <param name="aspect">delta = n/d.</param>
    /// <param name="time">Time t, at least 0; where the rate has a schedule u, the integral of u up to t.</param>
    /// <exception cref="ArgumentException">The loss is not squared or the label not linear.</exception>
    public static FlowMoments At(ModelSpec model, double aspect, double time)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentOutOfRangeException.ThrowIfNegative(time);
        if (!model.IsLinear)
            throw new ArgumentException("The closed solution holds for squared loss with a linear label only.", nameof(model));
        (double rho, double start, double overlap) = (model.TeacherNorm, model.StartNorm, model.StartOverlap);
        double noise2 = model.Label["noise"] * model.Label["noise"];
        double q = Integral((mu, p, s) => Norm(mu, p, s));
        double m = Integral((mu, p, s) => (overlap * p) + (rho * s * mu));
        double grad2 = rho + noise2 + Integral((mu, p, s) => (mu * Norm(mu, p, s)) - (2 * ((p * mu * overlap) + (s * Signal(mu)))));
        return new(q, m, grad2 / 2, new FreshData(model).Loss(q, m), grad2);

        double Signal(double mu) => (rho * mu * mu) + (noise2 * mu / aspect);
        double Norm(double mu, double p, double s) => (p * p * start) + (2 * p * s * mu * overlap) + (s * s * Signal(mu));
        double Integral(Func<double, double, double, double> f) => MarchenkoPastur.Integrate(aspect, mu =>
        {
            double rate = mu + model.Ridge;
            return f(mu, Math.Exp(-rate * time), Decay.Integral(rate, time));
        });
    }
}
