using System.Collections.Concurrent;
using DurableTask.Core.Exceptions;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;

namespace Evolink.Functions.Tests.Support;

/// <summary>An engine that runs nothing, and notes what it is asked to start and to purge: for tests of records and blobs.</summary>
internal sealed class NotedDurable() : DurableTaskClient("tests")
{
    private readonly ConcurrentDictionary<string, string> _started = new(StringComparer.Ordinal);
    private readonly ConcurrentQueue<PurgeInstancesFilter> _purges = new();
    private readonly ConcurrentQueue<string> _woken = new();

    /// <summary>Instance ids of what was started.</summary>
    public IReadOnlyCollection<string> Started => [.. _started.Keys];

    /// <summary>Stands for every instance.</summary>
    public const string Everything = "*";

    /// <summary>How long it takes to say how an instance stands.</summary>
    public TimeSpan Latency { get; init; }

    /// <summary>Instances that are said to be running, and when each last moved.</summary>
    public ConcurrentDictionary<string, DateTimeOffset> Running { get; } = new(StringComparer.Ordinal);

    /// <summary>Instances that were woken.</summary>
    public IReadOnlyList<string> Woken => [.. _woken];

    /// <summary>What was purged by age.</summary>
    public IReadOnlyList<PurgeInstancesFilter> Purges => [.. _purges];

    public override Task<string> ScheduleNewOrchestrationInstanceAsync(
        TaskName orchestratorName, object? input = null, StartOrchestrationOptions? options = null, CancellationToken cancellation = default)
    {
        string id = options?.InstanceId ?? throw new InvalidOperationException("A run without an id is started twice.");
        return _started.TryAdd(id, orchestratorName.Name) ? Task.FromResult(id) : throw new OrchestrationAlreadyExistsException(id);
    }

    public override async Task<OrchestrationMetadata?> GetInstancesAsync(
        string instanceId, bool getInputsAndOutputs = false, CancellationToken cancellation = default)
    {
        if (Latency > TimeSpan.Zero)
            await Task.Delay(Latency, TimeProvider.System, cancellation);
        return Running.TryGetValue(instanceId, out DateTimeOffset moved) || Running.TryGetValue(Everything, out moved)
            ? new OrchestrationMetadata("GenerateVideo", instanceId) { RuntimeStatus = OrchestrationRuntimeStatus.Running, CreatedAt = moved, LastUpdatedAt = moved }
            : null;
    }

    public override Task RaiseEventAsync(string instanceId, string eventName, object? eventPayload = null, CancellationToken cancellation = default)
    {
        _woken.Enqueue(instanceId);
        return Task.CompletedTask;
    }

    public override Task<PurgeResult> PurgeAllInstancesAsync(PurgeInstancesFilter filter, PurgeInstanceOptions? options = null, CancellationToken cancellation = default)
    {
        _purges.Enqueue(filter);
        return Task.FromResult(new PurgeResult(0));
    }

    public override Task<OrchestrationMetadata> WaitForInstanceStartAsync(string instanceId, bool getInputsAndOutputs = false, CancellationToken cancellation = default) =>
        throw new NotSupportedException();

    public override Task<OrchestrationMetadata> WaitForInstanceCompletionAsync(string instanceId, bool getInputsAndOutputs = false, CancellationToken cancellation = default) =>
        throw new NotSupportedException();

    public override Task SuspendInstanceAsync(string instanceId, string? reason = null, CancellationToken cancellation = default) => throw new NotSupportedException();

    public override Task ResumeInstanceAsync(string instanceId, string? reason = null, CancellationToken cancellation = default) => throw new NotSupportedException();

    public override Microsoft.DurableTask.AsyncPageable<OrchestrationMetadata> GetAllInstancesAsync(OrchestrationQuery? filter = null) => throw new NotSupportedException();

    public override ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
