using Evolink.Functions.Generations;
using Evolink.Pipeline.Generations;
using Microsoft.DurableTask.Client;

namespace Evolink.Functions.Tasks;

/// <summary>Cancels jobs. Evolink has no cancel: what was submitted goes on there, and may be charged.</summary>
public sealed class TaskCancellation(GenerationStore store, Wake wake, TimeProvider time)
{
    /// <summary>Writes the cancel into the record first: an event that comes before the orchestration has run can be lost, the record cannot.</summary>
    /// <returns>The job with the cancel in it, or as it was where it is over.</returns>
    public async Task<JobRecord> RequestAsync(DurableTaskClient durable, JobRecord job, CancellationToken cancellationToken)
    {
        if (job.State.IsTerminal)
            return job;
        bool first = job.CancelRequestedAt is null;
        job = await store.UpdateAsync(job, record => record.WithCancelRequest(time.GetUtcNow()), cancellationToken);
        // Once: every event is kept in the orchestration's history. Should this one be lost, the sweep finds the job sooner.
        if (first)
        {
            await wake.SendAsync(durable, job, cancellationToken);
            await store.Markers.BringForwardAsync(job.Id, time.GetUtcNow(), cancellationToken);
        }

        return job;
    }
}
