using Evolink.Pipeline.Generations;
using Evolink.Pipeline.Limits;
using Evolink.Pipeline.Submissions;
using Microsoft.DurableTask.Client;

namespace Evolink.Functions.Generations;

/// <summary>
/// Wakes the jobs that were held back when nothing holds them any more: an operator lets submits go, or a client's place is free.
/// </summary>
public sealed class HeldJobsWaking(HeldJobs held, GenerationStore store, SubmitGate gate, ClientQuota quota, Wake wake)
{
    private const int AtOnce = 8;

    /// <summary>Looks after all who are held.</summary>
    public async Task RunAsync(DurableTaskClient durable, CancellationToken cancellationToken)
    {
        await foreach (string holder in held.HoldersAsync(cancellationToken))
        {
            if (holder != HeldJobs.Pause)
                await WakeNextAsync(durable, holder, cancellationToken);
            else if ((await gate.LookAsync(cancellationToken)).Stopped is null)
                await WakePausedAsync(durable, cancellationToken);
        }
    }

    /// <summary>Wakes as many of a client's jobs as would be let in now, oldest first.</summary>
    public async Task WakeNextAsync(DurableTaskClient durable, string client, CancellationToken cancellationToken)
    {
        if (!quota.IsLimited(client))
            return;
        ClientAccount account = await quota.LookAsync(client, cancellationToken);
        await foreach (HeldJob entry in held.OfAsync(client, cancellationToken))
        {
            if (await store.FindAsync(entry.Id, cancellationToken) is { State.IsTerminal: false } job)
            {
                if (quota.Admitted(account, job) is not { } after)
                    return;
                account = after;
                await wake.SendAsync(durable, job, cancellationToken);
            }

            await held.RemoveAsync(entry, cancellationToken);
        }
    }

    private Task WakePausedAsync(DurableTaskClient durable, CancellationToken cancellationToken) => Parallel.ForEachAsync(
        held.OfAsync(HeldJobs.Pause, cancellationToken),
        new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = cancellationToken },
        async (entry, stopping) =>
        {
            if (await store.FindAsync(entry.Id, stopping) is { State.IsTerminal: false } job)
                await wake.SendAsync(durable, job, stopping);
            await held.RemoveAsync(entry, stopping);
        });
}
