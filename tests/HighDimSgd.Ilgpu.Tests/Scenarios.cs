using HighDimSgd.Kernels;
using HighDimSgd.Kernels.Bodies;
using HighDimSgd.Kernels.Physics;
using HighDimSgd.Kernels.Random;

namespace HighDimSgd.Ilgpu.Tests;

/// <summary>
/// Small runs, each of one body over <c>count</c> indices and two slots, steps or replicas, that return what the body wrote. Real
/// inputs hold a not-a-number, zeros and numbers at which the exponential ends.
/// </summary>
internal static partial class Scenarios
{
    private const int Two = 2;

    private static readonly float[] Corners = [float.NaN, 0f, -0f, 88.5f, -88.5f, 1e30f, -1e30f];

    private static RandomField PackedField => new(0x123456789abcdef0, Purpose.Design, 1000, 7);

    public static float[] Words<TView>(IPlace<TView> place, int count)
        where TView : struct, IView<Real1, Word1> => Field(place, count, default(WordSource<Real1, Word1>));

    public static float[] Normals<TView>(IPlace<TView> place, int count)
        where TView : struct, IView<Real1, Word1> => Field(place, count, new NormalSource<Real1, Word1>(0.2f, 1.5f));

    public static float[] Signs<TView>(IPlace<TView> place, int count)
        where TView : struct, IView<Real1, Word1> => Field(place, count, new RademacherSource<Real1, Word1>(0.1f));

    public static float[] PackedInt8<TView>(IPlace<TView> place, int count)
        where TView : struct, IView<Real1, Word1> => Packed<TView, Int8Entries<Real1, Word1>>(place, count);

    public static float[] PackedBFloat16<TView>(IPlace<TView> place, int count)
        where TView : struct, IView<Real1, Word1> => Packed<TView, BFloat16Entries<Real1, Word1>>(place, count);

    public static float[] SignWords<TView>(IPlace<TView> place, int count)
        where TView : struct, IView<Real1, Word1>
    {
        Held<TView> target = place.Hold(new float[2 * Two * count]);
        place.For(Two * 2, count, new SignBody<Real1, Word1, TView>(target.Slots(Two), TableLayout.Plain(0, count), 2, PackedField));
        return target.Read();
    }

    public static float[] TurnedSigns<TView>(IPlace<TView> place, int count)
        where TView : struct, IView<Real1, Word1>
    {
        int words = (count + 31) / 32;
        Held<TView> source = place.Hold(Reals(Two * words * 64, 1)), target = place.Hold(new float[Two * 2 * count]);
        place.For(Two * 2, count, new TurnBody<Real1, Word1, TView>(
            source.Slots(Two), TableLayout.Plain(0, 64), target.Slots(Two), TableLayout.Plain(0, count), 2));
        return target.Read();
    }

    public static float[] Steady<TView>(IPlace<TView> place, int count)
        where TView : struct, IView<Real1, Word1> => Field(place, count, new SteadyClock<Real1, Word1>(0.2f));

    public static float[] Jumps<TView>(IPlace<TView> place, int count)
        where TView : struct, IView<Real1, Word1>
    {
        uint[] thresholds = [0x20000000, 0x7fffffff, 0x80000000, 0xf0000000, 0xfffffff0];
        Held<TView> held = place.Hold([.. thresholds.Select(BitConverter.UInt32BitsToSingle), 0.1f, 0.2f, 0.3f, 0.2f, 0.1f]);
        return Field(place, count, new JumpClock<Real1, Word1, TView>(-0.4f, held.View, thresholds.Length));
    }

    public static float[] LinearLabels<TView>(IPlace<TView> place, int count)
        where TView : struct, IView<Real1, Word1> => Labels(place, count, new LinearLabel<Real1, Word1>(0.3f));

    public static float[] SignLabels<TView>(IPlace<TView> place, int count)
        where TView : struct, IView<Real1, Word1> => Labels(place, count, default(SignLabel<Real1, Word1>));

    public static float[] LogisticLabels<TView>(IPlace<TView> place, int count)
        where TView : struct, IView<Real1, Word1> => Labels(place, count, new LogisticLabel<Real1, Word1>(2f));

    public static float[] Update<TView>(IPlace<TView> place, int count)
        where TView : struct, IView<Real1, Word1>
    {
        Held<TView> theta = place.Hold(Reals(Two * count, 1)), gradient = place.Hold(Reals(Two * count, 2));
        place.For(Two, count, new UpdateBody<Real1, Word1, TView>(theta.Slots(Two), gradient.Slots(Two), 0.98f));
        return theta.Read();
    }

    public static float[] Momentum<TView>(IPlace<TView> place, int count)
        where TView : struct, IView<Real1, Word1>
    {
        Held<TView> theta = place.Hold(Reals(Two * count, 1)), velocity = place.Hold(Reals(Two * count, 3)), gradient = place.Hold(Reals(Two * count, 2));
        place.For(Two, count, new MomentumBody<Real1, Word1, TView>(theta.Slots(Two), velocity.Slots(Two), gradient.Slots(Two), 0.9f, 0.02f));
        return theta.Read();
    }

    public static float[] Decay<TView>(IPlace<TView> place, int count)
        where TView : struct, IView<Real1, Word1>
    {
        Held<TView> theta = place.Hold(Reals(Two * count, 1)), gradient = place.Hold(Reals(Two * count, 2));
        place.For(Two, count, new DecayBody<Real1, Word1, TView>(theta.Slots(Two), gradient.Slots(Two), 0.02f));
        return theta.Read();
    }

    public static float[] FreshSquared<TView>(IPlace<TView> place, int count)
        where TView : struct, IView<Real1, Word1> => Fresh(place, count, default(SquaredLoss<Real1, Word1>));

    public static float[] FreshLogistic<TView>(IPlace<TView> place, int count)
        where TView : struct, IView<Real1, Word1> => Fresh(place, count, default(LogisticLoss<Real1, Word1>));

    public static float[] VisitsSquared<TView>(IPlace<TView> place, int count)
        where TView : struct, IView<Real1, Word1> => Visits(place, count, default(SquaredLoss<Real1, Word1>));

    public static float[] VisitsLogistic<TView>(IPlace<TView> place, int count)
        where TView : struct, IView<Real1, Word1> => Visits(place, count, default(LogisticLoss<Real1, Word1>));

    public static float[] Products<TView>(IPlace<TView> place, int count)
        where TView : struct, IView<Real1, Word1>
    {
        Held<TView> kept = place.Hold(new float[Two * count]);
        return [.. Weights(place, Two, count, new ProductRow<Real1, Word1, TView>(kept.Slots(Two))), .. kept.Read()];
    }

    public static float[] Units<TView>(IPlace<TView> place, int count)
        where TView : struct, IView<Real1, Word1> => Weights(place, Two, count, new UnitRow<Real1, Word1>(count - 1));

    public static float[] TrainSquared<TView>(IPlace<TView> place, int count)
        where TView : struct, IView<Real1, Word1> => Train(place, count, default(SquaredLoss<Real1, Word1>));

    public static float[] TrainLogistic<TView>(IPlace<TView> place, int count)
        where TView : struct, IView<Real1, Word1> => Train(place, count, default(LogisticLoss<Real1, Word1>));

    public static float[] PathSquared<TView>(IPlace<TView> place, int count)
        where TView : struct, IView<Real1, Word1> => Path(place, count, default(SquaredLoss<Real1, Word1>));

    public static float[] PathLogistic<TView>(IPlace<TView> place, int count)
        where TView : struct, IView<Real1, Word1> => Path(place, count, default(LogisticLoss<Real1, Word1>));

    public static float[] PairSquared<TView>(IPlace<TView> place, int count)
        where TView : struct, IView<Real1, Word1> => Pair(place, count, default(SquaredLoss<Real1, Word1>));

    public static float[] PairLogistic<TView>(IPlace<TView> place, int count)
        where TView : struct, IView<Real1, Word1> => Pair(place, count, default(LogisticLoss<Real1, Word1>));

    public static float[] TangentSquared<TView>(IPlace<TView> place, int count)
        where TView : struct, IView<Real1, Word1> => Tangent(place, count, default(SquaredLoss<Real1, Word1>));

    public static float[] TangentLogistic<TView>(IPlace<TView> place, int count)
        where TView : struct, IView<Real1, Word1> => Tangent(place, count, default(LogisticLoss<Real1, Word1>));

    public static float[] ImageSquared<TView>(IPlace<TView> place, int count)
        where TView : struct, IView<Real1, Word1> => Image(place, count, default(SquaredLoss<Real1, Word1>));

    public static float[] ImageLogistic<TView>(IPlace<TView> place, int count)
        where TView : struct, IView<Real1, Word1> => Image(place, count, default(LogisticLoss<Real1, Word1>));

    public static float[] Residuals<TView>(IPlace<TView> place, int count)
        where TView : struct, IView<Real1, Word1>
    {
        Held<TView> table = place.Hold(Finite(6 * count, 1)), given = place.Hold(new float[8 * count]);
        Held<TView> numbers = place.Hold([.. Numbers(-1, -1, force: 1, 0), .. Numbers(-1, -1, force: 2, 0)]);
        place.Block(
            2, count, place.Hold(Finite(8 * count, 2)), given,
            new ResidualRow<Real1, Word1, TView>(table.Slots(2), TableLayout.Plain(0, count), numbers.View));
        return [.. table.Read(), .. given.Read()];
    }

    public static float[] SumsSquared<TView>(IPlace<TView> place, int count)
        where TView : struct, IView<Real1, Word1> => Sums(place, count, default(SquaredLoss<Real1, Word1>));

    public static float[] SumsLogistic<TView>(IPlace<TView> place, int count)
        where TView : struct, IView<Real1, Word1> => Sums(place, count, default(LogisticLoss<Real1, Word1>));

    public static float[] Overlaps<TView>(IPlace<TView> place, int count)
        where TView : struct, IView<Real1, Word1>
    {
        Held<TView> theta = place.Hold(Reals(Two * count, 1)), teacher = place.Hold(Reals(Two * count, 2));
        Held<TView> summands = place.Hold(new float[4 * Two * count]);
        place.Summands(Two, count, summands, new OverlapSums<Real1, Word1, TView>(theta.Slots(Two), teacher.Slots(Two)));
        return summands.Read();
    }

    public static float[] Between<TView>(IPlace<TView> place, int count)
        where TView : struct, IView<Real1, Word1>
    {
        Held<TView> theta = place.Hold(Reals(2 * Two * count, 1)), summands = place.Hold(new float[4 * Two * count]);
        Slots<Real1, Word1, TView> first = theta.Slots(2 * Two);
        place.Summands(Two, count, summands, new BetweenSums<Real1, Word1, TView>(first, first.Skip(Two)));
        return summands.Read();
    }

    public static float[] Force<TView>(IPlace<TView> place, int count)
        where TView : struct, IView<Real1, Word1>
    {
        Held<TView> products = place.Hold(Reals(count, 1)), slopes = place.Hold(Reals(count, 2));
        Held<TView> forces = place.Hold(Reals(3 * count, 3)), increments = place.Hold(new float[count]);
        place.For(1, count, new ForceBody<Real1, Word1, TView>(
            products.View, slopes.View, forces.View, TableLayout.Plain(-count, count), increments.View, 2, 0.5f, new(0.1f, -0.2f, 0.3f, 0)));
        return [.. forces.Read(), .. increments.Read()];
    }

    public static float[] Triangle<TView>(IPlace<TView> place, int count)
        where TView : struct, IView<Real1, Word1>
    {
        Held<TView> table = place.Hold(Reals(6 * count, 1)), triangle = place.Hold(1.1f, 0, 0, -0.3f, 0.9f, 0, 0.2f, 0.4f, 1.3f);
        place.For(1, count, new TriangleBody<Real1, Word1, TView>(table.View, TableLayout.Plain(0, count), 0, 3, 2, 3, triangle.View));
        return table.Read();
    }

    public static float[] Coarse<TView>(IPlace<TView> place, int count)
        where TView : struct, IView<Real1, Word1>
    {
        Held<TView> source = place.Hold(Reals(4 * count, 1)), target = place.Hold(new float[3 * count]);
        place.For(Two, count, new CoarseBody<Real1, Word1, TView>(
            source.View, count, 2, 0.7f, target.View, TableLayout.Plain(0, count), 1));
        return target.Read();
    }

    public static float[] SumsOfClock<TView>(IPlace<TView> place, int count)
        where TView : struct, IView<Real1, Word1>
    {
        Held<TView> products = place.Hold(Reals(count, 1)), slopes = place.Hold(Reals(count, 2)), clock = place.Hold(Reals(3 * count, 3));
        Held<TView> summands = place.Hold(new float[4 * count]);
        place.Summands(1, count, summands, new ClockSums<Real1, Word1, TView>(
            products.View, slopes.View, clock.View, TableLayout.Plain(0, count), 2, 0.2f));
        return summands.Read();
    }

    public static float[] SumsOfSlopes<TView>(IPlace<TView> place, int count)
        where TView : struct, IView<Real1, Word1>
    {
        Held<TView> products = place.Hold(Reals(count, 1)), slopes = place.Hold(Reals(count, 2)), summands = place.Hold(new float[4 * count]);
        place.Summands(1, count, summands, new SlopeSums<Real1, Word1, TView>(products.View, slopes.View));
        return summands.Read();
    }

    public static float[] SumsAcross<TView>(IPlace<TView> place, int count)
        where TView : struct, IView<Real1, Word1>
    {
        Held<TView> first = place.Hold(Reals(count, 1)), second = place.Hold(Reals(count, 2)), summands = place.Hold(new float[4 * count]);
        place.Summands(1, count, summands, new CrossSums<Real1, Word1, TView>(first.View, second.View));
        return summands.Read();
    }

    public static float[] SumsOfPairs<TView>(IPlace<TView> place, int count)
        where TView : struct, IView<Real1, Word1>
    {
        Held<TView> table = place.Hold(Reals(5 * count, 1)), summands = place.Hold(new float[4 * count]);
        place.Summands(1, count, summands, new PairSums<Real1, Word1, TView>(
            table.View, TableLayout.Plain(0, count), new(0, 1, 2, 3), new(0, 0, 4, 3), Math.Max(1, count - 1)));
        return summands.Read();
    }

    /// <summary>Six rows (two groups of four steps, the last two left out) of two replicas, the last column padding.</summary>
    private static float[] Field<TView, TSource>(IPlace<TView> place, int count, TSource source)
        where TView : struct, IView<Real1, Word1>
        where TSource : struct, ISource<Real1, Word1>
    {
        const int Rows = 6, Groups = 2;
        Held<TView> target = place.Hold(new float[Two * Rows * count]);
        place.For(Two * Groups, count, new FieldBody<Real1, Word1, TView, TSource>(
            target.Slots(Two), TableLayout.Plain(0, count), Rows, Math.Max(1, count - 1), 0, Groups,
            new(0x123456789abcdef0, Purpose.Design, 1000, 7), source));
        return target.Read();
    }

    private static float[] Packed<TView, TFormat>(IPlace<TView> place, int count)
        where TView : struct, IView<Real1, Word1>
        where TFormat : struct, IEntryFormat<Real1, Word1>
    {
        const int Rows = 6, Groups = 2;
        Held<TView> target = place.Hold(new float[Two * Rows * count]);
        place.For(Two * Groups, count, new PackBody<Real1, Word1, TView, TFormat>(
            target.Slots(Two), count, Rows, (TFormat.Columns * count) - 1, PackedField));
        return target.Read();
    }

    private static float[] Labels<TView, TLabel>(IPlace<TView> place, int count, TLabel label)
        where TView : struct, IView<Real1, Word1>
        where TLabel : struct, ILabel<Real1, Word1>
    {
        Held<TView> teacher = place.Hold(Reals(Two * count, 1)), labels = place.Hold(new float[Two * count]);
        place.For(Two, count, new LabelBody<Real1, Word1, TView, TLabel>(
            teacher.Slots(Two), TableLayout.Plain(0, 0), 1.2f, labels.Slots(Two), new(1, Purpose.Label, 1000, 0), label, 5));
        return labels.Read();
    }

    private static float[] Train<TView, TLoss>(IPlace<TView> place, int count, TLoss loss)
        where TView : struct, IView<Real1, Word1>
        where TLoss : struct, ILoss<Real1>
    {
        Held<TView> kept = place.Hold(new float[Two * count]), labels = place.Hold(SignsOf(Two * count));
        Held<TView> clock = place.Hold(Reals(4 * Two * count, 2));
        float[] weights = Weights(place, Two, count, new TrainRow<Real1, Word1, TView, TLoss>(
            kept.Slots(Two), labels.Slots(Two), clock.Slots(Two), count, 7, 0.5f, loss));
        return [.. weights, .. kept.Read()];
    }

    private static float[] Fresh<TView, TLoss>(IPlace<TView> place, int count, TLoss loss)
        where TView : struct, IView<Real1, Word1>
        where TLoss : struct, ILoss<Real1>
    {
        Held<TView> labels = place.Hold(SignsOf((Two * count) + 1));
        Slots<Real1, Word1, TView> window = new Slots<Real1, Word1, TView>(labels.View, count).From(1);
        return Weights(place, Two, count, new FreshRow<Real1, Word1, TView, TLoss>(window, count - 1, 0.5f, loss));
    }

    private static float[] Visits<TView, TLoss>(IPlace<TView> place, int count, TLoss loss)
        where TView : struct, IView<Real1, Word1>
        where TLoss : struct, ILoss<Real1>
    {
        Held<TView> labels = place.Hold(SignsOf(Two * count)), factors = place.Hold(Reals(Two * count, 2));
        return Weights(place, Two, count, new VisitRow<Real1, Word1, TView, TLoss>(labels.Slots(Two), factors.Slots(Two), loss));
    }

    private static float[] Path<TView, TLoss>(IPlace<TView> place, int count, TLoss loss)
        where TView : struct, IView<Real1, Word1>
        where TLoss : struct, ILoss<Real1>
    {
        Held<TView> kept = place.Hold(new float[count]), labels = place.Hold(SignsOf(count)), slopes = place.Hold(new float[count]);
        float[] weights = Weights(place, 1, count, new PathRow<Real1, Word1, TView, TLoss>(kept.View, slopes.View, labels.View, count - 1, loss));
        return [.. weights, .. kept.Read(), .. slopes.Read()];
    }

    private static float[] Pair<TView, TLoss>(IPlace<TView> place, int count, TLoss loss)
        where TView : struct, IView<Real1, Word1>
        where TLoss : struct, ILoss<Real1>
    {
        Held<TView> labels = place.Hold(SignsOf(count)), given = place.Hold(new float[4 * count]);
        Held<TView>[] kept = [.. Enumerable.Range(0, 4).Select(_ => place.Hold(new float[count]))];
        place.Block(1, count, place.Hold(Finite(4 * count, 2)), given, new PairRow<Real1, Word1, TView, TLoss>(
            kept[0].View, kept[1].View, kept[2].View, kept[3].View, labels.View, 0.75f, count - 1, loss));
        return [.. given.Read(), .. kept.SelectMany(k => k.Read())];
    }

    private static float[] Tangent<TView, TLoss>(IPlace<TView> place, int count, TLoss loss)
        where TView : struct, IView<Real1, Word1>
        where TLoss : struct, ILoss<Real1>
    {
        const int Step = 2;
        TableLayout plain = TableLayout.Plain(0, count);
        Held<TView> products = place.Hold(Reals(count, 1)), labels = place.Hold(SignsOf(count)), increments = place.Hold(Reals(count, 2));
        Held<TView> past = place.Hold(Reals(6 * count, 3)), now = place.Hold(new float[3 * count]), response = place.Hold(0.3f, -0.2f);
        place.For(Step + 1, count, new TangentBody<Real1, Word1, TView, TLoss>(
            products.View, labels.View, increments.View, past.View, plain, now.View, plain, response.View, Step, count, 0.5f, loss));
        return [.. past.Read(), .. now.Read()];
    }

    private static float[] Sums<TView, TLoss>(IPlace<TView> place, int count, TLoss loss)
        where TView : struct, IView<Real1, Word1>
        where TLoss : struct, ILoss<Real1>
    {
        Held<TView> products = place.Hold(Reals(Two * count, 1)), labels = place.Hold(SignsOf(Two * count));
        Held<TView> summands = place.Hold(new float[4 * Two * count]);
        place.Summands(Two, count, summands, new TrainSums<Real1, Word1, TView, TLoss>(
            products.Slots(Two), labels.Slots(Two), Math.Max(1, count - 1), loss));
        return summands.Read();
    }

    private static float[] Weights<TView, TBody>(IPlace<TView> place, int slots, int rows, TBody body)
        where TView : struct, IView<Real1, Word1>
        where TBody : struct, IRowBody<Real1>
    {
        Held<TView> products = place.Hold(Reals(slots * rows, 9)), weights = place.Hold(new float[slots * rows]);
        place.Row(slots, rows, products, weights, body);
        return weights.Read();
    }

    private static float[] Reals(int count, int seed)
    {
        var random = new System.Random(seed);
        var reals = new float[count];
        for (int i = 0; i < count; i++)
            reals[i] = (float)((4 * random.NextDouble()) - 2);
        if (count > 2 * Corners.Length)
            Corners.CopyTo(reals, seed);
        return reals;
    }

    private static float[] SignsOf(int count) => [.. Enumerable.Range(0, count).Select(i => i % 3 == 0 ? -1f : 1f)];

    /// <summary>Steps of three replicas: with new directions on both sides, with one of the forces alone, with none.</summary>
    private static float[] Image<TView, TLoss>(IPlace<TView> place, int count, TLoss loss)
        where TView : struct, IView<Real1, Word1>
        where TLoss : struct, ILoss<Real1>
    {
        const int Replicas = 3;
        Held<TView> table = place.Hold(Finite(Replicas * 4 * count, 1)), given = place.Hold(new float[Replicas * 4 * count]);
        Held<TView> kept = place.Hold(new float[Replicas * count]);
        Held<TView> numbers = place.Hold([.. Numbers(0, 1, 2, 3), .. Numbers(3, -1, 1, 0), .. Numbers(-1, -1, 0, 2)]);
        place.Block(Replicas, count, place.Hold(Finite(Replicas * 4 * count, 2)), given, new ImageRow<Real1, Word1, TView, TLoss>(
            table.Slots(Replicas), TableLayout.Plain(0, count), numbers.View, count - 1, kept.Slots(Replicas),
            place.Hold(Finite(Replicas * count, 3)).Slots(Replicas), place.Hold(Finite(Replicas * 2 * count, 4)).Slots(Replicas), count, loss));
        return [.. table.Read(), .. given.Read(), .. kept.Read()];
    }

    /// <summary>A replica's columns, and other numbers that go with them, in the order of <see cref="ImageNumbers"/>.</summary>
    private static float[] Numbers(int left, int right, int force, int next) =>
        [left, right, force, next, 0.7f + left, -0.3f * (right + 2), 1.2f - force, 0.5f + (0.1f * next)];

    /// <summary>Without the corners, which a table of a unit matrix would mix.</summary>
    private static float[] Finite(int count, int seed) => Array.ConvertAll(Reals(count, seed), x => float.IsFinite(x) && Math.Abs(x) < 1e3 ? x : 0.5f);
}
