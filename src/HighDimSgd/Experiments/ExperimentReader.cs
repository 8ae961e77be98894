using System.Globalization;
using HighDimSgd.Models;

namespace HighDimSgd.Experiments;

/// <summary>Reads an experiment from a parsed file: each key by its description, then what must hold between keys.</summary>
internal sealed partial class ExperimentReader
{
    private const double WholeTolerance = 1e-9;

    private readonly Section _file;
    private readonly Section _model;
    private readonly Section _algorithm;

    private ExperimentReader(YamlSection yaml)
    {
        _file = new Section(Keys.File, yaml);
        _model = _file.Get(Keys.Model);
        _algorithm = _file.Get(Keys.Algorithm);
    }

    /// <summary>Reads a text; <paramref name="fileName"/> stands in messages and gives the default name.</summary>
    public static Experiment Read(string text, string fileName)
        => new ExperimentReader(Family.Require(Keys.Proportional, YamlText.Parse(text, fileName))).Experiment(fileName);

    private Experiment Experiment(string fileName)
    {
        ModelSpec model = Model();
        ClockKind kind = _algorithm.Get(Keys.Clock);
        bool isOnline = kind == ClockKind.Online;
        if (isOnline)
            RefuseWhatIsNotOnline();
        else if (!_file.Has(Keys.Aspect))
            throw _file.Missing(Keys.Aspect);
        double aspect = _file.Get(Keys.Aspect);
        AlgorithmSpec algorithm = Scheduled(Keys.Rate.TakenBy(Keys.Clock.Word(kind)) ? Iterations(kind) : Algorithm(aspect), model);
        List<int> sizes = isOnline ? [.. _file.Get(Keys.Sizes).Select(d => (int)d)] : Sizes(aspect);
        RefuseLargeBatches(algorithm, aspect, sizes);
        IReadOnlyList<int> replicas = Replicas(sizes.Count);
        Section theory = _file.Get(Keys.Theory);
        Section verdict = _file.Get(Keys.Verdict);
        return new Experiment
        {
            Name = NameOf(_file, fileName),
            Seed = (ulong)_file.Get(Keys.Seed),
            Model = model,
            Aspect = aspect,
            Algorithm = algorithm,
            Design = Design(algorithm, aspect, sizes, replicas),
            Sizes = sizes,
            Replicas = replicas,
            ReplicasPerDesign = ReplicasPerDesign(sizes, replicas),
            Second = isOnline ? null : Second(model, sizes, algorithm.EffectiveTemperature(aspect) > 0),
            RecordSteps = algorithm.IsIterative ? [] : RecordSteps(algorithm),
            RecordTimes = algorithm.IsIterative ? RecordTimes(algorithm, sizes) : [],
            Also = Also(isOnline),
            Theory = new TheorySpec(theory.GetInt(Keys.Paths), theory.GetInt(Keys.Sweeps), theory.Get(Keys.Responses))
            {
                Amplifications = Amplifications(theory, algorithm),
                Steps = TheorySteps(theory, algorithm, aspect),
            },
            Verdict = new VerdictSpec(verdict.Get(Keys.Alpha), verdict.Get(Keys.Tolerance)),
            Compare = Compare(algorithm, aspect),
        };
    }

    /// <summary>An experiment's name, by default that of its file.</summary>
    internal static string NameOf(Section file, string fileName)
    {
        if (file.Get(Keys.Name) is { } given)
            return given;
        string name = Path.GetFileNameWithoutExtension(fileName);
        try
        {
            return Keys.Name.Read(new YamlScalar("", 1, name, Plain: true), Keys.Name.Name);
        }
        catch (ExperimentException)
        {
            throw file.Refuse(
                Keys.Name,
                $"this key is missing, and the file's own name {ExperimentException.Quote(name)} cannot stand for it; "
                + $"allowed: {Keys.Name.Allowed}");
        }
    }

    private ModelSpec Model()
    {
        Loss loss = Keys.Loss.Read(_model.Get(Keys.Loss));
        Section channel = _model.Get(Keys.Label);
        Label label = Keys.Label.Read(channel);
        if (!loss.Takes(label))
        {
            string allowed = string.Join(", ", Keys.Label.Kinds.Where(loss.Takes).Select(l => l.Name));
            throw channel.Refuse(
                Keys.Label.Decider, $"label '{label.Name}' does not fit loss '{loss.Name}'; allowed with this loss: {allowed}");
        }

        Section start = _model.Get(Keys.Start);
        var model = new ModelSpec
        {
            Loss = loss,
            Label = label,
            Ridge = _model.Get(Keys.Ridge),
            TeacherNorm = _model.Get(Keys.TeacherNorm),
            StartNorm = start.Get(Keys.StartNorm),
            StartOverlap = start.Get(Keys.StartOverlap),
        };
        RefuseBeyond(start, Keys.StartOverlap, model.StartOverlap, model.TeacherNorm, model.StartNorm);
        return model;
    }

    private AlgorithmSpec Algorithm(double aspect)
    {
        double step = _algorithm.Get(Keys.Step);
        double horizon = _algorithm.Get(Keys.Horizon);
        double ratio = horizon / step;
        if (ratio > Keys.MostSteps * (1 + WholeTolerance))
        {
            throw _algorithm.Refuse(
                Keys.Horizon, $"{Text(horizon)} takes {Text(ratio)} steps of {Text(step)}; allowed: at most {Keys.MostSteps} steps");
        }

        if (!IsWhole(ratio, out long steps) || steps < 1)
        {
            double below = Math.Floor(ratio);
            string near = below < 1 ? Text(step) : $"{Text(below * step)} or {Text((below + 1) * step)}";
            throw _algorithm.Refuse(
                Keys.Horizon, $"{Text(horizon)} is not a whole number of steps of {Text(step)}; allowed nearby: {near}");
        }

        var algorithm = new AlgorithmSpec
        {
            Kind = _algorithm.Get(Keys.Clock),
            Temperature = _algorithm.Get(Keys.Temperature),
            Amplification = _algorithm.GetInt(Keys.Amplification),
            Fraction = _algorithm.Get(Keys.Fraction),
            Weights = _algorithm.Get(Keys.Weights),
            Chances = _algorithm.Get(Keys.Chances),
            Step = step,
            Steps = (int)steps,
            Momentum = _algorithm.Get(Keys.Momentum),
        };
        CheckJumps(algorithm, algorithm.Kind, aspect);
        if (algorithm.Kind == ClockKind.Table)
            CheckWeights(algorithm);
        return algorithm;
    }

    private void CheckWeights(AlgorithmSpec algorithm)
    {
        int weights = algorithm.Weights.Count, chances = algorithm.Chances.Count;
        if (weights != chances)
            throw _algorithm.Refuse(Keys.Chances, $"there are {chances} chances of {weights} weights; allowed: one for each");
        double sum = algorithm.Chances.Sum(), mean = algorithm.Weights.Zip(algorithm.Chances, (w, p) => w * p).Sum();
        if (Math.Abs(sum - 1) > WholeTolerance)
            throw _algorithm.Refuse(Keys.Chances, $"the sum is {Text(sum)}; allowed: 1");
        if (Math.Abs(mean - 1) > WholeTolerance)
            throw _algorithm.Refuse(Keys.Weights, $"the mean is {Text(mean)}, so that a step would not take D of time; allowed: 1");
    }

    /// <summary>Poisson clocks have tables for a range of mean counts per step, D l/(tau delta) with l = 1 for a single clock.</summary>
    private void CheckJumps(AlgorithmSpec algorithm, ClockKind kind, double aspect)
    {
        if (kind is not (ClockKind.Poisson or ClockKind.TwoClock))
            return;
        bool isPair = kind == ClockKind.TwoClock;
        (double most, string clock, string other) = isPair
            ? (JumpTable.MaxPairedMean, $"two clocks of step {Text(algorithm.Step)} and amplification {algorithm.Amplification}", "sgf")
            : (Keys.MostJumps, $"a Poisson clock of step {Text(algorithm.Step)}", "gd");
        double count = algorithm.Step * (isPair ? algorithm.Amplification : 1) / aspect;
        if (!isPair && algorithm.Temperature > count / JumpTable.LeastMean)
        {
            throw Refuse("large", $"less than a jump in a million steps; allowed: at most {Text(count / JumpTable.LeastMean)}, or a longer step");
        }

        if (algorithm.Temperature < count / most)
        {
            throw Refuse(
                "small", $"more than {Text(most)} jumps{(isPair ? " of each" : "")} a step; allowed: at least {Text(count / most)}, a smaller step, or the clock {other}");
        }

        ExperimentException Refuse(string size, string why) =>
            _algorithm.Refuse(Keys.Temperature, $"{Text(algorithm.Temperature)} is too {size} for {clock}: {why}");
    }

    private List<int> Sizes(double aspect)
    {
        List<int> sizes = [.. _file.Get(Keys.Sizes).Select(d => (int)d)];
        foreach (int size in sizes)
        {
            double samples = aspect * size;
            if (!IsWhole(samples, out long n))
                throw _file.Refuse(
                    Keys.Sizes, $"aspect times d must be whole at every size, but {Text(aspect)} * {size} = {Text(samples)}");
            if (n > int.MaxValue)
                throw _file.Refuse(Keys.Sizes, $"{size} has n = aspect * d = {n} samples; allowed: at most {int.MaxValue}");
        }

        return sizes;
    }

    private IReadOnlyList<int> Replicas(int sizes)
    {
        IReadOnlyList<long> replicas = _file.Get(Keys.Replicas);
        if (replicas.Count != 1 && replicas.Count != sizes)
            throw _file.Refuse(
                Keys.Replicas, $"the list has {replicas.Count} values; allowed: one number, or one for each of the {sizes} sizes");
        return [.. Enumerable.Range(0, sizes).Select(i => (int)replicas[replicas.Count == 1 ? 0 : i])];
    }

    private int ReplicasPerDesign(List<int> sizes, IReadOnlyList<int> replicas)
    {
        int shared = _file.GetInt(Keys.ReplicasPerDesign);
        int wrong = Enumerable.Range(0, replicas.Count).FirstOrDefault(i => !Fits(shared, replicas[i]), -1);
        if (wrong < 0)
            return shared;
        int below = Enumerable.Range(1, shared).Last(p => p == 1 || (p < shared && replicas.All(r => Fits(p, r))));
        int above = Enumerable.Range(shared, replicas.Min()).FirstOrDefault(p => replicas.All(r => Fits(p, r)));
        string problem = replicas[wrong] % shared == 0 ? "leaves fewer than two designs of" : "does not divide";
        throw _file.Refuse(
            Keys.ReplicasPerDesign,
            $"{shared} {problem} the {replicas[wrong]} replicas at d = {sizes[wrong]}; allowed nearby: {below}{(above > 0 ? $" or {above}" : "")}");

        // At least two designs, since every error is one over designs.
        static bool Fits(int p, int r) => p == 1 || (r % p == 0 && r / p >= 2);
    }

    private IReadOnlyList<int> RecordSteps(AlgorithmSpec algorithm)
    {
        Section record = _file.Get(Keys.Record);
        if (record.Has(Keys.Points) && record.Has(Keys.Times))
            throw record.Refuse(Keys.Times, "points and times are both given; allowed: one of them");
        if (record.Has(Keys.Times))
            return [.. record.Get(Keys.Times).Select(t => RecordStep(t, record, algorithm))];
        int points = record.GetInt(Keys.Points);
        if (points - 1 > algorithm.Steps)
        {
            if (record.Has(Keys.Points))
                throw record.Refuse(
                    Keys.Points, $"{points} points do not fit {algorithm.Steps} steps; allowed: 2 to {algorithm.Steps + 1}");
            points = algorithm.Steps + 1;
        }

        return HighDimSgd.Experiments.Experiment.EvenSteps(points, algorithm.Steps);
    }

    private IReadOnlyList<string> Also(bool isOnline)
    {
        Section record = _file.Get(Keys.Record);
        IReadOnlyList<string> also = record.Get(Keys.Also);
        return isOnline && also.Count > 0
            ? throw record.Refuse(Keys.Also, $"'{also[0]}' is a mean over the training samples, which 'online' does not have; leave it out") : also;
    }

    private static int RecordStep(double time, Section record, AlgorithmSpec algorithm)
    {
        double ratio = time / algorithm.Step;
        if (ratio > algorithm.Steps * (1 + WholeTolerance))
            throw record.Refuse(Keys.Times, $"{Text(time)} is after the horizon {Text(algorithm.Horizon)}");
        if (!IsWhole(ratio, out long step))
            throw record.Refuse(Keys.Times, $"{Text(time)} is not on a step boundary, a whole number of steps of {Text(algorithm.Step)}");
        return (int)step;
    }

    private IReadOnlyList<ClockKind> Compare(AlgorithmSpec algorithm, double aspect)
    {
        IReadOnlyList<ClockKind> clocks = _file.Get(Keys.Compare);
        bool hasTemperature = algorithm.IsIterative || algorithm.Kind is ClockKind.Sgf or ClockKind.Poisson or ClockKind.TwoClock;
        foreach (ClockKind clock in clocks.Where(c => c != ClockKind.Gd))
        {
            if (!hasTemperature)
            {
                string kind = Keys.Clock.Word(algorithm.Kind);
                throw _file.Refuse(
                    Keys.Compare, $"'{Keys.Clock.Word(clock)}' needs a temperature, which algorithm '{kind}' does not have; allowed: gd");
            }

            if (!algorithm.IsIterative)
                CheckJumps(algorithm, clock, aspect);
        }

        return clocks;
    }

    internal static bool IsWhole(double value, out long whole)
    {
        double rounded = Math.Round(value);
        whole = (long)rounded;
        return rounded >= 0 && Math.Abs(value - rounded) <= WholeTolerance * Math.Max(rounded, 1e-3);
    }

    internal static string Text(double value) => value.ToString("G12", CultureInfo.InvariantCulture);
}
