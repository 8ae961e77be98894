using HighDimSgd.Experiments;
using HighDimSgd.Models;
using OwnLoss;

namespace HighDimSgd.Tests.Models;

/// <summary>The quadrature that serves every loss and label, against the closed forms of those that have one.</summary>
public sealed class FreshQuadratureTests
{
    private static readonly (Loss Loss, Label Label)[] Models =
    [
        (Loss.Squared, Label.Linear(0.5)), (Loss.Squared, Label.Linear()), (Loss.Logistic, Label.Sign), (Loss.Logistic, Label.Logistic(0.7)),
        (Loss.Logistic, Label.Logistic(3)), (Loss.Logistic, Label.Logistic(12)),
    ];

    [Fact]
    public void AgreesWithTheClosedForms()
    {
        const double Relative = 1e-7;
        foreach ((Loss loss, Label label) in Models)
        {
            var model = new ModelSpec { Loss = loss, Label = label, TeacherNorm = 1.3 };
            (FreshData exact, FreshData sum) = (new(model), new(model, closed: false));
            foreach ((double q, double m) in new[] { (0.0, 0.0), (1, 0.0), (0.5, 0.3), (3, -1.2), (12, 3), (0.01, 0.05), (2, Math.Sqrt(2.6)), (100, 1) })
            {
                string what = $"{loss.Name}, {label.Caption}, q = {q}, m = {m}";
                Near(exact.Loss(q, m), sum.Loss(q, m), 1, what);
                (SlopeMoments a, SlopeMoments b) = (exact.Slope(q, m), sum.Slope(q, m));
                Near(a.AlongStudent, b.AlongStudent, Math.Sqrt(q), what);
                Near(a.AlongTeacher, b.AlongTeacher, 1, what);
                Near(a.Square, b.Square, 1, what);
                if (model.IsClassification && q > 0)
                    Assert.True(Math.Abs(exact.Error(q, m) - sum.Error(q, m)) < 1e-9, $"error, {what}: {exact.Error(q, m)} {sum.Error(q, m)}");
            }
        }

        static void Near(double exact, double sum, double scale, string what) =>
            Assert.True(Math.Abs(exact - sum) <= Relative * (scale + Math.Abs(exact)), $"{what}: {exact} {sum}");
    }

    [Theory]
    [InlineData(2.1, 0.9)]
    [InlineData(0.3, -0.4)]
    public void KnowsAnOwnLabelAndAnOwnLoss(double q, double m)
    {
        const double Chance = 0.2, Rho = 1.3;
        var fresh = new FreshData(new ModelSpec { Loss = Huber(1e3), Label = Flip(Chance), TeacherNorm = Rho });
        double angle = Math.Acos(m / Math.Sqrt(Rho * q)) / Math.PI;
        Assert.Equal(Chance + ((1 - (2 * Chance)) * angle), fresh.Error(q, m), 1e-11);
        // Of great width it is, up to its square, the squared loss: E (w-y)^2/2 = (q + 1)/2 - E w y, E w sign(w*) = m sqrt(2/(pi rho)).
        double along = (1 - (2 * Chance)) * m * Math.Sqrt(2 / (Math.PI * Rho));
        Assert.Equal(((q + 1) / 2) - along, fresh.Slope(q, m).Square / 2, 2e-5);
        Assert.Equal(q - along, fresh.Slope(q, m).AlongStudent, 2e-5);
        var steep = new FreshData(new ModelSpec { Loss = Huber(0.3), Label = Flip(Chance), TeacherNorm = Rho });
        // Scaling w by 1 + e moves q by 2 q e and m by m e, and E[V] by E[l w] e.
        double h = 1e-3, slope = (steep.Loss(q + h, m) - steep.Loss(q - h, m)) / (2 * h);
        double pull = (steep.Loss(q, m + h) - steep.Loss(q, m - h)) / (2 * h);
        Assert.Equal((2 * q * slope) + (m * pull), steep.Slope(q, m).AlongStudent, 2e-4);
    }

    [Theory]
    [InlineData(2.1, 0.9, 0.5)]
    [InlineData(0.3, 0, 0)]
    public void AKinkCostsLittle(double q, double m, double noise)
    {
        // Of tiny width the loss is |w - y|, w - y is Gaussian, and the derivative jumps.
        const double Width = 1e-3, Rho = 1.3;
        var fresh = new FreshData(new ModelSpec { Loss = Huber(Width), Label = Label.Linear(noise), TeacherNorm = Rho });
        double deviation = Math.Sqrt(q - (2 * m) + Rho + (noise * noise)), mean = Math.Sqrt(2 / Math.PI);
        Assert.Equal(mean * deviation, (fresh.Loss(q, m) / Width) + Width, 1e-4 + Width);
        Assert.Equal((q - m) * mean / deviation, fresh.Slope(q, m).AlongStudent / Width, 3e-3);
        Assert.Equal((m - Rho) * mean / deviation, fresh.Slope(q, m).AlongTeacher / Width, 3e-3);
    }

    internal static Loss Huber(double width) => new Huber { Values = [width] };

    internal static Label Flip(double chance) => new Flip { Values = [chance] };
}
