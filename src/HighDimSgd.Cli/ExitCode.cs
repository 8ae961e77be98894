namespace HighDimSgd.Cli;

/// <summary>Exit codes of the command.</summary>
internal static class ExitCode
{
    /// <summary>Done, and the verdict is not fail.</summary>
    public const int Done = 0;

    /// <summary>Done, and the verdict is fail.</summary>
    public const int VerdictFail = 1;

    /// <summary>The request is wrong.</summary>
    public const int WrongRequest = 2;

    /// <summary>The machine cannot do it.</summary>
    public const int Machine = 3;

    /// <summary>Interrupted; the same command continues.</summary>
    public const int Interrupted = 4;

    /// <summary>A defect of the program.</summary>
    public const int Defect = 70;
}
