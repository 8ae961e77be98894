using HighDimSgd.Kernels;

namespace HighDimSgd.Devices.Cpu;

/// <summary>What the CPU's loops ask of a lane type beyond <see cref="IReal{TReal,TWord}"/>.</summary>
/// <typeparam name="TReal">The lane type itself.</typeparam>
internal unsafe interface ICpuLanes<TReal>
    where TReal : unmanaged
{
    /// <summary>Number of lanes, a multiple of sixteen.</summary>
    static abstract int Count { get; }

    /// <summary>Consecutive floats.</summary>
    static abstract TReal Load(float* source);

    /// <summary>Stores consecutive floats.</summary>
    static abstract void Store(TReal value, float* target);

    /// <summary>Adds each lane, widened, to sixteen float64 sums, sixteen lanes after the other.</summary>
    static abstract void AddTo(TReal value, double* sums);
}

/// <summary>
/// What the CPU's skeletons ask of a lane type. Sixteen lanes always, whatever the width of the machine's vectors, so that every order of summation is
/// the same on every CPU.
/// </summary>
/// <typeparam name="TReal">The lane type itself.</typeparam>
/// <typeparam name="TWord">The lane of words of the same width.</typeparam>
internal unsafe interface ICpuReal<TReal, TWord> : ICpuLanes<TReal>
    where TReal : unmanaged
    where TWord : unmanaged
{
    /// <summary>Number of lanes.</summary>
    const int Lanes = 16;

    /// <summary>Rows that a pass holds in registers at once.</summary>
    static abstract int RowsAtOnce { get; }

    /// <summary>a * b + c with one rounding.</summary>
    static abstract TReal FusedMultiplyAdd(TReal a, TReal b, TReal c);

    /// <summary>
    /// Lane s of the result is the sum over the lanes of rows[s], by the tree (i, i+8), (i, i+4), (i, i+2), (i, i+1).
    /// </summary>
    static abstract TReal SumRows(TReal* rows);

    /// <summary>In every lane the number of the table that its place names, by the low four bits.</summary>
    static abstract TReal LookUp(TReal table, TWord places);

    /// <summary>The sum over the lanes by the same tree, in every lane.</summary>
    static abstract TReal Sum(TReal value);
}
