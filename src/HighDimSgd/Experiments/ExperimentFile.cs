using System.Globalization;
using System.Text.Json.Nodes;

namespace HighDimSgd.Experiments;

/// <content>The experiment as a file: YAML in, JSON with the defaults filled in out.</content>
public sealed partial record Experiment
{
    /// <summary>Loads an experiment file, YAML or JSON in UTF-8 of at most 1 MiB.</summary>
    /// <exception cref="ExperimentException">The file is missing or wrong; the message is one line for the user.</exception>
    public static Experiment Load(string path) => Parse(YamlText.ReadFile(path), path);

    /// <summary>Reads an experiment from text.</summary>
    /// <param name="text">YAML or JSON.</param>
    /// <param name="fileName">Stands in messages; its base name is the experiment's where the text has none.</param>
    /// <exception cref="ExperimentException">The text is wrong; the message is one line for the user.</exception>
    public static Experiment Parse(string text, string fileName) => ExperimentReader.Read(text, fileName);

    /// <summary>Checks an experiment that was built in code by the rules of the file, and returns what the file would give.</summary>
    /// <exception cref="ExperimentException">A value is not allowed.</exception>
    public Experiment Validate()
    {
        if ((Keys.Loss.Refusal(Model.Loss) ?? Keys.Label.Refusal(Model.Label)) is { } refusal)
            throw refusal;
        Experiment valid = Parse(ToJson().ToJsonString(), "experiment");
        return valid with { Design = valid.Design with { IsOpen = valid.Design.IsOpen || Design.IsOpen } };
    }

    /// <summary>
    /// The experiment as its file would say it, with the defaults filled in and a fixed order of keys. Reading it again gives
    /// an equal experiment.
    /// </summary>
    public JsonObject ToJson()
    {
        JsonObject json = AllKeys();
        foreach (Key key in IsOnline ? Keys.NotOnline : [])
            json.Remove(key.Name);
        return json;
    }

    private JsonObject AllKeys() => Keys.File.Write([
        (Keys.Family, Keys.Proportional),
        (Keys.Name, Keys.Name.Write(Name)),
        (Keys.Seed, JsonValue.Create(Seed)),
        (Keys.Model, Keys.Model.Write(
            (Keys.Loss, Keys.Loss.Write(Model.Loss)),
            (Keys.Label, Keys.Label.Write(Model.Label)),
            (Keys.Ridge, Keys.Ridge.Write(Model.Ridge)),
            (Keys.TeacherNorm, Keys.TeacherNorm.Write(Model.TeacherNorm)),
            (Keys.Start, Keys.Start.Write(
                (Keys.StartNorm, Keys.StartNorm.Write(Model.StartNorm)),
                (Keys.StartOverlap, Keys.StartOverlap.Write(Model.StartOverlap)))))),
        (Keys.Aspect, Keys.Aspect.Write(Aspect)),
        (Keys.Algorithm, Keys.Algorithm.Write([
            (Keys.Clock, Keys.Clock.Write(Algorithm.Kind)),
            (Keys.Temperature, Keys.Temperature.Write(Algorithm.Temperature)),
            (Keys.Amplification, Keys.Amplification.Write(Algorithm.Amplification)),
            (Keys.Fraction, Keys.Fraction.Write(Algorithm.Fraction)),
            (Keys.Weights, Keys.Weights.Write(Algorithm.Weights)),
            (Keys.Chances, Keys.Chances.Write(Algorithm.Chances)),
            (Keys.Step, Keys.Step.Write(Algorithm.Step)),
            .. Algorithm.Momentum == 0 ? Array.Empty<(Key, JsonNode)>() : [(Keys.Momentum, Keys.Momentum.Write(Algorithm.Momentum))],
            (Keys.Batch, Keys.Batch.Write(Algorithm.Batch)),
            (Keys.Rate, Keys.Rate.Write(Algorithm.Rate)),
            (Keys.Sampling, Keys.Sampling.Write(Algorithm.Sampling)),
            (Keys.Horizon, Keys.Horizon.Write(Short(Algorithm.Horizon))),
            .. ScheduleJson()])),
        (Keys.Design, Keys.Design.Write(
            (Keys.Law, Keys.Law.Write(Design.Law)),
            (Keys.Storage, Keys.Storage.Write(Design.Storage)))),
        (Keys.Sizes, Keys.Sizes.Write([.. Sizes])),
        (Keys.Replicas, Keys.Replicas.Write([.. Replicas])),
        (Keys.ReplicasPerDesign, Keys.ReplicasPerDesign.Write(ReplicasPerDesign)),
        .. SecondJson(),
        (Keys.Record, RecordJson()),
        (Keys.Theory, Keys.Theory.Write([
            (Keys.Paths, Keys.Paths.Write(Theory.Paths)),
            (Keys.Sweeps, Keys.Sweeps.Write(Theory.Sweeps)),
            (Keys.Responses, Keys.Responses.Write(Theory.Responses)),
            .. Theory.Steps.Count == 0 ? [] : new (Key, JsonNode)[] { (Keys.TheorySteps, Keys.TheorySteps.Write(Theory.Steps)) },
            .. Theory.Amplifications.Count == 0 ? [] : new (Key, JsonNode)[] { (Keys.Amplifications, Keys.Amplifications.Write([.. Theory.Amplifications])) }])),
        (Keys.Verdict, Keys.Verdict.Write(
            (Keys.Alpha, Keys.Alpha.Write(Verdict.Alpha)),
            (Keys.Tolerance, Keys.Tolerance.Write(Verdict.Tolerance)))),
        (Keys.Compare, Keys.Compare.Write(Compare))]);

    /// <summary>The JSON Schema of the family's experiment file; what must hold between keys is checked by <see cref="Parse"/> alone.</summary>
    public static JsonObject Schema() => Keys.File.Schema();

    /// <summary>Two experiments are equal where their files, defaults filled in, say the same.</summary>
    public bool Equals(Experiment? other)
        => ReferenceEquals(this, other) || (other is not null && ToJson().ToJsonString() == other.ToJson().ToJsonString());

    /// <inheritdoc/>
    public override int GetHashCode() => ToJson().ToJsonString().GetHashCode(StringComparison.Ordinal);

    /// <summary>Step indices of <paramref name="points"/> times spread evenly over 0..<paramref name="steps"/>, rounded.</summary>
    internal static IReadOnlyList<int> EvenSteps(int points, int steps)
        => [.. Enumerable.Range(0, points).Select(j => (int)(((2L * j * steps) + points - 1) / (2L * (points - 1))))];

    /// <summary><paramref name="points"/> times spread evenly over 0..<paramref name="horizon"/>.</summary>
    internal static double[] EvenTimes(int points, double horizon) => [.. Enumerable.Range(0, points).Select(j => Short(j * horizon / (points - 1)))];

    /// <summary>The schedules as one section; nothing where there is none.</summary>
    private (Key, JsonNode)[] ScheduleJson()
    {
        (Key, JsonNode)[] schedules = [.. Of(Keys.RateSchedule, Algorithm.RateSchedule), .. Of(Keys.RidgeSchedule, Algorithm.RidgeSchedule)];
        return schedules.Length == 0 ? [] : [(Keys.Schedule, Keys.Schedule.Write(schedules))];

        static (Key, JsonNode)[] Of(SectionKey key, Schedule? schedule) => schedule is null ? [] :
        [
            (key, key.Write(
                (Keys.Shape, Keys.Shape.Write(schedule.Kind)),
                (Keys.Warmup, Keys.Warmup.Write(schedule.Warmup)),
                (Keys.Factor, Keys.Factor.Write(schedule.Factor)),
                (Keys.Power, Keys.Power.Write(schedule.Power)),
                (Keys.End, Keys.End.Write(schedule.End)),
                (Keys.ScheduleTimes, Keys.ScheduleTimes.Write(schedule.Times)),
                (Keys.Factors, Keys.Factors.Write(schedule.Factors)))),
        ];
    }

    /// <summary>The second start; nothing where there is none.</summary>
    private (Key, JsonNode)[] SecondJson() => Second is null ? [] :
    [
        (Keys.Starts, Keys.Starts.Write(Starts)),
        (Keys.SecondStart, Keys.SecondStart.Write(
            (Keys.SecondNorm, Keys.SecondNorm.Write(Second.Norm)),
            (Keys.SecondOverlap, Keys.SecondOverlap.Write(Second.Overlap)),
            (Keys.Between, Keys.Between.Write(Second.Between)),
            (Keys.SecondClock, Keys.SecondClock.Write(Second.HasOwnClock)))),
    ];

    private JsonObject RecordJson()
    {
        bool isEven = Algorithm.IsIterative
            ? RecordTimes.Count >= 2 && RecordTimes.SequenceEqual(EvenTimes(RecordTimes.Count, Algorithm.Horizon))
            : RecordSteps.Count >= 2 && RecordSteps.SequenceEqual(EvenSteps(RecordSteps.Count, Algorithm.Steps));
        (Key, JsonNode) when = isEven
            ? (Keys.Points, Keys.Points.Write(Times().Length))
            : (Keys.Times, Keys.Times.Write([.. Times().Select(Short)]));
        return Also.Count == 0 ? Keys.Record.Write(when) : Keys.Record.Write(when, (Keys.Also, Keys.Also.Write(Also)));
    }

    /// <summary>K D without the last rounding errors: 0.3 rather than 0.30000000000000004.</summary>
    private static double Short(double time)
        => double.Parse(time.ToString("G15", CultureInfo.InvariantCulture), CultureInfo.InvariantCulture);
}
