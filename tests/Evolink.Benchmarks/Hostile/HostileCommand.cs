using System.CommandLine;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Evolink.Benchmarks.Hostile;

/// <summary><c>hostile</c>: requests that are nearly right, over all routes, against the app as a process of its own; docs/security.md says what comes of it.</summary>
internal static class HostileCommand
{
    public static Command Build()
    {
        Option<int> requests = new("--requests") { Description = "How many.", DefaultValueFactory = _ => 1_000_000 };
        Option<int> seed = new("--seed") { Description = "The same seed makes the same requests.", DefaultValueFactory = _ => 1 };
        Option<int> connections = new("--connections") { Description = "How many at a time.", DefaultValueFactory = _ => 32 };
        Option<string?> azurite = new("--azurite") { Description = "Folder with an installation of Azurite; default: eng/azurite." };
        Option<bool> json = new("--json") { Description = "One JSON object on standard output instead of words." };
        Command command = new("hostile", "A million mutated requests against 'serve': no 5xx, no crash, no growth, and right ones among them still succeed.") { requests, seed, connections, azurite, json };
        command.SetAction(async parsed =>
        {
            HostileReport report = await new HostileCampaign(parsed.GetValue(requests), parsed.GetValue(seed), parsed.GetValue(connections), parsed.GetValue(azurite)).RunAsync();
            Console.WriteLine(parsed.GetValue(json) ? JsonSerializer.Serialize(report, HostileJson.Default.HostileReport) : report.ToString());
            return report.IsClean ? 0 : 1;
        });
        return command;
    }
}

/// <summary>What came of a campaign.</summary>
internal sealed record HostileReport
{
    /// <summary>Memory at the end may be so much above that after the warm-up.</summary>
    public const double Flat = 1.10;

    public required int Requests { get; init; }

    public required int Seed { get; init; }

    public required double Seconds { get; init; }

    /// <summary>Answers by status; 0: the connection was closed without one, which only bytes that are no HTTP may meet.</summary>
    public required SortedDictionary<int, int> Answers { get; init; }

    public required int ServerErrors { get; init; }

    /// <summary>The first of them, by number, to be made again.</summary>
    public required IReadOnlyList<string> Examples { get; init; }

    public required IReadOnlyList<string> LoggedFailures { get; init; }

    /// <summary>Requests that found nobody.</summary>
    public required int Lost { get; init; }

    public required int Right { get; init; }

    public required int RightRefused { get; init; }

    /// <summary>Right generations, and those that became videos.</summary>
    public required int Generations { get; init; }

    public required int Videos { get; init; }

    /// <summary>Memory in each tenth of the campaign.</summary>
    public required IReadOnlyList<double> MemoryMib { get; init; }

    public required double WarmMib { get; init; }

    public required double EndMib { get; init; }

    public bool IsClean => ServerErrors == 0 && LoggedFailures.Count == 0 && Lost == 0 && RightRefused == 0 && Videos == Generations && EndMib <= WarmMib * Flat;
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(HostileReport))]
internal sealed partial class HostileJson : JsonSerializerContext;
