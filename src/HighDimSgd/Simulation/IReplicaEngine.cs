namespace HighDimSgd.Simulation;

/// <summary>Simulates replicas of one size, one after another in the same memory.</summary>
internal interface IReplicaEngine
{
    /// <summary>Runs one replica.</summary>
    /// <param name="replica">Its number, the address of its random numbers.</param>
    /// <param name="curves">Receives observable by record time, in the order of the experiment's observables.</param>
    /// <returns>True where every number stayed finite; otherwise the curves are incomplete.</returns>
    bool Run(int replica, double[,] curves);
}
