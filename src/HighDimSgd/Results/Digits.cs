using System.Globalization;

namespace HighDimSgd.Results;

/// <summary>Numbers as people write them: few digits, a true minus sign, powers of ten only where they help.</summary>
internal static class Digits
{
    /// <summary>What stands where there is no number.</summary>
    public const string None = "–";

    private const string Superscripts = "⁰¹²³⁴⁵⁶⁷⁸⁹";

    /// <summary>A number with so many significant digits; trailing zeros are dropped.</summary>
    public static string Plain(double value, int significant = 4)
    {
        if (!double.IsFinite(value))
        {
            return None;
        }

        if (value == 0)
        {
            return "0";
        }

        double size = Math.Abs(value);
        if (size is < 1e-3 or >= 1e6)
        {
            int exponent = Exponent(size);
            return Plain(value / Math.Pow(10, exponent), significant) + PowerOfTen(exponent);
        }

        double rounded = double.Parse(value.ToString("E" + (significant - 1), Invariant), Invariant);
        return Minus(rounded.ToString("0.##########", Invariant));
    }

    /// <summary>A number with its standard error in the last two digits: 2.8831(21), 123.4(2.1), 1.234(21)×10⁻⁵.</summary>
    public static string WithError(double value, double error)
    {
        double size = Math.Max(Math.Abs(value), Math.Abs(error));
        if (!double.IsFinite(value) || !double.IsFinite(error) || error <= 1e-12 * size)
        {
            return Plain(value, 5);
        }

        if (size is < 1e-3 or >= 1e6)
        {
            int exponent = Exponent(size);
            double unit = Math.Pow(10, exponent);
            return Parentheses(value / unit, error / unit) + PowerOfTen(exponent);
        }

        return Parentheses(value, error);
    }

    /// <summary>Fixed decimals.</summary>
    public static string Fixed(double value, int decimals) =>
        double.IsFinite(value) ? Minus(value.ToString("F" + decimals, Invariant)) : None;

    /// <summary>A power of ten as a factor: ×10⁻⁵.</summary>
    public static string PowerOfTen(int exponent) => "×10" + Superscript(exponent);

    /// <summary>A whole number in superscript digits.</summary>
    public static string Superscript(int number) =>
        (number < 0 ? "⁻" : "") + string.Concat(Math.Abs(number).ToString(Invariant).Select(c => Superscripts[c - '0']));

    private static CultureInfo Invariant => CultureInfo.InvariantCulture;

    private static int Exponent(double size) => (int)Math.Floor(Math.Log10(size));

    private static string Parentheses(double value, double error)
    {
        int decimals = 1 - Exponent(error);
        if (Math.Round(error * Math.Pow(10, decimals)) >= 100)
        {
            decimals--;
        }

        if (decimals <= 0)
        {
            return $"{Fixed(value, 0)}({Fixed(error, 0)})";
        }

        string digits = error >= 1 ? Fixed(error, decimals) : Fixed(error * Math.Pow(10, decimals), 0);
        return $"{Fixed(value, decimals)}({digits})";
    }

    // A true minus sign, and none before zero.
    private static string Minus(string text)
    {
        string digits = text.TrimStart('-');
        return digits == text || digits.All(c => c is '0' or '.') ? digits : "−" + digits;
    }
}
