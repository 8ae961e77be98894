namespace HighDimSgd.Kernels;

/// <summary>
/// Memory of 32-bit floats as a kernel sees it: a pointer on the CPU, a device array elsewhere. Loads and stores touch one lane
/// type's worth of consecutive elements; indices of lanes are multiples of the lane width except in windows that
/// <see cref="Slots{TReal, TWord, TView}.From"/> opens, and buffers are padded to 64 elements.
/// </summary>
/// <typeparam name="TReal">Lane of reals.</typeparam>
/// <typeparam name="TWord">Lane of words.</typeparam>
public interface IView<TReal, TWord>
    where TReal : unmanaged, IReal<TReal, TWord>
    where TWord : unmanaged, IWord<TReal, TWord>
{
    /// <summary>The elements from <paramref name="index"/> on.</summary>
    TReal Load(long index);

    /// <summary>Stores elements from <paramref name="index"/> on.</summary>
    void Store(long index, TReal value);

    /// <summary>One element, in every lane.</summary>
    TReal Spread(long index);

    /// <summary>One element of its own in every lane.</summary>
    TReal Gather(TWord index);

    /// <summary>One element that is a whole number, below 2^24.</summary>
    int Whole(long index);
}

/// <summary>Body of the skeleton <c>For</c>: independent work at (outer, index).</summary>
public interface IForBody
{
    /// <summary>Does the work of one lane type's worth of indices.</summary>
    /// <param name="outer">Outer index: a replica, a group of rows.</param>
    /// <param name="index">First index of the lanes.</param>
    void Run(int outer, int index);
}

/// <summary>
/// Body of the skeleton <c>RowPass</c>: turns the product r_i = x_i.theta into the weight f_i of row i in the gradient. A device may run
/// it on a row before that row's product is there and again afterwards: the last run counts. Arrays by row have room for 16 more.
/// </summary>
/// <typeparam name="TReal">Lane of reals; a lane is a row.</typeparam>
public interface IRowBody<TReal>
    where TReal : unmanaged
{
    /// <summary>True where the gradient X^T f is wanted; false for a pass that only needs the products.</summary>
    static abstract bool WantsGradient { get; }

    /// <summary>The weights of the rows from <paramref name="row"/> on.</summary>
    /// <param name="slot">Position of the replica in its batch.</param>
    /// <param name="row">First row of the lanes.</param>
    /// <param name="product">The products r of these rows.</param>
    TReal Run(int slot, int row, TReal product);
}

/// <summary>Steps whose random numbers are drawn together.</summary>
public static class StepGroup
{
    /// <summary>Steps of a group, as many as a counter gives words; numbers are drawn at the first of them.</summary>
    public const int Size = 4;
}

/// <summary>A body that changes from step to step by the step's number and one factor, so that many steps can run as one.</summary>
/// <typeparam name="TSelf">The body.</typeparam>
public interface IStep<TSelf>
    where TSelf : struct, IStep<TSelf>
{
    /// <summary>The same body at another step.</summary>
    /// <param name="step">The step.</param>
    /// <param name="factor">Its factor; a body that has none is given 0.</param>
    TSelf At(int step, float factor);
}

/// <summary>
/// Body of the skeleton <c>TallSkinnyBlock</c>: from up to four combinations of a row of a tall table to up to four numbers that are
/// projected onto the table's columns. It may change the row itself before it is projected.
/// </summary>
/// <typeparam name="TReal">Lane of reals; a lane is a row.</typeparam>
public interface IBlockBody<TReal>
    where TReal : unmanaged
{
    /// <summary>Combinations it takes, 1 to 4; the others are not made.</summary>
    static abstract int Combined { get; }

    /// <summary>Numbers it gives, 1 to 4; the others are not projected.</summary>
    static abstract int Projected { get; }

    /// <summary>The work of the rows from <paramref name="row"/> on.</summary>
    /// <param name="slot">Position of the replica in its batch.</param>
    /// <param name="row">First row of the lanes.</param>
    /// <param name="combined">The combinations of these rows.</param>
    Four<TReal> Run(int slot, int row, Four<TReal> combined);
}

/// <summary>Body of the skeleton <c>Reduce</c>: four numbers per index, summed in float64.</summary>
/// <typeparam name="TReal">Lane of reals.</typeparam>
public interface IReduceBody<TReal>
    where TReal : unmanaged
{
    /// <summary>The summands of one lane type's worth of indices.</summary>
    /// <param name="slot">Position of the replica in its batch.</param>
    /// <param name="index">First index of the lanes.</param>
    Four<TReal> Run(int slot, int index);
}
