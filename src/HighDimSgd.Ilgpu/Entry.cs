using System.Numerics;
using HighDimSgd.Kernels;
using ILGPU;

namespace HighDimSgd.Ilgpu;

/// <summary>
/// Where a launch enters the skeletons. Work is cut into groups by its shape alone, a group's sums run over a fixed number of virtual
/// lanes and join in a fixed tree, and a thread does as many lanes as there are more of them than threads: so neither the number of
/// threads nor the size of the batch can be seen in the result.
/// </summary>
public static partial class Entry
{
    /// <summary>Most virtual lanes of a group.</summary>
    public const int MostLanes = 256;

    private const int FanInShift = 3;

    /// <summary>The skeleton <c>For</c>; a thread per index.</summary>
    /// <param name="count">Number of indices.</param>
    /// <param name="groups">Groups per outer index.</param>
    /// <param name="body">The body.</param>
    public static void For<TBody>(int count, int groups, TBody body)
        where TBody : struct, IForBody
    {
        int outer = Grid.IdxX / groups;
        int index = ((Grid.IdxX - (outer * groups)) * Group.DimX) + Group.IdxX;
        if (index < count)
            body.Run(outer, index);
    }

    /// <summary>
    /// Sums <paramref name="items"/> rows of 2^<paramref name="shift"/> numbers each, eight at a time; a row's sum is left in its first
    /// place. All threads of the group take part, and none goes on before all are done.
    /// </summary>
    private static void Tree<T>(ArrayView<T> rows, int items, int shift)
        where T : unmanaged, INumber<T>
    {
        Group.Barrier();
        for (int width = shift; width > 0;)
        {
            int next = width > FanInShift ? width - FanInShift : 0;
            for (int place = Group.IdxX; place < items << next; place += Group.DimX)
            {
                int first = ((place >> next) << shift) + (place & ((1 << next) - 1));
                T sum = rows[first];
                for (int k = 1; k < 1 << (width - next); k++)
                    sum += rows[first + (k << next)];
                rows[first] = sum;
            }

            Group.Barrier();
            width = next;
        }
    }
}
