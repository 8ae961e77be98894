using HighDimSgd.Experiments;
using HighDimSgd.Models;

namespace HighDimSgd.Theory;

/// <summary>
/// Squared loss with a linear label where steps differ: every second moment by a recursion over steps for each eigenvalue mu of the
/// Marchenko-Pastur law, in place of the Volterra equation, whose kernels depend on the lag alone. Exact for every clock in the
/// limit of large d.
/// </summary>
/// <remarks>
/// Along the eigenvectors of mu, theta = p theta0 + s X^T y/delta + noise, with c = 1 - D u (mu + lambda v) in each step
/// <c>p' = c p, s' = c s + D u, N' = c^2 N + u^2 tau' D mu E</c>, N the variance of the noise and E = E[l^2] of all mu together.
/// </remarks>
public static class RidgeMoments
{
    /// <summary>Solves an experiment; equal to <see cref="RidgeVolterra"/> where all steps are alike.</summary>
    /// <exception cref="ArgumentException">The loss is not squared or the label not linear.</exception>
    public static RidgeCurves Solve(Experiment experiment)
    {
        ArgumentNullException.ThrowIfNull(experiment);
        (ModelSpec model, AlgorithmSpec algorithm, double aspect) = (experiment.Model, experiment.Algorithm, experiment.Aspect);
        if (!model.IsLinear)
            throw new ArgumentException("The closed solution holds for squared loss with a linear label only.", nameof(experiment));
        int steps = algorithm.Steps;
        double temperature = algorithm.EffectiveTemperature(aspect), noise2 = model.Label["noise"] * model.Label["noise"];
        var spectrum = new MarchenkoPastur(aspect, steps + 2);
        Direction[] directions = [.. spectrum.Nodes.Select(mu => new Direction(mu, 1, 0, 0))];
        var fresh = new FreshData(model);
        var curves = new RidgeCurves(
            new double[steps + 1], new double[steps + 1], new double[steps + 1], new double[steps + 1], new double[steps + 1]);
        for (int k = 0; k <= steps; k++)
        {
            double q = Integral(Norm), m = Integral(Overlap);
            double square = model.TeacherNorm + noise2 + Integral(x => (x.Mu * Norm(x)) - (2 * Alignment(x)));
            (curves.Q[k], curves.M[k], curves.Grad2[k]) = (q, m, square);
            (curves.TrainLoss[k], curves.TestLoss[k]) = (square / 2, fresh.Loss(q, m));
            double push = algorithm.Step * algorithm.RateFactor(k), kick = push * algorithm.RateFactor(k) * temperature * square;
            directions = Array.ConvertAll(directions, x =>
            {
                double kept = 1 - (push * x.Mu) - experiment.RidgeStep(k);
                return new Direction(x.Mu, kept * x.Kept, (kept * x.Driven) + push, (kept * kept * x.Noise) + (kick * x.Mu));
            });
        }

        return curves;

        double Signal(Direction x) => (model.TeacherNorm * x.Mu * x.Mu) + (noise2 * x.Mu / aspect);
        double Overlap(Direction x) => (model.StartOverlap * x.Kept) + (model.TeacherNorm * x.Driven * x.Mu);
        double Alignment(Direction x) => (x.Kept * x.Mu * model.StartOverlap) + (x.Driven * Signal(x));
        double Norm(Direction x) => (x.Kept * x.Kept * model.StartNorm) + (2 * x.Kept * x.Driven * x.Mu * model.StartOverlap)
            + (x.Driven * x.Driven * Signal(x)) + x.Noise;
        double Integral(Func<Direction, double> f) => spectrum.Integrate(Array.ConvertAll(directions, x => f(x)));
    }

    /// <summary>R_th(k, p), the effect on theta(k) of a push given in step p below k: int prod_{p&lt;j&lt;k} (1 - D u_j (mu + lambda v_j)) dnu.</summary>
    public static double Response(Experiment experiment, int k, int p)
    {
        ArgumentNullException.ThrowIfNull(experiment);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(p, k);
        var spectrum = new MarchenkoPastur(experiment.Aspect, k - p);
        double[] kept = Array.ConvertAll(spectrum.Nodes, _ => 1.0);
        for (int j = p + 1; j < k; j++)
        {
            double push = experiment.Algorithm.Step * experiment.Algorithm.RateFactor(j), ridge = experiment.RidgeStep(j);
            for (int i = 0; i < kept.Length; i++)
                kept[i] *= 1 - (push * spectrum.Nodes[i]) - ridge;
        }

        return spectrum.Integrate(kept);
    }

    /// <summary>The directions of an eigenvalue mu.</summary>
    /// <param name="Mu">mu.</param>
    /// <param name="Kept">p, what is left of the start.</param>
    /// <param name="Driven">s, what has come of the data.</param>
    /// <param name="Noise">N, the variance of what the clock's noise has brought.</param>
    private readonly record struct Direction(double Mu, double Kept, double Driven, double Noise);
}
