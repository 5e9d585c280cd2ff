using Evolink.LocalHost.Durable.Journal;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Entities;
using Microsoft.Extensions.Logging;

namespace Evolink.LocalHost.Durable.Execution;

/// <summary>What orchestrator code sees of its execution. Overloads and replay-safe loggers are the SDK's own, from its base class.</summary>
internal sealed class OrchestratorContext(OrchestrationExecution execution, ExecutionSettings settings) : TaskOrchestrationContext
{
    private const int LongestCustomStatusInBytes = 16 * 1024;

    private readonly InstanceRow row = execution.Row;
    private int guids;

    public override TaskName Name => new(row.Name);

    public override string InstanceId => row.Id;

    public override ParentOrchestrationInstance? Parent { get; } =
        execution.Row.Parent is { } parent ? new(new TaskName(parent.Name), parent.Id) : null;

    public override string Version => row.Version;

    public override DateTime CurrentUtcDateTime => execution.Now.UtcDateTime;

    public override bool IsReplaying => execution.IsReplaying;

    public override TaskOrchestrationEntityFeature Entities => throw new NotSupportedException("The embedded engine has no durable entities.");

    protected override ILoggerFactory LoggerFactory => settings.Loggers;

    public override T GetInput<T>() => DurableValues.Read<T>(row.Input)!;

    public override Task<TResult> CallActivityAsync<TResult>(TaskName name, object? input = null, TaskOptions? options = null)
    {
        if (input is TaskOptions && options is null)
            throw new ArgumentException("TaskOptions were passed as the activity's input: name the argument (options: ...).", nameof(input));
        return Retry.RunAsync(
            this,
            name.Name,
            options?.Retry,
            () => CallAsync<TResult>(new JournalEvent(
                0, JournalEventKind.ActivityScheduled, execution.Now, Name: name.Name, Data: DurableValues.Instance.Serialize(input))));
    }

    public override Task<TResult> CallSubOrchestratorAsync<TResult>(
        TaskName orchestratorName, object? input = null, TaskOptions? options = null)
    {
        var instanceId = (options as SubOrchestrationOptions)?.InstanceId ?? NewGuid().ToString("N");
        return Retry.RunAsync(
            this,
            orchestratorName.Name,
            options?.Retry,
            () => CallAsync<TResult>(new JournalEvent(
                0,
                JournalEventKind.SubOrchestrationScheduled,
                execution.Now,
                Name: orchestratorName.Name,
                Target: instanceId,
                Version: options?.Version is { } version ? version.Version ?? "" : settings.DefaultVersion,
                Data: DurableValues.Instance.Serialize(input))));
    }

    public override async Task CreateTimer(DateTime fireAt, CancellationToken cancellationToken)
    {
        var id = execution.Tasks.NextId();
        execution.Record(new JournalEvent(
            0, JournalEventKind.TimerCreated, execution.Now, id, Due: new DateTimeOffset(fireAt.ToUniversalTime(), TimeSpan.Zero)));
        var fired = execution.Tasks.Open(id, "timer");
        execution.Tasks.Attach(id, cancellationToken.Register(() => CancelTimer(id, cancellationToken)));
        await fired;
    }

    public override Task<T> WaitForExternalEvent<T>(string eventName, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(eventName);
        execution.Guard();
        return execution.Events.WaitAsync<T>(
            eventName,
            (token, cancel) => token.Register(() =>
            {
                execution.Guard();
                cancel();
            }),
            cancellationToken);
    }

    public override void SendEvent(string instanceId, string eventName, object? payload)
    {
        ArgumentException.ThrowIfNullOrEmpty(instanceId);
        ArgumentException.ThrowIfNullOrEmpty(eventName);
        execution.Record(new JournalEvent(
            0,
            JournalEventKind.EventSent,
            execution.Now,
            Name: eventName,
            Target: instanceId,
            Data: DurableValues.Instance.Serialize(payload)));
    }

    public override void SetCustomStatus(object? customStatus)
    {
        execution.Guard();
        var json = DurableValues.Instance.Serialize(customStatus);
        if (json is { Length: var characters } && characters * sizeof(char) > LongestCustomStatusInBytes)
        {
            throw new ArgumentException(
                $"A custom status has at most {LongestCustomStatusInBytes} bytes of UTF-16 JSON; this one has {characters * sizeof(char)}.",
                nameof(customStatus));
        }

        execution.CustomStatus = json;
    }

    public override void ContinueAsNew(object? newInput = null, bool preserveUnprocessedEvents = true) =>
        ContinueAsNew(new ContinueAsNewOptions { NewInput = newInput, PreserveUnprocessedEvents = preserveUnprocessedEvents });

    public override void ContinueAsNew(ContinueAsNewOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        execution.Guard();
        execution.PreserveEvents = options.PreserveUnprocessedEvents;
        execution.Anew = new NextExecution(
            DurableValues.Instance.Serialize(options.NewInput),
            string.IsNullOrWhiteSpace(options.NewVersion) ? null : options.NewVersion,
            []);
    }

    public override Guid NewGuid()
    {
        execution.Guard();
        return DeterministicGuid.Create(InstanceId, CurrentUtcDateTime, guids++);
    }

    private async Task<TResult> CallAsync<TResult>(JournalEvent call)
    {
        execution.Guard();
        var id = execution.Tasks.NextId();
        execution.Record(call with { TaskId = id });
        return DurableValues.Read<TResult>(await execution.Tasks.Open(id, call.Name!))!;
    }

    private void CancelTimer(int id, CancellationToken cancellationToken)
    {
        execution.Guard();
        if (execution.Tasks.IsOpen(id))
        {
            execution.Record(new JournalEvent(0, JournalEventKind.TimerCancelled, execution.Now, id));
            execution.Tasks.Cancel(id, cancellationToken);
        }
    }
}
