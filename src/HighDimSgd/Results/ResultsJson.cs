using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using HighDimSgd.Flows;

namespace HighDimSgd.Results;

/// <summary>
/// How results are spelt in JSON: snake_case keys, shortest digits that read back to the same double, null for NaN and
/// infinities, one line per array of numbers, the same bytes on every machine.
/// </summary>
internal static class ResultsJson
{
    public static JsonSerializerOptions Options { get; } = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        WriteIndented = true,
        NewLine = "\n",
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        RespectNullableAnnotations = true,
        RespectRequiredConstructorParameters = true,
        Converters = { new NumberConverter(), new NumbersConverter(), new JsonStringEnumConverter<FlowAlgorithm>(JsonNamingPolicy.KebabCaseLower) },
    };

    private sealed class NumberConverter : JsonConverter<double>
    {
        public override bool HandleNull => true;

        public override double Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
            reader.TokenType == JsonTokenType.Null ? double.NaN : reader.GetDouble();

        public override void Write(Utf8JsonWriter writer, double value, JsonSerializerOptions options)
        {
            if (double.IsFinite(value))
            {
                writer.WriteNumberValue(value);
            }
            else
            {
                writer.WriteNullValue();
            }
        }
    }

    private sealed class NumbersConverter : JsonConverter<double[]>
    {
        public override double[] Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
            [.. JsonSerializer.Deserialize<List<double>>(ref reader, options)!];

        public override void Write(Utf8JsonWriter writer, double[] value, JsonSerializerOptions options) =>
            writer.WriteRawValue("[" + string.Join(", ", value.Select(Text)) + "]");

        private static string Text(double x) => double.IsFinite(x) ? x.ToString("R", CultureInfo.InvariantCulture) : "null";
    }
}

/// <summary>The size of a check: a whole number, or "limit" for none.</summary>
internal sealed class SizeOrLimitConverter : JsonConverter<int?>
{
    private const string Limit = "limit";

    /// <inheritdoc/>
    public override bool HandleNull => true;

    /// <inheritdoc/>
    public override int? Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        reader.TokenType == JsonTokenType.Number ? reader.GetInt32()
        : reader.GetString() == Limit ? null
        : throw new JsonException($"a size is a whole number or \"{Limit}\"");

    /// <inheritdoc/>
    public override void Write(Utf8JsonWriter writer, int? value, JsonSerializerOptions options)
    {
        if (value is int size)
        {
            writer.WriteNumberValue(size);
        }
        else
        {
            writer.WriteStringValue(Limit);
        }
    }
}
