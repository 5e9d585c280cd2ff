using Evolink.Pipeline.Batches;
using Evolink.Pipeline.Generations;
using Microsoft.DurableTask.Client;
using Microsoft.Extensions.Logging;

namespace Evolink.Functions.Generations;

/// <summary>Wakes orchestrations. A wake is a hint: one that is lost costs time, not the video, for what it is about stands in the record and at Evolink.</summary>
public sealed partial class Wake(ILogger<Wake> log)
{
    /// <summary>Wakes the run of a job, if it is there.</summary>
    public Task SendAsync(DurableTaskClient durable, JobRecord job, CancellationToken cancellationToken) =>
        SendAsync(durable, job.Ref.InstanceId, null, cancellationToken);

    /// <summary>Wakes the run of a job, because Evolink has called back.</summary>
    public Task SendAsync(DurableTaskClient durable, JobRecord job, CallbackNote callback, CancellationToken cancellationToken) =>
        SendAsync(durable, job.Ref.InstanceId, callback, cancellationToken);

    /// <summary>Wakes the orchestration of a batch, if it is there.</summary>
    public Task SendAsync(DurableTaskClient durable, BatchRecord batch, CancellationToken cancellationToken) =>
        SendAsync(durable, batch.Id.Value, null, cancellationToken);

    private async Task SendAsync(DurableTaskClient durable, string instanceId, CallbackNote? callback, CancellationToken cancellationToken)
    {
        try
        {
            await durable.RaiseEventAsync(instanceId, WakeWaiter.EventName, callback, cancellationToken);
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            LogHintLost(e, instanceId);
        }
    }

    [LoggerMessage(2201, LogLevel.Warning, "Orchestration {InstanceId} could not be woken; its next timer will see the same.")]
    private partial void LogHintLost(Exception e, string instanceId);
}
