using System.Xml.Linq;
using static HighDimSgd.Results.Markup;

namespace HighDimSgd.Results.Report;

/// <summary>The finite-size fits at the last record time, one row per observable and its advice below.</summary>
internal static class FiniteSizeTable
{
    private const int Width = 8;

    /// <summary>Draws the table.</summary>
    public static XElement Draw(ExperimentResult result)
    {
        bool hasSecond = result.FiniteSize.Values.Any(f => f.SecondOrder is not null);
        IEnumerable<string> head = ["observable", "limit", "theory", "c", .. hasSecond ? ["e"] : Array.Empty<string>(),
            "exponent", "d · variance", "goodness p"];
        return Tables.Table(head, result.FiniteSize.SelectMany(f => Rows(f.Key, f.Value, result, hasSecond)));
    }

    private static IEnumerable<IEnumerable<object>> Rows(string observable, FiniteSizeFit fit, ExperimentResult result, bool hasSecond)
    {
        List<object> row =
        [
            Captions.Of(observable).Axis,
            Cell(Digits.WithError(fit.Limit[^1], fit.LimitError[^1]), Ends(fit.LimitInterval, fit.LimitError[^1])),
            Tables.Last(result.Theory.Observables.GetValueOrDefault(observable)),
            Cell(Digits.WithError(fit.Coefficient[^1], fit.CoefficientError[^1]), Ends(fit.CoefficientInterval, fit.CoefficientError[^1])),
        ];
        if (hasSecond)
            row.Add(fit.SecondOrder is { } second ? SecondOrder(second) : Digits.None);
        row.AddRange([
            fit.Exponent is { } exponent ? Exponent(exponent) : Digits.None,
            fit.ScaledVariance is { } variance ? Digits.WithError(variance.Limit[^1], variance.LimitError[^1]) : Digits.None,
            Digits.Plain(fit.Goodness is [.., double p] ? p : double.NaN, 2),
        ]);
        yield return row;
        if (fit.Advice is not null)
            yield return [Html("td", At("class", "advice"), At("colspan", Width), fit.Advice)];
    }

    private static XElement SecondOrder(SecondOrderFit fit) => Cell(
        Digits.WithError(fit.Curvature[^1], fit.CurvatureError[^1]), $"limit {Digits.WithError(fit.Limit[^1], fit.LimitError[^1])}");

    private static XElement Exponent(ExponentFit fit) => Cell(Digits.Plain(fit.Value[^1], 2), (fit.Low[^1], fit.High[^1]) switch
    {
        (double.NaN, double.NaN) => "any",
        (double.NaN, double high) => $"below {Digits.Plain(high, 2)}",
        (double low, double.NaN) => $"above {Digits.Plain(low, 2)}",
        (double low, double high) => $"{Digits.Plain(low, 2)} to {Digits.Plain(high, 2)}",
    });

    /// <summary>The ends with the digits that the error leaves, nothing where there is no interval or no error.</summary>
    private static string Ends(Interval interval, double error)
    {
        if (interval.Low is not [.., double low] || !double.IsFinite(low) || !(error > 0))
            return string.Empty;
        int decimals = Math.Max(0, 1 - (int)Math.Floor(Math.Log10(error)));
        return $"{Digits.Fixed(low, decimals)} to {Digits.Fixed(interval.High[^1], decimals)}";
    }

    private static XElement Cell(string value, string below) =>
        Html("td", value, below.Length == 0 ? null : Html("span", At("class", "sub"), below));
}
