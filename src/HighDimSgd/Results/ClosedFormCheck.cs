namespace HighDimSgd.Results;

/// <summary>A closed form of the theory held against what the solver of the theory found: a second answer to the same question.</summary>
/// <param name="Name">The closed form, with the clock of the theory that it is held against.</param>
/// <param name="Observable">What is compared: an observable, or a response (see <see cref="Theory.ResponseForm"/>).</param>
/// <param name="Largest">Largest deviation over the record times, in the observable's own unit.</param>
/// <param name="StandardErrors">Largest deviation in standard errors of the solver's mean over its sweeps; NaN where it has none.</param>
/// <param name="Allowed">What <paramref name="StandardErrors"/> may reach; where that is NaN, what <paramref name="Largest"/> may.</param>
/// <param name="Status">"pass" or "fail".</param>
/// <param name="Why">The result in a sentence.</param>
public sealed record ClosedFormCheck(
    string Name, string Observable, double Largest, double StandardErrors, double Allowed, string Status, string Why);
