using HighDimSgd.Kernels;
using HighDimSgd.Kernels.Physics;
using HighDimSgd.Models;

namespace HighDimSgd.Flows;

/// <summary>What is done with a problem, whichever it is.</summary>
/// <typeparam name="TReal">Lane of reals.</typeparam>
/// <typeparam name="TWord">Lane of words.</typeparam>
/// <typeparam name="TView">Memory.</typeparam>
/// <typeparam name="TResult">What comes of it.</typeparam>
public interface IFlowProblemUser<TReal, TWord, TView, out TResult>
    where TReal : unmanaged, IReal<TReal, TWord>
    where TWord : unmanaged, IWord<TReal, TWord>
    where TView : struct, IView<TReal, TWord>
{
    /// <summary>Takes the problem.</summary>
    TResult Use<TProblem>(TProblem problem)
        where TProblem : struct, IFlowProblem<TReal, TWord, TView>;
}

/// <summary>
/// Describes a risk with random gradients in few dimensions: its name and parameters, and the kernel struct that computes it.
/// </summary>
public abstract record FlowProblem : Kind
{
    /// <summary>Describes a problem.</summary>
    /// <param name="name">The word in experiment files.</param>
    /// <param name="doc">One line: what it is.</param>
    /// <param name="parameters">Its parameters.</param>
    protected FlowProblem(string name, string doc, params Parameter[] parameters)
        : base(name, doc, parameters)
    {
    }

    /// <summary>Makes a problem known to experiment files of this process; once is enough, again does nothing.</summary>
    /// <exception cref="ArgumentException">Another problem has the name, or a parameter of the same name that differs.</exception>
    public static void Register(FlowProblem problem) => FlowKeys.Problem.Add(problem);

    /// <summary>True where it is defined by a data set.</summary>
    public virtual bool NeedsData => false;

    /// <summary>True where the gradient noise is symmetric about 0, so that SGD's own samples may drive its flows.</summary>
    public virtual bool IsSymmetric => false;

    /// <summary>True where labels are +-1.</summary>
    public virtual bool IsClassification => false;

    /// <summary>Weight decay lambda of a loss that depends on the direction of x alone; null for other problems.</summary>
    public virtual double? ScaleInvariantDecay => null;

    /// <summary>Gradient and modes, where they are affine in x; else null.</summary>
    /// <param name="data">Rows of inputs and label.</param>
    /// <param name="samples">Number of samples.</param>
    /// <param name="inputs">Numbers per input.</param>
    public virtual AffineNoise? Affine(float[] data, int samples, int inputs) => null;

    /// <summary>Number of coordinates of x.</summary>
    /// <param name="inputs">Numbers per input of the data; 0 where it has none.</param>
    public abstract int Dimension(int inputs);

    /// <summary>Number of modes of the gradient noise; one per sample where there are data.</summary>
    /// <param name="samples">Number of samples of the data; 0 where it has none.</param>
    public virtual int Modes(int samples) => samples;

    /// <summary>Hands the kernel struct of this problem, parameters filled in, to a user.</summary>
    /// <param name="data">The data on the device, a row of inputs and label per sample; unused where there are none.</param>
    /// <param name="samples">Number of samples.</param>
    /// <param name="inputs">Numbers per input.</param>
    /// <param name="user">The user.</param>
    public abstract TResult Close<TReal, TWord, TView, TResult>(TView data, int samples, int inputs, IFlowProblemUser<TReal, TWord, TView, TResult> user)
        where TReal : unmanaged, IReal<TReal, TWord>
        where TWord : unmanaged, IWord<TReal, TWord>
        where TView : struct, IView<TReal, TWord>;
}
