namespace Evolink.LocalHost.Chaos;

/// <summary>How large a campaign is.</summary>
internal sealed record ChaosOptions
{
    public required int Generations { get; init; }

    public required int Kills { get; init; }

    public required int Seed { get; init; }

    /// <summary>The campaign is judged when all jobs are over, or at this time after its start.</summary>
    public TimeSpan Deadline { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>Folder with an installation of Azurite; default: <c>eng/azurite</c>.</summary>
    public string? AzuriteFolder { get; init; }

    /// <summary>Is told in a line how it goes.</summary>
    public Action<string> Note { get; init; } = static _ => { };
}
