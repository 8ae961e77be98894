using HighDimSgd.Experiments;

namespace HighDimSgd.Flows;

/// <content>The data set: drawn, or from a file.</content>
internal sealed partial class FlowReader
{
    private FlowDataSpec? Data()
    {
        if (!problem.NeedsData)
        {
            return !file.Has(FlowKeys.Data) ? null : throw file.Refuse(
                FlowKeys.Data, $"'{problem.Name}' has no data; allowed for: {string.Join(", ", FlowKeys.Problem.Kinds.Where(p => p.NeedsData).Select(p => p.Name))}");
        }

        Section section = file.Get(FlowKeys.Data);
        int samples = section.GetInt(FlowKeys.Samples), inputs = section.GetInt(FlowKeys.Inputs);
        string? path = section.Get(FlowKeys.DataFile), hash = section.Get(FlowKeys.Hash);
        if (path is null)
        {
            return hash is null ? new(samples, inputs, section.Get(FlowKeys.Noise))
                : throw section.Refuse(FlowKeys.Hash, "a hash is of a file's numbers, and there is no file; leave this key out");
        }

        if (section.Has(FlowKeys.Noise))
            throw section.Refuse(FlowKeys.Noise, "the data of a file are not drawn; leave this key out");
        return Open(section, path) is not { } table ? new(samples, inputs, File: path) { Hash = hash } : Checked(section, path, table);
    }

    private FlowData? Open(Section section, string path)
    {
        try
        {
            return open(path);
        }
        catch (ExperimentException e)
        {
            throw section.Refuse(FlowKeys.DataFile, e.Message);
        }
    }

    private FlowDataSpec Checked(Section section, string path, FlowData table)
    {
        foreach ((WholeKey key, int there) in new[] { (FlowKeys.Samples, table.Samples), (FlowKeys.Inputs, table.Inputs) })
        {
            if (section.Has(key) && section.GetInt(key) != there)
                throw section.Refuse(key, $"{section.GetInt(key)} is not what the file holds: {there}; leave this key out");
        }

        if (section.Get(FlowKeys.Hash) is { } hash && hash != table.Hash)
            throw section.Refuse(FlowKeys.Hash, $"the file holds other numbers, their hash is {table.Hash}");
        double[] wrong = [.. table.Labels.Where(y => problem.IsClassification && Math.Abs(y) != 1).Take(1)];
        if (wrong.Length > 0)
            throw section.Refuse(FlowKeys.DataFile, $"'{problem.Name}' takes labels 1 and -1, and the last column has {Text(wrong[0])}");
        return FlowDataSpec.Of(table, path);
    }
}
