using Microsoft.Extensions.Logging;

namespace Evolink.Simulator;

/// <summary>How a simulator behaves.</summary>
public sealed record SimulatorOptions
{
    /// <summary>The API key that a simulator knows when it is told of no other.</summary>
    public const string DevelopmentKey = "sk-evolink-simulator-development";

    /// <summary>The account of <see cref="DevelopmentKey"/>.</summary>
    public const string DevelopmentAccount = "development";

    /// <summary>Port on 127.0.0.1; 0 takes a free one.</summary>
    public int Port { get; init; }

    /// <summary>
    /// Where tasks, charges and uploads are kept, so that a simulator started again on it, even after a kill, goes on as if nothing had been;
    /// <see langword="null"/>: in memory only.
    /// </summary>
    public string? DataFolder { get; init; }

    /// <summary>API keys, each with the account that it charges.</summary>
    public IReadOnlyDictionary<string, string> ApiKeys { get; init; } =
        new Dictionary<string, string>(StringComparer.Ordinal) { [DevelopmentKey] = DevelopmentAccount };

    /// <summary>Credits that every account begins with; a submit beyond them gets 402. A second costs 10 at 720p and 15 at 1080p.</summary>
    public decimal StartingCredits { get; init; } = 1_000_000;

    /// <summary>Models that the keys may use, with <c>*</c> for any characters; another one is refused with <c>model_access_denied</c>.</summary>
    public IReadOnlyList<string> Models { get; init; } = ["*"];

    /// <summary>From the submit to the finished video; zero: at once.</summary>
    public TimeSpan TaskDuration { get; init; } = TimeSpan.FromSeconds(4);

    /// <summary>Of task ids and link signatures; <see langword="null"/>: random ids.</summary>
    public long? Seed { get; init; }

    /// <summary>What goes wrong.</summary>
    public FaultPlan FaultPlan { get; init; } = FaultPlan.None;

    /// <summary>Whether <c>Idempotency-Key</c> is honoured.</summary>
    public IdempotencySupport Idempotency { get; init; } = IdempotencySupport.On;

    /// <summary>Whether an ended task tells its billing.</summary>
    public BillingSupport Billing { get; init; } = BillingSupport.On;

    /// <summary>How long after its end a failed task's credits are told to be returned.</summary>
    public TimeSpan RefundTakes { get; init; } = TimeSpan.Zero;

    /// <summary>What the account's task list, batch reads and models are like.</summary>
    public AccountRoutes AccountRoutes { get; init; } = new();

    /// <summary>
    /// Allows image and callback URLs with http and on this machine or private networks. Without it the rules of the contract hold: https and public
    /// addresses only, checked again when connecting.
    /// </summary>
    public bool AllowLoopback { get; init; }

    /// <summary>How long a result link works.</summary>
    public TimeSpan LinkLifetime { get; init; } = TimeSpan.FromHours(24);

    /// <summary>Every read of a completed task hands out a link of its own, in place of the same link each time.</summary>
    public bool RotateLinks { get; init; }

    /// <summary>Fetches the image like the service would, and fails the task when it cannot be used.</summary>
    public bool FetchImages { get; init; } = true;

    /// <summary>Serves https only, with a certificate of its own making (<see cref="RunningSimulator.Certificate"/>).</summary>
    public bool RequireTls { get; init; }

    /// <summary>Every API answer takes at least this long.</summary>
    public TimeSpan MinimumLatency { get; init; } = TimeSpan.Zero;

    /// <summary>More submits in one second get 429; <see langword="null"/>: no limit.</summary>
    public int? SubmitsPerSecond { get; init; }

    /// <summary>
    /// Size of the videos: what is missing is filled with padding that players skip. <see langword="null"/>: as they come, under 200 KB.
    /// </summary>
    public long? VideoBytes { get; init; }

    /// <summary>The clock of tasks, links, callbacks and waits.</summary>
    public TimeProvider TimeProvider { get; init; } = TimeProvider.System;

    /// <summary>Where to log; <see langword="null"/>: nowhere.</summary>
    public ILoggerFactory? LogTo { get; init; }
}

/// <summary>What the simulator tells of money.</summary>
public enum BillingSupport
{
    /// <summary>An ended task has a <c>billing</c>.</summary>
    On,

    /// <summary>It has none, as the public documentation promises none.</summary>
    Off,
}

/// <summary>What the simulator does with <c>Idempotency-Key</c>.</summary>
public enum IdempotencySupport
{
    /// <summary>Same key and body: the same task, not charged again. Same key, other body: 409.</summary>
    On,

    /// <summary>Ignored, as the public documentation promises nothing.</summary>
    Off,
}
