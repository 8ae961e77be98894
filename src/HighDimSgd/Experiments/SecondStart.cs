namespace HighDimSgd.Experiments;

/// <summary>The second of two iterates that run on the same design, teacher and labels (docs/concepts/two-starts.md).</summary>
/// <param name="Norm">|theta0'|^2/d >= 0, exact at every size.</param>
/// <param name="Overlap">theta0'.theta*/d, exact at every size.</param>
/// <param name="Between">theta0.theta0'/d, exact at every size.</param>
/// <param name="HasOwnClock">False where the same samples drive both; true where each draws its own.</param>
public sealed record SecondStart(double Norm, double Overlap, double Between, bool HasOwnClock = false)
{
    /// <summary>What the second's own random numbers have added to the number of their replica or sweep.</summary>
    internal const uint Address = 1u << 31;

    /// <summary>Least and largest overlap of two starts: their Gram matrix with the teacher has no negative eigenvalue.</summary>
    internal static (double Least, double Largest) Betweens(ModelSpec model, double norm, double overlap)
    {
        double rho = model.TeacherNorm, along = model.StartOverlap * overlap / rho;
        double across = Math.Sqrt(Math.Max(0, model.StartNorm - (model.StartOverlap * model.StartOverlap / rho)) * Math.Max(0, norm - (overlap * overlap / rho)));
        return (along - across, along + across);
    }
}
