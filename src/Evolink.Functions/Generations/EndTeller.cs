using Evolink.Pipeline.Events;
using Evolink.Pipeline.Generations;
using Evolink.Pipeline.Limits;
using Evolink.Pipeline.Videos;
using Evolink.Pipeline.Webhooks;
using Microsoft.DurableTask.Client;

namespace Evolink.Functions.Generations;

/// <summary>
/// Tells that a job is over: frees its place among those of its client and wakes who waits for it, starts the calls to its client,
/// sends its events, copies its video to the name that it shall have, and then takes away the marker that says that something is left to
/// do. Called again, by a repeated activity or by the sweep, it does what is left.
/// </summary>
public sealed class EndTeller(GenerationStore store, EventTeller events, ClientQuota quota, HeldJobsWaking held, NamedVideos named)
{
    /// <summary>Tells the end of a run, unless its job was opened again.</summary>
    /// <returns>The orchestration's last step.</returns>
    public async Task<Step> TellAsync(DurableTaskClient durable, GenerationEnd end, CancellationToken cancellationToken)
    {
        if (end.Job.Revision == end.Generation.Revision)
            await TellAsync(durable, end.Job, end.Marker, cancellationToken);
        return new Step(StepKind.Stop, null);
    }

    /// <summary>Tells the end that the record holds.</summary>
    /// <param name="durable">The engine.</param>
    /// <param name="job">The record of a job that is over.</param>
    /// <param name="marker">Its marker as it was before that: one that an operator has set meanwhile, to open the job again, stays. Null where there was none.</param>
    /// <param name="cancellationToken">Stops.</param>
    /// <returns>Whether the marker is gone.</returns>
    public async Task<bool> TellAsync(DurableTaskClient durable, JobRecord job, ActiveMarker? marker, CancellationToken cancellationToken)
    {
        // Before anybody hears of it: who does may look for the name. That it failed holds nothing up.
        bool isNamed = await named.CopyAsync(job, cancellationToken);
        await quota.SettleAsync(job, cancellationToken);
        await held.WakeNextAsync(durable, job.Client, cancellationToken);
        if (WebhookRun.DueFor(job) is { } run)
            await GenerationStarter.StartAsync(durable, run, cancellationToken);
        return await events.TellAsync(job, cancellationToken) && isNamed && (marker is not { } seen || await store.Markers.RemoveAsync(seen, cancellationToken));
    }
}
