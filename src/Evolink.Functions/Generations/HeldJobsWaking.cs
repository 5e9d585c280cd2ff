using Evolink.Pipeline.Generations;
using Evolink.Pipeline.Limits;
using Evolink.Pipeline.Submissions;
using Evolink.Pipeline.Telemetry;
using Microsoft.DurableTask.Client;

namespace Evolink.Functions.Generations;

/// <summary>
/// Wakes the jobs that were held back when nothing holds them any more: an operator lets submits go, or a client's place is free. A job that cannot
/// be read holds back none of the others.
/// </summary>
public sealed class HeldJobsWaking(HeldJobs held, GenerationStore store, SubmitGate gate, ClientQuota quota, Wake wake, ItemLoop loop)
{
    private const string Loop = "held";
    private const int AtOnce = 8;

    /// <summary>Looks after all who are held.</summary>
    public Task RunAsync(DurableTaskClient durable, CancellationToken cancellationToken) => loop.RunAsync(
        Loop,
        held.HoldersAsync(cancellationToken),
        atOnce: 1,
        holder => holder,
        async (holder, stopping) =>
        {
            if (holder != HeldJobs.Pause)
                await WakeNextAsync(durable, holder, stopping);
            else if ((await gate.LookAsync(stopping)).Stopped is null)
                await WakePausedAsync(durable, stopping);
        },
        cancellationToken);

    /// <summary>Wakes as many of a client's jobs as would be let in now, oldest first.</summary>
    public async Task WakeNextAsync(DurableTaskClient durable, string client, CancellationToken cancellationToken)
    {
        if (!quota.IsLimited(client))
            return;
        ClientAccount? account = await quota.LookAsync(client, cancellationToken);
        IAsyncEnumerable<HeldJob> inTurn = held.OfAsync(client, cancellationToken).TakeWhile(_ => account is not null);
        await loop.RunAsync(
            Loop,
            inTurn,
            atOnce: 1,
            entry => entry.Id.Value,
            async (entry, stopping) =>
            {
                if (account is not null && await store.FindAsync(entry.Id, stopping) is { State.IsTerminal: false } job)
                {
                    account = quota.Admitted(account, job);
                    if (account is null)
                        return;
                    await wake.SendAsync(durable, job, stopping);
                }

                if (account is not null)
                    await held.RemoveAsync(entry, stopping);
            },
            cancellationToken);
    }

    private Task<int> WakePausedAsync(DurableTaskClient durable, CancellationToken cancellationToken) => loop.RunAsync(
        Loop,
        held.OfAsync(HeldJobs.Pause, cancellationToken),
        AtOnce,
        entry => entry.Id.Value,
        async (entry, stopping) =>
        {
            if (await store.FindAsync(entry.Id, stopping) is { State.IsTerminal: false } job)
                await wake.SendAsync(durable, job, stopping);
            await held.RemoveAsync(entry, stopping);
        },
        cancellationToken);
}
