namespace Evolink.Simulator;

/// <summary>Everything that the simulator knows of what was asked of it.</summary>
/// <param name="Submits">Every submit, also those that were refused.</param>
/// <param name="Charges">What was charged to whom.</param>
/// <param name="IdempotencyKeys">Which key made which task.</param>
/// <param name="Tasks">Every task that was asked for here.</param>
public sealed record LedgerReport(
    IReadOnlyList<SubmitEntry> Submits,
    IReadOnlyList<Charge> Charges,
    IReadOnlyList<IdempotencyKeyEntry> IdempotencyKeys,
    IReadOnlyList<TaskReport> Tasks)
{
    /// <summary>Ids of the tasks of other users of a shared account.</summary>
    public IReadOnlyList<string> ForeignTasks { get => field ?? []; init; }
}

/// <summary>A charge.</summary>
/// <param name="TaskId">For which task.</param>
/// <param name="Account">To whom.</param>
/// <param name="Credits">How much.</param>
/// <param name="At">When.</param>
/// <param name="IdempotencyKey">With which key the task was submitted.</param>
public sealed record Charge(string TaskId, string Account, decimal Credits, DateTimeOffset At, string? IdempotencyKey);

/// <summary>A use of an idempotency key.</summary>
/// <param name="Account">Whose key.</param>
/// <param name="Key">The key.</param>
/// <param name="TaskId">The task it made.</param>
public sealed record IdempotencyKeyEntry(string Account, string Key, string TaskId);

/// <summary>A task as it is now.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Account">Whose it is.</param>
/// <param name="Prompt">What was asked for.</param>
/// <param name="CallbackUrl">Where its callbacks go.</param>
/// <param name="CreatedAt">When it was accepted.</param>
/// <param name="Status">As its query would say.</param>
/// <param name="Progress">As its query would say.</param>
/// <param name="EndedAt">When it ended.</param>
/// <param name="ErrorCode">Why it failed.</param>
/// <param name="Script">What goes wrong with it.</param>
/// <param name="Reads">How often it was queried.</param>
/// <param name="Downloads">How often its result was fetched.</param>
/// <param name="Video">What an undisturbed download yields; only on a completed task, and only where asked for.</param>
/// <param name="Callbacks">Every attempt to deliver a callback.</param>
/// <param name="CallbacksDone">Whether no more callbacks are to come.</param>
public sealed record TaskReport(
    string Id,
    string Account,
    string Prompt,
    string? CallbackUrl,
    DateTimeOffset CreatedAt,
    string Status,
    int Progress,
    DateTimeOffset? EndedAt,
    string? ErrorCode,
    FaultScript Script,
    int Reads,
    int Downloads,
    VideoReport? Video,
    IReadOnlyList<CallbackDelivery> Callbacks,
    bool CallbacksDone)
{
    /// <summary>The body of the submit, as it came.</summary>
    public string? Body { get; init; }

    /// <summary>What undisturbed downloads of all results yield, in their order; as <see cref="Video"/>, which is the first.</summary>
    public IReadOnlyList<VideoReport> Results { get => field ?? []; init; } = [];
}

/// <summary>The bytes of a result.</summary>
/// <param name="Length">How many.</param>
/// <param name="Sha256">Their SHA-256, lower-case hexadecimal.</param>
public sealed record VideoReport(long Length, string Sha256);
