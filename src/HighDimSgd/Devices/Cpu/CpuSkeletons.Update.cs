using System.Runtime.CompilerServices;

namespace HighDimSgd.Devices.Cpu;

/// <content>What an iteration on a batch of rows does with them: descent itself, or by way of a velocity.</content>
internal sealed unsafe partial class CpuSkeletons<TReal, TWord>
{
    /// <summary>How weighted rows move theta. Weight and decay come with the sign that they are added with.</summary>
    private interface IUpdate<TSelf>
        where TSelf : struct, IUpdate<TSelf>
    {
        /// <summary>The same for the rows of a batch after its first.</summary>
        TSelf Later { get; }

        /// <summary>Takes a row that others of its batch follow.</summary>
        void Gather(float* theta, float* row, TReal weight, TReal decay);

        /// <summary>Takes the last row of a batch; theta after it.</summary>
        TReal Moved(float* theta, float* row, TReal weight, TReal decay);
    }

    /// <summary>Every row moves theta: theta + decay theta + weight row, with two roundings.</summary>
    private readonly struct Descent : IUpdate<Descent>
    {
        public Descent Later => this;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Gather(float* theta, float* row, TReal weight, TReal decay) => TReal.Store(Moved(theta, row, weight, decay), theta);

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public TReal Moved(float* theta, float* row, TReal weight, TReal decay)
        {
            TReal t = TReal.Load(theta);
            return TReal.FusedMultiplyAdd(weight, TReal.Load(row), TReal.FusedMultiplyAdd(decay, t, t));
        }
    }

    /// <summary>The rows of a batch are gathered in the velocity v, and the last moves theta by it.</summary>
    /// <param name="away">Bytes from theta to v.</param>
    /// <param name="kept">What is kept of v: beta for the first row of a batch, 1 for the others.</param>
    private readonly struct Ball(nint away, TReal kept) : IUpdate<Ball>
    {
        private readonly nint away = away;
        private readonly TReal kept = kept;

        public Ball Later => new(away, TReal.Of(1f));

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Gather(float* theta, float* row, TReal weight, TReal decay) => Moved(theta, row, weight, decay);

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public TReal Moved(float* theta, float* row, TReal weight, TReal decay)
        {
            float* velocity = (float*)((byte*)theta + away);
            TReal t = TReal.Load(theta);
            TReal v = TReal.FusedMultiplyAdd(weight, TReal.Load(row), TReal.FusedMultiplyAdd(decay, t, kept * TReal.Load(velocity)));
            TReal.Store(v, velocity);
            return t + v;
        }
    }
}
