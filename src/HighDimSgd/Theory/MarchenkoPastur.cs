namespace HighDimSgd.Theory;

/// <summary>
/// The Marchenko-Pastur law nu of the spectrum of H = X^T X/delta, entries of X of variance 1/d, n = delta d: density
/// delta sqrt((b-mu)(mu-a))/(2 pi mu) on [a, b] = [(1-delta^{-1/2})^2, (1+delta^{-1/2})^2] and an atom max(0, 1-delta) at 0.
/// </summary>
/// <remarks>
/// With mu = 1 + 1/delta + (2/sqrt(delta)) cos(phi),
/// <c>int f dnu = f(0) + (2/pi) int_0^pi sin^2(phi) (f(mu) - f(0))/mu dphi</c>,
/// which holds the atom and has no pole at 0 whatever delta. The Gauss rule of the second kind with N points is exact for
/// polynomials f up to degree 2N, and these are all that a discrete-step linear iteration needs.
/// </remarks>
public sealed class MarchenkoPastur
{
    private readonly double[] _weights;

    /// <summary>The Gauss rule with <paramref name="points"/> points at aspect ratio <paramref name="aspect"/> = n/d.</summary>
    public MarchenkoPastur(double aspect, int points)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(aspect);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(points);
        Nodes = new double[points + 1];
        _weights = new double[points + 1];
        var shift = 1 - 1 / Math.Sqrt(aspect);
        var rest = 1.0;
        for (var i = 1; i <= points; i++)
        {
            var (sine, cosine) = Math.SinCos(Math.PI * i / (2.0 * (points + 1)));
            Nodes[i] = shift * shift + 4 / Math.Sqrt(aspect) * cosine * cosine;
            _weights[i] = 8.0 / (points + 1) * sine * sine * cosine * cosine / Nodes[i];
            rest -= _weights[i];
        }

        _weights[0] = rest;
    }

    /// <summary>Nodes of the rule; the first is 0, and carries the atom.</summary>
    public double[] Nodes { get; }

    /// <summary>The integral of a function given by its <paramref name="values"/> at <see cref="Nodes"/>.</summary>
    public double Integrate(ReadOnlySpan<double> values)
    {
        var sum = 0.0;
        for (var i = 0; i < _weights.Length; i++)
            sum += _weights[i] * values[i];
        return sum;
    }

    /// <summary>The integral of <paramref name="f"/>, analytic on [a, b], the points doubled until it stands to 1e-13.</summary>
    public static double Integrate(double aspect, Func<double, double> f)
    {
        const int most = 1 << 16;
        var previous = double.NaN;
        for (var points = 64; ; points *= 2)
        {
            var rule = new MarchenkoPastur(aspect, points);
            var value = rule.Integrate(Array.ConvertAll(rule.Nodes, f.Invoke));
            if (Math.Abs(value - previous) <= 1e-13 * Math.Abs(value) || points >= most)
                return value;
            previous = value;
        }
    }
}
