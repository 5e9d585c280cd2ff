using DurableTask.Core.Exceptions;
using Evolink.Functions.Batches;
using Evolink.Functions.Webhooks;
using Evolink.Pipeline.Batches;
using Evolink.Pipeline.Generations;
using Evolink.Pipeline.Webhooks;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;

namespace Evolink.Functions.Generations;

/// <summary>The only place that starts orchestrations. Starting one that exists could end the running one, so that every status is named.</summary>
public static class GenerationStarter
{
    // Work that came in: whatever ran under this id, in whatever way it ended, is the same work.
    private static readonly OrchestrationRuntimeStatus[] Intake = Enum.GetValues<OrchestrationRuntimeStatus>();

    // A job that is not over, but whose orchestration is: only one that still runs is left alone.
    private static readonly OrchestrationRuntimeStatus[] Restart =
    [
        OrchestrationRuntimeStatus.Pending, OrchestrationRuntimeStatus.Running, OrchestrationRuntimeStatus.Suspended,
    ];

    /// <summary>Starts a run that work came in for, unless it was started before.</summary>
    /// <returns>Whether this call found none; another one may have started it at the same time.</returns>
    public static Task<bool> StartAsync(DurableTaskClient durable, GenerationRef generation, CancellationToken cancellationToken) =>
        ScheduleAsync(durable, nameof(GenerateVideo), generation.InstanceId, generation, Intake, cancellationToken);

    /// <summary>Starts a run again whose orchestration ended, or was lost, before its job was over.</summary>
    /// <returns>When the orchestration last moved, where it still runs; null where it did not, and was started. In the future: it was started by somebody else.</returns>
    public static Task<DateTimeOffset?> RestartAsync(DurableTaskClient durable, GenerationRef generation, CancellationToken cancellationToken) =>
        RestartAsync(durable, nameof(GenerateVideo), generation.InstanceId, generation, cancellationToken);

    /// <inheritdoc cref="StartAsync(DurableTaskClient, GenerationRef, CancellationToken)"/>
    public static Task<bool> StartAsync(DurableTaskClient durable, BatchRef batch, CancellationToken cancellationToken) =>
        ScheduleAsync(durable, nameof(RunBatch), batch.Id.Value, batch, Intake, cancellationToken);

    /// <inheritdoc cref="RestartAsync(DurableTaskClient, GenerationRef, CancellationToken)"/>
    public static Task<DateTimeOffset?> RestartAsync(DurableTaskClient durable, BatchRef batch, CancellationToken cancellationToken) =>
        RestartAsync(durable, nameof(RunBatch), batch.Id.Value, batch, cancellationToken);

    /// <summary>Starts the calls that tell a job's end to its client, unless they were started before.</summary>
    /// <returns>Whether this call found none; another one may have started them at the same time.</returns>
    public static Task<bool> StartAsync(DurableTaskClient durable, WebhookRun run, CancellationToken cancellationToken) =>
        ScheduleAsync(durable, nameof(DeliverWebhook), run.InstanceId, run, Intake, cancellationToken);

    // On the Azure Storage backend a start is check-then-act, and would end a run that lives: so it is asked for first.
    private static async Task<DateTimeOffset?> RestartAsync(
        DurableTaskClient durable, string orchestrator, string instanceId, object input, CancellationToken cancellationToken)
    {
        if (await durable.GetInstanceAsync(instanceId, cancellation: cancellationToken) is { IsCompleted: false } running)
            return running.LastUpdatedAt;
        // Another sweep may have started it right now.
        return await ScheduleAsync(durable, orchestrator, instanceId, input, Restart, cancellationToken) ? null : DateTimeOffset.MaxValue;
    }

    private static async Task<bool> ScheduleAsync(
        DurableTaskClient durable, string orchestrator, string instanceId, object input, OrchestrationRuntimeStatus[] keep, CancellationToken cancellationToken)
    {
        try
        {
            StartOrchestrationOptions options = new StartOrchestrationOptions(instanceId).WithDedupeStatuses(keep);
            await durable.ScheduleNewOrchestrationInstanceAsync(orchestrator, input, options, cancellationToken);
            return true;
        }
        catch (OrchestrationAlreadyExistsException)
        {
            return false;
        }
    }
}
