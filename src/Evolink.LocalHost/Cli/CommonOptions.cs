using System.CommandLine;
using System.CommandLine.Parsing;
using Microsoft.Extensions.Logging;

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

    public static Option<int> Port(int standard)
    {
        var option = new Option<int>("--port") { Description = "Port on 127.0.0.1; 0: any.", HelpName = "N", DefaultValueFactory = _ => standard };
        option.Validators.Add(static result => Require(result, result.GetValueOrDefault<int>() is >= 0 and <= 65535, "--port is 0 to 65535."));
        return option;
    }

    public static Option<double> SimulatorTime()
    {
        var option = new Option<double>("--simulator-time")
        {
            Description = "Seconds that the simulated Evolink takes for a video.",
            HelpName = "SECONDS",
            DefaultValueFactory = static _ => 2,
        };
        option.Validators.Add(static result => Require(result, result.GetValueOrDefault<double>() is >= 0 and <= LongestSimulation, $"--simulator-time is 0 to {LongestSimulation} seconds."));
        return option;
    }

    public static Option<string?> Azurite() => new("--azurite")
    {
        Description = "Folder with an installation of Azurite; default: eng/azurite, installed on first use.",
        HelpName = "PATH",
    };

    public static Option<bool> Verbose() => new(VerboseName) { Description = "Log what happens, on standard error." };

    public static LogLevel Level(bool verbose, LogLevel otherwise) => verbose ? LogLevel.Information : otherwise;

    public static void Require(SymbolResult result, bool right, string rule)
    {
        if (!right)
            result.AddError(rule);
    }
}
