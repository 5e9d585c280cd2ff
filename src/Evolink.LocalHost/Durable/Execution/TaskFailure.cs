using Microsoft.DurableTask;

namespace Evolink.LocalHost.Durable.Execution;

/// <summary>One failed attempt of an activity or sub-orchestration, on its way to the retry rule.</summary>
internal sealed class TaskFailure(string taskName, int taskId, FailureRecord record) : Exception(record.Message)
{
    public FailureRecord Record { get; } = record;

    /// <summary>What orchestrator code sees.</summary>
    public TaskFailedException ToPublic() => new(taskName, taskId, Record.ToDetails());
}
