namespace Evolink.LocalHost.Cli;

/// <summary>What the process says at its end.</summary>
internal static class ExitCode
{
    public const int Done = 0;

    /// <summary>The generation failed, or something that is needed does not work.</summary>
    public const int Failed = 1;

    /// <summary>The command line is wrong.</summary>
    public const int Usage = 2;

    /// <summary>Stopped by Ctrl-C, as shells write it: 128 + SIGINT.</summary>
    public const int Interrupted = 130;
}
