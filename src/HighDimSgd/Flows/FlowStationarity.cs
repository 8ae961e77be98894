namespace HighDimSgd.Flows;

/// <summary>
/// Stationary means of a scale-invariant loss with weight decay lambda, whose loss gradient is orthogonal to x (Li, Malladi and Arora, arXiv 2102.12470):
/// R = E|x|^2, G = E|grad L|^2, N = E tr Sigma/B, and the balance between them.
/// </summary>
internal static class FlowStationarity
{
    /// <summary>The stationary means of all runs.</summary>
    public static IEnumerable<FlowStationary> Of(
        FlowExperiment experiment, IReadOnlyDictionary<FlowRun, IReadOnlyDictionary<string, double[,]>> blocks)
    {
        double decay = experiment.Problem.ScaleInvariantDecay!.Value;
        Dictionary<FlowRun, Means> all = experiment.Runs.ToDictionary(r => r, r => Means.Of(experiment, blocks[r], decay));
        bool isScaling = experiment.Rates.Count > 1 && experiment.Rates.Zip(experiment.Batches, (r, b) => r / b / (experiment.Rates[0] / experiment.Batches[0])).All(q => Math.Abs(q - 1) < 1e-9);
        foreach ((FlowRun run, Means own) in all)
        {
            Means? other = FlowAnalysis.Partner(experiment, run) is { } partner ? all[partner] : null;
            FlowRun smallest = run with { Rate = experiment.Rates[^1], Batch = experiment.Batches[^1] };
            yield return new(
                run, FlowCurves.Estimate(own.Norm), FlowCurves.Estimate(own.Gradient), FlowCurves.Estimate(own.Noise), Balance(run, own, decay),
                other is null ? null : own.Over(other, 1),
                isScaling && run != smallest ? Scaling(experiment, run, own, all[smallest], decay) : null);
        }
    }

    /// <summary>
    /// What the identity E|x+|^2 = E|x|^2 says: lambda (2 - eta lambda/l) R = eta (G/l + N) for sgd (l = 1), svag and noisy-gd; 2 lambda R = eta N for
    /// the flows of order 1 with noise, whose discretisation term is absent; lambda (2 + eta lambda) R = eta (G + N) for those of order 2, since
    /// x.grad|grad L|^2 = -2|grad L|^2. Left over right; null where there is no stationary state.
    /// </summary>
    private static Estimate? Balance(FlowRun run, Means means, double decay)
    {
        (double Norm, double Gradient)? factors = run.Algorithm switch
        {
            FlowAlgorithm.Sgd or FlowAlgorithm.NoisyGd or FlowAlgorithm.Svag => (2 - (run.Rate * decay / run.Amplification), 1.0 / run.Amplification),
            FlowAlgorithm.Sme1 or FlowAlgorithm.Smf1 => (2, 0),
            FlowAlgorithm.Sme2 or FlowAlgorithm.Smf2 => (2 + (run.Rate * decay), 1),
            _ => null,
        };
        return factors is not { } f ? null : FlowCurves.Ratio(
            [.. means.Norm.Select(r => decay * f.Norm * r)], [.. means.Gradient.Zip(means.Noise, (g, n) => run.Rate * ((f.Gradient * g) + n))]);
    }

    private static FlowScaling Scaling(FlowExperiment experiment, FlowRun run, Means own, Means smallest, double decay)
    {
        double kappa = (double)run.Batch / experiment.Batches[^1], square = Math.Pow(experiment.Stationarity!.Closeness, 2);
        double ratio = smallest.Noise.Average() / smallest.Gradient.Average();
        return new(kappa, own.Over(smallest, kappa), (square * (1 + ratio) * 2 / (2 - (experiment.Rates[^1] * decay))) - ratio);
    }

    /// <summary>Means over the stationary times, block by block.</summary>
    private sealed record Means(double[] Norm, double[] Gradient, double[] Noise)
    {
        public static Means Of(FlowExperiment experiment, IReadOnlyDictionary<string, double[,]> statistics, double decay)
        {
            int[] times = [.. Enumerable.Range(0, experiment.Times.Count).Where(t => experiment.Times[t] >= experiment.Stationarity!.From)];
            double[] Average(string name) =>
                [.. Enumerable.Range(0, statistics[name].GetLength(0)).Select(b => times.Average(t => statistics[name][b, t]))];
            double[] norm = Average("xx");
            return new(norm, [.. Average("gradient_x").Zip(norm, (g, r) => g - (decay * decay * r))], Average("noise_x"));
        }

        public Estimate[] Over(Means other, double kappa) =>
        [
            FlowCurves.Ratio(Norm, other.Norm), FlowCurves.Ratio(Gradient, other.Gradient),
            FlowCurves.Ratio([.. Noise.Select(n => kappa * n)], other.Noise),
        ];
    }
}
