using System.CommandLine.Parsing;
using System.Numerics;

namespace Evolink.LocalHost.Cli;

/// <summary>Options that several commands share.</summary>
internal static class CommonOptions
{
    public const string VerboseName = "--verbose";

    private const double LongestSimulation = 3600;

    public static Option<string> Data() => new("--data")
    {
        Description = "Folder that keeps everything between runs.",
        HelpName = "DIR",
        DefaultValueFactory = static _ => ".evolink",
    };

    public static Option<int> Port(int standard) => Number("--port", "Port on 127.0.0.1; 0: any.", "N", 0, 65535, standard);

    public static Option<double> SimulatorTime() =>
        Number("--simulator-time", "Seconds that the simulated Evolink takes for a video.", "SECONDS", 0, LongestSimulation, 2);

    public static Option<string?> Azurite() => new("--azurite")
    {
        Description = "Folder with an installation of Azurite; default: eng/azurite, installed on first use.",
        HelpName = "PATH",
    };

    public static Option<bool> Verbose() => new(VerboseName) { Description = "Log what happens, on standard error." };

    public static LogLevel Level(bool verbose, LogLevel otherwise) => verbose ? LogLevel.Information : otherwise;

    /// <summary>An option for a number within bounds.</summary>
    public static Option<T> Number<T>(string name, string description, string unit, T least, T most, T standard)
        where T : INumber<T> => new(name)
        {
            Description = description,
            HelpName = unit,
            DefaultValueFactory = _ => standard,
            CustomParser = result => ReadNumber(result, least, most),
        };

    /// <summary>Reads the number that an option was given, or says what is wrong: the library's own conversion throws in validators.</summary>
    public static T? ReadNumber<T>(ArgumentResult result, T least, T most)
        where T : INumber<T>
    {
        string text = result.Tokens[0].Value;
        if (T.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out T? number) && number >= least && number <= most)
            return number;
        string kind = typeof(T) == typeof(int) ? "whole number" : "number";
        string name = ((OptionResult)result.Parent!).Option.Name;
        result.AddError(string.Create(CultureInfo.InvariantCulture, $"{name} is a {kind} from {least} to {most}, not \"{text}\"."));
        return default;
    }

    public static void Require(SymbolResult result, bool right, string rule)
    {
        if (!right)
            result.AddError(rule);
    }

    /// <summary>Refuses empty texts, which a script passes on where a variable of it is not set; no option or argument means one.</summary>
    public static void RefuseEmptyTexts(Command command)
    {
        foreach (Option option in command.Options.Where(option => IsText(option.ValueType)))
            option.Validators.Add(result => RequireTexts(result, option.Name));
        foreach (Argument argument in command.Arguments.Where(argument => IsText(argument.ValueType)))
            argument.Validators.Add(result => RequireTexts(result, argument.Name));
        foreach (Command inner in command.Subcommands)
            RefuseEmptyTexts(inner);
    }

    private static void RequireTexts(SymbolResult result, string name) =>
        Require(result, result.Tokens.All(token => token.Value.Length > 0), $"{name} is empty.");

    private static bool IsText(Type type) => type == typeof(string) || type == typeof(string[]);
}
