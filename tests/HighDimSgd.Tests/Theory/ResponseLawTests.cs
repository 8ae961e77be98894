using HighDimSgd.Experiments;
using HighDimSgd.Models;
using HighDimSgd.Theory;

namespace HighDimSgd.Tests.Theory;

/// <summary>The self-consistent law of the response against the spectrum, at finite step and in continuous time.</summary>
public sealed class ResponseLawTests
{
    private static readonly ModelSpec Model = new() { Loss = Loss.Squared, Label = Label.Linear() };

    [Theory]
    [InlineData(2, 0.1, 0.2)]
    [InlineData(0.5, 0, 0.1)]
    [InlineData(1, 0.3, 0.4)]
    [InlineData(30, 0, 0.05)]
    public void TheRecursionGivesTheIntegralOverTheSpectrum(double aspect, double ridge, double step)
    {
        double[] law = ResponseLaw.Solve(aspect, ridge, step, 60);
        double[] spectrum = RidgeVolterra.Solve(Model with { Ridge = ridge }, aspect, step, 60, 0).Response;
        for (int j = 0; j < law.Length; j++)
            Assert.Equal(spectrum[j], law[j], 1e-12);
    }

    // At a step the transform is D sum_j r_j x^j with x = 1/(1+zD); in continuous time int e^{-zt} R(t) dt, a sum over very small steps.
    [Theory]
    [InlineData(2, 0.1, 0.7)]
    [InlineData(0.5, 0.2, 1.5)]
    [InlineData(1, 0, 0.4)]
    public void TheLaplaceLawHoldsAtEveryStepAndInTheLimit(double aspect, double ridge, double z)
    {
        double Law(double transform) => transform * (z + ridge + (1 / (1 + (transform / aspect)))) - 1;
        foreach (double step in new[] { 0.4, 0.1 })
        {
            double[] r = ResponseLaw.Solve(aspect, ridge, step, 1000);
            Assert.Equal(0, Law(step * r.Select((x, j) => x * Math.Pow(1 + (z * step), -j - 1)).Sum()), 1e-12);
        }

        double flow = MarchenkoPastur.Integrate(aspect, mu => 1 / (mu + ridge + z));
        Assert.Equal(0, Law(flow), 1e-11);
        Assert.NotEqual(0, Law(1.001 * flow), 1e-5);
        // R(t) itself: the recursion at steps 0.01 and 0.005, extrapolated, against int e^{-(mu+ridge)t} dnu at t = 3.
        double exact = MarchenkoPastur.Integrate(aspect, mu => Math.Exp(-3 * (mu + ridge)));
        double coarse = ResponseLaw.Solve(aspect, ridge, 0.01, 301)[300], fine = ResponseLaw.Solve(aspect, ridge, 0.005, 601)[600];
        Assert.Equal(exact, (2 * fine) - coarse, 2e-5);
    }
}
