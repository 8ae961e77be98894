using HighDimSgd.Experiments;
using HighDimSgd.Models;

namespace HighDimSgd.Tests.Models;

/// <summary>E[l w], E[l w*] and E[l^2] on fresh data, rho = 1.3, against sums over the plane.</summary>
public sealed class FreshSlopeTests
{
    public static TheoryData<string, double, double, double> Cases
    {
        get
        {
            var cases = new TheoryData<string, double, double, double>();
            foreach ((string label, double slope) in new[]
            {
                ("linear", 0.0), ("sign", 0), ("logistic", 0.7), ("logistic", 3), ("logistic", 8),
            })
            {
                foreach ((double q, double m) in new[] { (1.0, 0.0), (0.5, 0.3), (3, -1.2), (12, 3), (0.01, 0.05) })
                    cases.Add(label, slope, q, m);
            }

            return cases;
        }
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void MatchTheSumOverThePlane(string label, double slope, double q, double m)
    {
        ModelSpec model = Model(label, slope);
        SlopeMoments moments = new FreshData(model).Slope(q, m);
        (double lw, double ls, double ll) = Plane(model, q, m);
        Assert.Equal(lw, moments.AlongStudent, 1e-9);
        Assert.Equal(ls, moments.AlongTeacher, 1e-9);
        Assert.Equal(ll, moments.Square, 1e-9);
    }

    [Theory]
    [InlineData("sign", 0)]
    [InlineData("logistic", 3)]
    public void TheCornersAreFiniteAndContinuous(string label, double slope)
    {
        var fresh = new FreshData(Model(label, slope));
        Assert.Equal(0.25, fresh.Slope(0, 0).Square, 1e-15);
        Assert.Equal(fresh.Slope(1e-14, 0).AlongTeacher, fresh.Slope(0, 0).AlongTeacher, 1e-7);
        // Aligned with the teacher, and against it.
        double edge = Math.Sqrt(1.3 * 2);
        foreach (double sign in new[] { 1.0, -1 })
            Assert.Equal(fresh.Slope(2, sign * edge * (1 - 1e-12)).Square, fresh.Slope(2, sign * edge).Square, 1e-5);
        // A slope beyond all layers is the sign label.
        SlopeMoments steep = new FreshData(Model("logistic", 1e5)).Slope(2, 0.6);
        Assert.Equal(new FreshData(Model("sign", 0)).Slope(2, 0.6).Square, steep.Square, 1e-8);
    }

    private static ModelSpec Model(string label, double slope) => new()
    {
        Loss = label == "linear" ? Loss.Squared : Loss.Logistic,
        Label = label switch { "linear" => Label.Linear(0.5), "sign" => Label.Sign, _ => Label.Logistic(slope) },
        TeacherNorm = 1.3,
    };

    /// <summary>Gauss-Legendre panels in w*, meeting at 0 where the sign jumps, times the trapezoidal rule in the rest of w.</summary>
    private static (double Lw, double Ls, double Ll) Plane(ModelSpec model, double q, double m)
    {
        double root = Math.Sqrt(model.TeacherNorm), along = m / root, rest = Math.Sqrt(q - (along * along));
        var rule = new MathNet.Numerics.Integration.GaussLegendreRule(-1, 1, 40);
        double lw = 0, ls = 0, ll = 0;
        const int Panels = 12;
        for (int half = -1; half <= 1; half += 2)
        {
            for (int panel = 0; panel < Panels; panel++)
            {
                for (int i = 0; i < rule.Order; i++)
                {
                    // Panels of w* that are finest at 0.
                    double low = 9 * Math.Pow(panel / (double)Panels, 2), high = 9 * Math.Pow((panel + 1) / (double)Panels, 2);
                    double a = half * (low + high + ((high - low) * rule.Abscissas[i])) / 2, weight = rule.Weights[i] * (high - low) / 2;
                    for (double b = -9; b <= 9; b += 0.05)
                    {
                        double p = weight * 0.05 * Math.Exp(-((a * a) + (b * b)) / 2) / (2 * Math.PI), star = root * a, w = (along * a) + (rest * b);
                        foreach ((double y, double chance) in Labels(model, star))
                        {
                            double l = model.Loss == Loss.Squared ? w - y : -y / (1 + Math.Exp(y * w));
                            lw += p * chance * l * w;
                            ls += p * chance * l * star;
                            ll += p * chance * l * l;
                        }
                    }
                }
            }
        }

        return (lw, ls, ll);
    }

    private static (double Y, double P)[] Labels(ModelSpec model, double star)
    {
        double Chance() => 1 / (1 + Math.Exp(-model.Label["slope"] * star));
        return model.Label.Name switch
        {
            "linear" => [(star + model.Label["noise"], 0.5), (star - model.Label["noise"], 0.5)],
            "sign" => [(star < 0 ? -1 : 1, 1)],
            _ => [(1, Chance()), (-1, 1 - Chance())],
        };
    }
}
