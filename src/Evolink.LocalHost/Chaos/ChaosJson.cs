namespace Evolink.LocalHost.Chaos;

/// <summary>What the host of a campaign is told, as one line on its standard input.</summary>
/// <param name="Port">Its port, the same in every life: callbacks must find it again.</param>
/// <param name="Folder">Where it notes its worker.</param>
/// <param name="Settings">The app's settings.</param>
internal sealed record ChaosHostOrder(int Port, string Folder, Dictionary<string, string?> Settings);

/// <summary>The last line of <c>chaos --json</c>.</summary>
internal sealed record ChaosReport(
    int Generations, int Accepted, int Completed, int Failed, SortedDictionary<string, int> FailedByCode,
    int Kills, int HostKills, int WorkerKills,
    int Charged, int ChargedTwice, int Lost, int Mismatched, int Orphaned, int Undelivered,
    double LongestStandstillSeconds, double Seconds, int Seed);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(ChaosHostOrder))]
[JsonSerializable(typeof(ChaosReport))]
internal sealed partial class ChaosJson : JsonSerializerContext;
