using HighDimSgd.Benchmarks;

#if ILGPU
HighDimSgd.Ilgpu.IlgpuDevices.Use();
#endif

// dotnet run -c Release --project benchmarks/HighDimSgd.Benchmarks -- [dense|entries|dmft|sgd|shared|unstored|flow|peers|calibrate|tables|precision|plan|gpu] [rounds or title]
// dense, dmft: this project alone. entries: dense replicas by the storage of their designs, against peers in float32.
// sgd: iterations of multi-pass SGD, shared: replicas that share designs, against peers. unstored: designs that are not stored, against
// NumPy and against stored ones. flow: paths of flow experiments, against NumPy and Numba. peers (the default): this project and what a
// user would write instead, same work, same run, taking turns, with medians over the rounds; needs python3 with NumPy, PyTorch and Numba for the peers.
// tables: the limits of docs/reference/limits.md, all or those whose titles contain a text. precision: error and bias of the theory.
// calibrate: how often the verdict fails on made-up experiments whose truth is known.
// plan: what the command plan foretells of the ready-made experiments over what they then take (foretell and perform are its two halves).
// gpu: PAGE PEERS.py [DEVICE], a GPU's engines against their floor and peers (benchmarks/gpu/run.sh); gpu-trial: the same on next to nothing.
string what = args.ElementAtOrDefault(0) ?? "peers";
int rounds = int.TryParse(args.ElementAtOrDefault(1), out int r) ? r : 5;
switch (what)
{
    case "dense":
        Table.Print(Enumerable.Range(0, rounds).SelectMany(_ => Dense.Measure()));
        return 0;
    case "entries":
        Table.Print(Enumerable.Range(0, rounds).SelectMany(_ => Dense.Storages().Concat(Peers.Dense("1000:8,2000:4"))));
        return 0;
    case "dmft":
        Table.Print(Enumerable.Range(0, rounds).SelectMany(_ => Dmft.Measure()));
        return 0;
    case "sgd":
        Table.Print(Enumerable.Range(0, rounds).SelectMany(_ => Sgd.Measure()));
        return 0;
    case "shared":
        Table.Print(Enumerable.Range(0, rounds).SelectMany(_ => Shared.Measure()));
        return 0;
    case "unstored":
        Table.Print(Enumerable.Range(0, rounds).SelectMany(_ => Unstored.Measure()));
        return 0;
    case "flow":
        Table.Print(Enumerable.Range(0, rounds).SelectMany(_ => Flow.Measure()));
        return 0;
    case "peers":
        Table.Print(Enumerable.Range(0, rounds).SelectMany(_ => Dense.Measure().Concat(Dmft.Measure()).Concat(Peers.Measure())));
        return 0;
    case "calibrate":
        Calibrate.Print();
        return 0;
    case "tables":
        ReferenceTables.Print(args.ElementAtOrDefault(1) ?? string.Empty);
        return 0;
    case "precision":
        Precision.Print();
        return 0;
    case "plan":
        Foretold.Print(rounds);
        return 0;
    case "foretell":
        Foretold.Foretell(args[1], args[2]);
        return 0;
    case "perform":
        Foretold.Perform(args[1], args[2]);
        return 0;
    case "gpu" or "gpu-trial":
        return Gpu.Run(args.ElementAtOrDefault(3) ?? "auto", args[1], args[2], what == "gpu-trial");
    default:
        Console.Error.WriteLine($"unknown benchmark '{what}': dense, entries, dmft, sgd, shared, unstored, flow, peers, calibrate, tables, precision, plan or gpu");
        return 2;
}
