using HighDimSgd.Experiments;
using HighDimSgd.Models;
using MathNet.Numerics.Distributions;
using MathNet.Numerics.Integration;
using MathNet.Numerics.Random;

namespace HighDimSgd.Tests.Models;

public sealed class FreshDataTests
{
    private static FreshData Logistic(double rho, double slope) => new(new ModelSpec
    {
        Loss = Loss.Logistic,
        Label = Label.Logistic(slope),
        TeacherNorm = rho,
    });

    private static FreshData Sign(double rho) => new(new ModelSpec
    {
        Loss = Loss.Logistic,
        Label = Label.Sign,
        TeacherNorm = rho,
    });

    // Values of 30-digit arithmetic (mpmath), integrals over w* for the error and over w for the loss.
    [Theory]
    [InlineData(1e-12, 5e-7, 1, 3, 0.69314700830321315, 0.35779332395271327)]
    [InlineData(1e-4, -0.004, 1, 0.1, 0.69325943164492619, 0.50796005134917573)]
    [InlineData(1, 0, 1, 3, 0.80605918334743978, 0.5)]
    [InlineData(2.88, 1.068, 1, 3, 0.611057140000667, 0.31688886478185172)]
    [InlineData(7.3, 2.5, 1.7, 2, 0.65637376045190228, 0.29853154560266443)]
    [InlineData(2, -1.2, 0.8, 12, 1.4304759304099135, 0.88527459742325996)]
    [InlineData(100, 9.99, 1, 10000, 0.068879715518585346, 0.014236554397980111)]
    [InlineData(1000000, 400, 0.5, 50, 173.56326341147723, 0.30889809007165729)]
    [InlineData(1000000, 999.9999, 1, 10000, 0.00070268955675252702, 0.00015347166512274725)]
    [InlineData(0.03, 0.17, 1, 1000, 0.62906318038256357, 0.061333152625459826)]
    [InlineData(1.3, 1.1, 1, 0.01, 0.83363426837495369, 0.4980756077882055)]
    public void LogisticLabelMatchesLongArithmetic(double q, double m, double rho, double slope, double loss, double error)
    {
        var fresh = Logistic(rho, slope);
        Assert.Equal(loss, fresh.Loss(q, m), 1e-13 * (1 + Math.Sqrt(q)));
        Assert.Equal(error, fresh.Error(q, m), 1e-12);
    }

    [Theory]
    [InlineData(1e-12, 5e-7, 1, 0.69314698108893011, 0.33333333333333333)]
    [InlineData(1.3532, 0.811, 1, 0.51808784355071926, 0.25444143688601334)]
    [InlineData(5, -2, 1.5, 1.7922596986519746, 0.76061820480353984)]
    [InlineData(1000000, 999, 1, 0.3995985133935506, 0.014236437406239655)]
    public void SignLabelMatchesLongArithmetic(double q, double m, double rho, double loss, double error)
    {
        Assert.Equal(loss, Sign(rho).Loss(q, m), 1e-13 * (1 + Math.Sqrt(q)));
        Assert.Equal(error, Sign(rho).Error(q, m), 1e-12);
    }

    [Theory]
    [InlineData(0.4, 0.3, 1.2, 0.7)]
    [InlineData(1.7, -0.6, 1, 3)]
    [InlineData(6, 2.2, 0.9, 5)]
    public void LogisticLabelMatchesPlaneQuadrature(double q, double m, double rho, double slope)
    {
        // Over the half-plane w > 0, and its mirror image; coordinates w = sqrt(q) u, w* = sqrt(rho) (t u + sqrt(1-t^2) v).
        var t = m / Math.Sqrt(rho * q);
        double Teacher(double u, double v) => Math.Sqrt(rho) * (t * u + Math.Sqrt(1 - t * t) * v);
        static double Sigmoid(double z) => 1 / (1 + Math.Exp(-z));
        static double Softplus(double z) => Math.Log(1 + Math.Exp(z));

        double Plane(Func<double, double, double> f)
        {
            var (u, v) = (new GaussLegendreRule(0, 9, 128), new GaussLegendreRule(-9, 9, 256));
            var sum = 0.0;
            for (var i = 0; i < u.Order; i++)
            {
                for (var j = 0; j < v.Order; j++)
                {
                    var density = Math.Exp(-(u.Abscissas[i] * u.Abscissas[i] + v.Abscissas[j] * v.Abscissas[j]) / 2) / (2 * Math.PI);
                    sum += 2 * u.Weights[i] * v.Weights[j] * density * f(u.Abscissas[i], Teacher(u.Abscissas[i], v.Abscissas[j]));
                }
            }

            return sum;
        }

        var fresh = Logistic(rho, slope);
        Assert.Equal(Plane((_, teacher) => Sigmoid(-slope * teacher)), fresh.Error(q, m), 1e-11);
        var loss = Plane((u, teacher) => Sigmoid(slope * teacher) * Softplus(-Math.Sqrt(q) * u)
            + Sigmoid(-slope * teacher) * Softplus(Math.Sqrt(q) * u));
        Assert.Equal(loss, fresh.Loss(q, m), 1e-11);
    }

    [Theory]
    [InlineData("logistic")]
    [InlineData("sign")]
    [InlineData("linear")]
    public void MatchesSampledData(string kind)
    {
        // 10^6 fixed samples; 5 standard errors, false alarm about 1e-6.
        const int samples = 1_000_000;
        var (q, m, rho) = (2.1, 0.9, 1.4);
        var model = new ModelSpec
        {
            Loss = kind == "linear" ? Loss.Squared : Loss.Logistic,
            Label = kind switch { "linear" => Label.Linear(0.3), "sign" => Label.Sign, _ => Label.Logistic(2) },
            TeacherNorm = rho,
        };
        var random = new MersenneTwister(20260206);
        var (loss, loss2, error) = (0.0, 0.0, 0.0);
        for (var i = 0; i < samples; i++)
        {
            var w = Math.Sqrt(q) * Normal.Sample(random, 0, 1);
            var teacher = m / q * w + Math.Sqrt(rho - m * m / q) * Normal.Sample(random, 0, 1);
            var y = kind switch
            {
                "linear" => teacher + 0.3 * Normal.Sample(random, 0, 1),
                "sign" => Math.Sign(teacher),
                _ => random.NextDouble() < 1 / (1 + Math.Exp(-2 * teacher)) ? 1.0 : -1.0,
            };
            var one = kind == "linear" ? (w - y) * (w - y) / 2 : Math.Log(1 + Math.Exp(-y * w));
            loss += one;
            loss2 += one * one;
            error += y * w < 0 ? 1 : 0;
        }

        var fresh = new FreshData(model);
        var spread = Math.Sqrt((loss2 / samples - loss / samples * loss / samples) / samples);
        Assert.Equal(loss / samples, fresh.Loss(q, m), 5 * spread);
        if (kind == "linear")
            Assert.Equal(double.NaN, fresh.Error(q, m));
        else
            Assert.Equal(error / samples, fresh.Error(q, m), 5 * 0.5 / Math.Sqrt(samples));
    }

    [Fact]
    public void LimitsAtTheEdges()
    {
        foreach (var fresh in new[] { Logistic(1, 3), Sign(1) })
        {
            Assert.Equal(Math.Log(2), fresh.Loss(0, 0), 1e-15);
            Assert.Equal(double.NaN, fresh.Error(0, 0));
            Assert.Equal(fresh.Error(4, 2), fresh.Error(4, 2 + 1e-7));
            Assert.Equal(fresh.Loss(4, -2), fresh.Loss(4, -2 - 1e-7));
            Assert.Equal(1, fresh.Error(4, 2) + fresh.Error(4, -2), 1e-15);
        }

        Assert.Equal(0, Sign(1).Error(4, 2), 1e-15);
        Assert.Equal(0.5, Logistic(1, 0).Error(2, 1), 1e-15);
        // Continuous where the rule changes: slope 40/9 of the layer.
        Assert.Equal(Logistic(1, 40.0 / 9 - 1e-9).Error(2, 1), Logistic(1, 40.0 / 9 + 1e-9).Error(2, 1), 1e-9);
    }

    [Fact]
    public void RefusesALabelThatTheLossCannotTake() =>
        Assert.Throws<ArgumentException>(() => new FreshData(new ModelSpec { Loss = Loss.Squared, Label = Label.Sign }));
}
