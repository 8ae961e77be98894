using HighDimSgd.Kernels;
using HighDimSgd.Kernels.Bodies;
using HighDimSgd.Kernels.Physics;
using HighDimSgd.Kernels.Random;

namespace HighDimSgd.Ilgpu.Tests;

/// <content>The bodies of flow experiments: two points of every problem, three steps of every algorithm.</content>
internal static partial class Scenarios
{
    private const int Inputs = 2, Samples = 5, Steps = 3;

    public static float[] FlowMultiplicative<TView>(IPlace<TView> place, int count)
        where TView : struct, IView<Real1, Word1> => Flows(place, count, new MultiplicativeProblem<Real1, Word1, TView>(1f, 0.5f, 0.7f, 0.3f));

    public static float[] FlowLinear<TView>(IPlace<TView> place, int count)
        where TView : struct, IView<Real1, Word1> => OnData(place, count, new LinearModel<Real1, Word1, SquaredLoss<Real1, Word1>>(Inputs, default));

    public static float[] FlowLogistic<TView>(IPlace<TView> place, int count)
        where TView : struct, IView<Real1, Word1> => OnData(place, count, new LinearModel<Real1, Word1, LogisticLoss<Real1, Word1>>(Inputs, default));

    public static float[] FlowDirection<TView>(IPlace<TView> place, int count)
        where TView : struct, IView<Real1, Word1> => OnData(place, count, new DirectionModel<Real1, Word1>(Inputs));

    public static float[] FlowNetwork<TView>(IPlace<TView> place, int count)
        where TView : struct, IView<Real1, Word1> => OnData(place, count, new NetworkModel<Real1, Word1>(Inputs, 2));

    private static float[] OnData<TView, TModel>(IPlace<TView> place, int count, TModel model)
        where TView : struct, IView<Real1, Word1>
        where TModel : struct, IFlowModel<Real1, Word1> => Flows(place, count, new DataProblem<Real1, Word1, TView, TModel>(
            place.Hold(Finite(Samples * (Inputs + 1), 4)).View, Samples, Inputs, 0.1f, model));

    private static float[] Flows<TView, TProblem>(IPlace<TView> place, int count, TProblem problem)
        where TView : struct, IView<Real1, Word1>
        where TProblem : struct, IFlowProblem<Real1, Word1, TView>
    {
        const int Points = 2, First = 70;
        int d = problem.Dimension, floats = (5 * Points * d) + (4 * d) + (2 * d * d) + Samples;
        int groups = (count + 63) / 64;
        var field = new RandomField(9, Purpose.FlowNoise, 20, 1);
        Held<TView> starts = place.Hold([.. Enumerable.Range(0, Points * d).Select(i => 0.3f + (0.4f * i))]);
        var all = new List<float>();

        Kick(default(NoKick<Real1, Word1, TView, TProblem>), 1);
        Kick(default(ModeKick<Real1, Word1, TView, TProblem>), 2);
        Kick(default(SampleKick<Real1, Word1, TView, TProblem>), 2);
        Kick(new RootKick<Real1, Word1, TView, TProblem>(0), 2);
        Kick(new RootKick<Real1, Word1, TView, TProblem>(1), 2);
        On(arena => place.For(1, count, new SamplePath<Real1, Word1, TView, TProblem>(arena, problem, field, First, 1, Steps, 2, 4, 0.07f, -0.02f, 0)));
        On(arena => place.For(1, count, new SamplePath<Real1, Word1, TView, TProblem>(arena, problem, field, First, 1, Steps, 3, 6, 0.07f, -0.02f, Samples)));
        On(arena => place.For(1, count, new NoisyPath<Real1, Word1, TView, TProblem>(arena, problem, field, First, 1, Steps, 0.1f, 0.05f)));
        return [.. all];

        void Kick<TKick>(TKick kick, int order)
            where TKick : struct, IFlowKick<Real1, Word1, TView, TProblem> => On(arena => place.For(1, count, new FlowPath<Real1, Word1, TView, TProblem, TKick>(
                arena, problem, kick, field, First, 1, Steps, 0.1f, order, 0.1f, 0.03f)));

        // The points at the end of the last step stand behind those that a path goes on from.
        void On(Action<FlowArena<Real1, Word1, TView>> run)
        {
            Held<TView> memory = place.Hold(new float[groups * 64 * floats]), summands = place.Hold(new float[4 * count]), others = place.Hold(new float[4 * count]);
            var arena = new FlowArena<Real1, Word1, TView>(memory.View, floats, Points, d);
            place.For(1, count, new FlowStart<Real1, Word1, TView>(arena, starts.View));
            run(arena);
            place.For(1, count, new FlowRest<Real1, Word1, TView, TProblem>(arena, problem, 0.1f));
            arena = arena.Behind;
            place.Summands(1, count, summands, new FlowSums<Real1, Word1, TView, TProblem>(arena, problem, new(
                new(FlowMoment.Coordinate, 0, 0), new(FlowMoment.Product, 0, 1), new(FlowMoment.Distance, 0, 1), new(FlowMoment.Sine, 0, 1))));
            place.Summands(1, count, others, new FlowSums<Real1, Word1, TView, TProblem>(arena, problem, new(
                new(FlowMoment.Risk, 0, 0), new(FlowMoment.Gradient, 1, 1), new(FlowMoment.Noise, 0, 0), default)));
            all.AddRange([.. summands.Read(), .. others.Read()]);
        }
    }
}
