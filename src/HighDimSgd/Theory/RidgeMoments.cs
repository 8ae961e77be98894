using HighDimSgd.Experiments;
using HighDimSgd.Models;

namespace HighDimSgd.Theory;

/// <summary>
/// Squared loss with a linear label, schedules and momentum included: every second moment by a recursion over steps for each eigenvalue mu of the
/// Marchenko-Pastur law, in place of the Volterra equation, whose kernels depend on the lag alone. Exact for every clock in the
/// limit of large d.
/// </summary>
/// <remarks>
/// Along the eigenvectors of mu, theta = p theta0 + s X^T y/delta + noise, with c = 1 - D u (mu + lambda v) in each step
/// <c>p' = c p, s' = c s + D u, N' = c^2 N + u^2 tau' D mu E</c>, N the variance of the noise and E = E[l^2] of all mu together. With
/// momentum beta each gains beta times its last change: c + beta stands for c, less beta times what stood a step before, and the
/// noise has a covariance M with its value then: <c>N' = c^2 N - 2 c beta M + beta^2 N_before + .., M' = c N - beta M</c>.
/// </remarks>
public static class RidgeMoments
{
    /// <summary>Solves an experiment; equal to <see cref="RidgeVolterra"/> without schedules and momentum.</summary>
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
        Direction[] directions = [.. spectrum.Nodes.Select(mu => new Direction(mu, new(1, 1), new(0, 0), new(0, 0), 0))];
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
                double beta = algorithm.Momentum, c = 1 - (push * x.Mu) - experiment.RidgeStep(k) + beta;
                double noise = (c * c * x.Noise.Now) - (2 * c * beta * x.Cross) + (beta * beta * x.Noise.Before) + (kick * x.Mu);
                return new Direction(
                    x.Mu, x.Kept.Next(c, beta, 0), x.Driven.Next(c, beta, push), new(noise, x.Noise.Now), (c * x.Noise.Now) - (beta * x.Cross));
            });
        }

        return curves;

        double Signal(Direction x) => (model.TeacherNorm * x.Mu * x.Mu) + (noise2 * x.Mu / aspect);
        double Overlap(Direction x) => (model.StartOverlap * x.Kept.Now) + (model.TeacherNorm * x.Driven.Now * x.Mu);
        double Alignment(Direction x) => (x.Kept.Now * x.Mu * model.StartOverlap) + (x.Driven.Now * Signal(x));
        double Norm(Direction x) => (x.Kept.Now * x.Kept.Now * model.StartNorm)
            + (2 * x.Kept.Now * x.Driven.Now * x.Mu * model.StartOverlap) + (x.Driven.Now * x.Driven.Now * Signal(x)) + x.Noise.Now;
        double Integral(Func<Direction, double> f) => spectrum.Integrate(Array.ConvertAll(directions, x => f(x)));
    }

    /// <summary>
    /// R_th(k, p), the effect on theta(k) of a push given in step p below k: without momentum int prod_{p&lt;j&lt;k} (1 - D u_j (mu + lambda v_j)) dnu.
    /// </summary>
    public static double Response(Experiment experiment, int k, int p)
    {
        ArgumentNullException.ThrowIfNull(experiment);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(p, k);
        var spectrum = new MarchenkoPastur(experiment.Aspect, k - p);
        Pair[] kept = Array.ConvertAll(spectrum.Nodes, _ => new Pair(1, 0));
        double beta = experiment.Algorithm.Momentum;
        for (int j = p + 1; j < k; j++)
        {
            double push = experiment.Algorithm.Step * experiment.Algorithm.RateFactor(j), ridge = experiment.RidgeStep(j);
            for (int i = 0; i < kept.Length; i++)
                kept[i] = kept[i].Next(1 - (push * spectrum.Nodes[i]) - ridge + beta, beta, 0);
        }

        return spectrum.Integrate(Array.ConvertAll(kept, x => x.Now));
    }

    /// <summary>A number now and a step before.</summary>
    private readonly record struct Pair(double Now, double Before)
    {
        public Pair Next(double c, double beta, double push) => new((c * Now) - (beta * Before) + push, Now);
    }

    /// <summary>The directions of an eigenvalue mu.</summary>
    /// <param name="Mu">mu.</param>
    /// <param name="Kept">p, what is left of the start.</param>
    /// <param name="Driven">s, what has come of the data.</param>
    /// <param name="Noise">N, the variance of what the clock's noise has brought.</param>
    /// <param name="Cross">M, the covariance of that with its value a step before.</param>
    private readonly record struct Direction(double Mu, Pair Kept, Pair Driven, Pair Noise, double Cross);
}
