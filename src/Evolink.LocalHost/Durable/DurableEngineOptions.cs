namespace Evolink.LocalHost.Durable;

/// <summary>How the embedded Durable engine runs.</summary>
public sealed record DurableEngineOptions
{
    /// <summary>The SQLite file that holds the journal. Created if absent; one process at a time.</summary>
    public required string JournalPath { get; init; }

    /// <summary>The task hub's name, as the client reports it.</summary>
    public string HubName { get; init; } = "local";

    /// <summary>The version given to orchestrations that are started without one (host.json: <c>defaultVersion</c>).</summary>
    public string DefaultVersion { get; init; } = "";

    /// <summary>
    /// Drops every execution from memory after each turn, replays it before the next one, and checks each turn against a second replay
    /// before it is journaled, inputs included. Slow; for tests: code that works only without replay cannot pass.
    /// </summary>
    public bool ReplayEveryStep { get; init; }

    /// <summary>
    /// Syncs the journal to the disk on every commit, so that it survives a loss of power. Without it the journal survives the death of the
    /// process at any point, and a loss of power may take back the last moments: consistently, for whole transactions.
    /// </summary>
    public bool SurvivePowerLoss { get; init; }

    /// <summary>How many activities run at once.</summary>
    public int MaxConcurrentActivities { get; init; } = 32;

    /// <summary>How many orchestrations take a turn at once, most of them waiting for the same commit.</summary>
    public int MaxConcurrentOrchestrations { get; init; } = 32;

    /// <summary>How many waiting executions stay in memory. The others cost none: they are replayed when something happens to them.</summary>
    public int MaxCachedInstances { get; init; } = 1_000;

    /// <summary>How long <see cref="DurableEngine.StopAsync"/> lets running activities finish before it cancels them.</summary>
    public TimeSpan ShutdownGrace { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>Lets tests end the world before or after a commit.</summary>
    internal Journal.ICommitProbe? CommitProbe { get; init; }
}
