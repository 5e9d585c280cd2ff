using Microsoft.DurableTask.Client;

namespace Evolink.LocalHost.Durable.Journal;

/// <summary>Which instances to list; what is null does not filter.</summary>
internal sealed record InstanceFilter(
    DateTimeOffset? CreatedFrom = null,
    DateTimeOffset? CreatedTo = null,
    IReadOnlyCollection<OrchestrationRuntimeStatus>? Statuses = null,
    string? IdPrefix = null,
    DateTimeOffset? UpdatedFrom = null,
    DateTimeOffset? UpdatedTo = null)
{
    /// <summary>The statuses that are over: an instance stays in one of them until it is replaced or purged.</summary>
    public static readonly IReadOnlyCollection<OrchestrationRuntimeStatus> Over =
    [
        OrchestrationRuntimeStatus.Completed,
        OrchestrationRuntimeStatus.Failed,
        OrchestrationRuntimeStatus.Terminated,
    ];

    /// <summary>One bit per status; no status named means any.</summary>
    public long StatusBits() => Statuses is { Count: > 0 } some ? some.Aggregate(0L, (bits, status) => bits | (1L << (int)status)) : -1L;
}
