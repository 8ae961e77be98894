using System.Diagnostics;
using System.Globalization;
using HighDimSgd.Kernels;
using HighDimSgd.Kernels.Bodies;
using HighDimSgd.Kernels.Random;

namespace HighDimSgd.Devices;

/// <summary>A short test of a device: a known answer, and how fast it draws normals.</summary>
internal sealed class SelfTest : IDeviceProgram<(bool Known, double Rate)>
{
    private const int Count = 1 << 16;
    private const int Groups = 16;

    /// <summary>The outcome in words.</summary>
    public static string Describe(IDevice device)
    {
        (bool known, double rate) = device.Run(new SelfTest(), wholeDevice: true);
        return string.Create(
            CultureInfo.InvariantCulture, $"self-test {(known ? "passed" : "FAILED")}, {rate / 1e9:f2}e9 normals per second");
    }

    /// <inheritdoc/>
    public (bool Known, double Rate) Run<TReal, TWord, TView>(ISkeletons<TReal, TWord, TView> skeletons)
        where TReal : unmanaged, IReal<TReal, TWord>
        where TWord : unmanaged, IWord<TReal, TWord>
        where TView : struct, IView<TReal, TWord>
    {
        TView view = skeletons.Allocate(4L * Groups * Count);
        Draw(new RademacherSource<TReal, TWord>(1));
        var signs = new float[4 * Count];
        skeletons.Read(view, signs);
        // Philox of counter 0 and key 0 is 6627e8d5 e169c58d bc57ac4c 9b00dbd8 (Random123): the top bits are 0, 1, 1, 1.
        bool known = (signs[0], signs[Count], signs[2 * Count], signs[3 * Count]) == (1, -1, -1, -1);
        long drawn = 0;
        var watch = Stopwatch.StartNew();
        while (watch.Elapsed.TotalSeconds < 0.5)
        {
            Draw(new NormalSource<TReal, TWord>(0, 1));
            drawn += 4L * Groups * Count;
        }

        return (known, drawn / watch.Elapsed.TotalSeconds);

        void Draw<TSource>(TSource source)
            where TSource : struct, ISource<TReal, TWord> => skeletons.For(Groups, Count, new FieldBody<TReal, TWord, TView, TSource>(
                new(view, 0), TableLayout.Plain(0, Count), 4 * Groups, Count, 0, Groups, new(0, 0, 0, 0), source));
    }
}
