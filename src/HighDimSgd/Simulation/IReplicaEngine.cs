namespace HighDimSgd.Simulation;

/// <summary>Simulates replicas of one size in the same memory, one after another or several side by side.</summary>
internal interface IReplicaEngine
{
    /// <summary>Designs that are in memory together.</summary>
    int Designs => 1;

    /// <summary>Most replicas of one design that advance together; 1 where several designs are in memory.</summary>
    int Together => 1;

    /// <summary>Runs a replica, and with it those at the same place of the designs that follow its own, or those that follow it on its design.</summary>
    /// <param name="replica">Number of the first, the address of its random numbers.</param>
    /// <param name="curves">
    /// One table per replica; receives observable by record time, in the order of the experiment's observables.
    /// </param>
    /// <returns>For each, true where every number stayed finite; otherwise its curves are incomplete.</returns>
    bool[] Run(int replica, IReadOnlyList<double[,]> curves);
}
