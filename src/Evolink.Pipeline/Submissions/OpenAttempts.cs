using Evolink.Pipeline.Generations;
using Evolink.Pipeline.Options;
using Microsoft.Extensions.Options;

namespace Evolink.Pipeline.Submissions;

/// <summary>
/// Which attempts of all jobs may have a task that is not known yet. The records are read, for they alone are the truth: an attempt whose
/// process died says nothing of itself anywhere else.
/// </summary>
public sealed class OpenAttempts(GenerationStore store, IOptions<EvolinkOptions> options, TimeProvider time)
{
    /// <summary>With more jobs that are not over, which tasks are theirs is not found out.</summary>
    public const int MostJobs = 2000;

    private static readonly TimeSpan Recent = TimeSpan.FromHours(6);

    private readonly EvolinkOptions _options = options.Value;
    private OpenAttemptsAt? _last;

    /// <summary>
    /// Reads them. A survey of an earlier moment is as good where that was after <paramref name="notBefore"/>: what came later than a task
    /// is not what made it, and what is settled since only makes it too careful.
    /// </summary>
    /// <returns>Null where there are too many jobs.</returns>
    public async Task<OpenAttemptsAt?> ReadAsync(DateTimeOffset notBefore, CancellationToken cancellationToken)
    {
        if (_last is { } last && last.At > notBefore)
            return last;
        return _last = await SurveyAsync(cancellationToken);
    }

    private async Task<OpenAttemptsAt?> SurveyAsync(CancellationToken cancellationToken)
    {
        DateTimeOffset at = time.GetUtcNow();
        List<ActiveMarker> active = [];
        await foreach (ActiveMarker marker in store.Markers.ListAsync(cancellationToken))
        {
            if (active.Count == MostJobs)
                return null;
            active.Add(marker);
        }

        List<OpenAttempt> open = [];
        Dictionary<string, JobId> owners = new(StringComparer.Ordinal);
        foreach (ActiveMarker marker in active)
            await ReadAsync(marker, open, owners, cancellationToken);
        // After the markers: a job is noted as lost before it ends, and loses its marker after that.
        await foreach (LostSubmit lost in store.Lost.ListAsync(cancellationToken))
            await ReadAsync(lost, open, cancellationToken);
        return new OpenAttemptsAt(at, open, owners);
    }

    // One that an operator or a late callback has given its task is lost no more.
    private async Task ReadAsync(LostSubmit lost, List<OpenAttempt> open, CancellationToken cancellationToken)
    {
        if (lost.Span.Until <= time.GetUtcNow() - Recent || !await IsSettledAsync(lost.Id, cancellationToken))
            open.Add(new OpenAttempt(lost.Id, Model: null, lost.Span));
    }

    private async Task<bool> IsSettledAsync(JobId id, CancellationToken cancellationToken)
    {
        try
        {
            return await store.FindAsync(id, cancellationToken) is { CurrentAttempt.State: AttemptState.Accepted };
        }
        catch (InvalidDataException)
        {
            return false;
        }
    }

    private async Task ReadAsync(
        ActiveMarker marker,
        List<OpenAttempt> open,
        Dictionary<string, JobId> owners,
        CancellationToken cancellationToken)
    {
        try
        {
            if (await store.FindAsync(marker.Id, cancellationToken) is not { } job)
                return;
            foreach (string taskId in job.Attempts.Select(attempt => attempt.TaskId).OfType<string>())
                owners[taskId] = job.Id;
            // Also in a state that this version does not know.
            if (job.CurrentAttempt is { } attempt
                && attempt.State is not (AttemptState.Accepted or AttemptState.NotSent or AttemptState.Throttled or AttemptState.Rejected))
                open.Add(new OpenAttempt(job.Id, job.Model, SubmitSpan.Of(attempt, _options.SubmitLease)));
        }
        catch (InvalidDataException)
        {
            // What cannot be read may have sent anything in the time that a job has for it; for longer, one bad document must not stop the
            // others.
            SubmitSpan span = new(marker.Since, marker.Since + _options.MaxSubmitAge + _options.GenerationDeadline);
            open.Add(new OpenAttempt(marker.Id, Model: null, span));
        }
    }
}

/// <summary>An attempt that may have a task that is not known yet.</summary>
/// <param name="Job">Its job.</param>
/// <param name="Model">Its model; null: any.</param>
/// <param name="Span">When its task was made, if there is one.</param>
public sealed record OpenAttempt(JobId Job, string? Model, SubmitSpan Span);

/// <summary>The attempts that were open at one moment, and the tasks that records named then, claimed or not.</summary>
/// <param name="At">The moment.</param>
/// <param name="Attempts">The attempts.</param>
/// <param name="Owners">The jobs by the tasks that are theirs.</param>
public sealed record OpenAttemptsAt(DateTimeOffset At, IReadOnlyList<OpenAttempt> Attempts, IReadOnlyDictionary<string, JobId> Owners);
