using Evolink.LocalHost.Durable.Journal;

namespace Evolink.LocalHost.Durable.Execution;

/// <summary>How an execution ended.</summary>
internal sealed record Outcome(JournalEventKind Kind, string? Data);
