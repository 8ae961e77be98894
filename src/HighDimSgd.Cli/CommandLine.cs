using System.CommandLine;
using System.CommandLine.Help;
using HighDimSgd.Devices;
using HighDimSgd.Experiments;
using HighDimSgd.Flows;
using HighDimSgd.Results;
using HighDimSgd.Simulation;

namespace HighDimSgd.Cli;

/// <summary>What runs an experiment; <see cref="Runner.Run"/>, or another in tests.</summary>
internal delegate ExperimentResult RunExperiment(
    Experiment experiment, RunOptions options, IProgress<RunProgress>? progress, CancellationToken cancellation);

/// <summary>What runs an experiment of the family <c>flow</c>; <see cref="FlowRunner.Run"/>, or another in tests.</summary>
internal delegate FlowResult RunFlow(FlowExperiment experiment, RunOptions options, IProgress<RunProgress>? progress, CancellationToken cancellation);

/// <summary>
/// The command <c>hdsgd</c>: results go to <paramref name="output"/>, progress and the one line of an error to
/// <paramref name="error"/>.
/// </summary>
internal sealed class CommandLine(TextWriter output, TextWriter error, RunExperiment run, RunFlow? runFlow = null)
{
    private readonly RunFlow runFlow = runFlow ?? FlowRunner.Run;
    private readonly WorkOptions options = new();

    /// <summary>Runs the command and returns its exit code; <paramref name="stop"/> interrupts it.</summary>
    public int Main(string[] args, CancellationToken stop = default)
    {
        try
        {
            ParseResult parsed = Root(stop).Parse(args, new ParserConfiguration { ResponseFileTokenReplacer = null });
            if (parsed.Errors.Count > 0 && parsed.Action is not HelpAction)
                throw new ExperimentException(Problem(parsed));
            return parsed.Invoke(new InvocationConfiguration
            {
                Output = output,
                Error = error,
                EnableDefaultExceptionHandler = false,
                ProcessTerminationTimeout = null,
            });
        }
        catch (ExperimentException e)
        {
            return Fail(ExitCode.WrongRequest, e.Message, e);
        }
        catch (Exception e) when (e is MachineException or OutOfMemoryException or IOException or UnauthorizedAccessException)
        {
            return Fail(ExitCode.Machine, e.Message, e);
        }
        catch (TimeLimitException e)
        {
            return Fail(ExitCode.Interrupted, e.Message, e);
        }
        catch (OperationCanceledException e) when (stop.IsCancellationRequested)
        {
            return Fail(ExitCode.Interrupted, "interrupted; the same command continues where it stopped", e);
        }
        catch (Exception e) when (e is not StackOverflowException)
        {
            return Fail(ExitCode.Defect, $"a defect of hdsgd: {e.GetType().Name}: {e.Message} (HDSGD_DEBUG=1 shows where)", e);
        }
    }

    /// <summary>The parser's complaint; a word that it does not know says more than that a command is missing.</summary>
    private static string Problem(ParseResult parsed)
    {
        string problem = parsed.UnmatchedTokens.Count > 0
            ? $"unknown command or option {ExperimentException.Quote(parsed.UnmatchedTokens[0])}."
            : parsed.Errors[0].Message;
        return $"{problem} See: hdsgd --help";
    }

    private RootCommand Root(CancellationToken stop)
    {
        var runCommand = new Command("run", "Simulate, solve the theory, compare and report; run again to continue.")
        {
            options.Experiment, options.Out, options.Device, options.Threads, options.Progress, options.TimeLimit, options.Quiet,
        };
        runCommand.SetAction(parsed => Run(parsed, Stages.All, stop));
        var theory = new Command("theory", "Solve the limiting theory alone.")
        {
            options.Experiment, options.Out, options.Threads, options.Progress, options.Quiet,
        };
        theory.SetAction(parsed => Run(parsed, Stages.Theory, stop));
        Option<Shard?> shard = new("--shard")
        {
            Description = "Simulate the I-th of N parts, for 'merge' to join.",
            HelpName = "I/N",
            CustomParser = result => Shard.Parse(result.Tokens[0].Value)
                ?? WorkOptions.Refused<Shard>(result, $"--shard: '{result.Tokens[0].Value}' is not allowed; allowed: I/N with I from 1 to N, such as 2/8."),
        };
        var simulate = new Command("simulate", "Simulate alone, or one of several parts; run again to continue.")
        {
            options.Experiment, options.Out, shard, options.Device, options.Threads, options.Progress, options.TimeLimit, options.Quiet,
        };
        simulate.SetAction(parsed => parsed.GetValue(shard) is { } part ? SimulateShard(parsed, part, stop) : Run(parsed, Stages.Simulation, stop));
        Argument<string[]> shards = new("DIR") { Description = "Folders of all shards.", Arity = ArgumentArity.OneOrMore };
        Option<string> merged = new("--out") { Description = "Folder of the whole simulation.", HelpName = "DIR", Required = true };
        var merge = new Command("merge", "Join the shards of a simulation; 'run' in the new folder adds theory and verdict.") { shards, merged };
        merge.SetAction(parsed => Merge(parsed.GetRequiredValue(shards), parsed.GetRequiredValue(merged), stop));
        Command plan = PlanCommand.Make(output, options);
        var devices = new Command("devices", "Show what can run here, and what cannot and why.");
        devices.SetAction(_ => ResultTables.Write(output, Device.Describe()));
        Argument<string> folder = new("DIR") { Description = "A folder of results." };
        var report = new Command("report", "Build report.html and the figures anew from results.json.") { folder };
        report.SetAction(parsed => Report(parsed.GetRequiredValue(folder)));
        var list = new Command("list", "Show the ready-made experiments.");
        list.SetAction(_ => ResultTables.Write(output, [.. ReadyMade.Names.Select(n => (n, ReadyMade.About(n)))]));
        Argument<string> name = new("NAME") { Description = "A ready-made experiment." };
        Option<string?> file = new("--out") { Description = "File to write (default: NAME.yaml); never an existing one.", HelpName = "FILE" };
        var make = new Command("new", "Write a ready-made experiment to a file, to start from.") { name, file };
        make.SetAction(parsed => New(parsed.GetRequiredValue(name), parsed.GetValue(file)));
        var schema = new Command("schema", "Print the JSON Schema of the experiment file, for editors.");
        schema.SetAction(_ => output.WriteLine(AnyExperiment.Schema().ToJsonString(new() { WriteIndented = true, Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping })));
        return new RootCommand(
            "Tests high-dimensional theories of SGD against simulation. Exit codes: 0 done, 1 the verdict is fail, "
            + "2 the request is wrong, 3 the machine cannot do it, 4 interrupted, 70 a defect.")
        {
            runCommand, theory, simulate, merge, plan, report, devices, list, make, schema,
        };
    }

    private int Run(ParseResult parsed, Stages stages, CancellationToken stop)
    {
        IExperiment experiment = AnyExperiment.Load(parsed.GetRequiredValue(options.Experiment));
        RunOptions how = options.Read(parsed, stages);
        string folder = Folder(experiment, how);
        (string status, Action<TextWriter> write) = experiment is FlowExperiment flow
            ? Shown(options.Watch(parsed, error, (progress, end) => runFlow(flow, how, progress, end), stop))
            : Shown(options.Watch(parsed, error, (progress, end) => run((Experiment)experiment, how, progress, end), stop), stages);
        if (!parsed.GetValue(options.Quiet))
        {
            write(output);
            output.WriteLine($"report: {Path.Combine(folder, "report.html")}");
        }

        return status == "fail" ? ExitCode.VerdictFail : ExitCode.Done;
    }

    private static (string Status, Action<TextWriter> Write) Shown(ExperimentResult result, Stages stages) =>
        (result.Verdict.Status, output => ResultTables.Write(output, result, stages));

    private static (string Status, Action<TextWriter> Write) Shown(FlowResult result) => (result.Verdict.Status, output => FlowTables.Write(output, result));

    private int SimulateShard(ParseResult parsed, Shard shard, CancellationToken stop)
    {
        IExperiment experiment = AnyExperiment.Load(parsed.GetRequiredValue(options.Experiment));
        RunOptions how = options.Read(parsed, Stages.Simulation);
        string folder = Folder(experiment, how);
        options.Watch(parsed, error, Simulate, stop);
        if (!parsed.GetValue(options.Quiet))
            output.WriteLine($"shard {shard}: {folder}");
        return ExitCode.Done;

        bool Simulate(IProgress<RunProgress>? progress, CancellationToken end)
        {
            if (experiment is FlowExperiment flow)
                FlowRunner.Simulate(flow, shard, how, progress, end);
            else
                Runner.Simulate((Experiment)experiment, shard, how, progress, end);
            return true;
        }
    }

    private int Merge(string[] folders, string target, CancellationToken stop)
    {
        (IExperiment merged, string device) = Merger.Merge(folders, target);
        // The data of flows may be in a file that only 'run' is told of.
        long replicas = merged is Experiment experiment
            ? run(experiment, new(target, device, Stages: Stages.Simulation), null, stop).Sizes.Sum(s => s.Replicas)
            : ((FlowExperiment)merged).Replicas * ((FlowExperiment)merged).Runs.Count();
        output.WriteLine($"merged {folders.Length} shards, {replicas} replicas of {merged.Name}: {target}");
        return ExitCode.Done;
    }

    /// <summary>The folder of the results, which may not be there yet.</summary>
    internal static string Folder(IExperiment experiment, RunOptions how)
    {
        if (how.Output is { } given && string.IsNullOrWhiteSpace(given))
            throw new ExperimentException("--out: the folder's name is empty");
        string folder = Runner.OutputFolder(experiment, how);
        return File.Exists(folder)
            ? throw new ExperimentException($"--out: {ExperimentException.Quote(folder)} is a file; allowed: a folder, there or not yet")
            : folder;
    }

    private int Report(string folder)
    {
        if (!Directory.Exists(folder))
            throw new ExperimentException($"{folder}: no such folder");
        try
        {
            string report = FlowFolder.IsIn(folder) ? FlowFolder.RebuildReport(folder)
                : ResultsFolder.RebuildReport(folder, json => Experiment.Parse(json.ToJsonString(), ResultsFile.Name));
            output.WriteLine($"report: {report}");
            return ExitCode.Done;
        }
        catch (FileNotFoundException e)
        {
            throw new ExperimentException($"{e.FileName}: no such file; only a folder with finished results has a report", e);
        }
        catch (InvalidDataException e)
        {
            throw new ExperimentException($"{folder}: {e.Message}", e);
        }
    }

    private int New(string name, string? file)
    {
        string text = ReadyMade.Text(name), path = file ?? $"{name}.yaml";
        try
        {
            using var stream = new FileStream(path, FileMode.CreateNew);
            stream.Write(System.Text.Encoding.UTF8.GetBytes(text));
        }
        catch (IOException e) when (Path.Exists(path))
        {
            throw new ExperimentException($"{path}: is there already; choose another --out", e);
        }

        output.WriteLine($"written: {path}");
        return ExitCode.Done;
    }

    private int Fail(int code, string message, Exception cause)
    {
        error.WriteLine($"hdsgd: {new ExperimentException(message).Message}");
        if (Environment.GetEnvironmentVariable("HDSGD_DEBUG") == "1")
            error.WriteLine(cause);
        return code;
    }
}
