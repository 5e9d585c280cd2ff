using System.Text.Json;
using DurableTask.Core.History;
using Evolink.LocalHost.Durable.Dispatch;
using Evolink.LocalHost.Durable.Journal;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;
using Microsoft.DurableTask.Client.Entities;
using Microsoft.Extensions.Logging;

namespace Evolink.LocalHost.Durable.Client;

/// <summary>The client that the app sees. Every call is one transaction of the journal: what it answers is durable.</summary>
internal sealed class EngineClient(DurableEngine engine, DurableEngineOptions options, TimeProvider time, ILogger log)
    : DurableTaskClient(options.HubName)
{
    private readonly InstanceQueries _queries = new(engine);

    public override DurableEntityClient Entities => throw new NotSupportedException("The embedded engine has no durable entities.");

    public override async Task<string> ScheduleNewOrchestrationInstanceAsync(
        TaskName orchestratorName, object? input = null, StartOrchestrationOptions? options = null, CancellationToken cancellation = default)
    {
        cancellation.ThrowIfCancellationRequested();
        ArgumentException.ThrowIfNullOrEmpty(orchestratorName.Name, nameof(orchestratorName));
        var start = new InstanceStart(NewRow(orchestratorName.Name, input, options), options?.StartAt, InstanceStart.Dedupe(options));
        var started = await engine.Journal.WriteAsync(start.Apply);
        if (started.Existing is { } status)
        {
            if (!start.Spares(status))
                EngineLog.UnguardedStart(log, start.Row.Id, status);
            throw start.AlreadyExists(status);
        }

        engine.Board.Publish(started.Effects);
        return start.Row.Id;
    }

    public override Task RaiseEventAsync(
        string instanceId, string eventName, object? eventPayload = null, CancellationToken cancellation = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(eventName);
        return SendAsync(
            instanceId, JournalEventKind.EventRaised, eventName, DurableValues.Instance.Serialize(eventPayload), "take events", cancellation);
    }

    public override Task SuspendInstanceAsync(string instanceId, string? reason = null, CancellationToken cancellation = default) =>
        SendAsync(instanceId, JournalEventKind.Suspended, null, DurableValues.Instance.Serialize(reason), "be suspended", cancellation);

    public override Task ResumeInstanceAsync(string instanceId, string? reason = null, CancellationToken cancellation = default) =>
        SendAsync(instanceId, JournalEventKind.Resumed, null, DurableValues.Instance.Serialize(reason), "be resumed", cancellation);

    public override Task TerminateInstanceAsync(
        string instanceId, TerminateInstanceOptions? options = null, CancellationToken cancellation = default) =>
        SendAsync(
            instanceId,
            JournalEventKind.Terminated,
            null,
            DurableValues.Instance.Serialize(options?.Output),
            "be terminated",
            cancellation,
            options?.Recursive ?? false);

    public override Task<OrchestrationMetadata> WaitForInstanceStartAsync(
        string instanceId, bool getInputsAndOutputs = false, CancellationToken cancellation = default) =>
        WaitAsync(instanceId, row => row.Status != OrchestrationRuntimeStatus.Pending, getInputsAndOutputs, cancellation);

    public override Task<OrchestrationMetadata> WaitForInstanceCompletionAsync(
        string instanceId, bool getInputsAndOutputs = false, CancellationToken cancellation = default) =>
        WaitAsync(instanceId, row => new InstanceHead(row.Key, row.Status).IsOver, getInputsAndOutputs, cancellation);

    public override Task<OrchestrationMetadata?> GetInstancesAsync(
        string instanceId, bool getInputsAndOutputs = false, CancellationToken cancellation = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(instanceId);
        var row = engine.Journal.Read(reader => reader.Instance(instanceId));
        return Task.FromResult(row is null ? null : InstanceQueries.Metadata(row, getInputsAndOutputs));
    }

    public override AsyncPageable<OrchestrationMetadata> GetAllInstancesAsync(OrchestrationQuery? filter = null) => _queries.All(filter);

    public override Task<Page<string>> ListInstanceIdsAsync(
        IEnumerable<OrchestrationRuntimeStatus>? runtimeStatus = null,
        DateTimeOffset? completedTimeFrom = null,
        DateTimeOffset? completedTimeTo = null,
        int pageSize = OrchestrationQuery.DefaultPageSize,
        string? lastInstanceKey = null,
        CancellationToken cancellation = default) =>
        Task.FromResult(_queries.FinishedIds(runtimeStatus, completedTimeFrom, completedTimeTo, pageSize, lastInstanceKey));

    public override async Task<PurgeResult> PurgeInstanceAsync(
        string instanceId, PurgeInstanceOptions? options = null, CancellationToken cancellation = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(instanceId);
        cancellation.ThrowIfCancellationRequested();
        var (purged, running) = await engine.Journal.WriteAsync<(int, OrchestrationRuntimeStatus?)>(journal =>
            journal.FindInstance(instanceId) switch
            {
                null => (0, null),
                { IsOver: false } head => (0, head.Status),
                { } head => (InstancePurge.Purge(journal, head.Key, options?.Recursive ?? false), null),
            });
        return running is { } status
            ? throw new InvalidOperationException($"Orchestration instance '{instanceId}' is {status}: only one that is over can be purged.")
            : new PurgeResult(purged);
    }

    public override async Task<PurgeResult> PurgeAllInstancesAsync(
        PurgeInstancesFilter filter, PurgeInstanceOptions? options = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(filter);
        var over = filter.Statuses is null ? InstanceFilter.Over : [.. filter.Statuses.Where(InstanceFilter.Over.Contains)];
        if (over.Count == 0)
            return new PurgeResult(0);
        var wanted = new InstanceFilter(filter.CreatedFrom, filter.CreatedTo, over);
        var deadline = filter.Timeout is { } timeout ? time.GetUtcNow() + timeout : DateTimeOffset.MaxValue;
        var purge = new InstancePurge(engine.Journal, wanted, options?.Recursive ?? false);
        var (purged, complete) = await purge.RunAsync(() => time.GetUtcNow() < deadline, cancellation);
        return new PurgeResult(purged, complete);
    }

    public override Task<string> RestartAsync(
        string instanceId, bool restartWithNewInstanceId = false, CancellationToken cancellation = default) =>
        throw new NotSupportedException("The embedded engine cannot restart an orchestration: start it again under its id.");

    public override Task RewindInstanceAsync(string instanceId, string reason, CancellationToken cancellation = default) =>
        throw new NotSupportedException("The embedded engine cannot rewind an orchestration: start it again under its id.");

    public override async Task<IList<HistoryEvent>> GetOrchestrationHistoryAsync(string instanceId, CancellationToken cancellation = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(instanceId);
        return await engine.ReadHistoryAsync(instanceId) is { } history
            ? [.. CoreHistory.Of(history.Events)]
            : throw new DurableInstanceNotFoundException(instanceId);
    }

    public override ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private InstanceRow NewRow(string name, object? input, StartOrchestrationOptions? start)
    {
        var now = time.GetUtcNow();
        return new InstanceRow(
            0,
            start?.InstanceId ?? Guid.NewGuid().ToString("N"),
            name,
            start?.Version is { } version ? version.Version ?? "" : options.DefaultVersion,
            OrchestrationRuntimeStatus.Pending,
            now,
            now,
            Input: DurableValues.Instance.Serialize(input),
            Tags: start?.Tags is { Count: > 0 } tags
                ? JsonSerializer.Serialize(new Dictionary<string, string>(tags), DurableJson.Default.DictionaryStringString)
                : null);
    }

    private async Task SendAsync(
        string instanceId,
        JournalEventKind kind,
        string? name,
        string? data,
        string attempt,
        CancellationToken cancellation,
        bool recursive = false)
    {
        ArgumentException.ThrowIfNullOrEmpty(instanceId);
        cancellation.ThrowIfCancellationRequested();
        var (target, effects) = await engine.Journal.WriteAsync(journal =>
        {
            var effects = new TurnEffects();
            var target = journal.FindInstance(instanceId);
            if (target is { IsOver: false } open)
                Send(journal, open.Key, kind, name, data, recursive, effects);
            return (target, effects);
        });
        if (target is not { } head)
            throw new DurableInstanceNotFoundException(instanceId);
        if (head.IsOver)
            throw new DurableInstanceFinishedException(instanceId, head.Status, attempt);
        engine.Board.Publish(effects);
    }

    private static void Send(
        JournalTransaction journal, long key, JournalEventKind kind, string? name, string? data, bool recursive, TurnEffects effects)
    {
        journal.InsertMessage(key, kind, name: name, data: data);
        effects.Woken.Add(key);
        if (!recursive)
            return;
        foreach (var child in journal.Children(key).Where(child => !child.IsOver))
            Send(journal, child.Key, kind, name, data, recursive, effects);
    }

    private async Task<OrchestrationMetadata> WaitAsync(
        string instanceId, Func<InstanceRow, bool> reached, bool getInputsAndOutputs, CancellationToken cancellation)
    {
        ArgumentException.ThrowIfNullOrEmpty(instanceId);
        Task? change = null;
        while (true)
        {
            var row = engine.Journal.Read(reader => reader.Instance(instanceId)) ?? throw new DurableInstanceNotFoundException(instanceId);
            if (reached(row))
                return InstanceQueries.Metadata(row, getInputsAndOutputs);
            if (change is null)
            {
                // Looked at once more after asking to be told: no change falls in between.
                change = engine.Board.Watchers.NextChange(instanceId);
                continue;
            }

            await change.WaitAsync(cancellation);
            change = null;
        }
    }
}
