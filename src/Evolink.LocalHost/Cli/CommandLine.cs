using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;

namespace Evolink.LocalHost.Cli;

/// <summary>The program's command line.</summary>
internal static class CommandLine
{
    private const string Examples = """
        Examples:
          Run the app with storage and a simulated Evolink on http://127.0.0.1:7071:
            Evolink.LocalHost serve

          Make a video from an image, and save it:
            Evolink.LocalHost generate --image samples/cat.png --prompt "A cat playing piano" --out cat.mp4

          The same through an app that is already running:
            Evolink.LocalHost generate --image cat.png --prompt "..." --endpoint https://my-app.azurewebsites.net --key KEY

          With the real Evolink API (this costs credits), set EVOLINK_API_KEY.

        Exit codes: 0 done, 1 the generation failed or something does not work, 2 wrong usage, 130 stopped by Ctrl-C.
        """;

    /// <summary>Runs the program and returns its exit code.</summary>
    public static async Task<int> RunAsync(string[] args)
    {
        ParseResult parsed = Build().Parse(WithDefaultCommand(args));
        // Whoever asks for help has not made a mistake.
        if (parsed.Errors.Count > 0 && parsed.Action is not (HelpWithExamples or HelpAction))
        {
            foreach (string message in parsed.Errors.Select(error => error.Message).Distinct(StringComparer.Ordinal))
                await Console.Error.WriteLineAsync(message);
            await Console.Error.WriteLineAsync($"Run `{RootCommand.ExecutableName} --help` to see what is possible.");
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
            await Console.Error.WriteLineAsync(args.Contains(CommonOptions.VerboseName) ? e.ToString() : Failures.Explain(e));
            return e is UsageException ? ExitCode.Usage : ExitCode.Failed;
        }
    }

    internal static RootCommand Build()
    {
        var root = new RootCommand("Runs Evolink.Functions, a durable front for the Evolink video API, on this machine. The default command is serve.")
        {
            ServeCommand.Build(), GenerateCommand.Build(), SimulateCommand.Build(), OperatorCommand.Build(), ChaosCommand.Build(), ChaosCommand.BuildHost(),
        };
        HelpOption help = root.Options.OfType<HelpOption>().Single();
        help.Action = new HelpWithExamples((HelpAction)help.Action!);
        return root;
    }

    private static string[] WithDefaultCommand(string[] args) =>
        args is [] || (args[0].StartsWith('-') && args[0] is not ("-h" or "-?" or "--help" or "--version")) ? ["serve", .. args] : args;

    private sealed class HelpWithExamples(HelpAction help) : SynchronousCommandLineAction
    {
        public override int Invoke(ParseResult parseResult)
        {
            help.Invoke(parseResult);
            parseResult.InvocationConfiguration.Output.WriteLine(Examples);
            return ExitCode.Done;
        }
    }
}
