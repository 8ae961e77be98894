using HighDimSgd.Devices;
using HighDimSgd.Experiments;
using HighDimSgd.Kernels;
using HighDimSgd.Kernels.Bodies;
using HighDimSgd.Kernels.Physics;

namespace HighDimSgd.Theory;

/// <summary>The responses by tangents on the first paths of a sweep (docs/concepts/proportional-limit.md, how it is solved).</summary>
internal sealed class DmftTangents<TReal, TWord, TView, TLoss>
    where TReal : unmanaged, IReal<TReal, TWord>
    where TWord : unmanaged, IWord<TReal, TWord>
    where TView : struct, IView<TReal, TWord>
    where TLoss : struct, ILoss<TReal>
{
    private readonly ISkeletons<TReal, TWord, TView> skeletons;
    private readonly Experiment experiment;
    private readonly TLoss loss;
    private readonly PathTable past, now;
    private readonly TView products, labels, increments, pastTable, nowTable, response;

    /// <summary>Allocates the tangents of paths whose preactivations, labels and clock increments stand in three views.</summary>
    public DmftTangents(
        ISkeletons<TReal, TWord, TView> skeletons, Experiment experiment, TView products, TView labels, TView increments, TLoss loss)
    {
        this.skeletons = skeletons;
        this.loss = loss;
        (this.products, this.labels, this.increments) = (products, labels, increments);
        this.experiment = experiment;
        int count = DmftSweeps.TangentPaths(experiment.Theory.Paths), steps = experiment.Algorithm.Steps;
        past = new(count, steps * (steps + 1) / 2);
        now = new(count, steps);
        pastTable = skeletons.Allocate(past.Length);
        nowTable = skeletons.Allocate(now.Length);
        response = skeletons.Allocate(steps);
    }

    /// <summary>R_f(k,l) = u D E[l'(r^k) d r^k / d w^l] for l = 0..k.</summary>
    public void Advance(int k, Func<int, int, double> thetaResponse, Span<double> forceResponse)
    {
        double rate = experiment.Algorithm.RateFactor(k);
        var row = new float[k];
        for (int p = 0; p < k; p++)
            row[p] = (float)thetaResponse(k, p);
        skeletons.Write(response, row);
        skeletons.For(k + 1, now.Rows, new TangentBody<TReal, TWord, TView, TLoss>(
            products, labels, increments, pastTable, past.Columnwise(0, 1), nowTable, now.Columnwise(0, 1), response, k, now.Rows,
            (float)(rate / experiment.Aspect), loss));
        skeletons.TallSkinny(nowTable, now, [], new UnitRow<TReal, TWord>(now.Rows), forceResponse);
        for (int l = 0; l <= k; l++)
            forceResponse[l] *= rate * experiment.Algorithm.Step / now.Rows;
    }
}
