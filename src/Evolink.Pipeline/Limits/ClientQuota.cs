using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;
using Evolink.Pipeline.Generations;
using Evolink.Pipeline.Options;
using Evolink.Pipeline.Storage;
using Microsoft.Extensions.Options;

namespace Evolink.Pipeline.Limits;

/// <summary>
/// Keeps every client within its generations under way and its credits of a day, for all instances together. Clients without such a limit cost nothing.
/// </summary>
/// <remarks>
/// Under way is exact: of any number of requests at once, as many are let in as there is room for. Credits are held back at the door as an estimate
/// (seconds times what Evolink reserved last for a second of that quality), corrected to what Evolink reserves when it accepts, and settled by what it
/// charged. So a day can be overshot by what the jobs under way cost more than was estimated, and by no more: nothing new is let in after that. A job counts
/// for the day on which it was let in. One whose cost Evolink never told counts as estimated.
/// </remarks>
public sealed class ClientQuota(EvolinkStorage storage, IOptions<EvolinkOptions> options, TimeProvider time) : IDisposable
{
    private const string Folder = "limits/clients/";

    // One who hammers at a closed door is answered without asking storage each time.
    private static readonly TimeSpan RefusedFor = TimeSpan.FromSeconds(0.5);

    private readonly LimitsOptions _limits = options.Value.Limits;
    private readonly BlobContainerClient _container = storage.Generations;
    private readonly ConcurrentDictionary<string, Door> _doors = new(StringComparer.Ordinal);

    /// <summary>Whether a client has such a limit.</summary>
    public bool IsLimited(string client) => _limits.Of(client) is { MaxInFlight: > 0 } or { CreditsPerDay: > 0 };

    /// <summary>When it is worth trying again after a refusal.</summary>
    public TimeSpan RetryAfter(QuotaRefusal refusal) => refusal switch
    {
        QuotaRefusal.Credits => time.GetUtcNow().UtcDateTime.Date.AddDays(1) - time.GetUtcNow().UtcDateTime,
        _ => TimeSpan.FromSeconds(5),
    };

    /// <summary>Lets a new job in, or says why not. A refusal may be half a second old.</summary>
    public async Task<QuotaRefusal?> AdmitAsync(JobRecord job, CancellationToken cancellationToken)
    {
        if (!IsLimited(job.Client))
            return null;
        return DoorOf(job.Client).Refusal(time.GetUtcNow()) ?? await ReserveAsync(job, cancellationToken);
    }

    /// <summary>Reserves for a job that exists, unless it has a reservation.</summary>
    public async Task<QuotaRefusal?> ReserveAsync(JobRecord job, CancellationToken cancellationToken)
    {
        if (!IsLimited(job.Client))
            return null;
        QuotaRefusal? refusal = null;
        await ChangeAsync(
            job.Client,
            account =>
            {
                (ClientAccount after, refusal) = account.WithReservation(job, _limits.Of(job.Client), _limits.CreditsPerSecond, time.GetUtcNow());
                return after;
            },
            cancellationToken);
        DoorOf(job.Client).Note(refusal, time.GetUtcNow() + RefusedFor);
        return refusal;
    }

    /// <summary>How a client's account stands.</summary>
    public async Task<ClientAccount> LookAsync(string client, CancellationToken cancellationToken) =>
        (await _container.FindAsync($"{Folder}{client}.json", PipelineJsonContext.Default.ClientAccount, cancellationToken))?.Value
        ?? ClientAccount.Empty;

    /// <summary>The account as it would be with one more job, or null where that would be refused. Writes nothing.</summary>
    public ClientAccount? Admitted(ClientAccount account, JobRecord job) =>
        account.WithReservation(job, _limits.Of(job.Client), _limits.CreditsPerSecond, time.GetUtcNow()) is { Refusal: null } admitted
            ? admitted.After
            : null;

    /// <summary>Holds what Evolink has reserved, in place of the estimate.</summary>
    public Task CorrectAsync(JobRecord job, CancellationToken cancellationToken) =>
        IsLimited(job.Client) ? ChangeAsync(job.Client, account => account.WithCredits(job), cancellationToken) : Task.CompletedTask;

    /// <summary>Frees the place of a job that is over, and books what it cost. Doing it again changes nothing.</summary>
    public Task SettleAsync(JobRecord job, CancellationToken cancellationToken) =>
        IsLimited(job.Client) ? FreeAsync(job.Client, job.Id, job, cancellationToken) : Task.CompletedTask;

    /// <summary>Frees the place of a job that is over, or that never came to be; also where the client has no limit any more.</summary>
    /// <param name="client">The client.</param>
    /// <param name="id">The job.</param>
    /// <param name="job">Its record, for what it cost; null where there is none.</param>
    /// <param name="cancellationToken">Stops.</param>
    public async Task FreeAsync(string client, JobId id, JobRecord? job, CancellationToken cancellationToken)
    {
        await ChangeAsync(client, account => account.WithSettlement(id, Cost(account, job)), cancellationToken);
        DoorOf(client).Note(null, default);
    }

    /// <summary>The clients that have an account, whether they have a limit now or not.</summary>
    public async IAsyncEnumerable<string> ClientsAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await foreach (BlobItem blob in _container.GetBlobsAsync(BlobTraits.None, BlobStates.None, Folder, cancellationToken))
            yield return blob.Name[Folder.Length..^".json".Length];
    }

    /// <summary>A client's reservations that are older than <paramref name="age"/>: a crash may have left them behind.</summary>
    public async Task<IReadOnlyList<JobId>> OlderThanAsync(string client, TimeSpan age, CancellationToken cancellationToken)
    {
        DateTimeOffset before = time.GetUtcNow() - age;
        List<JobId> old = [];
        foreach ((string id, Reservation reservation) in (await LookAsync(client, cancellationToken)).Open)
        {
            if (reservation.At <= before && JobId.TryParse(id, out JobId job))
                old.Add(job);
        }

        return old;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (Door door in _doors.Values)
            door.Dispose();
    }

    private decimal Cost(ClientAccount account, JobRecord? job) => job is null
        ? 0
        : Math.Max(job.Credits ?? 0, job.HasUnknownCost ? account.Estimate(job, _limits.CreditsPerSecond) : 0);

    private Door DoorOf(string client) => _doors.GetOrAdd(client, _ => new Door());

    // One after the other within an instance: those who come at once would only undo each other's tries.
    private async Task ChangeAsync(string client, Func<ClientAccount, ClientAccount> transition, CancellationToken cancellationToken)
    {
        Door door = DoorOf(client);
        await door.Turn.WaitAsync(cancellationToken);
        try
        {
            await _container.UpdateAsync($"{Folder}{client}.json", ClientAccount.Empty, transition, PipelineJsonContext.Default.ClientAccount, cancellationToken);
        }
        finally
        {
            door.Turn.Release();
        }
    }

    private sealed class Door : IDisposable
    {
        private volatile Closed? _closed;

        public SemaphoreSlim Turn { get; } = new(1);

        public QuotaRefusal? Refusal(DateTimeOffset now) => _closed is { } closed && now < closed.Until ? closed.Refusal : null;

        public void Note(QuotaRefusal? refusal, DateTimeOffset until) => _closed = refusal is null ? null : new Closed(refusal, until);

        public void Dispose() => Turn.Dispose();

        private sealed record Closed(QuotaRefusal Refusal, DateTimeOffset Until);
    }
}
