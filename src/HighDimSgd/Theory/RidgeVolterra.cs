using HighDimSgd.Experiments;
using HighDimSgd.Models;

namespace HighDimSgd.Theory;

/// <summary>The exact limit of a linear experiment at steps 0..K; no Monte-Carlo error.</summary>
/// <param name="Q">q = |theta|^2/d by step.</param>
/// <param name="M">m = theta.theta*/d by step.</param>
/// <param name="TrainLoss">Mean loss on the samples by step, half of <paramref name="Grad2"/>.</param>
/// <param name="TestLoss">Expected loss on fresh data by step.</param>
/// <param name="Grad2">E[l^2] = |X theta - y|^2/n by step.</param>
public record RidgeCurves(double[] Q, double[] M, double[] TrainLoss, double[] TestLoss, double[] Grad2);

/// <summary>The exact limit where all steps are alike, with its response and its stability.</summary>
/// <param name="Q">q = |theta|^2/d by step.</param>
/// <param name="M">m = theta.theta*/d by step.</param>
/// <param name="TrainLoss">Mean loss on the samples by step, half of <paramref name="Grad2"/>.</param>
/// <param name="TestLoss">Expected loss on fresh data by step.</param>
/// <param name="Grad2">E[l^2] = |X theta - y|^2/n by step.</param>
/// <param name="Response">
/// Response by lag, <c>R_th(k, p) = Response[k-1-p]</c> for p below k: the effect on theta(k) of a push given in step p.
/// </param>
/// <param name="KernelMass">
/// Sum of the Volterra kernel over all lags, see <see cref="RidgeStability"/>.
/// </param>
public sealed record RidgeSolution(
    double[] Q, double[] M, double[] TrainLoss, double[] TestLoss, double[] Grad2, double[] Response, double KernelMass)
    : RidgeCurves(Q, M, TrainLoss, TestLoss, Grad2)
{
    /// <summary>True where the loss stays bounded for all times.</summary>
    public bool IsStable => KernelMass < 1;
}

/// <summary>
/// Squared loss with a linear label: every second moment of the discrete iteration in closed form, a Volterra equation over
/// the Marchenko-Pastur law ((A22) and (A23), their form at step D). Exact for every clock in the limit of
/// large d, with the clock's effective temperature.
/// </summary>
public static class RidgeVolterra
{
    /// <summary>Solves an experiment.</summary>
    /// <exception cref="ArgumentException">The loss is not squared, the label not linear, or there is a schedule or momentum: see <see cref="RidgeMoments"/>.</exception>
    public static RidgeSolution Solve(Experiment experiment)
    {
        ArgumentNullException.ThrowIfNull(experiment);
        var algorithm = experiment.Algorithm;
        if (!algorithm.IsPlain)
            throw new ArgumentException("The kernels of the Volterra equation depend on the lag alone only without schedules, and are other ones with momentum.", nameof(experiment));
        return Solve(
            experiment.Model, experiment.Aspect, algorithm.Step, algorithm.Steps, algorithm.EffectiveTemperature(experiment.Aspect));
    }

    /// <summary>Solves <paramref name="steps"/> steps of size <paramref name="step"/> at an effective temperature.</summary>
    /// <param name="model">Squared loss, linear label.</param>
    /// <param name="aspect">delta = n/d.</param>
    /// <param name="step">D.</param>
    /// <param name="steps">K.</param>
    /// <param name="temperature">tau' with Var zeta = tau' delta D.</param>
    /// <exception cref="ArgumentException">The loss is not squared or the label not linear.</exception>
    public static RidgeSolution Solve(ModelSpec model, double aspect, double step, int steps, double temperature)
    {
        ArgumentNullException.ThrowIfNull(model);
        if (!model.IsLinear)
            throw new ArgumentException("The closed solution holds for squared loss with a linear label only.", nameof(model));

        var spectrum = new MarchenkoPastur(aspect, steps + 2);
        var (rho, start, overlap) = (model.TeacherNorm, model.StartNorm, model.StartOverlap);
        var noise2 = model.Label["noise"] * model.Label["noise"];
        var curves = new RidgeSolution(
            new double[steps + 1], new double[steps + 1], new double[steps + 1], new double[steps + 1], new double[steps + 1],
            new double[steps], RidgeStability.Of(aspect, model.Ridge, step, temperature).KernelMass);
        var normKernel = new double[steps];
        var lossKernel = new double[steps];

        var mu = spectrum.Nodes;
        var (decay, drive) = (new double[mu.Length], new double[mu.Length]);
        Array.Fill(decay, 1);
        var fresh = new FreshData(model);
        for (var k = 0; k <= steps; k++)
        {
            curves.M[k] = Integral(i => overlap * decay[i] + rho * drive[i] * mu[i]);
            curves.Q[k] = Integral(Norm);
            curves.Grad2[k] = rho + noise2 + Integral(i => mu[i] * Norm(i) - 2 * Alignment(i));
            for (var p = 0; p < k; p++)
            {
                curves.Q[k] += curves.Grad2[p] * normKernel[k - 1 - p];
                curves.Grad2[k] += curves.Grad2[p] * lossKernel[k - 1 - p];
            }

            curves.TrainLoss[k] = curves.Grad2[k] / 2;
            curves.TestLoss[k] = fresh.Loss(curves.Q[k], curves.M[k]);
            if (k == steps)
                break;
            curves.Response[k] = Integral(i => decay[i]);
            normKernel[k] = temperature * step * Integral(i => mu[i] * decay[i] * decay[i]);
            lossKernel[k] = temperature * step * Integral(i => mu[i] * mu[i] * decay[i] * decay[i]);
            for (var i = 0; i < mu.Length; i++)
            {
                var factor = 1 - step * (mu[i] + model.Ridge);
                decay[i] *= factor;
                drive[i] = factor * drive[i] + step;
            }
        }

        return curves;

        // theta = decay theta0 + drive X^T y/delta along the eigenvector of mu, and |X^T y/delta|^2 = Signal.
        double Signal(int i) => rho * mu[i] * mu[i] + noise2 * mu[i] / aspect;
        double Norm(int i) => decay[i] * decay[i] * start + 2 * decay[i] * drive[i] * mu[i] * overlap + drive[i] * drive[i] * Signal(i);
        double Alignment(int i) => decay[i] * mu[i] * overlap + drive[i] * Signal(i);

        double Integral(Func<int, double> f)
        {
            var values = new double[mu.Length];
            for (var i = 0; i < values.Length; i++)
                values[i] = f(i);
            return spectrum.Integrate(values);
        }
    }
}
