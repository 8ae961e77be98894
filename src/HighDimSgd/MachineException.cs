namespace HighDimSgd;

/// <summary>The machine cannot do what is asked: no such device, not enough memory. The message is one line for the user.</summary>
/// <param name="message">What is missing, and what is there.</param>
/// <param name="cause">What failed underneath.</param>
public sealed class MachineException(string message, Exception? cause = null) : Exception(message, cause);
