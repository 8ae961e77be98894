using HighDimSgd.Devices;
using HighDimSgd.Experiments;
using HighDimSgd.Kernels;
using HighDimSgd.Kernels.Physics;

namespace HighDimSgd.Theory;

/// <summary>What the paths have of one start: its preactivations, forces, tangents and two-time functions.</summary>
internal sealed class PathStart<TReal, TWord, TView, TLoss>
    where TReal : unmanaged, IReal<TReal, TWord>
    where TWord : unmanaged, IWord<TReal, TWord>
    where TView : struct, IView<TReal, TWord>
    where TLoss : struct, ILoss<TReal>
{
    private readonly Experiment experiment;
    private readonly DmftTangents<TReal, TWord, TView, TLoss>? tangents;

    /// <summary>Allocates the memory of a start.</summary>
    /// <param name="skeletons">The device.</param>
    /// <param name="experiment">The experiment of this start alone.</param>
    /// <param name="views">Where it stands.</param>
    /// <param name="labels">Labels y.</param>
    /// <param name="refined">Draws its increments.</param>
    /// <param name="loss">The loss.</param>
    public PathStart(
        ISkeletons<TReal, TWord, TView> skeletons, Experiment experiment, PathViews<TView> views, TView labels, RefinedField<TReal, TWord, TView> refined, TLoss loss)
    {
        this.experiment = experiment;
        Views = views;
        Forces = new(skeletons, experiment, views, refined);
        Functions = Restart();
        if (DmftSweeps.MethodOf(experiment) == ResponseMethod.Tangent)
            tangents = new(skeletons, experiment, views.Products, labels, Forces.Increments, loss);
    }

    /// <summary>Where it stands.</summary>
    public PathViews<TView> Views { get; }

    /// <summary>Its clock and forces.</summary>
    public PathForces<TReal, TWord, TView> Forces { get; }

    /// <summary>Its two-time functions.</summary>
    public TwoTime Functions { get; private set; }

    /// <summary>True where R_th itself is known, and not just what comes of it.</summary>
    public bool HasTangents => tangents is not null;

    /// <summary>Puts the functions at their start.</summary>
    public TwoTime Restart()
    {
        ModelSpec model = experiment.Model;
        return Functions = new(
            experiment.Algorithm.Steps, k => 1 - experiment.RidgeStep(k), model.TeacherNorm, model.StartNorm, model.StartOverlap, experiment.Algorithm.Momentum);
    }

    /// <summary>Makes the force of a step, takes the responses, and advances the functions to the next.</summary>
    /// <param name="k">The step.</param>
    /// <param name="responses">u D E[l^k g_j], j = 0..k+1; overwritten by [R_*(k), R_f(k,0..k)].</param>
    /// <param name="squares">Sum of l^2 over the paths.</param>
    /// <param name="covariance">C_f(k,0..k).</param>
    public void Advance(int k, double[] responses, double squares, double[] covariance)
    {
        Forces.Make(k, squares);
        if (tangents is null)
        {
            Functions.SolveByParts(responses);
        }
        else
        {
            double alongTeacher = responses[0] * Math.Sqrt(experiment.Model.TeacherNorm);
            tangents.Advance(k, Functions, responses.AsSpan(1));
            responses[0] = Functions.TeacherResponse(k, responses.AsSpan(1), alongTeacher);
        }

        Functions.Advance(k, responses[0], responses.AsSpan(1), covariance);
    }

    /// <summary>R_th by steps; null where it is noisy.</summary>
    public double[,]? Response()
    {
        if (!HasTangents)
            return null;
        int steps = experiment.Algorithm.Steps;
        var response = new double[steps + 1, steps + 1];
        for (int k = 0; k <= steps; k++)
        {
            for (int p = 0; p < k; p++)
                response[k, p] = Functions.Response(k, p);
        }

        return response;
    }
}
