using HighDimSgd.Theory;
using MathNet.Numerics.LinearAlgebra;

namespace HighDimSgd.Tests.Theory;

/// <summary>
/// The two-time recursions against the linear process they stand for, theta^{k+1} = s theta^k - sum_l R_f(k,l) theta^l - R_*(k) theta* +
/// u^k, whose covariances follow from plain matrix algebra.
/// </summary>
public class TwoTimeTests
{
    private const int Steps = 7;
    private const double Shrink = 0.95, Rho = 1.3, Q = 0.8, M = 0.4;

    [Fact]
    public void RecursionsGiveTheCovariancesOfTheLinearProcess()
    {
        var random = new System.Random(5);
        Matrix<double> forceResponse = Matrix<double>.Build.Dense(Steps, Steps, (k, l) => l <= k ? random.NextDouble() - 0.4 : 0);
        Vector<double> teacher = Vector<double>.Build.Dense(Steps, _ => random.NextDouble() - 0.5);
        Matrix<double> root = Matrix<double>.Build.Dense(Steps, Steps, (_, _) => random.NextDouble());
        Matrix<double> force = root * root.Transpose();

        // theta as linear forms in (theta*, theta^0, u^0, .., u^{K-1}).
        var forms = new List<Vector<double>> { Unit(1) };
        for (int k = 0; k < Steps; k++)
        {
            Vector<double> next = (Shrink * forms[k]) - (teacher[k] * Unit(0)) + Unit(k + 2);
            for (int l = 0; l <= k; l++)
                next -= forceResponse[k, l] * forms[l];
            forms.Add(next);
        }

        Matrix<double> joint = Matrix<double>.Build.Dense(Steps + 2, Steps + 2);
        joint[0, 0] = Rho;
        joint[1, 1] = Q;
        joint[0, 1] = joint[1, 0] = M;
        joint.SetSubMatrix(2, 2, force);

        var functions = new TwoTime(Steps, _ => Shrink, Rho, Q, M);
        for (int k = 0; k < Steps; k++)
            functions.Advance(k, teacher[k], forceResponse.Row(k).ToArray().AsSpan(0, k + 1), force.Row(k).ToArray().AsSpan(0, k + 1));
        for (int k = 0; k <= Steps; k++)
        {
            Assert.Equal(forms[k] * joint * Unit(0), functions.Overlap(k), 1e-12);
            for (int l = 0; l <= k; l++)
                Assert.Equal(forms[k] * joint * forms[l], functions.Covariance(k, l), 1e-11);
            for (int p = 0; p < k; p++)
                Assert.Equal(forms[k][p + 2], functions.Response(k, p), 1e-12);
        }
    }

    [Fact]
    public void PartsRecoverTheResponsesFromTheirProjections()
    {
        var functions = new TwoTime(2, _ => Shrink, Rho, Q, M);
        Assert.Null(functions.ExtendFactor(0));
        double[] responses = [0.3, -0.7], projections =
        [
            (0.3 * StarFactor()) + (-0.7 * functions.Factor(0, 0)), -0.7 * functions.Factor(0, 1),
        ];
        functions.SolveByParts(projections);
        Assert.Equal(responses[0], projections[0], 1e-12);
        Assert.Equal(responses[1], projections[1], 1e-12);

        static double StarFactor() => Math.Sqrt(Rho);
    }

    [Fact]
    public void ACovarianceThatIsNoneIsRefused()
    {
        var functions = new TwoTime(2, _ => Shrink, Rho, Q, 1.5);
        Assert.Contains("positive definiteness", functions.ExtendFactor(0), StringComparison.Ordinal);
    }

    private static Vector<double> Unit(int i)
    {
        Vector<double> unit = Vector<double>.Build.Dense(Steps + 2);
        unit[i] = 1;
        return unit;
    }
}
