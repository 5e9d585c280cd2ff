using Evolink.Pipeline.Videos;

namespace Evolink.LocalHost.Chaos;

/// <summary>
/// Compares what the provider knows (its ledger of charges, its tasks, the bytes it served) with what the app left in storage. Pure. The
/// provider is the witness: a reason that the app gives for a failure counts only where the provider's own facts bear it out.
/// </summary>
/// <param name="storage">What the app left in storage.</param>
/// <param name="ledger">What the provider knows.</param>
/// <param name="jobs">The jobs that the client was told of, by number.</param>
/// <param name="cancelled">The jobs that the client cancelled.</param>
/// <param name="runs">The orchestrations, by instance id.</param>
internal sealed class Audit(
    StorageSnapshot storage, LedgerReport ledger, IReadOnlyDictionary<int, string> jobs, IReadOnlySet<string> cancelled, IReadOnlyDictionary<string, DurableRun> runs)
{
    private readonly Dictionary<string, TaskReport> _tasks = ledger.Tasks.ToDictionary(task => task.Id, StringComparer.Ordinal);

    public IReadOnlyList<Finding> Findings() =>
        [.. NotOver(), .. ChargedTwice(), .. Lost(), .. Mismatched(), .. OrphanedVideos(), .. OrphanedClaims(), .. OrphanedMarkers(), .. StartedAgain()];

    /// <summary>
    /// What was charged, and finished at the provider, whose result is there, and of which no video was saved although nobody cancelled it:
    /// the promise is not broken where the record says that nobody knows, but a video was paid for in vain.
    /// </summary>
    public IEnumerable<string> Undelivered() =>
        from charge in ledger.Charges
        let job = storage.Records.GetValueOrDefault(JobOf(charge.IdempotencyKey))
        where _tasks[charge.TaskId].Status == "completed" && !cancelled.Contains(JobOf(charge.IdempotencyKey))
            && job?.Error?.Code is not ("result_expired" or "result_unusable")
            && !(job?.Video is not null && job.CurrentAttempt?.TaskId == charge.TaskId)
        select $"{charge.TaskId} of {charge.IdempotencyKey} ({job?.State}, {job?.Error?.Code}, {job?.CurrentAttempt?.Look?.Result})";

    private IEnumerable<Finding> NotOver() =>
        from job in jobs.Values.Union(storage.Records.Keys)
        let state = storage.Records.GetValueOrDefault(job)?.State
        where state is not { IsTerminal: true }
        select new Finding(FindingKind.NotOver, job, state is null ? "It was accepted, and has no record." : $"It is {state}.");

    private IEnumerable<Finding> ChargedTwice() =>
        from charge in ledger.Charges
        group charge by charge.IdempotencyKey into same
        where same.Count() > 1
        select new Finding(FindingKind.ChargedTwice, JobOf(same.Key), $"The attempt {same.Key} was charged {same.Count()} times: {string.Join(", ", same.Select(charge => charge.TaskId))}.");

    private IEnumerable<Finding> Lost() =>
        from charge in ledger.Charges
        let reason = WhyLost(charge)
        where reason is not null
        select new Finding(FindingKind.Lost, JobOf(charge.IdempotencyKey), $"The charge for task {charge.TaskId} (attempt {charge.IdempotencyKey}): {reason}");

    // Null where the video is saved, or where the record says what became of the money and the provider agrees.
    private string? WhyLost(Charge charge)
    {
        if (storage.Records.GetValueOrDefault(JobOf(charge.IdempotencyKey)) is not { } job)
            return "no record knows of it.";
        Attempt? attempt = job.Attempts.FirstOrDefault(attempt => $"{job.Id}.{attempt.Number}" == charge.IdempotencyKey);
        if (attempt is null)
            return "the record has no such attempt.";
        // Cancelled while nobody knew: the client was told that Evolink may still charge.
        if (job.State == JobState.Cancelled && cancelled.Contains(job.Id.Value) && attempt is { State: AttemptState.Unknown, TaskId: null })
            return null;
        if (job.Error?.Code == "submission_outcome_unknown" && attempt is { State: AttemptState.Unknown, TaskId: null })
            return WhyNotExplained(job, attempt, charge);
        if (attempt.TaskId != charge.TaskId)
            return $"the record names the task {attempt.TaskId ?? "(none)"} ({attempt.State}, {job.State}, {job.Error?.Code}).";
        if (job.State == JobState.Cancelled)
            return cancelled.Contains(job.Id.Value) ? null : "it was cancelled, and nobody asked for that.";
        if (job is { State: JobState.Completed, Video: { } video } && VideoStore.BlobName(job.Id, attempt.Number) == video.Blob)
            return null;
        string? code = attempt == job.CurrentAttempt ? job.Error?.Code : attempt.Error?.Code;
        return IsBorneOut(code, _tasks[charge.TaskId]) ? null : $"it ended as {job.State} ({code}), but the provider says {_tasks[charge.TaskId].Status}.";
    }

    // "Nobody knows" is only an answer where nobody could know.
    private static string? WhyNotExplained(JobRecord job, Attempt attempt, Charge charge)
    {
        if (attempt != job.CurrentAttempt || !job.Error!.Message.Contains($"Attempt {attempt.Number} ", StringComparison.Ordinal))
            return "the error does not name the attempt.";
        bool told = attempt.Candidates.Contains(charge.TaskId);
        // Named beside another one, it cannot be told from that: a person must, and is told the names.
        bool ambiguous = attempt.Candidates.Length > 1 && job.Error.Message.Contains(charge.TaskId, StringComparison.Ordinal);
        return told && !ambiguous ? "a callback named it, and it was given up." : null;
    }

    private static bool IsBorneOut(string? code, TaskReport task) => code switch
    {
        null => false,
        // The words of these two say what to do; whether the link was really dead or the file really useless is not the ledger's to tell.
        "result_expired" or "result_unusable" => task.Status == "completed",
        "generation_deadline_exceeded" => task.EndedAt is null,
        "request_cancelled" => task.Status == "cancelled" || task.ErrorCode == code,
        "unknown_error" => task.Status == "failed" && task.ErrorCode is null or "unknown_error",
        _ => task.Status == "failed" && task.ErrorCode == code,
    };

    private IEnumerable<Finding> Mismatched() =>
        from job in storage.Records.Values
        let files = job.AllFiles
        from number in Enumerable.Range(0, files.Length)
        let problem = WhyMismatched(job, files[number], number)
        where problem is not null
        select new Finding(FindingKind.Mismatched, job.Id.Value, problem);

    private string? WhyMismatched(JobRecord job, SavedVideo video, int number)
    {
        if (storage.Videos.GetValueOrDefault(video.Blob) is not { } stored)
            return $"The record names {video.Blob}, which is not there.";
        IReadOnlyList<VideoReport> results = _tasks.GetValueOrDefault(job.CurrentAttempt?.TaskId ?? "")?.Results ?? [];
        if (job.State == JobState.Completed && job.AllFiles.Length != results.Count)
            return $"It is completed with {job.AllFiles.Length} of {results.Count} results.";
        // Of a job that failed those are there that could be saved.
        VideoReport? served = job.State == JobState.Completed
            ? results.ElementAtOrDefault(number)
            : results.FirstOrDefault(result => result.Sha256 == video.Sha256);
        if (served is null)
            return $"The provider made no video for task {job.CurrentAttempt?.TaskId}.";
        if ((stored.Length, stored.Sha256) != (served.Length, served.Sha256))
            return $"{video.Blob} has {stored.Length} bytes ({stored.Sha256}); the provider served {served.Length} ({served.Sha256}) for {job.CurrentAttempt!.TaskId}.";
        return (video.Size, video.Sha256) == (stored.Length, stored.Sha256) ? null : $"The record tells another length or hash than {video.Blob} has.";
    }

    private IEnumerable<Finding> OrphanedVideos()
    {
        HashSet<string> known = [.. storage.Records.Values.SelectMany(job => job.AllFiles).Select(file => file.Blob)];
        return from name in storage.Videos.Keys
               where !known.Contains(name)
               select new Finding(FindingKind.Orphaned, Path.GetFileNameWithoutExtension(name), $"No record names the video {name}.");
    }

    private IEnumerable<Finding> OrphanedClaims() =>
        from claim in storage.Claims
        let attempts = storage.Records.GetValueOrDefault(claim.Value.Job.Value)?.Attempts ?? []
        where !attempts.Any(attempt => attempt.Number == claim.Value.Attempt && attempt.TaskId == claim.Key)
        select new Finding(FindingKind.Orphaned, claim.Value.Job.Value, $"The claim on {claim.Key} is not in the record.");

    private IEnumerable<Finding> OrphanedMarkers() =>
        from job in storage.Active
        where storage.Records.GetValueOrDefault(job) is not { State.IsTerminal: false }
        select new Finding(FindingKind.Orphaned, job, "It is marked as not over, and is over or was never accepted.");

    // It finds the job over and does nothing; but the same start, a moment earlier, would have ended the run that lived.
    private IEnumerable<Finding> StartedAgain() =>
        from job in storage.Records.Values
        let started = runs.GetValueOrDefault(job.Ref.InstanceId)?.Started
        where started > job.EndedAt
        select new Finding(FindingKind.StartedAgain, job.Id.Value, $"Its orchestration was started at {started:O}, and it was over at {job.EndedAt:O}.");

    // The provider's idempotency key: {job}.{attempt}.
    private static string JobOf(string? key) => key?.Split('.')[0] ?? "";
}

/// <summary>Something that must not be.</summary>
/// <param name="Kind">What kind of thing.</param>
/// <param name="Job">The job that it is about.</param>
/// <param name="Words">In words.</param>
internal sealed record Finding(FindingKind Kind, string Job, string Words);

/// <summary>What must not be.</summary>
internal enum FindingKind
{
    /// <summary>An attempt with more than one charge.</summary>
    ChargedTwice,

    /// <summary>A charge with neither a video nor a record that explains it.</summary>
    Lost,

    /// <summary>A video that is not what the provider served.</summary>
    Mismatched,

    /// <summary>A video, claim or marker that no record explains.</summary>
    Orphaned,

    /// <summary>A job that did not end.</summary>
    NotOver,

    /// <summary>An orchestration that was started although its job was over.</summary>
    StartedAgain,

    /// <summary>The campaign itself did not go as it should.</summary>
    Campaign,
}
