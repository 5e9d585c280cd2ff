using System.CommandLine;

namespace Evolink.LocalHost.Cli;

/// <summary><c>completion</c>: prints what makes a shell complete the command line. The program itself answers what may follow.</summary>
internal static class CompletionCommand
{
    private const string Bash = """
        _evolink_localhost() {
          local IFS=$'\n'
          COMPREPLY=($(compgen -W "$("${COMP_WORDS[0]}" "[suggest:$COMP_POINT]" "$COMP_LINE" 2>/dev/null)" -- "${COMP_WORDS[COMP_CWORD]}"))
        }
        complete -o default -F _evolink_localhost Evolink.LocalHost
        """;

    private const string Zsh = """
        _evolink_localhost() {
          local -a found
          found=("${(@f)$("${words[1]}" "[suggest:${CURSOR}]" "${BUFFER}" 2>/dev/null)}")
          compadd -a found || _files
        }
        (( $+functions[compdef] )) || { autoload -Uz compinit && compinit; }
        compdef _evolink_localhost Evolink.LocalHost
        """;

    private const string PowerShell = """
        Register-ArgumentCompleter -Native -CommandName Evolink.LocalHost -ScriptBlock {
          param($word, $line, $position)
          & $line.CommandElements[0].Value "[suggest:$position]" "$line" 2>$null | Where-Object { $_ -like "$word*" } |
            ForEach-Object { [System.Management.Automation.CompletionResult]::new($_, $_, 'ParameterValue', $_) }
        }
        """;

    public static Command Build()
    {
        Argument<string> shell = new Argument<string>("SHELL") { Description = "Which shell." }.AcceptOnlyFromAmong("bash", "zsh", "pwsh");
        var command = new Command("completion", "Prints a script that makes a shell complete commands and options.") { shell };
        command.SetAction(parsed =>
        {
            Console.WriteLine(parsed.GetValue(shell) switch { "bash" => Bash, "zsh" => Zsh, _ => PowerShell });
            return ExitCode.Done;
        });
        return command;
    }
}
