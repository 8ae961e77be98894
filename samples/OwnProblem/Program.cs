using HighDimSgd;
using HighDimSgd.Flows;
using OwnProblem;

FlowProblem.Register(new DoubleWell());
var progress = new Progress<RunProgress>(p => Console.WriteLine($"{p.Stage}: {p.Done} of {p.Total} {p.Detail}"));
var result = FlowRunner.Run(FlowExperiment.Load(args[0]), new(args[1]), progress);
Console.WriteLine($"{result.Verdict.Status}: {result.Verdict.Why}");
return result.Verdict.Status == "fail" ? 1 : 0;
