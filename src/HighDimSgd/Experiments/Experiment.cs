using HighDimSgd.Models;

namespace HighDimSgd.Experiments;

/// <summary>
/// A validated, immutable experiment of the family <c>proportional</c>: what is simulated, at which sizes, and which
/// theory it is compared with. Everything downstream (plan, simulation, theory, comparison) reads this and nothing else.
/// </summary>
public sealed partial record Experiment : IExperiment
{
    /// <summary>Name; also the default output folder <c>out/NAME</c>. Letters, digits, '-', '_' and '.'.</summary>
    public required string Name { get; init; }

    /// <summary>Seed of every random number, simulation and theory alike.</summary>
    public required ulong Seed { get; init; }

    /// <summary>Loss, label channel, ridge, teacher and start.</summary>
    public required ModelSpec Model { get; init; }

    /// <summary>Aspect ratio delta = n/d. <c>Aspect * d</c> is whole at every size. Infinite for online, which never sees a sample twice.</summary>
    public required double Aspect { get; init; }

    /// <summary>The clock, its step D and the horizon.</summary>
    public required AlgorithmSpec Algorithm { get; init; }

    /// <summary>Law and storage of the design matrix.</summary>
    public DesignSpec Design { get; init; } = new();

    /// <summary>The ladder of dimensions d, ascending and distinct.</summary>
    public required IReadOnlyList<int> Sizes { get; init; }

    /// <summary>Number of replicas, one per size.</summary>
    public required IReadOnlyList<int> Replicas { get; init; }

    /// <summary>
    /// Replicas P that share the data (design, teacher, labels and start) and differ in the clock alone: replica r runs on design r / P.
    /// Divides the replicas at every size; with 1 all replicas are independent.
    /// </summary>
    public int ReplicasPerDesign { get; init; } = 1;

    /// <summary>The second of two iterates on the same data; null where there is one.</summary>
    public SecondStart? Second { get; init; }

    /// <summary>Iterates of a replica.</summary>
    public int Starts => Second is null ? 1 : 2;

    /// <summary>
    /// Record points as step indices, ascending and distinct, within 0..<see cref="AlgorithmSpec.Steps"/>. Empty for true iterations, which
    /// depend on the size: see <see cref="RecordTimes"/>.
    /// </summary>
    public required IReadOnlyList<int> RecordSteps { get; init; }

    /// <summary>Record times that are asked for (true iterations), ascending, within 0..horizon; each size takes the nearest iterations.</summary>
    public IReadOnlyList<double> RecordTimes { get; init; } = [];

    /// <summary>Observables that are recorded beside the usual ones; see <see cref="Models.Observables.Grad4"/>.</summary>
    public IReadOnlyList<string> Also { get; init; } = [];

    /// <summary>Monte-Carlo effort of the theory.</summary>
    public TheorySpec Theory { get; init; } = new();

    /// <summary>How the verdict is reached.</summary>
    public VerdictSpec Verdict { get; init; } = new();

    /// <summary>Further theories drawn beside the exact one.</summary>
    public IReadOnlyList<ClockKind> Compare { get; init; } = [];

    /// <summary>
    /// The experiment with the clock of its limit: itself for full passes; for sgd and svag theirs in continuous time, where the sampling has one, at
    /// the coarsest step and recorded at every one, momentum being a gain of the rate there. Null where there is none.
    /// </summary>
    internal Experiment? Limit => Algorithm.Kind switch
    {
        ClockKind.Sgd when Algorithm.Sampling == Sampling.Replacement => WithClock(ClockKind.Poisson),
        ClockKind.Svag when Algorithm.Sampling == Sampling.Replacement => WithClock(ClockKind.TwoClock),
        ClockKind.Sgd or ClockKind.Svag => null,
        _ => this,
    };

    /// <summary>
    /// The experiment with each clock of <see cref="Compare"/> and each amplification of <see cref="TheorySpec.Amplifications"/> that is not its limit's.
    /// </summary>
    internal IEnumerable<Experiment> Further =>
    [
        .. Compare.Where(clock => clock != Limit?.Algorithm.Kind).Select(WithClock),
        .. Theory.Amplifications.Where(l => Limit is null || l != Algorithm.Amplification).Select(Rung),
    ];

    /// <summary>Name of its theory: the clock's, and of a further amplification that as well.</summary>
    internal string TheoryName => IsRung ? RungName(Algorithm.Amplification) : Keys.Clock.Word(Algorithm.Kind);

    private bool IsRung { get; init; }

    /// <summary>Name of the theory of a further amplification.</summary>
    internal static string RungName(int amplification) => FormattableString.Invariant($"{Keys.Clock.Word(ClockKind.TwoClock)}-{amplification}");

    /// <summary>The experiment with one of its starts alone: 0 or 1.</summary>
    internal Experiment Start(int start) => start == 0 || Second is null ? this with { Second = null } : Only(Second.Norm, Second.Overlap);

    /// <summary>
    /// The experiment of a single start whose second moments, where they are linear in those of the start, are what the two starts have across: by
    /// polarisation, norm theta0.theta0'/d and the mean overlap with the teacher, and noise where the two share it.
    /// </summary>
    internal Experiment Across(SecondStart second)
    {
        Experiment mean = Only(second.Between, (Model.StartOverlap + second.Overlap) / 2);
        return second.HasOwnClock ? mean with { Algorithm = Algorithm with { Kind = ClockKind.Gd } } : mean;
    }

    /// <summary>True where every iteration draws fresh samples, so that there is no training set.</summary>
    public bool IsOnline => Algorithm.Kind == ClockKind.Online;

    /// <summary>True where designs are drawn as the dynamics ask for them and never stored.</summary>
    public bool IsMatrixFree => Design.Storage == DesignStorage.MatrixFree;

    /// <summary>The record times t = step index times D; for true iterations those that were asked for.</summary>
    public double[] Times() => Algorithm.IsIterative ? [.. RecordTimes] : [.. RecordSteps.Select(k => k * Algorithm.Step)];

    /// <summary>The record times at a dimension: those of the iterations nearest to <see cref="RecordTimes"/>, where there are any.</summary>
    public double[] Times(int size) => Algorithm.IsIterative ? [.. RecordStepsAt(size).Select(k => k * Algorithm.StepAt(size))] : Times();

    /// <summary>Record points as step indices at a dimension; dimension 0 stands for the theory.</summary>
    public IReadOnlyList<int> RecordStepsAt(int size) =>
        Algorithm.IsIterative ? [.. RecordTimes.Select(t => (int)Math.Round(t / Algorithm.StepAt(size)))] : RecordSteps;

    /// <summary>What the ridge takes off theta in a step, as a fraction of theta: lambda D u v at the middle of the step.</summary>
    /// <param name="step">The step k.</param>
    /// <param name="size">Dimension (true iterations).</param>
    public double RidgeStep(int step, int size = 0) =>
        Model.Ridge * Algorithm.StepAt(size) * Algorithm.RateFactor(step, size) * Algorithm.RidgeFactor(step, size);

    private Experiment Only(double norm, double overlap) =>
        this with { Model = Model with { StartNorm = norm, StartOverlap = overlap }, Second = null };

    private Experiment Rung(int amplification) => (this with { Algorithm = Algorithm with { Amplification = amplification }, IsRung = true }).WithClock(ClockKind.TwoClock);

    private Experiment WithClock(ClockKind clock)
    {
        if (!Algorithm.IsIterative)
            return this with { Algorithm = Algorithm with { Kind = clock } };
        double step = Theory.Steps.Count > 0 ? Theory.Steps[0] : TheorySpec.DefaultSteps(Algorithm, Aspect)[0];
        int steps = (int)Math.Round(Algorithm.Horizon / step);
        return this with
        {
            Algorithm = Algorithm with
            {
                Kind = clock,
                Temperature = Algorithm.EffectiveTemperature(Aspect),
                Step = step,
                Steps = steps,
                Momentum = 0,
                RateGain = Algorithm.MomentumGain,
            },
            RecordSteps = [.. Enumerable.Range(0, steps + 1)],
            RecordTimes = [],
        };
    }

    /// <summary>Number of samples at dimension <paramref name="size"/>: n = delta d, or all that an online run draws.</summary>
    public int Samples(int size) => checked(IsOnline ? Algorithm.StepsAt(size) * Algorithm.Batch : (int)Math.Round(Aspect * size));
}

/// <summary>The learning problem.</summary>
public sealed record ModelSpec
{
    /// <summary>The loss.</summary>
    public required Loss Loss { get; init; }

    /// <summary>The label channel.</summary>
    public required Label Label { get; init; }

    /// <summary>Ridge lambda >= 0: h(theta) = lambda theta.</summary>
    public double Ridge { get; init; }

    /// <summary>rho = |theta*|^2/d > 0, exact at every size.</summary>
    public double TeacherNorm { get; init; } = 1;

    /// <summary>q(0) = |theta0|^2/d >= 0, exact at every size.</summary>
    public double StartNorm { get; init; } = 1;

    /// <summary>m(0) = theta0.theta*/d, exact at every size; m(0)^2 is at most rho q(0).</summary>
    public double StartOverlap { get; init; }

    /// <summary>True where labels are +-1, so that an error rate exists.</summary>
    public bool IsClassification => Label.IsBinary;

    /// <summary>True for squared loss with linear label, where closed solutions hold.</summary>
    public bool IsLinear => Loss is SquaredLoss && Label is LinearLabel;
}

/// <summary>Laws of the sample clock over a step D.</summary>
public enum ClockKind
{
    /// <summary>Gradient descent: zeta = D.</summary>
    Gd,

    /// <summary>Stochastic gradient flow, Euler-Maruyama: zeta = D + sqrt(tau delta D) g.</summary>
    Sgf,

    /// <summary>Poisson clock, the limit of multi-pass SGD: zeta = tau delta Poisson(D/(tau delta)).</summary>
    Poisson,

    /// <summary>Extensive batches: zeta = (D/b) Bernoulli(b).</summary>
    Minibatch,

    /// <summary>
    /// The limit of multi-pass SVAG at amplification l: ((1+s)/2) zeta' + ((1-s)/2) zeta'', s = sqrt(2l-1), of two Poisson clocks at
    /// temperature tau/l. Poisson at l = 1, towards sgf as l grows.
    /// </summary>
    TwoClock,

    /// <summary>A law of one's own: zeta = D w, w one of <see cref="AlgorithmSpec.Weights"/> by its chance, of mean 1.</summary>
    Table,

    /// <summary>One pass: every iteration draws a batch of fresh samples. No sample is visited twice, so there is no clock.</summary>
    Online,

    /// <summary>
    /// Multi-pass SGD, iteration by iteration: theta becomes theta - (rate/d) lambda theta - (rate/B) sum x l over a batch of B samples.
    /// Its limit has the Poisson clock at tau = rate/B.
    /// </summary>
    Sgd,

    /// <summary>
    /// SVAG (Li, Malladi and Arora, arXiv 2102.12470), iteration by iteration: two batches with the weights (1+-sqrt(2l-1))/2, and the rate
    /// divided by the amplification l. Its limit has the clock <see cref="TwoClock"/> at tau = rate/B.
    /// </summary>
    Svag,
}

/// <summary>How iterations choose their samples.</summary>
public enum Sampling
{
    /// <summary>Every draw is uniform on all samples.</summary>
    Replacement,

    /// <summary>The samples of a batch are distinct; batches are independent.</summary>
    WithoutReplacement,

    /// <summary>Every epoch goes through all samples in a fresh order; a batch may straddle two epochs.</summary>
    Reshuffle,
}

/// <summary>The algorithm: a clock and its step, or true iterations, and how long it runs.</summary>
public sealed record AlgorithmSpec
{
    /// <summary>Law of the sample clock.</summary>
    public required ClockKind Kind { get; init; }

    /// <summary>Temperature tau (sgf, poisson and two-clock).</summary>
    public double Temperature { get; init; }

    /// <summary>Amplification l of SVAG, at least 1 (two-clock and svag).</summary>
    public int Amplification { get; init; } = 1;

    /// <summary>Batch fraction b in (0, 1] (minibatch).</summary>
    public double Fraction { get; init; } = 1;

    /// <summary>Weights zeta/D that a step gives to a sample (table), of mean 1.</summary>
    public IReadOnlyList<double> Weights { get; init; } = [];

    /// <summary>Their chances, of sum 1.</summary>
    public IReadOnlyList<double> Chances { get; init; } = [];

    /// <summary>Batch size B (online, sgd and svag).</summary>
    public int Batch { get; init; } = 1;

    /// <summary>Learning rate (online, sgd and svag): an iteration advances time by rate/d, that of svag by rate/(l d).</summary>
    public double Rate { get; init; }

    /// <summary>How iterations choose their samples (sgd and svag).</summary>
    public Sampling Sampling { get; init; }

    /// <summary>Step D > 0; 0 for true iterations, see <see cref="StepAt"/>.</summary>
    public required double Step { get; init; }

    /// <summary>
    /// Heavy-ball momentum beta in [0, 1): theta[k+1] = theta[k] + v[k+1], v[k+1] = beta v[k] - (D h + X^T f[k]), v[0] = 0, D h + X^T f what a step
    /// takes off theta without it.
    /// </summary>
    public double Momentum { get; init; }

    /// <summary>How far a kick has moved theta once its momentum is spent, in units of the kick: 1 + beta + beta^2 + .. = 1/(1-beta).</summary>
    public double MomentumGain => 1 / (1 - Momentum);

    /// <summary>A constant factor on the rate beside its schedule: 1, or in the limit of true iterations with momentum their <see cref="MomentumGain"/>.</summary>
    internal double RateGain { get; init; } = 1;

    /// <summary>Factor u(t) on the learning rate, which multiplies clock and ridge alike; null for a constant rate.</summary>
    public Schedule? RateSchedule { get; init; }

    /// <summary>Factor v(t) on the ridge, beside that on the rate; null for a constant ridge.</summary>
    public Schedule? RidgeSchedule { get; init; }

    /// <summary>Number of steps K; the horizon is K D. 0 for true iterations, see <see cref="StepsAt"/>.</summary>
    public required int Steps { get; init; }

    /// <summary>The horizon: K D, or what was asked for (true iterations).</summary>
    public double Horizon
    {
        get => IsIterative ? field : Steps * Step;
        init;
    }

    /// <summary>True iterations on batches, whose length in time depends on the dimension; false for full passes in steps of D.</summary>
    public bool IsIterative => Kind is ClockKind.Online or ClockKind.Sgd or ClockKind.Svag;

    /// <summary>Samples that an iteration visits: B, or 2 B for svag, whose second batch has weight 0 at l = 1 and is left out there.</summary>
    public int SamplesPerIteration => Kind == ClockKind.Svag && Amplification > 1 ? 2 * Batch : Batch;

    /// <summary>One-pass SGD, see <see cref="Iterations"/>.</summary>
    public static AlgorithmSpec Online(int batch, double rate, double horizon) => Iterations(ClockKind.Online, batch, rate, horizon);

    /// <summary>True iterations.</summary>
    /// <param name="kind">online, sgd or svag.</param>
    /// <param name="batch">Batch size B.</param>
    /// <param name="rate">Learning rate.</param>
    /// <param name="horizon">Time at the end; time is iteration * rate/(l d).</param>
    public static AlgorithmSpec Iterations(ClockKind kind, int batch, double rate, double horizon) =>
        new() { Kind = kind, Batch = batch, Rate = rate, Horizon = horizon, Step = 0, Steps = 0 };

    /// <summary>Time per step at dimension <paramref name="size"/>: D, or rate/(l d).</summary>
    public double StepAt(int size) => IsIterative ? Rate / Amplification / size : Step;

    /// <summary>True without schedules, so that all steps are alike.</summary>
    public bool IsSteady => RateSchedule is null && RidgeSchedule is null;

    /// <summary>True without schedules and without momentum: then a linear experiment is a Volterra equation.</summary>
    public bool IsPlain => IsSteady && Momentum == 0 && RateGain == 1;

    /// <summary>u at a time; 1 without a schedule.</summary>
    public double RateFactorAt(double time) => RateGain * (RateSchedule?.At(time, Horizon) ?? 1);

    /// <summary>v at a time; 1 without a schedule.</summary>
    public double RidgeFactorAt(double time) => RidgeSchedule?.At(time, Horizon) ?? 1;

    /// <summary>u of step k at dimension <paramref name="size"/>: its value in the middle of the step, t = (k + 1/2) D.</summary>
    public double RateFactor(int step, int size = 0) => RateFactorAt((step + 0.5) * StepAt(size));

    /// <summary>v of step k, taken like u.</summary>
    public double RidgeFactor(int step, int size = 0) => RidgeFactorAt((step + 0.5) * StepAt(size));

    /// <summary>The first time at which a schedule jumps within a step of a length; null where all steps are smooth.</summary>
    internal double? JumpWithin(double step) => new[] { RateSchedule, RidgeSchedule }.SelectMany(s => s?.Jumps ?? [])
        .Where(t => Math.Abs((t / step) - Math.Round(t / step)) > 1e-9 * Horizon / step).Select(t => (double?)t).Min();

    /// <summary>Number of steps at dimension <paramref name="size"/>.</summary>
    public int StepsAt(int size) => IsIterative ? checked((int)Math.Round(Horizon * size * Amplification / Rate)) : Steps;

    /// <summary>
    /// Temperature tau' of the clock's fluctuations, Var zeta = tau' delta D:
    /// 0 for gd, tau for sgf, poisson and two-clock, D (1-b)/(b delta) for minibatch, D Var w/delta for table, rate/B for true iterations.
    /// </summary>
    public double EffectiveTemperature(double aspect) => Kind switch
    {
        ClockKind.Gd => 0,
        _ when IsIterative => Rate / Batch,
        ClockKind.Minibatch => Step * (1 - Fraction) / (Fraction * aspect),
        ClockKind.Table => Step * Weights.Zip(Chances, (w, p) => p * (w - 1) * (w - 1)).Sum() / aspect,
        _ => Temperature,
    };
}

/// <summary>Laws of the design's independent entries, mean 0 and variance 1/d.</summary>
public enum DesignLaw
{
    /// <summary>N(0, 1/d); fourth moment 3.</summary>
    Gaussian,

    /// <summary>+-1/sqrt(d); fourth moment 1.</summary>
    Rademacher,
}

/// <summary>How the design is stored.</summary>
public enum DesignStorage
{
    /// <summary>Whichever is faster: chosen where an experiment file is read. 32-bit floats where an experiment was made otherwise.</summary>
    Auto,

    /// <summary>32-bit floats.</summary>
    Float32,

    /// <summary>Normals rounded to bfloat16 (Gaussian law, full-pass clocks); fourth moment 3.00003.</summary>
    BFloat16,

    /// <summary>Normals rounded to whole multiples of 1/22 (Gaussian law, full-pass clocks); fourth moment 3 - 4e-8.</summary>
    Int8,

    /// <summary>A bit for a sign (Rademacher law, full-pass clocks), kept twice.</summary>
    Bit,

    /// <summary>Not at all: drawn as the dynamics ask for it, exactly in law (Gaussian law, full-pass clocks).</summary>
    MatrixFree,
}

/// <summary>Law and storage of the design matrix, one for the whole ladder.</summary>
/// <param name="Law">Law of the entries.</param>
/// <param name="Storage">Storage of the entries.</param>
public sealed record DesignSpec(DesignLaw Law = DesignLaw.Gaussian, DesignStorage Storage = DesignStorage.Auto)
{
    /// <summary>True where the file left the storage to the program: then a results folder keeps the one that its work has.</summary>
    internal bool IsOpen { get; init; }
}

/// <summary>How the responses of the DMFT sweep are found.</summary>
public enum ResponseMethod
{
    /// <summary>Parts where the clock's noise keeps the covariance regular, tangents below that.</summary>
    Auto,

    /// <summary>Gaussian integration by parts (A12).</summary>
    Parts,

    /// <summary>Tangent paths; also gives the response itself as an output.</summary>
    Tangent,
}

/// <summary>Monte-Carlo effort of the theory.</summary>
/// <param name="Paths">Paths of the single-sample process per sweep.</param>
/// <param name="Sweeps">Independent sweeps, from which every error comes.</param>
/// <param name="Responses">How responses are found.</param>
public sealed record TheorySpec(int Paths = 100_000, int Sweeps = 32, ResponseMethod Responses = ResponseMethod.Auto)
{
    // What is left of a first step this long is at most a thousandth in the reference limits.
    private const double LongestStep = 0.2;

    /// <summary>
    /// The steps D, D/2 and D/4 from which the theory of sgd and svag is extrapolated to continuous time; empty for other algorithms, and for
    /// <see cref="DefaultSteps"/>.
    /// </summary>
    public IReadOnlyList<double> Steps { get; init; } = [];

    /// <summary>Further amplifications whose limits are drawn beside that of svag, ascending.</summary>
    public IReadOnlyList<int> Amplifications { get; init; } = [];

    /// <summary>Jumps that each of an algorithm's clocks may have at most in a step that is drawn.</summary>
    internal static double MostJumps(AlgorithmSpec algorithm) => algorithm.Kind == ClockKind.Svag ? JumpTable.MaxPairedMean : JumpTable.MaxMean;

    /// <summary>Time between two jumps of each of its clocks: tau delta, over l for svag.</summary>
    internal static double Visit(AlgorithmSpec algorithm, double aspect) => algorithm.EffectiveTemperature(aspect) * aspect / algorithm.Amplification;

    /// <summary>
    /// The longest steps that fit the horizon and are no longer than 0.2 over the gain of momentum, nor too long for the clock to be drawn at the last.
    /// Jumps of schedules fall on boundaries of the first, where up to four times as many steps bring that about.
    /// </summary>
    internal static double[] DefaultSteps(AlgorithmSpec algorithm, double aspect)
    {
        double longest = Math.Min(LongestStep / algorithm.MomentumGain, 4 * MostJumps(algorithm) * Visit(algorithm, aspect)), horizon = algorithm.Horizon;
        int fewest = (int)Math.Ceiling((horizon / longest) - 1e-9);
        int count = Enumerable.Range(fewest, (3 * fewest) + 1).FirstOrDefault(n => algorithm.JumpWithin(horizon / n) is null, fewest);
        double first = horizon / count;
        return [first, first / 2, first / 4];
    }
}

/// <summary>How the verdict is reached.</summary>
/// <param name="Alpha">Family-wise error.</param>
/// <param name="Tolerance">Relative deviation at finite size that is accepted.</param>
public sealed record VerdictSpec(double Alpha = 0.01, double Tolerance = 0.02);
