using Evolink.Pipeline.Generations;
using Evolink.Pipeline.Webhooks;
using Microsoft.DurableTask.Client;
using Microsoft.Extensions.Logging;

namespace Evolink.Functions.Tasks;

/// <summary>The orchestrations that ran for a job: one for each revision, and one for each round of telling its end.</summary>
public sealed partial class JobOrchestrations(TimeProvider time, ILogger<JobOrchestrations> log)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    /// <summary>Their instance ids; some may never have been started.</summary>
    public static IEnumerable<string> InstanceIds(JobRecord job)
    {
        for (int revision = 1; revision <= job.Revision; revision++)
        {
            yield return new GenerationRef(job.Id, revision).InstanceId;
            int told = revision;
            int rounds = job.Webhook is not { } webhook ? -1
                : webhook.Revision == revision ? webhook.Round
                : webhook.Calls.Where(call => call.Revision == told).Select(call => call.Round).DefaultIfEmpty(0).Max();
            for (int round = 0; round <= rounds; round++)
                yield return new WebhookRun(job.Id, revision, round).InstanceId;
        }
    }

    /// <summary>Removes their histories. One that still runs is ended first: the job is over, and marked as being removed.</summary>
    /// <returns>How many are gone.</returns>
    public async Task<int> PurgeAsync(DurableTaskClient durable, JobRecord job, CancellationToken cancellationToken)
    {
        int purged = 0;
        foreach (string instance in InstanceIds(job))
        {
            if (await durable.GetInstanceAsync(instance, cancellationToken) is not { } found)
                continue;
            try
            {
                if (!found.IsCompleted)
                    await EndAsync(durable, instance, cancellationToken);
                purged += (await durable.PurgeInstanceAsync(instance, cancellationToken)).PurgedInstanceCount;
            }
            catch (Exception e) when (!cancellationToken.IsCancellationRequested)
            {
                // It holds ids and times only, and goes by its age.
                LogLeft(e, instance);
            }
        }

        return purged;
    }

    private async Task EndAsync(DurableTaskClient durable, string instance, CancellationToken cancellationToken)
    {
        using CancellationTokenSource patience = new(Patience, time);
        using CancellationTokenSource either = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, cancellationToken);
        await durable.TerminateInstanceAsync(instance, either.Token);
        await durable.WaitForInstanceCompletionAsync(instance, either.Token);
    }

    [LoggerMessage(2402, LogLevel.Warning, "Orchestration {InstanceId} could not be removed; it goes by its age.")]
    private partial void LogLeft(Exception e, string instanceId);
}
