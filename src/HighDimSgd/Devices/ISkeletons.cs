using HighDimSgd.Kernels;
using HighDimSgd.Kernels.Random;

namespace HighDimSgd.Devices;

/// <summary>
/// The parallel loops that everything runs on. One implementation per kind of device; kernel bodies are shared by all of them. Not safe for concurrent
/// use: each worker has its own.
/// </summary>
/// <typeparam name="TReal">Lane of reals of this device.</typeparam>
/// <typeparam name="TWord">Lane of words of this device.</typeparam>
/// <typeparam name="TView">Memory of this device.</typeparam>
public partial interface ISkeletons<TReal, TWord, TView> : ILoops<TReal, TWord, TView>
    where TReal : unmanaged, IReal<TReal, TWord>
    where TWord : unmanaged, IWord<TReal, TWord>
    where TView : struct, IView<TReal, TWord>
{
    /// <summary>
    /// For every replica of a batch, one read of its design: r_i = x_i.theta, f_i = body(i, r_i), gradient = sum_i f_i x_i.
    /// Rows are padded to 16 with rows of zeros, or with any finite rows where the body gives them zero weight, and memory goes on for 48 elements;
    /// columns are padded to the row stride with zeros. Replicas may share a design of stride 0; their numbers are those of a pass of their own.
    /// </summary>
    /// <param name="batch">Number of replicas.</param>
    /// <param name="design">Designs, row-major; one for all replicas where its stride is 0.</param>
    /// <param name="rowStride">Elements from one row to the next, a multiple of 16.</param>
    /// <param name="rows">Rows n.</param>
    /// <param name="theta">Parameters, padded like a row.</param>
    /// <param name="gradient">Receives the gradients; unused where the body wants none.</param>
    /// <param name="body">The row body.</param>
    void RowPass<TBody>(
        int batch,
        Slots<TReal, TWord, TView> design,
        int rowStride,
        int rows,
        Slots<TReal, TWord, TView> theta,
        Slots<TReal, TWord, TView> gradient,
        TBody body)
        where TBody : struct, IRowBody<TReal>;

    /// <summary>The same as <see cref="RowPass"/> for a design whose entries have fewer bits; what they stand for is the body's affair.</summary>
    /// <param name="batch">Number of replicas.</param>
    /// <param name="design">Designs, row-major, in the format's words; rows are padded as there.</param>
    /// <param name="rowStride">Columns from one row to the next, a multiple of 16 words; columns are padded to it with zeros.</param>
    /// <param name="rows">Rows n.</param>
    /// <param name="theta">Parameters, padded like a row.</param>
    /// <param name="gradient">Receives the gradients; unused where the body wants none.</param>
    /// <param name="body">The row body.</param>
    void PackedPass<TFormat, TBody>(
        int batch,
        Slots<TReal, TWord, TView> design,
        int rowStride,
        int rows,
        Slots<TReal, TWord, TView> theta,
        Slots<TReal, TWord, TView> gradient,
        TBody body)
        where TFormat : struct, IEntryFormat<TReal, TWord>
        where TBody : struct, IRowBody<TReal>;

    /// <summary>The same for a design of entries +1 and -1.</summary>
    /// <param name="batch">Number of replicas.</param>
    /// <param name="signs">The signs; a set bit is -1. Those of padding may be any.</param>
    /// <param name="table">Their shape.</param>
    /// <param name="theta">Parameters, padded to a multiple of 64 with zeros.</param>
    /// <param name="gradient">Receives the gradients, padded likewise; unused where the body wants none.</param>
    /// <param name="body">The row body; its weights of padding rows are dropped.</param>
    void SignPass<TBody>(
        int batch,
        Slots<TReal, TWord, TView> signs,
        SignTable table,
        Slots<TReal, TWord, TView> theta,
        Slots<TReal, TWord, TView> gradient,
        TBody body)
        where TBody : struct, IRowBody<TReal>;

    /// <summary>
    /// Iterations on batches of rows, one after another, of every replica of a batch: with r_i = x_i.theta over the rows of its batch and f_i = body(visit, r_i), an iteration
    /// makes theta - (decay theta + sum_i f_i x_i) of theta.
    /// </summary>
    /// <param name="batch">Number of replicas.</param>
    /// <param name="design">Designs, row-major.</param>
    /// <param name="rowStride">Elements from one row to the next, a multiple of 16; columns are padded to it with zeros.</param>
    /// <param name="visits">Rows that are visited, in order, replica after replica.</param>
    /// <param name="decays">The decay of each iteration, for all replicas; their number divides that of a replica's visits.</param>
    /// <param name="theta">Parameters, padded like a row.</param>
    /// <param name="body">The row body, which is given visits for rows; arrays by visit have room for 16 more.</param>
    void Iterate<TBody>(
        int batch,
        Slots<TReal, TWord, TView> design,
        int rowStride,
        ReadOnlySpan<int> visits,
        ReadOnlySpan<float> decays,
        Slots<TReal, TWord, TView> theta,
        TBody body)
        where TBody : struct, IRowBody<TReal>;

    /// <summary>The same by way of a velocity v: an iteration makes momentum v - (decay theta + sum_i f_i x_i) of v and theta + v of theta.</summary>
    /// <param name="batch">Number of replicas.</param>
    /// <param name="design">Designs, row-major.</param>
    /// <param name="rowStride">Elements from one row to the next, a multiple of 16; columns are padded to it with zeros.</param>
    /// <param name="visits">Rows that are visited, in order, replica after replica.</param>
    /// <param name="decays">The decay of each iteration, for all replicas; their number divides that of a replica's visits.</param>
    /// <param name="theta">Parameters, padded like a row.</param>
    /// <param name="velocity">Velocities, padded and at a stride like the parameters.</param>
    /// <param name="momentum">beta.</param>
    /// <param name="body">The row body, which is given visits for rows; arrays by visit have room for 16 more.</param>
    void Iterate<TBody>(
        int batch,
        Slots<TReal, TWord, TView> design,
        int rowStride,
        ReadOnlySpan<int> visits,
        ReadOnlySpan<float> decays,
        Slots<TReal, TWord, TView> theta,
        Slots<TReal, TWord, TView> velocity,
        float momentum,
        TBody body)
        where TBody : struct, IRowBody<TReal>;

    /// <summary>
    /// The same as <see cref="RowPass"/> for a tall table kept in blocks of 64 rows (<see cref="PathTable"/>): r_i = sum_j c_j B_ij over the first columns,
    /// v_i = body(i, r_i), sums_j = sum_i v_i B_ij, in float64 beyond 4096 rows.
    /// </summary>
    /// <param name="basis">The table B.</param>
    /// <param name="layout">Its shape.</param>
    /// <param name="coefficients">The coefficients c; their number is the number of columns used.</param>
    /// <param name="body">The row body.</param>
    /// <param name="sums">Receives as many sums as the span is long, from column 0 on; unused where the body wants none.</param>
    /// <returns>The sum of v_i^2, 0 where the body wants no gradient.</returns>
    double TallSkinny<TBody>(TView basis, PathTable layout, ReadOnlySpan<float> coefficients, TBody body, Span<double> sums)
        where TBody : struct, IRowBody<TReal>;

    /// <summary>
    /// The same for several vectors in one read of the table, for every replica of a batch: r_iv = sum_j c_jv B_ij over the first columns,
    /// w_i = body(i, r_i), then sums_jv = sum_i w_iv B_ij with the row as the body left it, in float64 beyond 4096 rows.
    /// </summary>
    /// <param name="batch">Number of replicas.</param>
    /// <param name="bases">The tables B.</param>
    /// <param name="layout">Their shape.</param>
    /// <param name="coefficients">
    /// The coefficients c, replica after replica, those of a column side by side: as many as the body combines. Columns of coefficient 0 change nothing while
    /// they are finite.
    /// </param>
    /// <param name="body">The body.</param>
    /// <param name="sums">Receives the sums from column 0 on, replica after replica, those of a column side by side: as many as the body projects.</param>
    void TallSkinnyBlock<TBody>(
        int batch, Slots<TReal, TWord, TView> bases, PathTable layout, ReadOnlySpan<float> coefficients, TBody body, Span<double> sums)
        where TBody : struct, IBlockBody<TReal>;
}

/// <summary>
/// Shape of a tall table: rows in blocks of 64, each block holding its columns one after another, so that a pass over the first
/// columns of a block is one stream and a block stays in the first-level cache.
/// </summary>
/// <param name="Rows">Rows.</param>
/// <param name="Columns">Columns.</param>
public readonly record struct PathTable(int Rows, int Columns)
{
    /// <summary>Binary logarithm of the rows per block.</summary>
    public const int BlockShift = 6;

    /// <summary>Rows per block.</summary>
    public const int Block = 1 << BlockShift;

    /// <summary>Number of blocks.</summary>
    public int Blocks => (Rows + Block - 1) >> BlockShift;

    /// <summary>Elements of the table.</summary>
    public long Length => (long)Blocks * Columns * Block;

    /// <summary>The layout of every <paramref name="stride"/>-th column from <paramref name="first"/> on, as rows of a table over paths.</summary>
    public TableLayout Columnwise(int first, int stride) =>
        new((long)first * Block, (long)stride * Block, BlockShift, (long)Columns * Block);
}

/// <summary>A computation that runs on any device: the device closes the lane, word and view types.</summary>
/// <typeparam name="TResult">What it returns.</typeparam>
public interface IDeviceProgram<out TResult>
{
    /// <summary>Runs on the skeletons of a device.</summary>
    TResult Run<TReal, TWord, TView>(ISkeletons<TReal, TWord, TView> skeletons)
        where TReal : unmanaged, IReal<TReal, TWord>
        where TWord : unmanaged, IWord<TReal, TWord>
        where TView : struct, IView<TReal, TWord>;
}

/// <summary>A machine part that runs kernels.</summary>
public interface IDevice
{
    /// <summary>Key on the command line: cpu, cuda, opencl, ilgpu-cpu.</summary>
    string Key { get; }

    /// <summary>Name of the part.</summary>
    string Name { get; }

    /// <summary>Independent workers that should run replicas side by side.</summary>
    int Workers { get; }

    /// <summary>Width of its vectors in bits; 0 where it has none.</summary>
    int VectorBits { get; }

    /// <summary>Bytes of memory that experiments may use; on a device with several workers each with memory of its own, those of one.</summary>
    long MemoryBytes { get; }

    /// <summary>How it likes its work.</summary>
    WorkShare Share { get; }

    /// <summary>Runs a program with skeletons of its own, which are disposed at its end.</summary>
    /// <param name="program">The program.</param>
    /// <param name="wholeDevice">True to give it all workers; false for one worker's share.</param>
    TResult Run<TResult>(IDeviceProgram<TResult> program, bool wholeDevice);

    /// <summary>Runs a program of independent loops on one worker's share, on the lanes that suit such loops best.</summary>
    /// <param name="program">The program.</param>
    TResult RunLoops<TResult>(ILoopProgram<TResult> program) => Run(new LoopProgram<TResult>(program), wholeDevice: false);
}

/// <summary>How a device likes its work; nothing of the results depends on it.</summary>
/// <param name="UnitWork">Passes over design entries that a unit of work holds at most, one replica at least.</param>
/// <param name="UnitReplicas">Replicas that a unit holds at most.</param>
/// <param name="BatchBytes">
/// Memory of each worker for replicas that advance together; 0 where workers share their memory and advance one replica at a time.
/// </param>
public sealed record WorkShare(double UnitWork, int UnitReplicas, long BatchBytes)
{
    /// <summary>Replicas of so many bytes that advance together; one at least.</summary>
    public int Batch(long bytes) => (int)Math.Clamp(BatchBytes / bytes, 1, UnitReplicas);
}

/// <summary>Devices beside the CPU, of a package of their own.</summary>
public interface IDeviceProvider
{
    /// <summary>What is there, and what is not and why.</summary>
    IReadOnlyList<DeviceInfo> Describe();

    /// <summary>Opens a device by its key.</summary>
    /// <exception cref="MachineException">It is not there.</exception>
    IDevice Open(string key);

    /// <summary>The fastest GPU; null where there is none.</summary>
    IDevice? Fastest();
}
