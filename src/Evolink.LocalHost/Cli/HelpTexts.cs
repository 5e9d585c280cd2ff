using System.Reflection;

namespace Evolink.LocalHost.Cli;

/// <summary>Texts of the command line, which lie beside it in <c>Help</c>.</summary>
internal static class HelpTexts
{
    /// <summary>What stands below the help of a command: its own examples, or those of what it belongs to.</summary>
    public static string ExamplesOf(Command command) => Find($"{command.Name}.txt")
        ?? (command.Parents.OfType<Command>().FirstOrDefault() is { } outer ? ExamplesOf(outer) : Find("root.txt")!);

    /// <summary>What makes a shell complete commands and options.</summary>
    public static string CompletionFor(string shell) => Find($"completion.{shell}")!;

    private static string? Find(string name)
    {
        using Stream? text = Assembly.GetExecutingAssembly().GetManifestResourceStream($"Help.{name}");
        return text is null ? null : new StreamReader(text).ReadToEnd().TrimEnd();
    }
}
