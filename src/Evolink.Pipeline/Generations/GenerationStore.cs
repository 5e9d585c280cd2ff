using Azure;
using Azure.Storage.Blobs;
using Evolink.Pipeline.Storage;
using Evolink.Pipeline.Telemetry;

namespace Evolink.Pipeline.Generations;

/// <summary>Job records and what belongs to them, in the container <c>generations</c>.</summary>
/// <remarks>
/// A job exists when its record does. Request and active marker are written before it, so that a crash in between leaves at most
/// a marker that explains itself; the index entry comes after it and is written again by whoever accepts the same job again.
/// </remarks>
public sealed partial class GenerationStore(EvolinkStorage storage, JobChanges changes, PipelineMetrics metrics)
{
    internal const string RecordPrefix = "records/";
    internal const string RequestPrefix = "requests/";

    private readonly BlobContainerClient _container = storage.Generations;

    /// <summary>The markers of jobs that are not over.</summary>
    public ActiveMarkers Markers { get; } = new(storage);

    /// <summary>Which job owns which task of Evolink's.</summary>
    public TaskClaims Claims { get; } = new(storage);

    /// <summary>Which jobs ended while the outcome of their submit was unknown.</summary>
    public LostSubmits Lost { get; } = new(storage);

    /// <summary>Writes a job, or finds the one that is there under its id.</summary>
    /// <returns>
    /// The record in storage and whether this call wrote it; no record where the id already stands for another request, or for a job that was deleted.
    /// </returns>
    public async Task<(JobRecord? Record, bool Created)> CreateAsync(JobRecord record, StoredRequest request, CancellationToken cancellationToken)
    {
        // The stored request is what the id stands for: of two callers with one id, the first decides, also when it died right after.
        bool first = await _container.TryCreateAsync(RequestPath(record.Id), JsonBlobs.Json(request, PipelineJsonContext.Default.StoredRequest), cancellationToken);
        StoredJob? there = first ? null : await LookAsync(record.Id, cancellationToken);
        if (there is null && !first && RequestDigest.Of((await ReadRequestAsync(record.Id, cancellationToken)).Body) != record.RequestDigest)
            return (null, false);

        // What an earlier caller may have left undone is done again. Where there is no record yet, a marker that is there is set anew: a sweep
        // that saw the old one without a record may be about to remove it.
        if (there is null)
            await Markers.SetAsync(record.Id, cancellationToken);
        else if (there.Record is { State.IsTerminal: false })
            await Markers.SetIfAbsentAsync(record.Id, cancellationToken);
        bool created = there is null && await _container.TryCreateAsync(
            RecordPath(record.Id), JsonBlobs.Json(record, PipelineJsonContext.Default.JobRecord), cancellationToken);
        if (created)
            metrics.Jobs.Created(record);
        else
            there ??= await LookAsync(record.Id, cancellationToken);
        if (there?.Tombstone is not null)
        {
            await RemoveBesideTombstoneAsync(record.Id, cancellationToken);
            return (null, false);
        }

        JobRecord job = created ? record : there?.Record ?? throw new JobNotFoundException(record.Id);
        await _container.TryCreateAsync(JobIndex.Path(job.Client, job.AcceptedAt, job.Id), BinaryData.Empty, cancellationToken);
        return (job, created);
    }

    /// <summary>The record of a job, or null where there is none.</summary>
    /// <exception cref="InvalidDataException">This version cannot read it.</exception>
    public async Task<JobRecord?> FindAsync(JobId id, CancellationToken cancellationToken) => (await LookAsync(id, cancellationToken))?.Record;

    /// <summary>The record of a job, or what is left of one that was deleted; null where there is neither.</summary>
    /// <exception cref="InvalidDataException">This version cannot read it.</exception>
    public Task<StoredJob?> LookAsync(JobId id, CancellationToken cancellationToken) =>
        StoredJob.FindAsync(_container, RecordPath(id), anySchema: false, cancellationToken);

    /// <summary>The record of a job that must be there.</summary>
    /// <exception cref="JobNotFoundException">It is not.</exception>
    public async Task<JobRecord> ReadAsync(JobId id, CancellationToken cancellationToken) =>
        await FindAsync(id, cancellationToken) ?? throw new JobNotFoundException(id);

    /// <summary>The request of a job.</summary>
    /// <exception cref="JobNotFoundException">There is none.</exception>
    public async Task<StoredRequest> ReadRequestAsync(JobId id, CancellationToken cancellationToken) =>
        await _container.FindAsync(RequestPath(id), PipelineJsonContext.Default.StoredRequest, cancellationToken) is { } found
            ? found.Value
            : throw new JobNotFoundException(id);

    /// <summary>
    /// Changes a record: reads it, applies <paramref name="transition"/>, writes it if nobody wrote in between, and starts over otherwise.
    /// The transition runs once per try, so it must be a pure function; returning its argument unchanged writes nothing.
    /// </summary>
    /// <exception cref="JobNotFoundException">There is no such job.</exception>
    public Task<JobRecord> UpdateAsync(JobId id, Func<JobRecord, JobRecord> transition, CancellationToken cancellationToken) =>
        ChangeAsync(id, seen: null, transition, anySchema: false, cancellationToken);

    /// <summary>
    /// Changes a record that was read before, without reading it again: that the write succeeds shows that nobody wrote in between. Otherwise, and where
    /// the transition changes nothing, which what was seen cannot vouch for, as <see cref="UpdateAsync(JobId, Func{JobRecord, JobRecord}, CancellationToken)"/>.
    /// </summary>
    /// <exception cref="JobNotFoundException">There is no such job.</exception>
    public Task<JobRecord> UpdateAsync(JobRecord seen, Func<JobRecord, JobRecord> transition, CancellationToken cancellationToken) =>
        ChangeAsync(seen.Id, seen, transition, anySchema: false, cancellationToken);

    /// <summary>
    /// Notes what became of a paid call, as <see cref="UpdateAsync(JobRecord, Func{JobRecord, JobRecord}, CancellationToken)"/> does, also in a record
    /// that a newer version has given another layout meanwhile: what was paid for must not be forgotten.
    /// </summary>
    /// <exception cref="JobNotFoundException">There is no such job.</exception>
    public Task<JobRecord> WriteOutcomeAsync(JobRecord seen, Func<JobRecord, JobRecord> transition, CancellationToken cancellationToken) =>
        ChangeAsync(seen.Id, seen, transition, anySchema: true, cancellationToken);

    private async Task<JobRecord> ChangeAsync(
        JobId id, JobRecord? seen, Func<JobRecord, JobRecord> transition, bool anySchema, CancellationToken cancellationToken)
    {
        JobRecord? before = seen is { Version: not null } ? seen : null;
        // What was read before costs no try.
        for (int tries = before is null ? 1 : 0; ; tries++)
        {
            before ??= (await StoredJob.FindAsync(_container, RecordPath(id), anySchema, cancellationToken))?.Record ?? throw new JobNotFoundException(id);
            JobRecord after = transition(before);
            bool isChanged = !ReferenceEquals(after, before);
            if (isChanged && await TryWriteAsync(before, after, cancellationToken) is { } written)
                return written;
            if (!isChanged && tries > 0)
                return after;
            if (tries > 0)
                await BlobContention.PauseAsync(RecordPath(id), tries, cancellationToken);
            before = null;
        }
    }

    private async Task<JobRecord?> TryWriteAsync(JobRecord before, JobRecord job, CancellationToken cancellationToken)
    {
        ETag? written = await _container.TryReplaceAsync(
            RecordPath(job.Id), job, before.Version, PipelineJsonContext.Default.JobRecord, cancellationToken);
        return written is null ? null : Written(before, job, written);
    }

    private JobRecord Written(JobRecord before, JobRecord job, ETag? version)
    {
        metrics.Jobs.Changed(before, job);
        changes.Signal(job.Id);
        return job with { Version = version };
    }

    private static string RecordPath(JobId id) => $"{RecordPrefix}{id}.json";

    private static string RequestPath(JobId id) => $"{RequestPrefix}{id}.json";
}
