using HighDimSgd.Devices;
using HighDimSgd.Experiments;
using HighDimSgd.Kernels;
using HighDimSgd.Kernels.Bodies;
using HighDimSgd.Kernels.Random;

namespace HighDimSgd.Simulation;

/// <summary>Draws the teachers and the starts of replicas.</summary>
internal static class StartSource
{
    /// <summary>
    /// Gaussian directions, made exact in float64: |theta*|^2 = rho d, and theta0 = (m0/rho) theta* plus a part orthogonal to it,
    /// so that |theta0|^2 = q0 d and theta0.theta* = m0 d at every size.
    /// </summary>
    /// <param name="skeletons">The device.</param>
    /// <param name="experiment">The experiment.</param>
    /// <param name="size">Dimension d.</param>
    /// <param name="replica">The first replica.</param>
    /// <param name="teacher">Receives theta*.</param>
    /// <param name="theta">Receives theta0, those of second starts after all first ones.</param>
    /// <param name="scratch">Memory of d elements per replica.</param>
    /// <param name="batch">Number of replicas.</param>
    public static void Draw<TReal, TWord, TView>(
        ISkeletons<TReal, TWord, TView> skeletons,
        Experiment experiment,
        int size,
        int replica,
        Slots<TReal, TWord, TView> teacher,
        Slots<TReal, TWord, TView> theta,
        Slots<TReal, TWord, TView> scratch,
        int batch = 1)
        where TReal : unmanaged, IReal<TReal, TWord>
        where TWord : unmanaged, IWord<TReal, TWord>
        where TView : struct, IView<TReal, TWord>
    {
        int stride = (int)scratch.Stride;
        float[] stars = Normals(Purpose.Teacher), starts = Normals(Purpose.Start), others = experiment.Second is null ? [] : Normals(Purpose.Start, SecondStart.Address);
        Parallel.For(0, batch, slot =>
        {
            Span<float> star = stars.AsSpan(slot * stride, size), start = starts.AsSpan(slot * stride, size);
            Normalise(experiment.Model, star, start);
            if (experiment.Second is { } second)
                NormaliseSecond(experiment.Model, second, star, start, others.AsSpan(slot * stride, size));
        });
        skeletons.Write(teacher.View, stars);
        skeletons.Write(theta.View, [.. starts, .. others]);

        float[] Normals(Purpose purpose, uint address = 0)
        {
            skeletons.For(batch, size, new FieldBody<TReal, TWord, TView, NormalSource<TReal, TWord>>(
                scratch, TableLayout.Plain(0, 0), 1, size, 0, 1, new(experiment.Seed, purpose, size, (uint)replica + address), new(0, 1)));
            var normals = new float[batch * stride];
            skeletons.Read(scratch.View, normals);
            // Padding stays zero, also after a replica that left the finite numbers.
            for (int slot = 0; slot < batch; slot++)
                normals.AsSpan((slot * stride) + size, stride - size).Clear();
            return normals;
        }
    }

    private static void Normalise(ModelSpec model, Span<float> teacher, Span<float> theta)
    {
        int size = teacher.Length;
        double[] star = Wide(teacher), start = Wide(theta);
        Scale(star, Math.Sqrt(model.TeacherNorm * size / Dot(star, star)));
        double along = Dot(start, star) / Dot(star, star);
        for (int j = 0; j < start.Length; j++)
            start[j] -= along * star[j];
        double overlap = model.StartOverlap / model.TeacherNorm;
        double across = Math.Max(0, model.StartNorm - (overlap * model.StartOverlap));
        Scale(start, Math.Sqrt(across * size / Dot(start, start)));
        for (int j = 0; j < start.Length; j++)
        {
            theta[j] = (float)(start[j] + (overlap * star[j]));
            teacher[j] = (float)star[j];
        }
    }

    /// <summary>The second start: its parts along the teacher and along what the first has across it, and the rest across both.</summary>
    private static void NormaliseSecond(ModelSpec model, SecondStart second, Span<float> teacher, Span<float> first, Span<float> theta)
    {
        int size = teacher.Length;
        double[] star = Wide(teacher), across = Wide(first), rest = Wide(theta);
        TakeOut(across, star);
        TakeOut(rest, star);
        TakeOut(rest, across);
        double along = second.Overlap / model.TeacherNorm, room = model.StartNorm - (model.StartOverlap * model.StartOverlap / model.TeacherNorm);
        double shared = room > 0 ? (second.Between - (along * model.StartOverlap)) / room : 0;
        double left = Math.Max(0, second.Norm - (along * second.Overlap) - (shared * shared * room));
        Scale(rest, Math.Sqrt(left * size / Dot(rest, rest)));
        for (int j = 0; j < size; j++)
            theta[j] = (float)(rest[j] + (shared * across[j]) + (along * star[j]));
    }

    /// <summary>Takes out of a vector its part along another, which may be 0.</summary>
    private static void TakeOut(double[] vector, double[] direction)
    {
        double square = Dot(direction, direction), along = square > 0 ? Dot(vector, direction) / square : 0;
        for (int j = 0; j < vector.Length; j++)
            vector[j] -= along * direction[j];
    }

    private static double[] Wide(Span<float> values)
    {
        var wide = new double[values.Length];
        for (int j = 0; j < wide.Length; j++)
            wide[j] = values[j];
        return wide;
    }

    private static double Dot(double[] a, double[] b)
    {
        double sum = 0;
        for (int j = 0; j < a.Length; j++)
            sum += a[j] * b[j];
        return sum;
    }

    private static void Scale(double[] a, double factor)
    {
        for (int j = 0; j < a.Length; j++)
            a[j] *= factor;
    }
}
