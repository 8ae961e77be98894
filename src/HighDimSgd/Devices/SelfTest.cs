using System.Diagnostics;
using System.Globalization;
using HighDimSgd.Kernels;
using HighDimSgd.Kernels.Bodies;
using HighDimSgd.Kernels.Random;

namespace HighDimSgd.Devices;

/// <summary>A short test of a device: a known answer, and for two seconds how fast it draws normals and copies memory.</summary>
internal sealed class SelfTest(bool measure) : IDeviceProgram<(bool Known, double Normals, double Bytes)>
{
    private const int Count = 1 << 16;
    private const int Groups = 16;

    // Two arrays of 128 MiB leave every cache.
    private const int CopyRows = 512;

    /// <summary>The outcome in words.</summary>
    public static string Describe(IDevice device, bool measure = true)
    {
        (bool known, double normals, double bytes) = device.Run(new SelfTest(measure), wholeDevice: true);
        string outcome = $"self-test {(known ? "passed" : "FAILED")}";
        return measure
            ? string.Create(CultureInfo.InvariantCulture, $"{outcome}, {normals / 1e9:f2}e9 normals and {bytes / 1e9:f0} GB copied per second")
            : outcome;
    }

    /// <inheritdoc/>
    public (bool Known, double Normals, double Bytes) Run<TReal, TWord, TView>(ISkeletons<TReal, TWord, TView> skeletons)
        where TReal : unmanaged, IReal<TReal, TWord>
        where TWord : unmanaged, IWord<TReal, TWord>
        where TView : struct, IView<TReal, TWord>
    {
        int groups = measure ? Groups : 1, count = measure ? Count : 64;
        TView view = skeletons.Allocate(4L * groups * count);
        Draw(new RademacherSource<TReal, TWord>(1));
        var signs = new float[4 * count];
        skeletons.Read(view, signs);
        // Philox of counter 0 and key 0 is 6627e8d5 e169c58d bc57ac4c 9b00dbd8 (Random123): the top bits are 0, 1, 1, 1.
        bool known = (signs[0], signs[count], signs[2 * count], signs[3 * count]) == (1, -1, -1, -1);
        if (!measure)
            return (known, 0, 0);
        double normals = 4.0 * groups * count * PerSecond(() => Draw(new NormalSource<TReal, TWord>(0, 1)));
        TView source = skeletons.Allocate((long)CopyRows * Count), target = skeletons.Allocate((long)CopyRows * Count);
        double copies = PerSecond(() => skeletons.For(CopyRows, Count, new CoarseBody<TReal, TWord, TView>(
            source, Count, 1, 1, target, TableLayout.Plain(0, Count), 0)));
        return (known, normals, copies * 2 * sizeof(float) * CopyRows * Count);

        void Draw<TSource>(TSource source)
            where TSource : struct, ISource<TReal, TWord> => skeletons.For(groups, count, new FieldBody<TReal, TWord, TView, TSource>(
                new(view, 0), TableLayout.Plain(0, count), 4 * groups, count, 0, groups, new(0, 0, 0, 0), source));

        // Launches may return before they are done; a reading waits for them.
        double PerSecond(Action launch)
        {
            var one = new float[1];
            launch();
            skeletons.Read(view, one);
            int done = 0;
            var watch = Stopwatch.StartNew();
            for (; watch.Elapsed.TotalSeconds < 1; skeletons.Read(view, one))
            {
                for (int i = 0; i < 8; i++, done++)
                    launch();
            }

            return done / watch.Elapsed.TotalSeconds;
        }
    }
}
