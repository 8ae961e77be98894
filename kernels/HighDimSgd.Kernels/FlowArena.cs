using System.Runtime.CompilerServices;

namespace HighDimSgd.Kernels;

/// <summary>What all arenas share.</summary>
public static class FlowArena
{
    /// <summary>Paths per block.</summary>
    public const int Block = 4096;
}

/// <summary>
/// Memory of the paths of flow experiments: blocks of <see cref="FlowArena.Block"/> paths, each path with a number of floats of its own, in groups of 64 paths
/// (<see cref="Column{TReal, TWord, TView}"/>). The points stand first, then room to compute in.
/// </summary>
/// <param name="view">The memory.</param>
/// <param name="floats">Floats per path.</param>
/// <param name="points">Points per path.</param>
/// <param name="dimension">Coordinates of a point.</param>
/// <param name="first">Where the first point of a path stands among its floats.</param>
public readonly struct FlowArena<TReal, TWord, TView>(TView view, int floats, int points, int dimension, int first = 0)
    where TReal : unmanaged, IReal<TReal, TWord>
    where TWord : unmanaged, IWord<TReal, TWord>
    where TView : struct, IView<TReal, TWord>
{
    /// <summary>Points per path.</summary>
    public readonly int Points = points;

    /// <summary>Coordinates of a point.</summary>
    public readonly int Dimension = dimension;

    private readonly TView view = view;
    private readonly int floats = floats;
    private readonly int first = first;

    /// <summary>The same paths with the points that stand behind theirs.</summary>
    public FlowArena<TReal, TWord, TView> Behind => new(view, floats, Points, Dimension, first + (Points * Dimension));

    /// <summary>The floats of the paths from <paramref name="index"/> on in a block.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Column<TReal, TWord, TView> Path(int block, int index) =>
        new(view, ((long)block * FlowArena.Block + (index & ~63)) * floats + ((long)first << 6) + (index & 63));

    /// <summary>A point of a path.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Column<TReal, TWord, TView> Point(Column<TReal, TWord, TView> path, int point) => path.From(point * Dimension);

    /// <summary>Room of a path behind its points, in pieces of a point's length.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Column<TReal, TWord, TView> Room(Column<TReal, TWord, TView> path, int piece) => path.From((Points + piece) * Dimension);
}
