using Evolink.Pipeline.Events;
using Evolink.Pipeline.Generations;
using Evolink.Pipeline.Webhooks;
using Microsoft.DurableTask.Client;

namespace Evolink.Functions.Generations;

/// <summary>
/// Tells that a job is over: starts the calls to its client, sends its events, and then takes away the marker that says that something is left to
/// do. Called again, by a repeated activity or by the sweep, it does what is left.
/// </summary>
public sealed class EndTeller(GenerationStore store, EventTeller events)
{
    /// <summary>Tells the end that the record holds.</summary>
    public async Task TellAsync(DurableTaskClient durable, JobRecord job, CancellationToken cancellationToken)
    {
        if (WebhookRun.DueFor(job) is { } run)
            await GenerationStarter.StartAsync(durable, run, cancellationToken);
        if (!await events.TellAsync(job.Id, cancellationToken))
            return;
        await store.RemoveActiveMarkerAsync(job.Id, cancellationToken);
        // An operator may have opened the job again meanwhile, and set the marker before this took it away.
        if (await store.FindAsync(job.Id, cancellationToken) is { State.IsTerminal: false })
            await store.SetActiveMarkerAsync(job.Id, cancellationToken);
    }
}
