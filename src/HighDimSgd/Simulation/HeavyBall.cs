using HighDimSgd.Devices;
using HighDimSgd.Kernels;
using HighDimSgd.Kernels.Bodies;

namespace HighDimSgd.Simulation;

/// <summary>The velocities of replicas that run with momentum.</summary>
/// <param name="skeletons">The device.</param>
/// <param name="velocity">Memory of the velocities.</param>
/// <param name="batch">Most replicas of a batch.</param>
/// <param name="momentum">beta.</param>
internal sealed class HeavyBall<TReal, TWord, TView>(
    ISkeletons<TReal, TWord, TView> skeletons, Slots<TReal, TWord, TView> velocity, int batch, double momentum)
    where TReal : unmanaged, IReal<TReal, TWord>
    where TWord : unmanaged, IWord<TReal, TWord>
    where TView : struct, IView<TReal, TWord>
{
    private readonly float[] rest = new float[batch * velocity.Stride];

    /// <summary>Puts the velocities at 0.</summary>
    public void Restart() => skeletons.Write(velocity.View, rest);

    /// <summary>The update of a step, for replicas from place <paramref name="at"/> on: v becomes beta v - (ridge theta + gradient), theta becomes theta + v.</summary>
    public MomentumBody<TReal, TWord, TView> Update(Slots<TReal, TWord, TView> theta, Slots<TReal, TWord, TView> gradient, double ridge, int at = 0) =>
        new(theta, velocity.Skip(at), gradient, (float)momentum, (float)ridge);

    /// <summary>Iterations on batches of rows, as the skeleton has them, for replicas from place <paramref name="at"/> on.</summary>
    public void Iterate<TBody>(
        int at, int count, Slots<TReal, TWord, TView> design, int rowStride, ReadOnlySpan<int> visits, ReadOnlySpan<float> decays, Slots<TReal, TWord, TView> theta, TBody body)
        where TBody : struct, IRowBody<TReal> => skeletons.Iterate(count, design, rowStride, visits, decays, theta, velocity.Skip(at), (float)momentum, body);
}
