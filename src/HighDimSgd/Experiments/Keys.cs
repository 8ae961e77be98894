using HighDimSgd.Models;

namespace HighDimSgd.Experiments;

/// <summary>Every key of the experiment file: type, allowed values, default, and one line of what it is.</summary>
internal static class Keys
{
    /// <summary>Most steps of a run.</summary>
    public const int MostSteps = 100_000;

    /// <summary>Most samples that a replica's iterations visit.</summary>
    public const long MostVisits = 1_000_000_000;

    /// <summary>Largest mean number of jumps of the Poisson clock per step.</summary>
    public const double MostJumps = 256;

    /// <summary>The family of <see cref="Experiment"/>.</summary>
    public const string Proportional = "proportional";

    /// <summary>The family of <see cref="Flows.FlowExperiment"/>.</summary>
    public const string Flow = "flow";

    private static readonly (string, ClockKind) GdClock = ("gd", ClockKind.Gd);
    private static readonly (string, ClockKind) SgfClock = ("sgf", ClockKind.Sgf);
    private static readonly (string, ClockKind) PoissonClock = ("poisson", ClockKind.Poisson);
    private static readonly string[] Iterations = ["online", "sgd", "svag"];

    public static readonly ChoiceKey<string> Family = new(
        "family", "The family of experiments: what the file describes, and which keys it takes.", (Proportional, Proportional), (Flow, Flow))
    {
        Later = ["symmetry", "meanfield"],
    };

    public static readonly NameKey Name = new("name", 100, "Name of the experiment and of its output folder; the file's name by default.")
    {
        Default = null,
    };

    public static readonly WholeKey Seed = new("seed", 0, long.MaxValue, "Seed of every random number.") { Default = 1 };

    public static readonly KindKey<Loss> Loss = new(
        "loss", "Loss of one sample, of r = x.theta and the label y.", "Loss of one sample", ["perceptron", "phase", "committee"],
        Models.Loss.Squared, Models.Loss.Logistic)
    {
        OrWord = true,
    };

    public static readonly KindKey<Label> Label = new(
        "label", "How labels come from the teacher.", "Channel from w* = x.theta* to the label", ["square", "committee", "random"],
        Models.Label.Linear(), Models.Label.Sign, Models.Label.Logistic(1));

    public static readonly NumberKey Ridge = new("ridge", 0, 1e6, "Ridge lambda: h(theta) = lambda theta.") { Default = 0 };

    public static readonly NumberKey TeacherNorm = new("teacher_norm", 1e-6, 1e6, "rho = |theta*|^2/d.") { Default = 1 };

    public static readonly NumberKey StartNorm = new("norm", 0, 1e6, "q(0) = |theta0|^2/d, exact at every size.") { Default = 1 };

    public static readonly NumberKey StartOverlap = new(
        "overlap", -1e6, 1e6, "m(0) = theta0.theta*/d, exact at every size; m(0)^2 <= rho q(0).")
    {
        Default = 0,
    };

    public static readonly SectionKey Start = new("start", "Where theta starts.", StartNorm, StartOverlap) { Required = false };

    public static readonly SectionKey Model = new("model", "The learning problem.", Loss, Label, Ridge, TeacherNorm, Start)
    {
        Rules = KeyRules.LabelsOfLosses,
    };

    public static readonly NumberKey Aspect = new(
        "aspect", 1e-3, 1e4, "Aspect ratio delta = n/d; aspect * d is whole at every size. Required, except by 'online', which has none.")
    {
        Default = double.PositiveInfinity,
    };

    public static readonly ChoiceKey<ClockKind> Clock = new(
        "kind", "Law of the sample clock, 'table' for one of your own; or true iterations on batches: 'sgd' and 'svag' on the training set, 'online' on fresh samples.",
        GdClock, SgfClock, PoissonClock, ("two-clock", ClockKind.TwoClock), ("minibatch", ClockKind.Minibatch), ("table", ClockKind.Table), ("online", ClockKind.Online),
        ("sgd", ClockKind.Sgd), ("svag", ClockKind.Svag));

    public static readonly NumberKey Temperature =
        new("temperature", 0, 1e6, "Temperature tau = rate / batch.") { OnlyFor = ["sgf", "poisson", "two-clock"] };

    public static readonly WholeKey Amplification =
        new("amplification", 1, 1024, "Amplification l of SVAG; 'two-clock' is the clock of its limit.") { OnlyFor = ["two-clock", "svag"], Absent = 1 };

    public static readonly NumberKey Fraction =
        new("fraction", 1e-6, 1, "Batch fraction b of the samples.") { OnlyFor = ["minibatch"], Absent = 1 };

    public static readonly ListKey<double> Weights = new(
        "weights", new NumberKey("weight", -1e6, 1e6, "Weight."), 1, 1024, ListOrder.Any, "Weights that a step gives to a sample: zeta/D. Their mean is 1.")
    {
        OnlyFor = ["table"],
        Absent = [],
    };

    public static readonly ListKey<double> Chances = new(
        "chances", new NumberKey("chance", 1e-6, 1, "Chance."), 1, 1024, ListOrder.Any, "Chances of the weights; their sum is 1.")
    {
        OnlyFor = ["table"],
        Absent = [],
    };

    public static readonly NumberKey Step =
        new("step", 1e-9, 1e3, "Step D in units of time.") { OnlyFor = ["gd", "sgf", "poisson", "two-clock", "minibatch", "table"], Unit = "time" };

    public static readonly NumberKey Momentum = new(
        "momentum", 0, 0.999, "Heavy-ball momentum beta: v = beta v + s, theta = theta + v, where s is what a step without momentum adds to theta.")
    {
        Default = 0,
    };

    public static readonly WholeKey Batch =
        new("batch", 1, 1_000_000, "Batch size B, samples per iteration.") { OnlyFor = Iterations, Absent = 1, Unit = "samples" };

    public static readonly NumberKey Rate =
        new("rate", 1e-9, 1e6, "Learning rate; an iteration advances time by rate/d, one of 'svag' by rate/(amplification d).") { OnlyFor = Iterations };

    public static readonly ChoiceKey<Sampling> Sampling = new(
        "sampling",
        "How iterations choose their samples. There is a theory for 'replacement'; 'without-replacement' (within a batch) and 'reshuffle' (a fresh order "
        + "every epoch) are simulated without one.",
        ("replacement", Experiments.Sampling.Replacement),
        ("without-replacement", Experiments.Sampling.WithoutReplacement),
        ("reshuffle", Experiments.Sampling.Reshuffle))
    {
        OnlyFor = ["sgd", "svag"],
        Default = Experiments.Sampling.Replacement,
    };

    public static readonly NumberKey Horizon =
        new("horizon", 1e-9, 1e6, "Time at the end: a whole number of steps, or the nearest iteration.") { Unit = "time" };

    public static readonly ChoiceKey<ScheduleKind> Shape = new(
        "kind",
        "Shape after the warm-up: 1; times a factor at each of some times; end + (1-end)(1-s)^power or end + (1-end)(1+cos(pi s))/2, "
        + "s from 0 to 1 at the horizon; or linear between points.",
        ("constant", ScheduleKind.Constant),
        ("step", ScheduleKind.Step),
        ("polynomial", ScheduleKind.Polynomial),
        ("cosine", ScheduleKind.Cosine),
        ("table", ScheduleKind.Table));

    public static readonly NumberKey Warmup = new("warmup", 0, 1e6, "Time over which the factor first rises linearly from 0.")
    {
        Default = 0,
        OnlyFor = ["constant", "step", "polynomial", "cosine"],
        Unit = "time",
    };

    public static readonly NumberKey Factor = new("factor", 0, 1e3, "What each of the times multiplies by.") { OnlyFor = ["step"], Absent = 1 };

    public static readonly NumberKey Power = new("power", 1e-3, 1e3, "Exponent.") { Default = 1, OnlyFor = ["polynomial"], Absent = 1 };

    public static readonly NumberKey End =
        new("end", 0, 1e3, "Value at the horizon.") { Default = 0, OnlyFor = ["polynomial", "cosine"] };

    public static readonly ListKey<double> ScheduleTimes = new(
        "times", new NumberKey("time", 0, 1e6, "Time."), 1, 10_001, ListOrder.Ascending, "Times of the jumps or of the table's points.")
    {
        OnlyFor = ["step", "table"],
        Absent = [],
        Unit = "time",
    };

    public static readonly ListKey<double> Factors = new(
        "factors", new NumberKey("factor", 0, 1e3, "Factor."), 1, 10_001, ListOrder.Any, "Values at the times of the table.")
    {
        OnlyFor = ["table"],
        Absent = [],
    };

    public static readonly SectionKey RateSchedule = OfSchedule("rate", "Factor on the learning rate: on the clock and on the ridge alike.");

    public static readonly SectionKey RidgeSchedule = OfSchedule("ridge", "Factor on the ridge, beside that on the rate.");

    public static readonly SectionKey Schedule =
        new("schedule", "Factors on the rate and on the ridge as functions of time; none by default.", RateSchedule, RidgeSchedule) { Required = false };

    public static readonly SectionKey Algorithm = new(
        "algorithm", "The clock, its step and the horizon.",
        Clock, Temperature, Amplification, Fraction, Weights, Chances, Step, Momentum, Batch, Rate, Sampling, Horizon, Schedule)
    {
        Decider = Clock,
    };

    public static readonly ChoiceKey<DesignLaw> Law = new(
        "law", "Law of the design's entries, variance 1/d.", ("gaussian", DesignLaw.Gaussian), ("rademacher", DesignLaw.Rademacher))
    {
        Default = DesignLaw.Gaussian,
    };

    public static readonly ChoiceKey<DesignStorage> Storage = new(
        "storage", "How the design is stored: 32-bit floats, normals rounded to bfloat16 or to int8, signs as bits, not at all (drawn as the dynamics ask for it), "
        + "or the faster of float32 and matrix-free.",
        ("auto", DesignStorage.Auto), ("float32", DesignStorage.Float32), ("bfloat16", DesignStorage.BFloat16), ("int8", DesignStorage.Int8), ("bit", DesignStorage.Bit),
        ("matrix-free", DesignStorage.MatrixFree))
    {
        Default = DesignStorage.Auto,
    };

    public static readonly SectionKey Design =
        new("design", "Law and storage of the design, one for all sizes.", Law, Storage) { Required = false };

    public static readonly ListKey<long> Sizes = new(
        "sizes", new WholeKey("size", 2, 10_000_000, "Dimension d."), 1, 64, ListOrder.Ascending, "The ladder of dimensions d.")
    {
        Unit = "coordinates",
    };

    public static readonly ListKey<long> Replicas = new(
        "replicas", new WholeKey("replicas", 2, 10_000_000, "Replicas."), 1, 64, ListOrder.Any,
        "Replicas, for all sizes or one number per size.")
    {
        OrSingle = true,
        Default = [200],
        Unit = "replicas",
    };

    public static readonly WholeKey ReplicasPerDesign = new(
        "replicas_per_design", 1, 10_000_000,
        "Replicas that share design, teacher, labels and start and differ in the clock alone; divides the replicas, and leaves two designs or more.")
    {
        Default = 1,
        Unit = "replicas",
    };

    public static readonly WholeKey Starts = new("starts", 1, 2, "Iterates of a replica, which run side by side on the same design, teacher and labels.") { Default = 1 };

    public static readonly NumberKey SecondNorm = new("norm", 0, 1e6, "|theta0'|^2/d; that of the first by default.") { Default = double.PositiveInfinity };

    public static readonly NumberKey SecondOverlap =
        new("overlap", -1e6, 1e6, "theta0'.theta*/d; that of the first by default.") { Default = double.PositiveInfinity };

    public static readonly NumberKey Between = new(
        "between", -1e6, 1e6, "theta0.theta0'/d, exact at every size; by default overlap * overlap' / teacher_norm, that of starts drawn independently.")
    {
        Default = double.PositiveInfinity,
    };

    public static readonly ChoiceKey<bool> SecondClock = new(
        "clock", "The samples that drive it: those of the first, or samples of its own.", ("shared", false), ("independent", true))
    {
        Default = false,
    };

    public static readonly SectionKey SecondStart =
        new("second_start", "The second start, with starts: 2.", SecondNorm, SecondOverlap, Between, SecondClock) { Required = false };

    public static readonly WholeKey Points = new(
        "points", 2, 10_001, "Number of record times, spread evenly from 0 to the horizon; 13 by default.")
    {
        Default = 13,
        Unit = "times",
    };

    public static readonly ListKey<double> Times = new(
        "times", new NumberKey("time", 0, 1e6, "Record time."), 1, 10_001, ListOrder.Ascending, "Record times, each on a step boundary; true iterations take the nearest ones.")
    {
        Default = [],
        Unit = "time",
    };

    public static readonly ListKey<string> Also = new(
        "also", new ChoiceKey<string>("observable", "An observable.", (Models.Observables.Grad4, Models.Observables.Grad4)), 0, 1, ListOrder.Distinct,
        "Observables beside the usual ones: grad4, the mean of l^4 over the training samples.")
    {
        Default = [],
    };

    public static readonly SectionKey Record =
        new("record", "When observables are recorded: points or times.", Points, Times, Also) { Required = false, Rules = () => [KeyRules.NotBoth(Points, Times)] };

    public static readonly WholeKey Paths =
        new("paths", 100, 10_000_000, "Paths of the single-sample process per sweep.") { Default = 100_000, Unit = "paths" };

    public static readonly WholeKey Sweeps =
        new("sweeps", 2, 10_000, "Independent sweeps, from which the theory's errors come.") { Default = 32, Unit = "sweeps" };

    public static readonly ChoiceKey<ResponseMethod> Responses = new(
        "responses",
        "How responses are found: by Gaussian integration by parts, or by tangent paths.",
        ("auto", ResponseMethod.Auto),
        ("parts", ResponseMethod.Parts),
        ("tangent", ResponseMethod.Tangent))
    {
        Default = ResponseMethod.Auto,
    };

    public static readonly ListKey<double> TheorySteps = new(
        "steps", new NumberKey("step", 1e-9, 1e3, "Step."), 3, 3, ListOrder.Any,
        "For sgd and svag: three steps, each half of the one before, from which the theory is extrapolated to continuous time; the horizon is a whole number "
        + "of the first. By default the first is 0.2 or a little less.")
    {
        Default = [],
        Unit = "time",
    };

    public static readonly ListKey<long> Amplifications = new(
        "amplifications", Amplification, 0, 16, ListOrder.Ascending,
        "For svag: further amplifications whose limits are drawn beside, the rungs of a ladder from SGD (1) to the flow (compare: [sgf]).")
    {
        Default = [],
    };

    public static readonly SectionKey Theory =
        new("theory", "Effort of the theory.", Paths, Sweeps, Responses, TheorySteps, Amplifications) { Required = false };

    public static readonly NumberKey Alpha = new("alpha", 1e-9, 0.5, "Family-wise error of the verdict.") { Default = 0.01 };

    public static readonly NumberKey Tolerance =
        new("tolerance", 1e-9, 1, "Relative deviation at finite size that is accepted.") { Default = 0.02 };

    public static readonly SectionKey Verdict = new("verdict", "How the verdict is reached.", Alpha, Tolerance) { Required = false };

    public static readonly ListKey<ClockKind> Compare = new(
        "compare",
        new ChoiceKey<ClockKind>("clock", "A clock.", GdClock, SgfClock, PoissonClock),
        0,
        3,
        ListOrder.Distinct,
        "Further theories drawn beside the exact one, at the same temperature.")
    {
        Default = [],
    };

    /// <summary>Keys that 'online' does not take: there is neither a training set nor a clock, and its theory has no Monte-Carlo paths.</summary>
    public static readonly Key[] NotOnline = [Aspect, ReplicasPerDesign, Starts, SecondStart, Theory, Compare];

    /// <summary>The whole file.</summary>
    public static readonly SectionKey File = new(
        "", "An experiment.", Family, Name, Seed, Model, Aspect, Algorithm, Design, Sizes, Replicas, ReplicasPerDesign, Starts, SecondStart, Record, Theory, Verdict,
        Compare)
    {
        Decider = Family,
        Rules = () => [.. KeyRules.OnlineOrNot(), KeyRules.SecondOfTwo()],
    };

    private static SectionKey OfSchedule(string name, string doc) => new(name, doc, Shape, Warmup, Factor, Power, End, ScheduleTimes, Factors)
    {
        Decider = Shape,
        Required = false,
    };
}
