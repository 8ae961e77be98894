using HighDimSgd.Results;
using HighDimSgd.Results.Plots;

namespace HighDimSgd.Tests.Results;

public sealed class DigitsTests
{
    [Theory]
    [InlineData(2.88312, 0.00214, "2.8831(21)")]
    [InlineData(2.88312, 0.00996, "2.883(10)")]
    [InlineData(-0.4567, 0.0123, "−0.457(12)")]
    [InlineData(123.42, 2.14, "123.4(2.1)")]
    [InlineData(1234.2, 21.4, "1234(21)")]
    [InlineData(0.0001, 0.02, "0.000(20)")]
    [InlineData(-0.0001, 0.02, "0.000(20)")]
    [InlineData(1.2345e-5, 2.1e-7, "1.234(21)×10⁻⁵")]
    [InlineData(1, 0, "1")]
    [InlineData(1.5, double.NaN, "1.5")]
    [InlineData(double.NaN, 1, "–")]
    public void ErrorsStandInTheLastDigits(double value, double error, string text) => Assert.Equal(text, Digits.WithError(value, error));

    [Theory]
    [InlineData(12, "12")]
    [InlineData(0.20000000000000001, "0.2")]
    [InlineData(3.14159265, "3.142")]
    [InlineData(100000, "100000")]
    [InlineData(-2.5e-7, "−2.5×10⁻⁷")]
    [InlineData(double.NaN, "–")]
    public void PlainNumbersAreShort(double value, string text) => Assert.Equal(text, Digits.Plain(value));

    [Fact]
    public void LinearTicksAreRoundAndInside()
    {
        var axis = Axis.Linear("", [1.0, 2.95, double.NaN]);
        Assert.Equal(["1.0", "1.5", "2.0", "2.5", "3.0"], axis.Ticks.Select(t => t.Label));
        Assert.All(axis.Ticks, t => Assert.InRange(axis.Fraction(t.Value), 0, 1));
    }

    [Fact]
    public void SmallValuesAreLabelledInTheirUnit()
    {
        var axis = Axis.Linear("loss", [1.1e-6, 1.9e-6]);
        Assert.Equal("loss / 10⁻⁶", axis.Title);
        Assert.Equal(["1.2", "1.4", "1.6", "1.8"], axis.Ticks.Select(t => t.Label));
        Assert.Equal(1.2e-6, axis.Ticks[0].Value, 1e-15);
    }

    [Fact]
    public void SpanOfDecadesBecomesLogarithmic()
    {
        Axis axis = Axis.Suited("", [1e-4, 1e-2, 1]);
        Assert.True(axis.IsLog);
        Assert.Equal(["10⁻⁴", "10⁻³", "10⁻²", "10⁻¹", "10⁰"], axis.Ticks.Select(t => t.Label));
        Assert.Equal(0.5, axis.Fraction(1e-2), 12);
        Assert.Equal(0, axis.Fraction(-1));
        Assert.False(Axis.Suited("", [-1e-4, 1e-2, 1]).IsLog);
    }

    [Theory]
    [InlineData(new double[0])]
    [InlineData(new[] { 0.0 })]
    [InlineData(new[] { 5.0, 5.0 })]
    [InlineData(new[] { -3e-9, 2e-9 })]
    public void AnyValuesGiveAnAxis(double[] values)
    {
        var axis = Axis.Linear("", values);
        Assert.True(axis.Max > axis.Min);
        Assert.InRange(axis.Ticks.Count, 2, 12);
    }
}
