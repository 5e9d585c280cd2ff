using Evolink.Pipeline.Generations;
using Microsoft.DurableTask.Client;
using Microsoft.Extensions.Logging;

namespace Evolink.Functions.Generations;

/// <summary>Wakes orchestrations. A wake is a hint: one that is lost costs time, not the video, for what it is about stands in the record and at Evolink.</summary>
public sealed partial class Wake(ILogger<Wake> log)
{
    /// <summary>Wakes the run of a job, if it is there.</summary>
    public async Task SendAsync(DurableTaskClient durable, JobRecord job, CancellationToken cancellationToken)
    {
        try
        {
            await durable.RaiseEventAsync(job.Ref.InstanceId, WakeWaiter.EventName, cancellation: cancellationToken);
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            LogHintLost(e, job.Id);
        }
    }

    [LoggerMessage(2201, LogLevel.Warning, "Job {JobId}: its orchestration could not be woken; its next timer will see the same.")]
    private partial void LogHintLost(Exception e, JobId jobId);
}
