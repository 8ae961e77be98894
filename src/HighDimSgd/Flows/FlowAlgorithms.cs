namespace HighDimSgd.Flows;

/// <summary>What algorithms have in common.</summary>
internal static class FlowAlgorithms
{
    /// <summary>True for iterations, whose moments have no error but chance; false for flows, which are integrated.</summary>
    public static bool IsIteration(this FlowAlgorithm algorithm) => algorithm is FlowAlgorithm.Sgd or FlowAlgorithm.Svag or FlowAlgorithm.NoisyGd;

    /// <summary>True where the drift is that of the modified risk R + (eta/4)|grad R|^2.</summary>
    public static bool IsModified(this FlowAlgorithm algorithm) => algorithm is FlowAlgorithm.Flow2 or FlowAlgorithm.Sme2 or FlowAlgorithm.Smf2;

    /// <summary>True where the noise is the square root of its covariance.</summary>
    public static bool HasRoot(this FlowAlgorithm algorithm) => algorithm is FlowAlgorithm.Sme1 or FlowAlgorithm.Sme2;

    /// <summary>True for gradient flows.</summary>
    public static bool IsNoiseless(this FlowAlgorithm algorithm) => algorithm is FlowAlgorithm.Flow1 or FlowAlgorithm.Flow2;
}
