namespace Evolink.LocalHost.Cli;

/// <summary><c>completion</c>: prints what makes a shell complete the command line. The program itself answers what may follow.</summary>
internal static class CompletionCommand
{
    public static Command Build()
    {
        Argument<string> shell = new Argument<string>("SHELL") { Description = "Which shell." }.AcceptOnlyFromAmong("bash", "zsh", "pwsh");
        var command = new Command("completion", "Prints a script that makes a shell complete commands and options.") { shell };
        command.SetAction(parsed =>
        {
            Console.WriteLine(HelpTexts.CompletionFor(parsed.GetValue(shell)!));
            return ExitCode.Done;
        });
        return command;
    }
}
