using MathNet.Numerics.Integration;

namespace HighDimSgd.Models;

/// <summary>
/// Quadrature of f over [0, L] for integrands that vary fastest near 0: Gauss-Legendre rules of 16 points on the panels
/// [0, L/8], [L/8, L/4], [L/4, L/2], [L/2, L]. Relative error below 1e-14 where f decays below 1e-17 at L and has no
/// singularity nearer to the panels than L pi/40, as for e^{-z^2/2} with L = 9 and 1/(1+e^{-z}) with L = 40.
/// </summary>
internal static class LayerQuadrature
{
    private const int Order = 16;
    private static readonly double[] Breaks = [0, 0.125, 0.25, 0.5, 1];
    private static readonly (double Node, double Weight)[] Rule = Build();

    /// <summary>The integral of <paramref name="f"/> over [0, <paramref name="length"/>].</summary>
    public static double Integrate(double length, Func<double, double> f)
    {
        var sum = 0.0;
        foreach (var (node, weight) in Rule)
            sum += weight * f(length * node);
        return length * sum;
    }

    /// <summary>Nodes and weights of the rule over [0, <paramref name="length"/>].</summary>
    public static IEnumerable<(double Node, double Weight)> Nodes(double length) => Rule.Select(r => (length * r.Node, length * r.Weight));

    private static (double, double)[] Build()
    {
        var rule = new List<(double, double)>();
        for (var p = 1; p < Breaks.Length; p++)
        {
            var panel = new GaussLegendreRule(Breaks[p - 1], Breaks[p], Order);
            rule.AddRange(panel.Abscissas.Zip(panel.Weights));
        }

        return [.. rule];
    }
}
