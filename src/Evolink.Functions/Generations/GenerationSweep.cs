using Evolink.Pipeline.Generations;
using Evolink.Pipeline.Options;
using Evolink.Pipeline.Telemetry;
using Microsoft.DurableTask.Client;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Evolink.Functions.Generations;

/// <summary>
/// Restarts jobs that are not over but have no live orchestration: intake died before it started one, the backend lost it, or its retries
/// ran out; and wakes those whose orchestration is there but has not moved when it should have. Starting one that lives changes nothing, so two
/// sweeps at once do no harm. What could not be told of a job's end is told here.
/// </summary>
/// <remarks>
/// The work of a run is bounded. Each job that was looked at has its next look noted in its marker, the later the longer nothing was to be done, so
/// that most of many jobs cost a line in a listing; what is due is looked at <see cref="AtOnce"/> at a time, and where a run's time is up, the next
/// one goes on from there.
/// </remarks>
public sealed partial class GenerationSweep(
    GenerationStore store,
    EndTeller teller,
    Wake wake,
    ItemLoop loop,
    IOptions<EvolinkOptions> options,
    PipelineMetrics metrics,
    TimeProvider time,
    ILogger<GenerationSweep> log)
{
    /// <summary>Jobs that are looked at at the same time.</summary>
    public const int AtOnce = 100;

    // The timer comes every minute.
    private static readonly TimeSpan LongestRun = TimeSpan.FromSeconds(45);

    // Evolink keeps results for 24 hours: somebody should look while there is time.
    private static readonly TimeSpan NearExpiry = TimeSpan.FromHours(20);

    // Looks at a job get rarer up to so many times the grace: an hour, as it is by default.
    private const int RarestLook = 12;

    private readonly EvolinkOptions _options = options.Value;
    private Pass _pass = new(null, 0, null);

    /// <summary>Markers that are listed at once; null: as many as storage lists.</summary>
    internal int? PageSize { get; set; }

    /// <summary>Looks at the jobs that have an active marker and are due, from where the last run stopped.</summary>
    /// <returns>How many jobs were looked at.</returns>
    public async Task<int> RunAsync(DurableTaskClient durable, CancellationToken cancellationToken)
    {
        DateTimeOffset end = time.GetUtcNow() + LongestRun;
        int looked = 0;
        await foreach (ActiveMarkerPage page in store.Markers.PagesAsync(_pass.From, PageSize, cancellationToken))
        {
            DateTimeOffset now = time.GetUtcNow();
            ActiveMarker[] due = [.. page.Markers.Where(marker => IsDue(marker, now))];
            await loop.RunAsync(
                "sweep",
                due.ToAsyncEnumerable(),
                AtOnce,
                marker => marker.Id.Value,
                (marker, stopping) => LookAsync(durable, marker, stopping),
                cancellationToken);
            looked += due.Length;
            _pass = _pass.After(page);
            if (page.Next is not null && time.GetUtcNow() >= end)
            {
                LogStopped(looked);
                return looked;
            }
        }

        metrics.JobsSeen(_pass.Count, _pass.Oldest);
        _pass = new Pass(null, 0, null);
        return looked;
    }

    private bool IsDue(ActiveMarker marker, DateTimeOffset now) =>
        (marker.Hub ?? _options.Hub) == _options.Hub && (marker.Due ?? marker.Since + _options.SweepGrace) <= now;

    private async Task LookAsync(DurableTaskClient durable, ActiveMarker marker, CancellationToken cancellationToken)
    {
        DateTimeOffset now = time.GetUtcNow();
        (string? hub, DateTimeOffset next) = (marker.Hub, now + _options.SweepGrace);
        try
        {
            switch (await store.LookAsync(marker.Id, cancellationToken))
            {
                // Intake died before the record: no job, and nobody was told of one.
                case null:
                    if (await store.Markers.RemoveAsync(marker, cancellationToken))
                        LogMarkerRemoved(marker.Id);
                    return;
                // It was asked for again after an operator had deleted it, and that call died.
                case { Tombstone: not null }:
                    await store.RemoveBesideTombstoneAsync(marker.Id, cancellationToken);
                    return;
                // Another app's on the same storage: its own sweep looks at it, when it likes.
                case { Record: { } job } when job.Hub != _options.Hub:
                    (hub, next) = (job.Hub, marker.Due ?? marker.Since);
                    break;
                // Over, and not everybody knows.
                case { Record: { State.IsTerminal: true } job }:
                    if (!await teller.TellAsync(durable, job, marker, cancellationToken))
                        break;
                    LogMarkerRemoved(marker.Id);
                    return;
                case { Record: { IsUnderstood: true } job }:
                    hub = job.Hub;
                    next = await LookAsync(durable, job, now, cancellationToken);
                    break;
            }
        }
        finally
        {
            // Also for one that cannot be read: it is not looked at every minute.
            await store.Markers.NoteDueAsync(marker, hub, next, cancellationToken);
        }
    }

    /// <returns>When to look again.</returns>
    private async Task<DateTimeOffset> LookAsync(DurableTaskClient durable, JobRecord job, DateTimeOffset now, CancellationToken cancellationToken)
    {
        if (job.UpdatedAt > now - _options.SweepGrace)
            return job.UpdatedAt + _options.SweepGrace;
        if (job.State == JobState.Saving && job.CompletedSeenAt <= now - NearExpiry)
            LogNearExpiry(job.Id, job.CompletedSeenAt.Value, job.SaveTries);
        if (await GenerationStarter.RestartAsync(durable, job.Ref, cancellationToken) is not { } movedAt)
        {
            LogRestarted(job.Id, job.State);
            return now + _options.SweepGrace;
        }

        DateTimeOffset moved = movedAt > now ? now : movedAt > job.UpdatedAt ? movedAt : job.UpdatedAt;
        DateTimeOffset due = JobDue.NextLook(job, moved, _options) + _options.SweepGrace;
        if (due <= now)
        {
            await wake.SendAsync(durable, job, cancellationToken);
            LogWoken(job.Id, job.State, moved);
            // Not where something better is known of it.
            if (job.WaitingFor is null)
                await store.UpdateAsync(job, record => record.WithWaiting(job.CurrentRef, WaitReason.Stalled, now), cancellationToken);
        }

        return now + Rarer(now - moved, due - now);
    }

    // Half as long again as nothing was to be done; not before the job itself is due, nor much later.
    private TimeSpan Rarer(TimeSpan quiet, TimeSpan untilDue)
    {
        TimeSpan longest = _options.SweepGrace * RarestLook;
        TimeSpan pause = quiet / 2 > untilDue ? quiet / 2 : untilDue;
        return pause < _options.SweepGrace ? _options.SweepGrace : pause > longest ? longest : pause;
    }

    [LoggerMessage(2301, LogLevel.Warning, "Job {JobId} is {State}, and its orchestration was not there; it was started again.")]
    private partial void LogRestarted(JobId jobId, JobState state);

    [LoggerMessage(2302, LogLevel.Information, "The active marker of {JobId} was left over, and is gone.")]
    private partial void LogMarkerRemoved(JobId jobId);

    [LoggerMessage(2303, LogLevel.Error, "Job {JobId}: its video is finished since {CompletedAt:u} and not saved after {Tries} tries; Evolink drops it after 24 h.")]
    private partial void LogNearExpiry(JobId jobId, DateTimeOffset completedAt, int tries);

    [LoggerMessage(2306, LogLevel.Warning, "Job {JobId} is {State}, and neither it nor its orchestration has moved since {Moved:u}; it was woken.")]
    private partial void LogWoken(JobId jobId, JobState state, DateTimeOffset moved);

    [LoggerMessage(2307, LogLevel.Warning, "The sweep looked at {Count} jobs and its time was up; the next run goes on from there.")]
    private partial void LogStopped(int count);

    // One way through all markers, which may take several runs.
    private sealed record Pass(string? From, long Count, DateTimeOffset? Oldest)
    {
        public Pass After(ActiveMarkerPage page)
        {
            DateTimeOffset? oldest = page.Markers.Count == 0 ? null : page.Markers.Min(marker => marker.Since);
            return new Pass(page.Next, Count + page.Markers.Count, Oldest < oldest ? Oldest : oldest ?? Oldest);
        }
    }
}
