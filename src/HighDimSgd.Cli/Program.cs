using System.Runtime.InteropServices;
using HighDimSgd;
using HighDimSgd.Cli;

#if ILGPU
HighDimSgd.Ilgpu.IlgpuDevices.Use();
#endif
using var stop = new CancellationTokenSource();

// The first signal stops between units of work, a second one ends the process at once.
void OnSignal(PosixSignalContext context)
{
    context.Cancel = !stop.IsCancellationRequested;
    stop.Cancel();
}

using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, OnSignal);
using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, OnSignal);
return new CommandLine(Console.Out, Console.Error, Runner.Run).Main(args, stop.Token);
