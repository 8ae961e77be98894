using HighDimSgd.Experiments;
using HighDimSgd.Kernels;
using HighDimSgd.Kernels.Random;

namespace HighDimSgd.Flows;

/// <content>The data set of an experiment, as the kernels take it.</content>
public sealed partial class FlowData
{
    /// <summary>
    /// The rows, one after another: those of its file, or drawn. Drawn inputs are N(0, 1); labels are a.w*/sqrt(p), w* = (1, .., 1), with noise, or the sign of that.
    /// </summary>
    internal static float[] Of(FlowExperiment experiment)
    {
        if (experiment.Data is not { } spec)
            return [];
        if (spec.Table is { } table)
            return [.. table.Numbers.Select(x => (float)x)];
        if (spec.File is not null)
            throw new ExperimentException($"data.file: {spec.File} was not read; load the experiment from its file, or give its table");
        int width = spec.Inputs + 1;
        var rows = new float[spec.Samples * width];
        var field = new RandomField(experiment.Seed, Purpose.FlowData, 0, 0);
        var source = new NormalSource<Real1, Word1>(0, 1);
        for (int i = 0; i < spec.Samples; i++)
        {
            double label = 0;
            for (int j = 0; j < width; j++)
            {
                Four<Real1> four = source.Draw(field.Words<Real1, Word1>(0, i, j));
                rows[(i * width) + j] = four.A.Value;
                label += (j < spec.Inputs ? 1 / Math.Sqrt(spec.Inputs) : spec.Noise) * four.A.Value;
            }

            rows[(i * width) + spec.Inputs] = experiment.Problem.IsClassification ? Math.Sign(label) : (float)label;
        }

        return rows;
    }
}
