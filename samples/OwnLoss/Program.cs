using HighDimSgd;
using HighDimSgd.Devices;
using HighDimSgd.Experiments;
using HighDimSgd.Models;
using OwnLoss;

Loss.Register(new Huber());
Label.Register(new Flip());
var progress = new Progress<RunProgress>(p => Console.WriteLine($"{p.Stage}: {p.Done} of {p.Total} {p.Detail}"));
var result = await Experiment.Load(args[0]).RunAsync(Device.Auto(), args[1], progress);
Console.WriteLine($"{result.Verdict.Status}: {result.Verdict.Why}");
return result.Verdict.Status == "fail" ? 1 : 0;
