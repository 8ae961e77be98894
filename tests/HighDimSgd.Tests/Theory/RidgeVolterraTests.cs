using HighDimSgd.Experiments;
using HighDimSgd.Models;
using HighDimSgd.Theory;
using MathNet.Numerics.LinearAlgebra;

namespace HighDimSgd.Tests.Theory;

public sealed class RidgeVolterraTests
{
    private static ModelSpec Model(double ridge, double rho = 1, double start = 0.5, double overlap = 0, double noise = 0.5) => new()
    {
        Loss = Loss.Squared,
        Label = Label.Linear(noise),
        Ridge = ridge,
        TeacherNorm = rho,
        StartNorm = start,
        StartOverlap = overlap,
    };

    // Earlier figures, printed to four decimals.
    [Theory]
    [InlineData(5, 0.6009, 0.3675, 0.4200)]
    [InlineData(10, 0.6745, 0.5415, 0.2638)]
    [InlineData(20, 0.7624, 0.6948, 0.1602)]
    [InlineData(50, 0.8735, 0.8129, 0.1096)]
    public void ReproducesTableOne(int step, double q, double m, double train)
    {
        var solution = RidgeVolterra.Solve(Model(0.1), 2, 0.1, 50, 0.6);
        Assert.Equal(q, solution.Q[step], 5e-5);
        Assert.Equal(m, solution.M[step], 5e-5);
        Assert.Equal(train, solution.TrainLoss[step], 5e-5);
        Assert.Equal((1 - 2 * m + q + 0.25) / 2, solution.TestLoss[step], 1e-4);
    }

    [Fact]
    public void ReproducesTheStartOverlapFigures()
    {
        var solution = RidgeVolterra.Solve(Model(0.1, overlap: 0.4), 2, 0.1, 20, 0.6);
        Assert.Equal(0.8135, solution.Q[20], 5e-5);
        Assert.Equal(0.779, solution.M[20], 5e-4);
        Assert.Equal(0.267, solution.Grad2[20], 5e-4);
    }

    [Theory]
    [InlineData(2.0, 0.1, 0.4)]
    [InlineData(0.5, 0.05, -0.3)]
    [InlineData(1.0, 0.0, 0.2)]
    public void OneStepMatchesTheMomentsOfTheSpectrum(double aspect, double ridge, double overlap)
    {
        // The moments of the law are sums of Narayana numbers, 1; 1, 1; 1, 3, 1; 1, 6, 6, 1 in powers of 1/delta.
        const double step = 0.3;
        var (mu1, mu2, mu3, mu4) = (1.0, 1 + 1 / aspect, 1 + 3 / aspect + 1 / (aspect * aspect),
            1 + 6 / aspect + 6 / (aspect * aspect) + 1 / (aspect * aspect * aspect));
        var model = Model(ridge, rho: 1.3, start: 0.7, overlap: overlap, noise: 0.4);
        var solution = RidgeVolterra.Solve(model, aspect, step, 1, 0);
        // One step: theta = c theta0 + D (g - H theta0), c = 1 - D ridge, g = H theta* + noise, |g|^2 = rho mu2 + s2 mu1/delta.
        var (c, s2) = (1 - step * ridge, 0.16);
        var pull = 1.3 * mu2 + s2 * mu1 / aspect;
        var q = 0.7 * (c * c - 2 * c * step * mu1 + step * step * mu2) + 2 * step * overlap * (c * mu1 - step * mu2) + step * step * pull;
        var m = overlap * (c - step * mu1) + 1.3 * step * mu1;
        var norm = 0.7 * (c * c * mu1 - 2 * c * step * mu2 + step * step * mu3) + 2 * step * overlap * (c * mu2 - step * mu3)
            + step * step * (1.3 * mu3 + s2 * mu2 / aspect);
        var alignment = overlap * (c * mu1 - step * mu2) + step * pull;
        Assert.Equal(q, solution.Q[1], 1e-13);
        Assert.Equal(m, solution.M[1], 1e-13);
        Assert.Equal(1.3 + s2 + norm - 2 * alignment, solution.Grad2[1], 1e-13);
        Assert.Equal(1.3 + s2 + 0.7 * mu1 - 2 * overlap * mu1, solution.Grad2[0], 1e-13);

        var rule = new MarchenkoPastur(aspect, 3);
        Assert.Equal(1, rule.Integrate(Powers(rule, 0)), 1e-14);
        Assert.Equal(mu1, rule.Integrate(Powers(rule, 1)), 1e-14);
        Assert.Equal(mu2, rule.Integrate(Powers(rule, 2)), 1e-13);
        Assert.Equal(mu3, rule.Integrate(Powers(rule, 3)), 1e-13);
        Assert.Equal(mu4, rule.Integrate(Powers(rule, 4)), 1e-12);
    }

    [Fact]
    public void AtomAndTransformOfTheSpectrum()
    {
        // int 1/(mu+z) solves (z/delta) h^2 + (z + 1 - 1/delta) h = 1; the atom 1-delta dominates at small z.
        foreach (var aspect in new[] { 0.3, 0.5, 1, 1.7, 10 })
        {
            foreach (var z in new[] { 0.01, 0.5, 4 })
            {
                var b = z + 1 - 1 / aspect;
                var h = 2 / (b + Math.Sqrt(b * b + 4 * z / aspect));
                Assert.Equal(h, MarchenkoPastur.Integrate(aspect, mu => 1 / (mu + z)), 1e-11 * h);
            }
        }
    }

    [Theory]
    [InlineData(2.0, 0.1, 0.6, 0.1)]
    [InlineData(0.5, 0.2, 0.9, 0.05)]
    public void SettlesAtTheStationaryLoss(double aspect, double ridge, double temperature, double step)
    {
        var solution = RidgeVolterra.Solve(Model(ridge, noise: 0.5), aspect, step, 3000, temperature);
        double Pull(double mu) => mu * mu + 0.25 * mu / aspect;
        var flow = 1.25 + MarchenkoPastur.Integrate(
            aspect, mu => (mu / (mu + ridge) - 2) * Pull(mu) / (mu + ridge));
        Assert.True(solution.IsStable);
        Assert.Equal(flow / (1 - solution.KernelMass), solution.Grad2[^1], 1e-9);
    }

    [Fact]
    public void KernelMassTellsStabilityApart()
    {
        // Ridge 0 and small steps: the mass is tau/2, corrected by the step.
        Assert.Equal(0.75, RidgeVolterra.Solve(Model(0), 2, 1e-7, 1, 1.5).KernelMass, 1e-6);
        var hot = RidgeVolterra.Solve(Model(0), 2, 0.02, 1500, 2.2);
        Assert.False(hot.IsStable);
        Assert.True(hot.Grad2[1500] > hot.Grad2[700] && hot.Grad2[700] > 1);
        Assert.Equal(double.PositiveInfinity, RidgeVolterra.Solve(Model(0), 0.5, 0.5, 1, 0.1).KernelMass);
        // Mass .736 at tau 1.5, ridge .02.
        Assert.Equal(0.736, RidgeVolterra.Solve(Model(0.02), 2, 1e-5, 1, 1.5).KernelMass, 2e-3);
    }

    [Theory]
    [InlineData(2.0, ClockKind.Sgf, 0.4)]
    [InlineData(0.5, ClockKind.Poisson, -0.3)]
    [InlineData(0.5, ClockKind.Minibatch, 0.2)]
    public void MatchesASmallSimulation(double aspect, ClockKind clock, double overlap)
    {
        // Replicas at d = 40 and 80, extrapolated in 1/d; fixed seed; 5 standard errors.
        var model = Model(0.3, rho: 1.2, start: 0.6, overlap: overlap);
        const int steps = 12;
        var algorithm = new AlgorithmSpec { Kind = clock, Temperature = 0.6, Fraction = 0.4, Step = 0.15, Steps = steps };
        var temperature = algorithm.EffectiveTemperature(aspect);
        var solution = RidgeVolterra.Solve(model, aspect, algorithm.Step, steps, temperature);
        var (small, smallError) = Simulate(model, aspect, algorithm, 40, 1600);
        var (large, largeError) = Simulate(model, aspect, algorithm, 80, 800);
        var limits = new[] { solution.Q[steps], solution.M[steps], solution.Grad2[steps] };
        for (var i = 0; i < 3; i++)
        {
            var error = Math.Sqrt(4 * largeError[i] * largeError[i] + smallError[i] * smallError[i]);
            Assert.True(error < 0.05 * Math.Max(0.5, limits[i]), $"error {error} too coarse");
            Assert.Equal(limits[i], 2 * large[i] - small[i], 5 * error);
        }
    }

    private static double[] Powers(MarchenkoPastur rule, int power) => Array.ConvertAll(rule.Nodes, mu => Math.Pow(mu, power));

    private static (double[] Mean, double[] Error) Simulate(ModelSpec model, double aspect, AlgorithmSpec algorithm, int d, int replicas)
    {
        var random = new MathNet.Numerics.Random.MersenneTwister(d);
        var n = (int)(aspect * d);
        var variance = algorithm.EffectiveTemperature(aspect) * aspect * algorithm.Step;
        var (sum, square) = (new double[3], new double[3]);
        Vector<double> Normals(int count) =>
            Vector<double>.Build.Dense(count, _ => MathNet.Numerics.Distributions.Normal.Sample(random, 0, 1));
        double Zeta() => algorithm.Kind switch
        {
            ClockKind.Sgf => algorithm.Step + Math.Sqrt(variance) * MathNet.Numerics.Distributions.Normal.Sample(random, 0, 1),
            ClockKind.Poisson => variance / algorithm.Step
                * MathNet.Numerics.Distributions.Poisson.Sample(random, algorithm.Step * algorithm.Step / variance),
            _ => random.NextDouble() < algorithm.Fraction ? algorithm.Step / algorithm.Fraction : 0,
        };
        for (var replica = 0; replica < replicas; replica++)
        {
            var x = Matrix<double>.Build.Dense(n, d, (_, _) => MathNet.Numerics.Distributions.Normal.Sample(random, 0, 1)) / Math.Sqrt(d);
            var teacher = Normals(d);
            teacher *= Math.Sqrt(model.TeacherNorm * d) / teacher.L2Norm();
            var aside = Normals(d);
            aside -= teacher * (aside * teacher / (teacher * teacher));
            var rest = model.StartNorm - model.StartOverlap * model.StartOverlap / model.TeacherNorm;
            var theta = teacher * (model.StartOverlap / model.TeacherNorm) + aside * (Math.Sqrt(rest * d) / aside.L2Norm());
            var y = x * teacher + model.Label["noise"] * Normals(n);
            for (var k = 0; k < algorithm.Steps; k++)
                theta = theta * (1 - model.Ridge * algorithm.Step) - x.TransposeThisAndMultiply((x * theta - y).Map(l => l * Zeta() / aspect));
            var residual = x * theta - y;
            var values = new[] { theta * theta / d, theta * teacher / d, residual * residual / n };
            for (var i = 0; i < 3; i++)
            {
                sum[i] += values[i];
                square[i] += values[i] * values[i];
            }
        }

        var mean = sum.Select(s => s / replicas).ToArray();
        return (mean, [.. mean.Select((a, i) => Math.Sqrt((square[i] / replicas - a * a) / replicas))]);
    }
}
