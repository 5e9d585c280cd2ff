using System.Collections.Concurrent;
using Evolink.Pipeline.Generations;
using Evolink.Pipeline.Options;
using Microsoft.Extensions.Options;

namespace Evolink.Pipeline.Submissions;

/// <summary>
/// Which attempts of all jobs may have a task that is not known yet. The records are read, for they alone are the truth: an attempt whose process died
/// says nothing of itself anywhere else.
/// </summary>
public sealed class OpenAttempts(GenerationStore store, IOptions<EvolinkOptions> options, TimeProvider time) : IDisposable
{
    /// <summary>With more jobs that are not over, which tasks are theirs is not found out.</summary>
    public const int MostJobs = 5000;

    private const int InParallel = 16;
    private static readonly TimeSpan Recent = TimeSpan.FromHours(6);

    private readonly EvolinkOptions _options = options.Value;
    private readonly SemaphoreSlim _turn = new(1);
    private OpenAttemptsAt? _last;

    /// <summary>
    /// Reads them. A survey of an earlier moment is as good where that was after <paramref name="notBefore"/>: what came later than a task is not what made it,
    /// and what is settled since only makes it too careful.
    /// </summary>
    /// <returns>Null where there are too many jobs.</returns>
    public async Task<OpenAttemptsAt?> ReadAsync(DateTimeOffset notBefore, CancellationToken cancellationToken)
    {
        await _turn.WaitAsync(cancellationToken);
        try
        {
            if (_last?.At > notBefore)
                return _last;
            return _last = await SurveyAsync(cancellationToken);
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _turn.Dispose();

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

        ConcurrentBag<OpenAttempt> open = [];
        ConcurrentDictionary<string, JobId> owners = new(StringComparer.Ordinal);
        await Parallel.ForEachAsync(
            active,
            new ParallelOptions { MaxDegreeOfParallelism = InParallel, CancellationToken = cancellationToken },
            async (marker, token) => await ReadAsync(marker, open, owners, token));
        // After the markers: a job is noted as lost before it ends, and loses its marker after that.
        await foreach (LostSubmit lost in store.Lost.ListAsync(cancellationToken))
            await ReadAsync(lost, open, cancellationToken);
        return new OpenAttemptsAt(at, [.. open], owners);
    }

    // One that an operator or a late callback has given its task is lost no more.
    private async Task ReadAsync(LostSubmit lost, ConcurrentBag<OpenAttempt> open, CancellationToken cancellationToken)
    {
        bool isSettled = lost.Span.Until > time.GetUtcNow() - Recent
            && await store.FindAsync(lost.Id, cancellationToken) is { CurrentAttempt.State: AttemptState.Accepted };
        if (!isSettled)
            open.Add(new OpenAttempt(lost.Id, Model: null, lost.Span));
    }

    private async Task ReadAsync(
        ActiveMarker marker, ConcurrentBag<OpenAttempt> open, ConcurrentDictionary<string, JobId> owners, CancellationToken cancellationToken)
    {
        try
        {
            if (await store.FindAsync(marker.Id, cancellationToken) is not { } job)
                return;
            foreach (string taskId in job.Attempts.Select(attempt => attempt.TaskId).OfType<string>())
                owners[taskId] = job.Id;
            if (job.CurrentAttempt is { State: not (AttemptState.Accepted or AttemptState.NotSent or AttemptState.Throttled or AttemptState.Rejected) } attempt)
                open.Add(new OpenAttempt(job.Id, job.Model, SubmitSpan.Of(attempt, _options.SubmitLease)));
        }
        catch (InvalidDataException)
        {
            // What cannot be read may have sent anything in the time that a job has for it; for longer, one bad document must not stop the others.
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
