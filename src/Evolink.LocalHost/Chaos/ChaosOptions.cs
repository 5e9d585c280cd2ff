namespace Evolink.LocalHost.Chaos;

/// <summary>How large a campaign is.</summary>
internal sealed record ChaosOptions
{
    public required int Generations { get; init; }

    public required int Kills { get; init; }

    public required int Seed { get; init; }

    /// <summary>The campaign is judged when all jobs are over, or at this time after its start.</summary>
    public TimeSpan Deadline { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>Whether the provider lists the account's tasks.</summary>
    public bool ListsTasks { get; init; } = true;

    /// <summary>How late a task appears in that list at most.</summary>
    public TimeSpan ListLag { get; init; }

    /// <summary>Which callbacks the app asks for, and gets.</summary>
    public ChaosCallbacks Callbacks { get; init; } = ChaosCallbacks.Faulty;

    /// <summary>Folder with an installation of Azurite; default: <c>eng/azurite</c>.</summary>
    public string? AzuriteFolder { get; init; }

    /// <summary>Is told in a line how it goes.</summary>
    public Action<string> Note { get; init; } = static _ => { };
}

/// <summary>Callbacks of a campaign.</summary>
internal enum ChaosCallbacks
{
    /// <summary>As the faults have it: some are lost, forged, late or malformed.</summary>
    Faulty,

    /// <summary>Those that the provider sends are right; what comes while the app is dead is lost all the same.</summary>
    Sound,

    /// <summary>None: the app has no public address.</summary>
    Off,
}
