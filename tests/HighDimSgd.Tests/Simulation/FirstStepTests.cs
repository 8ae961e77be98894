using HighDimSgd.Experiments;
using HighDimSgd.Models;
using HighDimSgd.Results;

namespace HighDimSgd.Tests.Simulation;

/// <summary>
/// The exact identities of one step, for every clock and model. Over a Gaussian design the first
/// preactivations are exactly Gaussian, so with plane quadrature for E[l w*], E[l r] and E[l^2]
///     E m_1 = (1 - lam D) m_0 - D E[l w*],
///     E q_1 = (1 - lam D)^2 q_0 - 2 (1 - lam D) D E[l r] + E[zeta^2] E[l^2]/delta + D^2 |E l x|^2 d + O(1/d),
/// the last term by Stein's lemma. 4.5 standard errors: a false alarm in 150 000 for each number.
/// </summary>
public sealed class FirstStepTests : IDisposable
{
    private const int Size = 300;

    private readonly string folder = Directory.CreateTempSubdirectory("hdsgd-").FullName;

    public static TheoryData<ClockKind, int> Cases
    {
        get
        {
            var cases = new TheoryData<ClockKind, int>();
            foreach (ClockKind clock in Settings.FullPasses)
            {
                for (int model = 0; model < Settings.Models.Length; model++)
                    cases.Add(clock, model);
            }

            return cases;
        }
    }

    public void Dispose() => Directory.Delete(folder, true);

    [Theory]
    [MemberData(nameof(Cases))]
    public void TheFirstStepHasItsExactMeans(ClockKind clock, int model)
    {
        Experiment experiment = Settings.Small(clock, model, Size, 1500, steps: 1);
        SizeSummary summary = Runner.Run(experiment, new(Path.Combine(folder, $"{clock}{model}"))).Sizes[0];
        (double q, double m) = Exact(experiment, experiment.Algorithm.Temperature);
        AssertClose(summary.Observables["m"], m, 0, within: true);
        // |x|^2 and l^2 are correlated by O(1/d).
        AssertClose(summary.Observables["q"], q, 2.0 / Size, within: true);
        if (clock is ClockKind.Sgf or ClockKind.Poisson)
            AssertClose(summary.Observables["q"], Exact(experiment, 1.5 * experiment.Algorithm.Temperature).Q, 2.0 / Size, within: false);
    }

    private static void AssertClose(Curve curve, double expected, double bias, bool within) => Assert.True(
        within == Math.Abs(curve.Mean[1] - expected) < (4.5 * curve.Error[1]) + bias,
        $"{curve.Mean[1]:f5} +- {curve.Error[1]:f5}, expected {(within ? "" : "not ")}{expected:f5}");

    private static (double Q, double M) Exact(Experiment experiment, double temperature)
    {
        ModelSpec model = experiment.Model;
        (double q, double m, double rho) = (model.StartNorm, model.StartOverlap, model.TeacherNorm);
        (double lw, double lr, double ll) = Means(model);
        double d = experiment.Algorithm.Step, shrink = 1 - (model.Ridge * d);
        double variance = (experiment.Algorithm with { Temperature = temperature }).EffectiveTemperature(experiment.Aspect) * experiment.Aspect * d;
        double det = (q * rho) - (m * m);
        double alpha = ((lr * rho) - (lw * m)) / det, beta = ((lw * q) - (lr * m)) / det;
        double along = (alpha * alpha * q) + (2 * alpha * beta * m) + (beta * beta * rho);
        return (
            (shrink * shrink * q) - (2 * shrink * d * lr) + (((d * d) + variance) * ll / experiment.Aspect) + (d * d * along),
            (shrink * m) - (d * lw));
    }

    /// <summary>E[l w*], E[l r] and E[l^2] at the start.</summary>
    private static (double Lw, double Lr, double Ll) Means(ModelSpec model)
    {
        const double Spacing = 0.02;
        double lw = 0, lr = 0, ll = 0, sd = Math.Sqrt(model.TeacherNorm), slope = model.StartOverlap / model.TeacherNorm;
        double rest = Math.Sqrt(model.StartNorm - (slope * model.StartOverlap));
        // Half-way between grid points, so that the sign's jump at 0 falls between them.
        for (double a = -8 + (Spacing / 2); a < 8; a += Spacing)
        {
            for (double b = -8; b < 8; b += 5 * Spacing)
            {
                double weight = Math.Exp(-((a * a) + (b * b)) / 2) / (2 * Math.PI) * Spacing * 5 * Spacing;
                double w = sd * a, r = (slope * w) + (rest * b);
                foreach ((double y, double p) in Labels(model, w))
                {
                    double l = model.Loss == Loss.Squared ? r - y : -y / (1 + Math.Exp(y * r));
                    lw += weight * p * l * w;
                    lr += weight * p * l * r;
                    ll += weight * p * l * l;
                }
            }
        }

        return (lw, lr, ll);
    }

    private static (double Y, double P)[] Labels(ModelSpec model, double w)
    {
        double Chance() => 1 / (1 + Math.Exp(-model.Label["slope"] * w));
        return model.Label.Name switch
        {
            "linear" => [(w + model.Label["noise"], 0.5), (w - model.Label["noise"], 0.5)],
            "sign" => [(w < 0 ? -1 : 1, 1)],
            _ => [(1, Chance()), (-1, 1 - Chance())],
        };
    }
}
