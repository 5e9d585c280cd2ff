using Spectre.Console;

namespace Evolink.LocalHost.Cli;

/// <summary>What can be shown where the output goes: colours and moving bars on a terminal, without colours where <c>NO_COLOR</c> is set, lines elsewhere.</summary>
internal static class Terminal
{
    private const int Endless = 100_000;

    // Spectre would break a link at the edge of the terminal, and it could not be copied.
    private static readonly Lazy<IAnsiConsole> Lines = new(Unbroken);

    /// <summary>Shows progress on standard output, or on standard error where that is for JSON.</summary>
    public static IProgressDisplay Progress(bool json)
    {
        bool redirected = json ? Console.IsErrorRedirected : Console.IsOutputRedirected;
        TextWriter writer = json ? Console.Error : Console.Out;
        if (redirected)
            return new PlainProgress(writer, TimeProvider.System);
        IAnsiConsole console = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(writer) });
        return console.Profile.Capabilities.Interactive && console.Profile.Capabilities.Ansi ? new LiveProgress(console) : new PlainProgress(writer, TimeProvider.System);
    }

    /// <summary>Writes one line to standard output, with colours where there can be any.</summary>
    /// <param name="markup">With Spectre's markup, which is left out where the output is redirected; a line is never broken.</param>
    public static void WriteLine(string markup)
    {
        if (Console.IsOutputRedirected)
            Console.WriteLine(Markup.Remove(markup));
        else
            Lines.Value.MarkupLine(markup);
    }

    private static IAnsiConsole Unbroken()
    {
        IAnsiConsole console = AnsiConsole.Create(new AnsiConsoleSettings());
        console.Profile.Width = Endless;
        return console;
    }
}
