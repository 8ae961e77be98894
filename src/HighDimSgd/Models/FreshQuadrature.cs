using System.Runtime.InteropServices;
using HighDimSgd.Devices.Cpu;
using HighDimSgd.Experiments;
using HighDimSgd.Kernels.Physics;
using MathNet.Numerics;

namespace HighDimSgd.Models;

/// <summary>
/// Averages over a fresh sample for any loss and label: Gauss-Legendre panels over w* on both sides of 0, the label's law, and the
/// trapezoidal rule over w given w*. The loss is that of the kernels, in 32-bit floats: relative error about 1e-7 for smooth losses
/// and q up to 100; a kink of the loss costs about 1e-4, a jump of its derivative 2e-3.
/// </summary>
internal sealed class FreshQuadrature : IFreshMoments
{
    private const double Tail = 9;
    private const int Inner = 128;
    private const double Negligible = 1e-15;

    private static readonly double[] Nodes = [.. Enumerable.Range(0, Inner).Select(j => (j - ((Inner - 1) / 2.0)) * (2 * Tail / Inner))];
    private static readonly double[] Weights = [.. Nodes.Select(z => 2 * Tail / Inner * Density(z))];

    private readonly ModelSpec model;
    private readonly ILossTable table;
    private readonly (double Teacher, double Label, double Weight)[] outer;

    /// <summary>Prepares the nodes over teacher and label.</summary>
    public FreshQuadrature(ModelSpec model)
    {
        this.model = model;
        table = model.Loss.Close(new TableMaker());
        double root = Math.Sqrt(model.TeacherNorm);
        outer =
        [
            .. from side in new[] { -1, 1 }
               from node in LayerQuadrature.Nodes(Tail)
               let teacher = side * root * node.Node
               from law in model.Label.Law(teacher)
               let weight = node.Weight * Density(node.Node) * law.Chance
               where weight > Negligible
               select (teacher, law.Label, weight),
        ];
    }

    /// <inheritdoc/>
    public double Accuracy => 1e-8;

    /// <inheritdoc/>
    public double Loss(double q, double m)
    {
        double sum = 0;
        Span<float> r = stackalloc float[Inner], values = stackalloc float[Inner];
        foreach ((double teacher, double label, double weight) in outer)
        {
            Place(q, m, teacher, r);
            table.Values(r, (float)label, values);
            double mean = 0;
            for (int j = 0; j < Inner; j++)
                mean += Weights[j] * values[j];
            sum += weight * mean;
        }

        return sum;
    }

    /// <inheritdoc/>
    public SlopeMoments Slope(double q, double m)
    {
        double student = 0, along = 0, square = 0, deviation = Deviation(q, m);
        Span<float> r = stackalloc float[Inner], slopes = stackalloc float[Inner];
        foreach ((double teacher, double label, double weight) in outer)
        {
            Place(q, m, teacher, r);
            table.Slopes(r, (float)label, slopes);
            double mean = 0, tilt = 0, mean2 = 0;
            for (int j = 0; j < Inner; j++)
            {
                double l = slopes[j];
                mean += Weights[j] * l;
                tilt += Weights[j] * Nodes[j] * l;
                mean2 += Weights[j] * l * l;
            }

            student += weight * ((m / model.TeacherNorm * teacher * mean) + (deviation * tilt));
            along += weight * teacher * mean;
            square += weight * mean2;
        }

        return new(student, along, square);
    }

    /// <summary>The chance that w given w* has the other sign, averaged in g = w*/sqrt(rho); it changes over a width tan of the angle.</summary>
    public double Error(double q, double m)
    {
        double root = Math.Sqrt(model.TeacherNorm);
        double slope = m / (root * Math.Max(Deviation(q, m), 1e-150)), layer = Math.Min(Tail, Tail / Math.Abs(slope));
        return LayerQuadrature.Integrate(layer, Both) + LayerQuadrature.Integrate(Tail - layer, g => Both(layer + g));

        double Both(double g) => Density(g) * (One(g) + One(-g));
        double One(double g) => model.Label.Law(root * g).Sum(l => l.Chance * SpecialFunctions.Erfc(Math.Sign(l.Label) * slope * g / Constants.Sqrt2) / 2);
    }

    private void Place(double q, double m, double teacher, Span<float> r)
    {
        double mean = m / model.TeacherNorm * teacher, deviation = Deviation(q, m);
        for (int j = 0; j < Inner; j++)
            r[j] = (float)(mean + (deviation * Nodes[j]));
    }

    private double Deviation(double q, double m) => Math.Sqrt(Math.Max(0, q - (m * m / model.TeacherNorm)));

    private static double Density(double g) => Math.Exp(-g * g / 2) / Math.Sqrt(2 * Math.PI);

    /// <summary>A loss over lists of preactivations, a multiple of 16 long.</summary>
    private interface ILossTable
    {
        void Values(ReadOnlySpan<float> r, float label, Span<float> values);

        void Slopes(ReadOnlySpan<float> r, float label, Span<float> slopes);
    }

    private sealed class LossTable<TLoss>(TLoss loss) : ILossTable
        where TLoss : struct, ILoss<Real256>
    {
        public void Values(ReadOnlySpan<float> r, float label, Span<float> values)
        {
            ReadOnlySpan<Real256> from = MemoryMarshal.Cast<float, Real256>(r);
            Span<Real256> to = MemoryMarshal.Cast<float, Real256>(values);
            for (int i = 0; i < from.Length; i++)
                to[i] = loss.Value(from[i], Real256.Of(label));
        }

        public void Slopes(ReadOnlySpan<float> r, float label, Span<float> slopes)
        {
            ReadOnlySpan<Real256> from = MemoryMarshal.Cast<float, Real256>(r);
            Span<Real256> to = MemoryMarshal.Cast<float, Real256>(slopes);
            for (int i = 0; i < from.Length; i++)
                to[i] = loss.Slope(from[i], Real256.Of(label));
        }
    }

    private sealed class TableMaker : ILossUser<Real256, Word256, ILossTable>
    {
        public ILossTable Use<TLoss>(TLoss loss)
            where TLoss : struct, ILoss<Real256> => new LossTable<TLoss>(loss);
    }
}
