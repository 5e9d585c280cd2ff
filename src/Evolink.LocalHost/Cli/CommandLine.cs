using System.CommandLine.Help;
using System.CommandLine.Invocation;

namespace Evolink.LocalHost.Cli;

/// <summary>The program's command line.</summary>
internal static class CommandLine
{
    /// <summary>Runs the program and returns its exit code.</summary>
    /// <param name="args">Its arguments.</param>
    /// <param name="errors">Takes what is wrong; default: standard error.</param>
    public static async Task<int> RunAsync(string[] args, TextWriter? errors = null)
    {
        errors ??= Console.Error;
        ParseResult parsed = Build().Parse(WithDefaultCommand(args));
        // Whoever asks for help has not made a mistake.
        if (parsed.Errors.Count > 0 && parsed.Action is not (HelpWithExamples or HelpAction) && !IsDirective(args))
        {
            foreach (string message in parsed.Errors.Select(error => error.Message).Distinct(StringComparer.Ordinal))
                await errors.WriteLineAsync(message);
            await errors.WriteLineAsync($"Run `{RootCommand.ExecutableName} --help` to see what is possible.");
            return ExitCode.Usage;
        }

        try
        {
            // Signals are StopSignals' business, errors are told below.
            return await parsed.InvokeAsync(new InvocationConfiguration { EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = null });
        }
        catch (OperationCanceledException)
        {
            return ExitCode.Interrupted;
        }
        catch (Exception e)
        {
            await errors.WriteLineAsync(args.Contains(CommonOptions.VerboseName) ? e.ToString() : Failures.Explain(e));
            return e is UsageException ? ExitCode.Usage : ExitCode.Failed;
        }
    }

    internal static RootCommand Build()
    {
        var root = new RootCommand("Runs Evolink.Functions, a durable front for the Evolink video API, on this machine. The default command is serve.")
        {
            ServeCommand.Build(), new GenerateCommand(), SimulateCommand.Build(), ChaosCommand.Build(), ChaosCommand.BuildHost(),
            OperatorCommand.Build(), McpCommand.Build(), CompletionCommand.Build(),
        };
        foreach (Command command in TaskCommands.Build())
            root.Add(command);
        CommonOptions.RefuseEmptyTexts(root);
        HelpOption help = root.Options.OfType<HelpOption>().Single();
        help.Action = new HelpWithExamples((HelpAction)help.Action!);
        return root;
    }

    // As the shell asks what may follow: the line is not finished, so it may be wrong.
    private static bool IsDirective(string[] args) => args is [['[', ..], ..];

    private static string[] WithDefaultCommand(string[] args) =>
        args is [] || (args[0].StartsWith('-') && args[0] is not ("-h" or "-?" or "--help" or "--version")) ? ["serve", .. args] : args;

    private sealed class HelpWithExamples(HelpAction help) : SynchronousCommandLineAction
    {
        public override int Invoke(ParseResult parseResult)
        {
            help.Invoke(parseResult);
            parseResult.InvocationConfiguration.Output.WriteLine(HelpTexts.ExamplesOf(parseResult.CommandResult.Command));
            return ExitCode.Done;
        }
    }
}

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
