using System.Runtime.CompilerServices;

namespace HighDimSgd.Kernels.Random;

/// <summary>The words of a field at one component, one after another: draw p is the word of step p.</summary>
/// <param name="field">The field.</param>
/// <param name="component">First component of the lanes.</param>
/// <param name="first">The first draw p.</param>
public struct WordDraws<TReal, TWord>(RandomField field, int component, int first)
    where TReal : unmanaged, IReal<TReal, TWord>
    where TWord : unmanaged, IWord<TReal, TWord>
{
    private readonly RandomField field = field;
    private readonly int component = component;
    private int next = first;
    private Four<TWord> words = (first & 3) == 0 ? default : field.Words<TReal, TWord>(0, first >> 2, component);

    /// <summary>The next word.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public TWord Next()
    {
        int place = next & 3;
        if (place == 0)
            words = field.Words<TReal, TWord>(0, next >> 2, component);
        next++;
        return place == 0 ? words.A : place == 1 ? words.B : place == 2 ? words.C : words.D;
    }
}

/// <summary>Standard normals in the same way, four from a block of four words.</summary>
/// <param name="field">The field.</param>
/// <param name="component">First component of the lanes.</param>
/// <param name="first">The first draw p.</param>
public struct NormalDraws<TReal, TWord>(RandomField field, int component, int first)
    where TReal : unmanaged, IReal<TReal, TWord>
    where TWord : unmanaged, IWord<TReal, TWord>
{
    private readonly RandomField field = field;
    private readonly int component = component;
    private int next = first;
    private Four<TReal> normals = (first & 3) == 0
        ? default
        : new NormalSource<TReal, TWord>(0, 1).Draw(field.Words<TReal, TWord>(0, first >> 2, component));

    /// <summary>The next normal.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public TReal Next()
    {
        int place = next & 3;
        if (place == 0)
            normals = new NormalSource<TReal, TWord>(0, 1).Draw(field.Words<TReal, TWord>(0, next >> 2, component));
        next++;
        return place == 0 ? normals.A : place == 1 ? normals.B : place == 2 ? normals.C : normals.D;
    }
}
