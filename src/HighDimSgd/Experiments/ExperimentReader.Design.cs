namespace HighDimSgd.Experiments;

/// <content>The law of the design, and how it is stored.</content>
internal sealed partial class ExperimentReader
{
    // Nanoseconds on one core, in cache or not far from it (docs/measured/speed.md): drawing an entry of a stored design and passing it
    // once; for a sample of a design that is not stored, each pair of steps, and each step.
    private const double Drawing = 4, Passing = 0.2, PairOfSteps = 0.5, OneStep = 4;

    private DesignSpec Design(AlgorithmSpec algorithm, double aspect, List<int> sizes, IReadOnlyList<int> replicas)
    {
        Section design = _file.Get(Keys.Design);
        DesignLaw law = design.Get(Keys.Law);
        DesignStorage storage = design.Get(Keys.Storage);
        DesignLaw other = law == DesignLaw.Gaussian ? DesignLaw.Rademacher : DesignLaw.Gaussian;
        string? obstacle = (law == DesignLaw.Gaussian) == (storage == DesignStorage.Bit) ? $"law '{Keys.Law.Word(other)}', here it is '{Keys.Law.Word(law)}'"
            : algorithm.IsIterative ? $"an algorithm that passes all samples in every step, here it is '{Keys.Clock.Word(algorithm.Kind)}'"
            : storage is DesignStorage.MatrixFree or DesignStorage.Auto && _file.GetInt(Keys.ReplicasPerDesign) > 1 ? "a design for each replica, here replicas_per_design is above 1"
            : storage is DesignStorage.MatrixFree or DesignStorage.Auto && _file.Get(Keys.Starts) > 1 ? "a single start, here starts is 2"
            : null;
        if (storage is not (DesignStorage.Auto or DesignStorage.Float32) && obstacle is not null)
            throw design.Refuse(Keys.Storage, $"'{Keys.Storage.Word(storage)}' needs {obstacle}; allowed: auto or float32");
        bool isOpen = storage == DesignStorage.Auto;
        if (isOpen)
            storage = obstacle is null && IsFasterUnstored() ? DesignStorage.MatrixFree : DesignStorage.Float32;
        return new DesignSpec(law, storage) { IsOpen = isOpen };

        bool IsFasterUnstored()
        {
            double steps = algorithm.Steps, stored = 0, unstored = 0;
            for (int i = 0; i < sizes.Count; i++)
            {
                double samples = aspect * sizes[i] * replicas[i];
                stored += samples * sizes[i] * (Drawing + (Passing * steps));
                unstored += samples * steps * ((PairOfSteps * steps) + OneStep);
            }

            return unstored < stored;
        }
    }
}
